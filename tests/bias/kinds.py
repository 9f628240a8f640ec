"""The same applicants as files of every kind, and the same files spoilt, made with the libraries that write them."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

HEADER = ["sex", "race", "hired", "score"]
ROWS: list[list[Any]] = [["Male", "White", 1, 0.5], ["Female", "Asian", 0, 0.25], ["Female", None, 1, 3.0]]


def as_csv(delimiter: str = ",") -> bytes:
    """Return the applicants as a text."""
    lines = [HEADER, *[["" if cell is None else str(cell) for cell in row] for row in ROWS]]
    return "".join(delimiter.join(line) + "\n" for line in lines).encode()


def as_xlsx(*sheets: tuple[str, list[list[Any]], str], change: Callable[[Any], None] | None = None) -> bytes:
    """Return a spreadsheet with sheets of (name, rows, state)."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows, state in sheets or (("People", [HEADER, *ROWS], "visible"),):
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        for row in rows:
            sheet.append(row)
    if change:
        change(book.worksheets[0])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def table(**columns: Any) -> Any:
    """Return the applicants as an Arrow table, columns replaced or added."""
    import pyarrow

    given = {name: [row[place] for row in ROWS] for place, name in enumerate(HEADER)}
    return pyarrow.table(given | columns)


def as_parquet(**columns: Any) -> bytes:
    """Return the applicants as Parquet."""
    from pyarrow import parquet

    data = io.BytesIO()
    parquet.write_table(table(**columns), data)
    return data.getvalue()


def as_arrow(*, stream: bool = False, **columns: Any) -> bytes:
    """Return the applicants as an Arrow file (Feather version 2) or stream."""
    from pyarrow import ipc

    data, found = io.BytesIO(), table(**columns)
    with (ipc.new_stream if stream else ipc.new_file)(data, found.schema) as writer:
        writer.write_table(found)
    return data.getvalue()


def zipped(**files: bytes) -> bytes:
    """Return an archive of files."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def written(folder: Path, content: bytes | str) -> Path:
    """Write a file whose name tells nothing."""
    path = folder / "applicants"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


GOOD: dict[str, Callable[[], bytes]] = {
    "CSV": as_csv,
    "gzip": lambda: gzip.compress(as_csv()),
    "XLSX": as_xlsx,
    "Parquet": as_parquet,
    "Arrow": as_arrow,
    "Arrow stream": lambda: as_arrow(stream=True),
}
