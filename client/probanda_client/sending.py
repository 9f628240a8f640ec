"""Files as the parts of a form, read piece by piece and never held whole."""

from __future__ import annotations

import hashlib
import mimetypes
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

PIECE = 256 * 1024


def sha256(path: Path) -> str:
    """Return the digest of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            found.update(piece)
    return found.hexdigest()


class Form:
    """A body of `multipart/form-data` whose length is known before a byte of it is sent."""

    def __init__(self, fields: Sequence[tuple[str, str]], files: Sequence[Path]):
        self.boundary = secrets.token_hex(16)
        self.files = list(files)
        self.fields = "".join(
            f'--{self.boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields
        ).encode()
        self.end = f"--{self.boundary}--\r\n".encode()

    @property
    def content_type(self) -> str:
        return f"multipart/form-data; boundary={self.boundary}"

    def __len__(self) -> int:
        each = (len(self._head(path)) + path.stat().st_size + 2 for path in self.files)
        return len(self.fields) + sum(each) + len(self.end)

    def __iter__(self) -> Iterator[bytes]:
        yield self.fields
        for path in self.files:
            yield self._head(path)
            with path.open("rb") as file:
                while piece := file.read(PIECE):
                    yield piece
            yield b"\r\n"
        yield self.end

    def _head(self, path: Path) -> bytes:
        name = path.name.replace("\\", "\\\\").replace('"', '\\"').replace("\r", " ").replace("\n", " ")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return (
            f'--{self.boundary}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
            f"Content-Type: {kind}\r\n\r\n"
        ).encode()
