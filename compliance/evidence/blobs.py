"""Bytes kept once under their SHA-256, in a private folder or in S3-compatible storage.

Writing is: a temporary file beside the place, digest while writing, fsync, link into place (which never replaces bytes
that still have their digest), fsync the folder. So a crash or a full disk leaves either the whole file or nothing. Each
organisation has its own folder: nobody learns from the time an upload takes what another organisation keeps.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

from django.conf import settings

from compliance.lib.canonical import sha256_stream
from compliance.lib.problems import Problem, Refused

PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """What was written: its digest and length in bytes."""

    sha256: str
    size: int


class Store(Protocol):
    """Where bytes are kept; `owner` is the organisation they belong to."""

    def put(self, owner: UUID, stream: IO[bytes], *, limit: int | None = None) -> Kept: ...

    def open(self, owner: UUID, sha256: str) -> IO[bytes]: ...


def store() -> Store:
    """Return the store that PROBANDA_STORAGE_URL names."""
    return _store(settings.STORAGE_URL)


def put_bytes(owner: UUID, data: bytes) -> Kept:
    """Keep a few bytes that are already in memory."""
    return store().put(owner, io.BytesIO(data))


def read(owner: UUID, sha256: str) -> bytes:
    """Return kept bytes after their digest was checked again; Refused if they are gone or changed."""
    with store().open(owner, sha256) as stream:
        data = stream.read()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Refused(changed(sha256))
    return data


@contextlib.contextmanager
def checked_copy(owner: UUID, sha256: str) -> Iterator[IO[bytes]]:
    """Yield the kept bytes as an open file whose digest was checked, for large files and for downloads."""
    with open_checked(owner, sha256) as stream:
        yield stream


def open_checked(owner: UUID, sha256: str) -> IO[bytes]:
    """Open the kept bytes after their digest was checked, for a download that outlives the view; the caller closes."""
    stream = store().open(owner, sha256)
    try:
        found, _ = sha256_stream(stream)
        if found != sha256:
            raise Refused(changed(sha256))
        stream.seek(0)
    except BaseException:
        stream.close()
        raise
    return stream


@contextlib.contextmanager
def local_path(owner: UUID, sha256: str) -> Iterator[Path]:
    """Yield a path of a file that holds the kept bytes, for engines that read from disk; the digest was checked."""
    with checked_copy(owner, sha256) as stream, on_disk(stream) as path:
        yield path


@contextlib.contextmanager
def on_disk(stream: IO[bytes]) -> Iterator[Path]:
    """Yield a path where all that is left in `stream` can be read: its own file, or a copy that lasts for the block."""
    name = getattr(stream, "name", None)
    if isinstance(name, str) and os.path.exists(name):
        yield Path(name)
        return
    with tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as copy:
        while piece := stream.read(PIECE):
            copy.write(piece)
        copy.flush()
        yield Path(copy.name)


@cache
def _store(url: str) -> Store:
    parts = urlsplit(url)
    if parts.scheme == "s3":
        from compliance.evidence.s3 import S3Store  # the client is an optional dependency

        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        return S3Store(bucket=parts.netloc, prefix=parts.path.strip("/"), **query)
    return FolderStore(Path(unquote(parts.path)))


class FolderStore:
    """A private folder: OWNER/ab/cd/SHA256, each file read-only."""

    def __init__(self, root: Path):
        self.root = root

    def put(self, owner: UUID, stream: IO[bytes], *, limit: int | None = None) -> Kept:
        """Keep what `stream` holds, once. Raises Refused when it is longer than `limit` bytes or the disk is full."""
        try:
            return self._put(owner, stream, limit)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise Refused(disk_full()) from error
            raise

    def _put(self, owner: UUID, stream: IO[bytes], limit: int | None) -> Kept:
        incoming = self.root / str(owner) / "incoming"
        incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=incoming) as file:
            kept = copy_and_digest(stream, file, limit)
            file.flush()
            os.fchmod(file.fileno(), 0o440)
            os.fsync(file.fileno())
            place = self._place(owner, kept.sha256)
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                os.link(file.name, place)
            except FileExistsError:  # the same bytes are kept already
                _mend(place, kept.sha256, file.name)
            for folder in (place.parent, place.parent.parent, self.root / str(owner)):
                _sync_folder(folder)
        return kept

    def open(self, owner: UUID, sha256: str) -> IO[bytes]:
        """Open kept bytes; raises Refused where they are gone."""
        try:
            return open(self._place(owner, sha256), "rb")
        except FileNotFoundError:
            raise Refused(missing(sha256)) from None

    def _place(self, owner: UUID, sha256: str) -> Path:
        return self.root / str(owner) / sha256[:2] / sha256[2:4] / sha256


def copy_and_digest(source: IO[bytes], target: IO[Any], limit: int | None) -> Kept:
    """Copy `source` to `target` while its digest is taken; Refused as soon as it is longer than `limit` bytes."""
    total, size = hashlib.sha256(), 0
    while piece := source.read(PIECE):
        size += len(piece)
        if limit is not None and size > limit:
            raise Refused(too_large(limit))
        total.update(piece)
        target.write(piece)
    return Kept(total.hexdigest(), size)


def too_large(limit: int) -> Problem:
    """The sentence for a file over the operator's limit."""
    return Problem(
        "file-too-large",
        f"The file is larger than the {limit // (1024 * 1024):,} MB that are accepted here, so nothing was saved.",
        "Send a smaller file, or ask the operator to raise the limit.",
        column="file",
    )


def disk_full() -> Problem:
    """The sentence for a disk without room."""
    return Problem(
        "disk-full",
        "There is no room left where evidence is kept, so nothing was saved.",
        "Ask the operator to make room, then send the file again.",
    )


def missing(sha256: str) -> Problem:
    """The sentence for bytes that should be in the store and are not."""
    return Problem("bytes-missing", f"The bytes with the SHA-256 {sha256} are no longer where they were kept.")


def changed(sha256: str) -> Problem:
    """The sentence for bytes that are no longer those that were kept."""
    return Problem(
        "bytes-changed",
        f"The kept bytes no longer have the SHA-256 {sha256} under which they were added, so they are not given out.",
        "Tell the operator: the storage was changed or damaged.",
    )


def _mend(place: Path, sha256: str, good: str) -> None:
    """Put good bytes in the place of kept ones that were damaged since: who brings them again must not lose them."""
    with place.open("rb") as stream:
        if sha256_stream(stream)[0] == sha256:
            return
    second = Path(f"{good}.again")
    os.link(good, second)
    second.replace(place)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
