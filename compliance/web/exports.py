"""Lists as files, sent while they are made: CSV and XLSX in which no cell acts, and lines of JSON."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase, StreamingHttpResponse

from compliance.trail.recorded import for_the_record

PIECE = 1024 * 1024
CELL = 32_000  # Excel holds 32,767 characters in a cell
ACTS = ("=", "+", "-", "@", "\t", "\r")
_NEVER_IN_A_CELL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

Rows = Iterable[Sequence[Any]]


def safe_cell(value: Any) -> str:
    """Return text that a spreadsheet shows and never runs: what begins like a formula stands behind an apostrophe.

    >>> safe_cell("=1+1"), safe_cell(" -2"), safe_cell("fine"), safe_cell(None)
    ("'=1+1", "' -2", 'fine', '')
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" \n\u00a0").startswith(ACTS) or text.startswith(ACTS) else text


def csv_lines(head: Sequence[str], rows: Rows) -> Iterator[str]:
    """Yield the lines of a CSV file, with a byte order mark so that Excel reads it as UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(head)
    for row in rows:
        yield writer.writerow([safe_cell(one) for one in row])


def as_csv(name: str, head: Sequence[str], rows: Rows) -> HttpResponseBase:
    """Return a download that is made while it is sent."""
    return _streamed(csv_lines(head, rows), f"{name}.csv", "text/csv; charset=utf-8")


def as_json_lines(name: str, lines: Iterable[bytes]) -> HttpResponseBase:
    """Return a download of one JSON object a line, made while it is sent."""
    return _streamed((line + b"\n" for line in lines), f"{name}.jsonl", "application/jsonl")


def as_xlsx(name: str, head: Sequence[str], rows: Rows, *, hidden: Sequence[int] = ()) -> HttpResponseBase:
    """Return a download of one sheet, in which the columns at some places are hidden."""
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _streamed(_workbook(name[:31], head, rows, hidden), f"{name}.xlsx", media_type)


def _workbook(title: str, head: Sequence[str], rows: Rows, hidden: Sequence[int]) -> Iterator[bytes]:
    """Write a workbook to the disk row by row, then yield it in pieces: it is a ZIP file, whose list stands last."""
    from openpyxl import Workbook  # takes its time: only where it is needed
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for place in hidden:
        sheet.column_dimensions[get_column_letter(place + 1)].hidden = True
    sheet.append([_cell(sheet, one, bold=True) for one in head])
    for row in rows:
        sheet.append([_cell(sheet, one) for one in row])
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _cell(sheet: Any, value: Any, *, bold: bool = False) -> Any:
    """Return a number, a day as a day, or text as text: what begins like a formula is marked, so that none runs."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    if isinstance(value, int):
        return value
    if isinstance(value, date) and not isinstance(value, datetime):  # a moment with its zone is text
        made = WriteOnlyCell(sheet, value)
        made.number_format = "yyyy-mm-dd"
        return made
    text = _NEVER_IN_A_CELL.sub("\ufffd", "" if value is None else str(value))
    if len(text) > CELL:
        text = text[:CELL] + "… (cut: a cell holds no more)"
    made = WriteOnlyCell(sheet, text)
    if text:
        made.data_type = "s"
    if bold:
        made.font = Font(bold=True)
    if text.startswith(ACTS):
        made.quotePrefix = True
    return made


def _streamed(content: Iterable[str] | Iterable[bytes], name: str, media_type: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_as_recorded(content), content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _as_recorded(content: Iterable[Any]) -> Iterator[Any]:
    """Make each piece in the language of records, whatever that of the page is, which asked for it."""
    pieces = iter(content)
    while True:
        with for_the_record():
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text
