"""What a page shows of kept bytes without running anything in them.

Pictures come as they are, under a type that was found in their own first bytes; pages of a PDF as pictures made in a
process of its own; everything else as text that is escaped: a web page or an SVG is shown as its source.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any

from compliance.evidence.models import EvidenceFile

MOST = 200_000  # bytes of a text that are read
ROWS, COLUMNS, NAMES, CELLS = 50, 30, 200, 100
PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
SHOWN_AS_TEXT = frozenset(
    "txt md rst log json xml svg html htm xhtml yaml yml ini toml py r sql tex eml js css csv tsv".split()
)


@dataclass(frozen=True, slots=True)
class Preview:
    """`kind` is picture, pdf, text, table, notebook, names or none; `cut` says that there is more."""

    kind: str
    text: str = ""
    rows: list[list[str]] = field(default_factory=list)
    cells: list[tuple[str, str]] = field(default_factory=list)
    names: list[tuple[str, int]] = field(default_factory=list)
    cut: bool = False


def picture_type(head: bytes) -> str:
    """Return the type of a picture by its first bytes; empty where it is none that is shown."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for mark, kind in PICTURES.items() if head.startswith(mark)), "")


def of(file: EvidenceFile, stream: IO[bytes]) -> Preview:
    """Return what is shown of a file; `stream` holds its bytes, which were checked."""
    ending = file.file_name.rpartition(".")[2].lower() if "." in file.file_name else ""
    head = stream.read(16)
    stream.seek(0)
    if picture_type(head):
        return Preview("picture")
    if head.startswith(b"%PDF"):
        return Preview("pdf")
    if head.startswith(b"PK\x03\x04"):
        return _names(stream)
    data = stream.read(MOST + 1)
    is_text = file.media_type.startswith("text/") or ending in SHOWN_AS_TEXT or ending == "ipynb"
    if not is_text or b"\0" in data[:4096]:
        return Preview("none")
    text, cut = data[:MOST].decode("utf-8", "replace"), len(data) > MOST
    if ending in ("csv", "tsv"):
        return _table(text, "\t" if ending == "tsv" else "", cut)
    if ending == "ipynb":
        return _notebook(data + stream.read(8_000_000)) or Preview("text", text, cut=cut)
    return Preview("text", text, cut=cut)


def _table(text: str, separator: str, cut: bool) -> Preview:
    """Cells are shown as they are written: a formula is text here, and nothing works it out."""
    separator = separator or max(",;\t", key=text[:4000].count)
    try:
        rows = [row[:COLUMNS] for row in islice(csv.reader(io.StringIO(text), delimiter=separator), ROWS + 1)]
    except csv.Error:
        return Preview("text", text, cut=cut)
    return Preview("table", rows=[[cell[:300] for cell in row] for row in rows[:ROWS]], cut=cut or len(rows) > ROWS)


def _names(stream: IO[bytes]) -> Preview:
    """The names in a ZIP file, with the sizes that it states; nothing is unpacked."""
    try:
        with zipfile.ZipFile(stream) as whole:
            found = [(one.filename[:300], one.file_size) for one in whole.infolist()[: NAMES + 1]]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return Preview("none")
    return Preview("names", names=found[:NAMES], cut=len(found) > NAMES)


def _notebook(data: bytes) -> Preview | None:
    try:
        cells = json.loads(data)["cells"]
        found = [(_kind(cell), _source(cell)) for cell in cells[: CELLS + 1]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return Preview("notebook", cells=found[:CELLS], cut=len(found) > CELLS)


def _kind(cell: Any) -> str:
    return "code" if cell.get("cell_type") == "code" else "words"


def _source(cell: Any) -> str:
    source = cell.get("source", "")
    return ("".join(source) if isinstance(source, list) else str(source))[:10_000]
