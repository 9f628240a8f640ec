"""Opening a file of applicants: its digest, encoding, delimiter and header, each found by a stated rule or refused.

The bytes are read once for the digest and are never changed. A file in another encoding than UTF-8 is copied as UTF-8
into a scratch folder for the count; the digest is that of the original.
"""

from __future__ import annotations

import codecs
import csv
import difflib
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from audits.bias.plan import DELIMITERS
from compliance.lib.problems import Problem, Refused

PIECE: Final = 1024 * 1024
_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_KINDS: Final = {
    b"PK\x03\x04": "a spreadsheet or an archive",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "compressed",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet",
}
_NUMBERED: Final = re.compile(r"#[0-9]{1,6}", re.ASCII)
_SAVE_AS_CSV: Final = "Save it as CSV in UTF-8."


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was opened: what it is, and where its text can be read as UTF-8."""

    sha256: str
    bytes: int
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    text: Path

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield every record after the header with its row number (the header is row 1); blank lines are counted only.

        A quote that is never closed, or stray text after one, is `Refused` with its row.
        """
        number = 0
        with self.text.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.reader(stream, delimiter=self.delimiter, strict=True)
            try:
                for number, record in enumerate(rows, start=1):
                    if record and number > 1:
                        yield number, record
            except csv.Error as error:
                sentence = f"Row {number + 1} cannot be split into cells: {error}."
                hint = "Look for a quotation mark that is not closed or not doubled."
                raise Refused(Problem("broken-row", sentence, hint, row=number + 1)) from error

    def place_of(self, column: str) -> int:
        """Return the index of a column by its header, or by `#` and its number; `Refused` if not exactly one has it."""
        places = [place for place, name in enumerate(self.header) if name == column.strip()]
        if _NUMBERED.fullmatch(column) and 0 < int(column[1:]) <= len(self.header):
            place = int(column[1:]) - 1
            if places in ([], [place]):
                return place
            sentence = f"{column!r} is the number of one column and the header of another."
            raise Refused(Problem("doubled-column", sentence, "Rename the one with this header.", 1, column))
        if len(places) == 1:
            return places[0]
        found = ", ".join(name for name in self.header if name)
        if places:
            numbers = " and ".join(f"#{place + 1}" for place in places)
            sentence = f"The column {column!r} stands {len(places)} times in the header."
            raise Refused(
                Problem("doubled-column", sentence, f"Rename one, or name it by its number: {numbers}.", 1, column)
            )
        near = difflib.get_close_matches(column, self.header, n=1) or [
            name for name in self.header if name.casefold() == column.strip().casefold()
        ]
        hint = f"Did you mean {near[0]!r}?" if near else f"The header has {self._names()}."
        sentence = f"The column {column!r} is not in the file."
        raise Refused(Problem("missing-column", sentence, hint, 1, column, found, column))

    def _names(self) -> str:
        """Return the names in the header for a sentence: the first dozen, none of them at length."""
        names = [repr(name if len(name) <= 40 else f"{name[:39]}…") for name in self.header if name]
        more = f" and {len(names) - 12:,} more" if len(names) > 12 else ""
        return f"{', '.join(names[:12])}{more}" if names else "no names"

    def places(self, columns: Sequence[str]) -> list[int]:
        """Return the index of each column, all problems at once; one column under two names is a problem too."""
        problems: list[Problem] = []
        places: list[int] = []
        for column in columns:
            try:
                places.append(self.place_of(column))
            except Refused as refused:
                problems += refused.problems
        if not problems and len(set(places)) < len(places):
            problems.append(Problem("doubled-column", "One column cannot serve two purposes."))
        if problems:
            raise Refused.all(problems)
        return places


def open_source(
    path: Path, scratch: Path, *, encoding: str | None = None, delimiter: str | None = None, columns: Sequence[str] = ()
) -> Source:
    """Open a file for counting. `columns`, where they are known, help to tell the delimiter.

    `Refused` if the file is missing, empty, no text, in an encoding that was neither declared nor marked, or without a
    header of at least two columns.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(4)
        used = encoding or _marked_encoding(start)
        digest, size, text = _read_through(path, used, scratch)
    except OSError as error:
        raise Refused(Problem("unreadable-file", f"The file cannot be read: {error.strerror or error}.")) from error
    first = _first_line(text)
    if not first.strip():
        raise Refused(_no_header(text))
    chosen = delimiter or _delimiter(text, columns)
    return Source(digest, size, used, chosen, tuple(_header(text, chosen)), text)


def _marked_encoding(start: bytes) -> str:
    for kind, words in _OTHER_KINDS.items():
        if start.startswith(kind):
            raise Refused(Problem("not-a-table", f"The file is {words}, not a table in text.", _SAVE_AS_CSV))
    found = next((name for mark, name in _BOMS if start.startswith(mark)), "utf-8")
    if found == "utf-32":
        raise Refused(Problem("encoding", "The file is written in UTF-32, which is not supported.", _SAVE_AS_CSV))
    return found


def _read_through(path: Path, encoding: str, scratch: Path) -> tuple[str, int, Path]:
    """Read all bytes once: digest, length, and whether they are text in this encoding, without NUL."""
    digest, size, lines, copy = hashlib.sha256(), 0, 0, scratch / "utf-8.csv"
    decoder = codecs.getincrementaldecoder(encoding)()
    with ExitStack() as stack:
        stream = stack.enter_context(path.open("rb"))
        out = None if encoding == "utf-8" else stack.enter_context(copy.open("w", encoding="utf-8", newline=""))
        while True:
            piece = stream.read(PIECE)
            digest.update(piece)
            size += len(piece)
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                raise Refused(_undecodable(error, encoding, lines)) from error
            if "\0" in text:
                raise Refused(_nul(lines + text[: text.index("\0")].count("\n") + 1))
            if out is not None:
                out.write(text)
            if not piece:
                return digest.hexdigest(), size, path if out is None else copy
            lines += text.count("\n")


def _undecodable(error: UnicodeDecodeError, encoding: str, lines: int) -> Problem:
    row = lines + error.object[: error.start].count(b"\n") + 1
    return Problem(
        "encoding",
        f"The file is not text in {encoding.upper()}: row {row} holds bytes that mean nothing in it.",
        f"{_SAVE_AS_CSV} If it comes from an older Windows program, declare the encoding cp1252.",
        row=row,
        found=" ".join(f"{byte:02x}" for byte in error.object[error.start : error.end][:8]),
        expected=encoding.upper(),
    )


def _nul(row: int) -> Problem:
    hint = f"The file is damaged, or UTF-16 without its mark. {_SAVE_AS_CSV}"
    return Problem("nul-byte", f"Row {row} holds a NUL byte, which no text has.", hint, row=row, found="00")


def _first_line(text: Path) -> str:
    with text.open(encoding="utf-8-sig", newline="") as stream:
        return stream.readline(PIECE)


def _no_header(text: Path) -> Problem:
    with text.open(encoding="utf-8-sig", newline="") as stream:
        if stream.read(PIECE).strip():
            return Problem("header", "The first row is blank.", "Begin the file with its header.", row=1)
    return Problem("empty-file", "The file is empty.", "Export it again with its header and rows.")


def _header(text: Path, delimiter: str) -> list[str]:
    with text.open(encoding="utf-8-sig", newline="") as stream:
        try:
            return [name.strip() for name in next(csv.reader(_pieces(stream), delimiter=delimiter, strict=True))]
        except (csv.Error, StopIteration) as error:
            raise Refused(Problem("header", f"The header cannot be split into columns: {error}.", row=1)) from error


def _pieces(stream: io.TextIOBase) -> Iterator[str]:
    """Yield lines for the header only, none longer than a piece."""
    while line := stream.readline(PIECE):
        yield line


def _delimiter(text: Path, columns: Sequence[str]) -> str:
    """Return the delimiter with which the header has the wanted columns, or else the most columns."""
    headers: dict[str, list[str]] = {}
    for candidate in DELIMITERS:
        try:
            headers[candidate] = _header(text, candidate)
        except Refused:
            continue
    fitting = [one for one, header in headers.items() if columns and set(columns) <= set(header)]
    if len(fitting) == 1:
        return fitting[0]
    most = max((len(header) for header in headers.values()), default=0)
    widest = [one for one, header in headers.items() if len(header) == most]
    if most < 2:
        sentence = "The header has one column only; no comma, semicolon, tab or vertical bar separates it."
        raise Refused(Problem("header", sentence, _SAVE_AS_CSV, row=1))
    if len(widest) > 1:
        names = " or ".join(DELIMITERS[one] for one in widest)
        sentence = f"The header can be split in two ways, by {names}."
        raise Refused(Problem("delimiter", sentence, "Say which one separates the columns.", row=1))
    return widest[0]
