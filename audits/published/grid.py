"""From bytes or pasted text to cells: CSV, spreadsheets, Markdown, and columns set apart by blanks alone."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from dataclasses import dataclass
from typing import Final

from audits.published.printed import absent, number
from compliance.lib.problems import Problem, Refused

MOST_LINES: Final = 5_000
MOST_BYTES: Final = 2 * 2**20
MOST_COLUMNS: Final = 60
MOST_UNPACKED: Final = 32 * 2**20
"""A workbook of some kilobytes may unpack to gigabytes, which no page may have to hold."""

_RULE: Final = re.compile(r"\s*\|?[\s:|+=-]*-{2,}[\s:|+=-]*\|?\s*")
_WIDE: Final = re.compile(r"\t|\s{2,}")
_GLUED: Final = re.compile(r"(?<=\d)\s+(?=%)|(?<=<)\s+(?=\d)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the source, counted from 1, with its cells stripped of outer blanks."""

    number: int
    cells: tuple[str, ...]

    @property
    def filled(self) -> tuple[str, ...]:
        return tuple(cell for cell in self.cells if cell)


def of_bytes(data: bytes, name: str = "") -> tuple[Line, ...]:
    """Return the lines of a file; a workbook is one by its content, whatever its name. Refuses what cannot be read."""
    if len(data) > MOST_BYTES:
        raise _refused("table-too-large", f"The file is larger than {MOST_BYTES // 2**20} MB.", "Give only the tables.")
    if data.startswith(b"PK\x03\x04"):
        return _of_workbook(data)
    if data.startswith(b"%PDF"):
        raise _refused("table-is-pdf", "A PDF cannot be read as a table.", "Copy the tables out of it and paste them.")
    for encoding in (
        ("utf-8-sig", "utf-16", "cp1252") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    ):
        try:
            return of_text(data.decode(encoding))
        except UnicodeError:
            continue
    raise _refused("table-not-text", "The file is neither text nor a workbook.", "Save it as CSV in UTF-8.")


def of_text(text: str) -> tuple[Line, ...]:
    """Return the lines of pasted text, taken apart at the separator that the text itself shows.

    >>> [line.cells for line in of_text("Sex\\tRate\\nMale\\t48.0%")]
    [('Sex', 'Rate'), ('Male', '48.0%')]
    >>> [line.cells for line in of_text("| Sex | Rate |\\n|---|---|\\n| Male | .48 |")]
    [('Sex', 'Rate'), ('Male', '.48')]
    >>> of_text("Male 1,390 667 48.0 % 1.00")[0].cells
    ('Male', '1,390', '667', '48.0%', '1.00')
    """
    if "\x00" in text:
        raise _refused("table-not-text", "The text holds characters that no text has.", "Save it as CSV in UTF-8.")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MOST_LINES:
        raise _refused("table-too-large", f"The table has more than {MOST_LINES:,} lines.", "Give only the tables.")
    if not any(line.strip() for line in lines):
        raise _refused("table-empty", "There is no table.", "Paste a table, or choose a file.")
    return _limited(_split(lines))


def _split(lines: list[str]) -> list[Line]:
    full = [line for line in lines if line.strip()]
    if sum("\t" in line for line in full) * 2 > len(full):
        return _csv(lines, "\t")
    barred = [line for line in full if line.count("|") >= 2]
    if 2 * len(barred) > len(full):
        return [
            Line(place, tuple(cell.strip().strip("*").strip() for cell in line.strip().strip("|").split("|")))
            for place, line in enumerate(lines, 1)
            if line.strip() and not _RULE.fullmatch(line)
        ]
    for mark in (";", ","):
        if sum(mark in line for line in full) * 2 > len(full) and (mark != "," or _is_csv(full)):
            return _csv(lines, mark)
    return [Line(place, _by_blanks(line)) for place, line in enumerate(lines, 1) if line.strip()]


def _is_csv(lines: list[str]) -> bool:
    """Say whether commas stand between cells: no line of prose or of 1,390 has as many in every line."""
    counts = Counter(len(cells) for cells in csv.reader(lines))
    most, often = counts.most_common(1)[0]
    spaced = sum(bool(_WIDE.search(line.strip())) for line in lines)
    return most > 1 and 2 * often > len(lines) and 2 * spaced < len(lines) and not _only_groups(lines)


def _only_groups(lines: list[str]) -> bool:
    """Say whether every comma stands inside a number such as 1,390."""
    return not any("," in re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", line) for line in lines)


def _csv(lines: list[str], mark: str) -> list[Line]:
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=mark, skipinitialspace=True)
    found, before = [], 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append(Line(before + 1, tuple(" ".join(cell.split()) for cell in cells)))
            before = reader.line_num
    except csv.Error as error:
        raise _refused(
            "table-not-text", f"Line {reader.line_num} cannot be read: {error}.", "Save it as CSV."
        ) from error
    return found


def _by_blanks(line: str) -> tuple[str, ...]:
    """Take a line apart at wide gaps, or, where there is none, take the numbers off its end."""
    wide = [cell.strip() for cell in _WIDE.split(line.strip()) if cell.strip()]
    if len(wide) > 2:
        return tuple(wide)
    words = _GLUED.sub("", line.strip()).split()
    cells: list[str] = []
    while len(words) > 1 and _numeric(words[-1]):
        cells.insert(0, words.pop())
    return (" ".join(words), *cells) if cells else tuple(wide)


def _numeric(word: str) -> bool:
    try:
        return absent(word) or number(word) is not None
    except ValueError:
        return bool(re.fullmatch(r"\d+,\d+%?", word))


def _of_workbook(data: bytes) -> tuple[Line, ...]:
    from openpyxl import load_workbook
    from openpyxl.cell.cell import Cell

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise _refused("table-too-large", "The workbook unpacks to far too much.", "Give only the tables.")
        book = load_workbook(io.BytesIO(data), read_only=False, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, TypeError, SyntaxError) as error:
        raise _refused("table-not-workbook", "The workbook cannot be opened.", "Save it as XLSX or CSV.") from error
    lines: list[Line] = []
    for sheet in book.worksheets:
        if sheet.max_row > MOST_LINES or sheet.max_column > 10 * MOST_COLUMNS:
            raise _refused("table-too-large", f"A sheet has more than {MOST_LINES:,} lines.", "Give only the tables.")
        for row in sheet.iter_rows():
            cells = tuple(_shown(cell) if isinstance(cell, Cell) else "" for cell in row)
            if any(cells):
                lines.append(Line(len(lines) + 1, cells))
    book.close()
    if not lines:
        raise _refused("table-empty", "The workbook holds no table.", "Choose another file.")
    return _limited(lines)


def _shown(cell: object) -> str:
    """Write a cell as the workbook shows it, so far as its number format says: the digits count here."""
    value, form = getattr(cell, "value", None), str(getattr(cell, "number_format", "General"))
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return " ".join(str(value).split())
    places = re.search(r"0\.(0+)", form)
    if "%" in form:
        return f"{_exactly(float(value) * 100, len(places[1]) if places else 0)}%"
    if places:
        return _exactly(float(value), len(places[1]))
    return str(value)


def _exactly(value: float, places: int) -> str:
    """Write a binary number as a spreadsheet does: to 15 digits first, then half away from zero."""
    from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

    try:
        return str(Decimal(f"{value:.15g}").quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
    except InvalidOperation:  # too large or too fine to be a figure of a table; the reader says so
        return str(value)


def _limited(lines: list[Line]) -> tuple[Line, ...]:
    if any(len(line.cells) > MOST_COLUMNS for line in lines):
        raise _refused("table-too-large", f"The table has more than {MOST_COLUMNS} columns.", "Give only the tables.")
    return tuple(lines)


def as_text(lines: tuple[Line, ...]) -> str:
    """Write lines back as text that reads as the same cells at the same line numbers: tabs between the cells."""
    at = {line.number: line for line in lines}
    wide = max((len(line.cells) for line in lines), default=0)
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
    for place in range(1, max(at, default=0) + 1):
        if place in at:
            writer.writerow(at[place].cells + ("",) * (wide - len(at[place].cells)))
        else:
            stream.write("\n")
    return stream.getvalue()


def _refused(code: str, sentence: str, hint: str) -> Refused:
    return Refused(Problem(code, sentence, hint))
