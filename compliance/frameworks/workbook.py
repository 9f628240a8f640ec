"""A framework as a workbook (XLSX): written so that no cell acts, and the same document gives the same bytes."""

from __future__ import annotations

import datetime
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from compliance.catalogue.crosswalk import RELATIONS
from compliance.catalogue.document import MOST_ROWS, Document
from compliance.frameworks.columns import (
    HEAD,
    HEAD_SHEET,
    HELP_SHEET,
    MORE_COLUMNS,
    MORE_HELP,
    MORE_SHEET,
    SHEETS,
    Column,
)

CELL = 30_000  # Excel holds 32,767 characters in a cell; openpyxl cuts off the rest in silence
KINDS = ("control", "duty", "prohibition", "condition", "option", "guidance", "context")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_ACTS = ("=", "+", "-", "@")


def write(document: Document) -> bytes:
    """Return the workbook of a document; reading it back gives the document."""
    value, book = document.as_json(), Workbook()
    head = _sheet(book, HEAD_SHEET, ("Field", "Value"), (20, 90))
    for at, column in enumerate(HEAD, 2):
        _put(head, at, 1, column.heading)
        _put(head, at, 2, value["framework"].get(column.field, ""))
    for table, (name, columns) in SHEETS.items():
        sheet = _sheet(book, name, [one.heading for one in columns], [one.width for one in columns])
        for at, row in enumerate(value[table], 2):
            for place, column in enumerate(columns, 1):
                _put(sheet, at, place, _cell(row.get(column.field), column))
        _offer(sheet, name, len(value["sections"]))
    more = list(_more(value))
    if more:
        sheet = _sheet(book, MORE_SHEET, MORE_COLUMNS, (24, 24, 8, 90))
        for at, line in enumerate(more, 2):
            for place, one in enumerate(line, 1):
                _put(sheet, at, place, one)
    _help(book)
    return _bytes(book)


def _cell(value: Any, column: Column) -> str:
    if value is None:
        return ""
    if column.form == "lines":
        return "\n".join(value)
    return json.dumps(value, ensure_ascii=False) if column.form == "condition" else str(value)


def _more(value: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield what stands beside the fields, in parts that a cell can hold."""
    owners: list[tuple[str, dict[str, Any]]] = [("framework", value["framework"])]
    owners += [(f"section {one['id']}", one) for one in value["sections"]]
    owners += [(f"row {one['id']}", one) for one in value["rows"]]
    for owner, one in owners:
        for name, text in one.get("more", {}).items():
            parts = [text[at : at + CELL] for at in range(0, len(text), CELL)] or [""]
            for number, part in enumerate(parts, 1):
                yield owner, name, str(number), f"|{part}|"  # the bars keep spaces and emptiness


def _sheet(book: Workbook, name: str, headings: Iterable[str], widths: Iterable[int]) -> Worksheet:
    sheet: Worksheet = book.active if book.active.title == "Sheet" else book.create_sheet()
    sheet.title, sheet.freeze_panes = name, "A2"
    for place, (heading, width) in enumerate(zip(headings, widths, strict=True), 1):
        _put(sheet, 1, place, heading)
        cell = sheet.cell(1, place)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8E4DA")
        sheet.column_dimensions[get_column_letter(place)].width = width
    return sheet


def _put(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """Write text as text: a cell that starts like a formula is marked, so that no program runs it."""
    cell = sheet.cell(row, column)
    cell.number_format = "@"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if text:
        cell.value = text
        cell.data_type = "s"
        cell.quotePrefix = text.startswith(_ACTS)


def _offer(sheet: Worksheet, name: str, sections: int) -> None:
    """Offer the words that may stand in a column, and keep columns of text as text where somebody types on."""
    lists = {"Kind": f'"{",".join(KINDS)}"', "Relation": f'"{",".join(RELATIONS)}"'}
    if name == "Rows":
        lists["Section"] = f"Sections!$A$2:$A${max(sections + 50, 100)}"
    columns = next(columns for title, columns in SHEETS.values() if title == name)
    for place, column in enumerate(columns, 1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].number_format = "@"
        if column.heading in lists:
            offered = DataValidation(type="list", formula1=lists[column.heading], allow_blank=True)
            offered.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
            sheet.add_data_validation(offered)


def _help(book: Workbook) -> None:
    sheet = _sheet(book, HELP_SHEET, ("Sheet", "Column", "Needed", "What to write"), (16, 22, 10, 90))
    lines = [(HEAD_SHEET, one.heading, one.needed, one.help) for one in HEAD]
    lines += [(name, one.heading, one.needed, one.help) for name, columns in SHEETS.values() for one in columns]
    lines += [(MORE_SHEET, "", False, MORE_HELP), (HELP_SHEET, "", False, "This sheet; it is not read.")]
    for at, (name, heading, needed, words) in enumerate(lines, 2):
        for place, text in enumerate((name, heading, "yes" if needed else "", words), 1):
            _put(sheet, at, place, text)


def _bytes(book: Workbook) -> bytes:
    """Save without the time of day, so that the same document gives the same bytes."""
    book.properties.creator = "Probanda"
    book.properties.created = book.properties.modified = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 - openpyxl's own
    made, told = io.BytesIO(), io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            content = old.read(name)
            if name == "docProps/core.xml":  # save() writes the present time over what was set
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", content)
            new.writestr(entry, content)
    return told.getvalue()
