"""Kinds of file that hold a table: told apart by their first bytes, never by their name, and made ready to be counted.

A compressed text and a sheet become a text, an Arrow file becomes a Parquet file, in a scratch folder and in bounded
memory. The digest is always that of the bytes that were given.
"""

from __future__ import annotations

import csv
import gzip
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

from audits.bias.words import as_word
from audits.work.watching import check
from compliance.lib.problems import Problem, Refused

PIECE: Final = 1024 * 1024
LARGEST_TEXT: Final = 64 * 1024**3
"""A compressed file that unfolds to more than this is refused."""
MOST_TIMES: Final = 200
"""Applicants compress ten- to fiftyfold; a file that unfolds to more than 200 times its size was made to do harm."""
_FREE: Final = 64 * 1024 * 1024
"""So much may unfold from a compressed file of any size."""
_SAVE_AS_CSV: Final = "Save it as CSV in UTF-8."


@dataclass(frozen=True, slots=True)
class Kind:
    """The kind of a file; `refusal` says why one of this kind cannot be read."""

    name: str
    refusal: Problem | None = None


def kind_of(path: Path) -> Kind:
    """Tell the kind of a file from its first bytes: CSV, gzip, XLSX, Parquet or Arrow."""
    with path.open("rb") as stream:
        start = stream.read(8)
        if start.startswith(b"\xd0\xcf\x11\xe0"):
            return _not_a_table(*_compound(stream.read(64 * PIECE)))
    if start.startswith(b"PAR1"):
        return Kind("Parquet")
    if start.startswith(b"PARE"):
        return _not_a_table("an encrypted Parquet file", "Decrypt it first.")
    if start.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        return Kind("Arrow")
    if start.startswith(b"FEA1"):
        return _not_a_table("a Feather file of version 1", "Save it as Feather version 2, Parquet or CSV.")
    if start.startswith(b"\x1f\x8b"):
        return Kind("gzip")
    if start.startswith(b"PK\x03\x04"):
        return _zipped(path)
    for mark, words in _OTHERS.items():
        if start.startswith(mark):
            return _not_a_table(words)
    return Kind("CSV")


_OTHERS: Final = {
    b"%PDF": "a PDF",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ": "compressed with xz",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"SQLite f": "a SQLite database",
    b"\x89PNG": "a picture",
    b"{\\rtf": "a text document",
}


def _not_a_table(words: str, hint: str = _SAVE_AS_CSV) -> Kind:
    return Kind("none", Problem("not-a-table", f"The file is {words}, not a table that can be read.", hint))


def _compound(rest: bytes) -> tuple[str, str]:
    """Tell what Microsoft's compound file holds: a spreadsheet of old, or a new one behind a password."""
    if "EncryptedPackage".encode("utf-16-le") in rest:
        return "a spreadsheet that is protected by a password", "Take the password away, or save it as CSV in UTF-8."
    return "an old spreadsheet (XLS)", "Save it as XLSX, or as CSV in UTF-8."


def _zipped(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return _not_a_table("a spreadsheet or an archive that is damaged", "Save it again.")
    if "xl/workbook.xml" in names:
        return Kind("XLSX")
    if "xl/workbook.bin" in names:
        return _not_a_table("a binary spreadsheet (XLSB)", "Save it as XLSX, or as CSV in UTF-8.")
    return _not_a_table("a spreadsheet or an archive", "Unpack it, or save it as XLSX or CSV.")


def gunzip(path: Path, scratch: Path) -> Path:
    """Unfold a compressed text; one that is cut short, or unfolds beyond all measure, is `Refused`."""
    copy, size = scratch / "unfolded.csv", 0
    most = min(LARGEST_TEXT, max(_FREE, MOST_TIMES * path.stat().st_size))
    try:
        with gzip.open(path) as stream, copy.open("wb") as out:
            while piece := stream.read(PIECE):
                check()
                size += len(piece)
                if size > most:
                    sentence = (
                        f"The compressed file unfolds to more than {most // 2**20:,} MB, far beyond its own size."
                    )
                    raise Refused(Problem("gzip", sentence, "Give the file uncompressed."))
                out.write(piece)
    except EOFError as error:
        sentence = "The compressed file ends before its end: it was cut short."
        raise Refused(Problem("gzip", sentence, "Copy it again, whole.")) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise Refused(Problem("gzip", "The compressed file is damaged.", "Copy it again, whole.")) from error
    inner = kind_of(copy)
    if inner.name != "CSV":
        found = "compressed twice" if inner.name == "gzip" else inner.name
        hint = "Unpack it first." if inner.refusal is None else inner.refusal.hint
        raise Refused(Problem("not-a-table", "The compressed file holds no text.", hint, found=found, expected="CSV"))
    return copy


def parquet_header(path: Path) -> tuple[str, ...]:
    """Return the names of the columns of a Parquet file; one that is damaged or doubles a name is `Refused`."""
    import pyarrow
    from pyarrow import parquet

    try:
        schema = parquet.read_schema(path)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        sentence = "The Parquet file cannot be read; its description is damaged or missing."
        raise Refused(Problem("unreadable-file", sentence, "Export it again, whole.")) from error
    return _names(schema.names)


def _names(names: list[str]) -> tuple[str, ...]:
    folded: dict[str, str] = {}
    for name in names:
        if not name.strip() or name.casefold() in folded:
            sentence = f"The column {name!r} stands twice." if name.strip() else "A column has no name."
            hint = "Names may not differ in case alone. Rename one of them and export the file again."
            raise Refused(Problem("doubled-column", sentence, hint, column=name))
        folded[name.casefold()] = name
    return tuple(names)


def arrow_to_parquet(path: Path, scratch: Path) -> Path:
    """Write an Arrow file or stream (Feather version 2) anew as Parquet, batch by batch."""
    import pyarrow
    from pyarrow import parquet

    copy = scratch / "arrow.parquet"
    try:
        with pyarrow.memory_map(str(path)) as stream:
            schema, batches = _batches(stream)
            _names(schema.names)
            with parquet.ParquetWriter(copy, schema) as writer:
                for batch in batches:
                    writer.write_batch(batch)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        sentence = "The Arrow file cannot be read to its end."
        raise Refused(Problem("unreadable-file", sentence, "Export it again, whole.")) from error
    return copy


def _batches(stream: Any) -> tuple[Any, Iterator[Any]]:
    from pyarrow import ipc

    if stream.read(6) == b"ARROW1":
        stream.seek(0)
        reader = ipc.open_file(stream)
        return reader.schema, (reader.get_batch(place) for place in range(reader.num_record_batches))
    stream.seek(0)
    found = ipc.open_stream(stream)
    return found.schema, iter(found)


def xlsx_to_csv(path: Path, scratch: Path, wanted: str | None) -> tuple[Path, str]:
    """Write one sheet as a text and return its name; rows keep their numbers, and formulas stay formulas.

    A sheet is taken unasked only where it is the one that can be seen. Merged cells in the header, a hidden sheet, or
    none at all, are `Refused`.
    """
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    copy = scratch / "sheet.csv"
    _check_unpacked(path)
    try:
        with path.open("rb") as given:  # not the path: its name tells nothing
            book = openpyxl.load_workbook(given, read_only=True, keep_links=False)
            sheet = _sheet(book, wanted)
            with copy.open("w", encoding="utf-8", newline="") as stream:
                _write_sheet(sheet, csv.writer(stream, lineterminator="\n"))
            return copy, str(sheet.title)
    except (InvalidFileException, KeyError, ValueError, TypeError, zipfile.BadZipFile, zlib.error, OSError) as error:
        raise Refused(Problem("unreadable-file", "The spreadsheet is damaged.", "Save it again.")) from error


def sheets(path: Path) -> list[tuple[str, bool]]:
    """Return the sheets of a spreadsheet, and whether each can be seen in it."""
    import openpyxl

    with path.open("rb") as given:
        book = openpyxl.load_workbook(given, read_only=True, keep_links=False)
        return [(str(sheet.title), sheet.sheet_state == "visible") for sheet in book.worksheets]


def _check_unpacked(path: Path) -> None:
    """Refuse a spreadsheet that unfolds beyond all measure, before any of it is unfolded."""
    most = max(_FREE, MOST_TIMES * path.stat().st_size)
    with zipfile.ZipFile(path) as packed:  # its directory was read before, to tell its kind
        size = sum(part.file_size for part in packed.infolist())
    if size > most:
        sentence = f"The spreadsheet unfolds to more than {most // 2**20:,} MB, far beyond its own size."
        raise Refused(Problem("unreadable-file", sentence, _SAVE_AS_CSV))


def _sheet(book: Any, wanted: str | None) -> Any:
    seen = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    names = ", ".join(repr(sheet.title) for sheet in book.worksheets)
    if wanted is not None:
        chosen = [sheet for sheet in book.worksheets if sheet.title == wanted]
        if not chosen:
            sentence = f"The spreadsheet has no sheet {wanted!r}."
            raise Refused(Problem("sheet", sentence, f"It has {names}.", found=names, expected=wanted))
        return chosen[0]
    if len(seen) == 1 == len(book.worksheets):
        return seen[0]
    hidden = len(book.worksheets) - len(seen)
    sentence = f"The spreadsheet has {len(book.worksheets)} sheets" + (f", {hidden} of them hidden." if hidden else ".")
    raise Refused(Problem("sheet", sentence, f"Say which one: {names}.", found=names, expected="one sheet"))


def _write_sheet(sheet: Any, writer: Any) -> None:
    width = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        check()
        cells = [_cell(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if number == 1:
            width = len(cells)
            _check_header(cells)
        if len(cells) > width:
            sentence = f"Row {number} has a value in column {len(cells)}, but the header has {width} columns."
            raise Refused(Problem("ragged-row", sentence, "Look for a cell beside the table.", row=number))
        writer.writerow(cells + [""] * (width - len(cells)) if cells else [])


def _check_header(cells: list[str]) -> None:
    """Refuse a header with gaps: merged cells leave them, and so does a title above the table."""
    if not cells:
        raise Refused(Problem("header", "The first row is blank.", "Begin the sheet with its header.", row=1))
    gaps = [str(place) for place, cell in enumerate(cells, start=1) if not cell.strip()]
    if gaps:
        sentence = f"The header has no name in column {', '.join(gaps[:10])}."
        hint = "Begin the sheet with its header, one name a column; merged cells leave such gaps."
        raise Refused(Problem("header", sentence, hint, row=1, column=f"#{gaps[0]}"))


def _cell(value: Any) -> str:
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, date | datetime | time):
        return str(value.isoformat())
    return as_word(value if value is None or isinstance(value, str | int | float | bool) else str(value))
