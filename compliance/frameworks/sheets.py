"""Read a framework's workbook (XLSX): nothing is run, nothing guessed; a problem names its sheet, row and column."""

from __future__ import annotations

import datetime
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from openpyxl import load_workbook

from compliance.catalogue.document import MOST_ROWS, MOST_TIES, Document
from compliance.catalogue.drafting import Path, Rows, Spot, checked
from compliance.frameworks.columns import (
    HEAD,
    HEAD_SHEET,
    HELP_SHEET,
    MORE_COLUMNS,
    MORE_SHEET,
    SHEETS,
    Column,
)
from compliance.frameworks.yaml_file import plain
from compliance.lib.problems import Problem, Refused, one_line

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 60 * 1024 * 1024
MOST_PARTS = 500
MOST_LINES = 25_000
MOST_COLUMNS = 60


def read(data: bytes, *, rows_of: Rows | None = None) -> Document:
    """Return the document that a workbook holds; refused with all that is wrong with it."""
    _check_package(data)
    reader = _Reader()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl names parts of the file that it does not need
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
            for sheet in book.worksheets:
                sheet.reset_dimensions()  # what a file says of its own size may be wrong
                reader.take(sheet.title, sheet.iter_rows(max_col=MOST_COLUMNS + 1))
            reader.finish([sheet.title for sheet in book.worksheets])
            book.close()
    except Refused:
        raise
    except Exception as error:  # openpyxl raises whatever a broken file happens to cause
        sentence = "The file cannot be read as an XLSX workbook."
        raise Refused(Problem("not-xlsx", sentence, found=one_line(str(error))[:120])) from error
    problems = list(reader.problems)
    try:
        document = checked(reader.raw, reader.where, rows_of=rows_of)
    except Refused as refused:
        told = {(one.sheet, one.row, one.column) for one in problems if one.row}
        problems += [one for one in refused.problems if (one.sheet, one.row, one.column) not in told]
    if problems:
        raise Refused.all(sorted(problems, key=_place))
    return document


def _place(problem: Problem) -> tuple[int, int]:
    """Put problems in the order of the sheets and their rows, so that a file is mended from top to bottom."""
    sheets = [HEAD_SHEET, *(name for name, _ in SHEETS.values()), MORE_SHEET]
    return sheets.index(problem.sheet) if problem.sheet in sheets else -1, problem.row or 0


def _check_package(data: bytes) -> None:
    """Refuse a file that would unpack to more than a framework can need, or that defines entities."""
    if len(data) > MOST_BYTES:
        sentence = "The file is larger than 5 MiB."
        raise Refused(Problem("file-too-large", sentence, found=str(len(data)), expected=str(MOST_BYTES)))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
            if len(entries) > MOST_PARTS or sum(one.file_size for one in entries) > MOST_UNPACKED:
                sentence = "The file unpacks to more than a framework can need."
                raise Refused(Problem("unpacks-too-large", sentence, expected=f"at most {MOST_UNPACKED} bytes"))
            for one in entries:
                if one.filename.endswith((".xml", ".rels")):
                    with package.open(one) as part:
                        unpacked, tail = 0, b""
                        while piece := part.read(65536):
                            unpacked += len(piece)
                            if unpacked > one.file_size or b"<!" in _marks(tail + piece):
                                sentence = "The file holds definitions that a workbook does not need."
                                raise Refused(Problem("not-plain", sentence, found=one.filename))
                            tail = piece[-9:]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error) as error:
        sentence = "The file is no XLSX workbook."
        raise Refused(Problem("not-xlsx", sentence, found=one_line(str(error))[:120])) from error


def _marks(piece: bytes) -> bytes:
    return b"<!" if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece else b""


class _Reader:
    """Gathers the sheets into plain values, and remembers where each stood."""

    def __init__(self) -> None:
        self.raw: dict[str, Any] = {"framework": {}, "sections": [], "rows": [], "crosswalk": []}
        self.problems: list[Problem] = []
        self._lines: dict[str, list[int]] = {table: [] for table in SHEETS}
        self._head_lines: dict[str, int] = {}
        self._more: list[tuple[int, tuple[str, ...]]] = []

    def take(self, name: str, lines: Iterator[Any]) -> None:
        if name == HEAD_SHEET:
            self._head(lines)
        elif name == MORE_SHEET:
            columns = tuple(Column(heading, heading, "", needed=True) for heading in MORE_COLUMNS)
            for at, found in self._table(name, columns, lines, MOST_LINES):
                self._more.append((at, tuple(str(found.get(heading, "")) for heading in MORE_COLUMNS)))
        elif name != HELP_SHEET:
            table = next((table for table, (title, _) in SHEETS.items() if title == name), None)
            if table is None:
                expected = ", ".join([HEAD_SHEET, *(title for title, _ in SHEETS.values()), MORE_SHEET, HELP_SHEET])
                hint = "Remove it, or give it one of the names, so that nothing of it is left behind."
                self._wrong("unknown-sheet", "There is no use for this sheet.", name, hint=hint, expected=expected)
                return
            most = MOST_TIES if table == "crosswalk" else MOST_ROWS
            for at, found in self._table(name, SHEETS[table][1], lines, most):
                self._lines[table].append(at)
                self.raw[table].append(found)

    def finish(self, names: list[str]) -> None:
        for name in (HEAD_SHEET, "Sections", "Rows"):
            if name not in names:
                self._wrong("no-sheet", f"The workbook has no sheet {name}.", name)
        for table in ("sections", "rows"):
            if SHEETS[table][0] in names and not self.raw[table]:
                self._wrong("no-rows", "The sheet holds no line.", SHEETS[table][0])
        self._put_more()

    def where(self, path: Path) -> Spot:
        """Say where a path of the document stood in the workbook."""
        table, rest = str(path[0]) if path else "", path[1:]
        if table == "framework":
            field = str(rest[0]) if rest else ""
            column = next((one for one in HEAD if one.field == field), None)
            return Spot(HEAD_SHEET, self._head_lines.get(field), column.heading if column else field or None)
        if table not in SHEETS:
            return Spot()
        name, columns = SHEETS[table]
        line = self._lines[table][rest[0]] if rest and isinstance(rest[0], int) else None
        field = str(rest[1]) if len(rest) > 1 else ""
        column = next((one for one in columns if one.field == field), None)
        return Spot(name, line, column.heading if column else field or None)

    def _head(self, lines: Iterator[Any]) -> None:
        by_heading = {one.heading.casefold(): one for one in HEAD}
        for at, cells in enumerate(lines, 1):
            values = [
                self._value(cell, Spot(HEAD_SHEET, at, place))
                for cell, place in zip(cells, ("Field", "Value", *"CDEFGH"), strict=False)
            ]
            label = str(values[0] or "").strip() if values else ""
            if at > MOST_LINES:
                self._wrong("too-many-lines", "The sheet has too many lines.", HEAD_SHEET)
                return
            if not any(values) or (at == 1 and label == "Field"):
                continue
            column = by_heading.get(label.casefold())
            if column is None:
                expected = ", ".join(one.heading for one in HEAD)
                self._wrong(
                    "unknown-field", "There is no field of this name.", HEAD_SHEET, at, "Field", label, expected
                )
            elif column.field in self._head_lines:
                self._wrong("double-field", "The field stands twice.", HEAD_SHEET, at, "Field", label)
            else:
                self._head_lines[column.field] = at
                if len(values) > 1 and values[1] is not None:
                    self.raw["framework"][column.field] = values[1]

    def _table(
        self, name: str, columns: tuple[Column, ...], lines: Iterator[Any], most: int
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield each line that says anything: its number in the sheet, and its fields."""
        places: list[Column | str | None] = []
        kept = 0
        for at, cells in enumerate(lines, 1):
            if at == 1:
                places = self._headings(name, columns, cells)
                continue
            found: dict[str, Any] = {}
            said = False
            for cell, column in zip(cells, [*places, *[None] * len(cells)], strict=False):
                if cell.value is None:
                    continue
                heading = column.heading if isinstance(column, Column) else column
                value = self._value(
                    cell, Spot(name, at, heading or "?"), column if isinstance(column, Column) else None
                )
                if value in (None, ""):
                    said = said or value is None
                    continue
                said = True
                if isinstance(column, Column):
                    found[column.field] = value
                elif column is None:
                    self._wrong("no-heading", "The cell stands under no heading.", name, at, None, str(value)[:80])
            kept += said
            if kept > most or at > MOST_LINES:
                self._wrong("too-many-lines", f"The sheet has more than {most} lines.", name, at)
                return
            if said:
                yield at, found

    def _headings(self, name: str, columns: tuple[Column, ...], cells: Any) -> list[Column | str | None]:
        by_heading = {one.heading.casefold(): one for one in columns}
        places: list[Column | str | None] = []
        for cell in cells:
            heading = "" if cell.value is None else str(cell.value).strip()
            column = by_heading.get(heading.casefold())
            if heading and column is None:
                expected = ", ".join(one.heading for one in columns)
                self._wrong("unknown-column", "There is no column of this name.", name, 1, heading, heading, expected)
            elif column is not None and column in places:
                self._wrong("double-column", "The column stands twice.", name, 1, heading, heading)
                places.append(heading)
                continue
            places.append(column or heading or None)
        for one in columns:
            if one.needed and one not in places:
                self._wrong("no-column", "The column is missing.", name, 1, one.heading)
        return places

    def _value(self, cell: Any, spot: Spot, column: Column | None = None) -> Any:
        """Return a cell as text, lines, a date or a condition; None with a problem where it is something else."""
        value, form = cell.value, column.form if column else "text"
        if value is None:
            return None
        if getattr(cell, "data_type", "") == "f" or type(value).__name__ in ("ArrayFormula", "DataTableFormula"):
            hint = "Copy the cell and paste its value as text."
            return self._odd("formula", "The cell holds a formula; only values are read.", spot, value, hint)
        if getattr(cell, "data_type", "") == "e":
            return self._odd("error-value", "The cell holds an error.", spot, value)
        if isinstance(value, (datetime.datetime, datetime.date)):
            if form == "date" and (not isinstance(value, datetime.datetime) or value.time() == datetime.time()):
                return value.date() if isinstance(value, datetime.datetime) else value
            hint = "Format the cell as text and type it again."
            return self._odd("date-value", "The cell holds a date where text is expected.", spot, value, hint)
        if isinstance(value, bool) or not isinstance(value, (str, int)) or (form == "date" and isinstance(value, int)):
            hint = "Format the cell as text and type it again; 1.10 as a number is 1.1."
            return self._odd("not-text", "The cell holds a number or yes/no where text is expected.", spot, value, hint)
        text = str(value).replace("\r\n", "\n").replace("\r", "\n").strip()
        if form == "lines":
            return [line.strip() for line in text.split("\n") if line.strip()]
        if form == "condition" and text:
            try:
                return plain(text)
            except Refused as refused:
                hint = refused.problems[0].sentence
                return self._odd("wrong-condition", "The condition cannot be read.", spot, text, hint)
        return text

    def _put_more(self) -> None:
        """Put what stands beside the fields together from its parts, and to whom it belongs."""
        owners: dict[str, dict[str, Any]] = {"framework": self.raw["framework"]}
        owners |= {f"section {one.get('id')}": one for one in self.raw["sections"]}
        owners |= {f"row {one.get('id')}": one for one in self.raw["rows"]}
        parts: dict[tuple[str, str], int] = {}
        for at, (owner, name, number, value) in self._more:
            expected = str(parts.get((owner, name), 0) + 1)
            if owner not in owners:
                self._wrong("no-such-owner", "There is no such part of the framework.", MORE_SHEET, at, "Of", owner)
            elif number != expected:
                sentence = "The parts of a value stand one after the other, counted from 1."
                self._wrong("wrong-part", sentence, MORE_SHEET, at, "Part", number, expected)
            elif len(value) < 2 or not (value.startswith("|") and value.endswith("|")):
                sentence = "A value stands between two bars, so that spaces at its ends are kept."
                self._wrong("no-bars", sentence, MORE_SHEET, at, "Value", value[:40], "|…|")
            else:
                parts[owner, name] = int(number)
                more = owners[owner].setdefault("more", {})
                more[name] = more.get(name, "") + value[1:-1]

    def _odd(self, code: str, sentence: str, spot: Spot, value: Any, hint: str = "") -> None:
        self._wrong(code, sentence, spot.sheet, spot.row, spot.column, one_line(str(value))[:80], hint=hint)

    def _wrong(
        self,
        code: str,
        sentence: str,
        sheet: str | None,
        row: int | None = None,
        column: str | None = None,
        found: str | None = None,
        expected: str | None = None,
        hint: str = "",
    ) -> None:
        self.problems.append(Problem(code, sentence, hint, row, column, found, expected, sheet))
