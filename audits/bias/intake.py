"""Opening a text of applicants: its digest, encoding, delimiter and header, each found by a stated rule or refused.

The bytes are read once for the digest and are never changed. A file in another encoding than UTF-8 is copied as UTF-8
into a scratch folder for the count; the digest is that of the original. Other kinds of file come from
:mod:`audits.bias.formats`.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from audits.bias.plan import DELIMITERS
from audits.work.watching import check
from compliance.lib.problems import Problem, Refused

PIECE: Final = 1024 * 1024
_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DETECTABLE: Final = {"cp1252": "cp1252", "latin_1": "iso-8859-1", "mac_roman": "mac-roman", "cp1250": "cp1250"}
_SAVE_AS_CSV: Final = "Save it as CSV in UTF-8."


class Whole(NamedTuple):
    """What reading all bytes of a file has shown."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Source:
    """A text that was opened: its form, and where it can be read as UTF-8.

    All its bytes are read in the background, for their digest and to see whether they are text, while others count.
    """

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    text: Path
    reading: Future[Whole]

    @property
    def sha256(self) -> str:
        """Return the digest of the bytes as they were given; `Refused` if they are no text, here and in `bytes`."""
        return self.reading.result().sha256

    @property
    def bytes(self) -> int:
        """Return how many bytes were given."""
        return self.reading.result().bytes

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
            except UnicodeDecodeError:
                self.reading.result()  # it has the sentence, with the row
                raise
            except csv.Error as error:
                sentence = f"Row {number + 1} cannot be split into cells: {error}."
                hint = "Look for a quotation mark that is not closed or not doubled."
                raise Refused(Problem("broken-row", sentence, hint, row=number + 1)) from error


def open_source(
    path: Path, scratch: Path, *, encoding: str | None = None, delimiter: str | None = None, columns: Sequence[str] = ()
) -> Source:
    """Open a text for counting. `columns`, where they are known, help to tell the delimiter.

    `Refused` if the file is missing, empty, no text, in an encoding that was neither declared nor marked, or without a
    header of at least two columns. That a byte far down is no text shows when the digest is asked for.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(4)
        used = encoding or _marked_encoding(start)
        if used == "utf-8":
            text, reading = path, _in_background(_read_utf8, path)
        else:
            text, reading = scratch / "utf-8.csv", Future[Whole]()
            reading.set_result(_rewrite(path, used, text))
        try:
            return _opened(used, text, reading, delimiter, columns)
        except (Refused, UnicodeDecodeError):
            reading.result()  # bytes that are no text explain more than a header that cannot be read
            raise
    except OSError as error:
        raise Refused(Problem("unreadable-file", f"The file cannot be read: {error.strerror or error}.")) from error


def _opened(encoding: str, text: Path, reading: Future[Whole], delimiter: str | None, columns: Sequence[str]) -> Source:
    first = _first_line(text)
    if not first.strip():
        raise Refused(_no_header(text))
    chosen = delimiter or _delimiter(text, columns)
    return Source(encoding, chosen, tuple(_header(text, chosen)), text, reading)


def _marked_encoding(start: bytes) -> str:
    found = next((name for mark, name in _BOMS if start.startswith(mark)), "utf-8")
    if found == "utf-32":
        raise Refused(Problem("encoding", "The file is written in UTF-32, which is not supported.", _SAVE_AS_CSV))
    return found


def _in_background(work: Callable[[Path], Whole], path: Path) -> Future[Whole]:
    pool = ThreadPoolExecutor(1, thread_name_prefix="digest")
    future = pool.submit(work, path)
    pool.shutdown(wait=False)
    return future


def _read_utf8(path: Path) -> Whole:
    """Read all bytes once: digest, length, and whether they are UTF-8 without NUL. Plain ASCII is not decoded."""
    digest, size, pending = hashlib.sha256(), 0, b""
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            digest.update(piece)
            if b"\0" in piece:
                raise Refused(_nul(_row_at(path, size + piece.index(b"\0"))))
            if pending or not piece.isascii():
                pending = _undecoded(pending + piece, size - len(pending), path)
            size += len(piece)
    if pending:
        raise Refused(_undecodable(path, "utf-8", size - len(pending), pending))
    return Whole(digest.hexdigest(), size)


def _undecoded(piece: bytes, offset: int, path: Path) -> bytes:
    """Return the beginning of a character that the next piece will end; `Refused` if the bytes are no UTF-8."""
    try:
        _, read = codecs.utf_8_decode(piece, "strict", False)
    except UnicodeDecodeError as error:
        wrong = piece[error.start : error.end]
        raise Refused(_undecodable(path, "utf-8", offset + error.start, wrong)) from error
    return piece[read:]


def _rewrite(path: Path, encoding: str, copy: Path) -> Whole:
    """Read all bytes once and write them anew as UTF-8."""
    digest, size, lines = hashlib.sha256(), 0, 0
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as stream, copy.open("w", encoding="utf-8", newline="") as out:
        while True:
            check()
            piece = stream.read(PIECE)
            digest.update(piece)
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeError as error:
                if not isinstance(error, UnicodeDecodeError):  # UTF-16 that does not begin with its mark
                    raise Refused(_no_text(encoding, 1, piece[:2])) from error
                row = lines + error.object[: error.start].count(b"\n") + 1
                raise Refused(_no_text(encoding, row, error.object[error.start : error.end])) from error
            if "\0" in text:
                raise Refused(_nul(lines + text[: text.index("\0")].count("\n") + 1))
            out.write(text)
            size += len(piece)
            if not piece:
                return Whole(digest.hexdigest(), size)
            lines += text.count("\n")


def _row_at(path: Path, offset: int) -> int:
    lines = 0
    with path.open("rb") as stream:
        while offset > 0 and (piece := stream.read(min(PIECE, offset))):
            lines += piece.count(b"\n")
            offset -= len(piece)
    return lines + 1


def _undecodable(path: Path, encoding: str, offset: int, wrong: bytes) -> Problem:
    return _no_text(encoding, _row_at(path, offset), wrong, detected(path))


def _no_text(encoding: str, row: int, wrong: bytes, likely: str | None = None) -> Problem:
    declare = (
        f"It looks like {likely}; declare the encoding {likely} if its letters come out right."
        if likely
        else "If it comes from an older Windows program, declare the encoding cp1252."
    )
    return Problem(
        "encoding",
        f"The file is not text in {encoding.upper()}: row {row} holds bytes that mean nothing in it.",
        f"{_SAVE_AS_CSV} {declare}",
        row=row,
        found=" ".join(f"{byte:02x}" for byte in wrong[:8]),
        expected=encoding.upper(),
    )


def detected(path: Path) -> str | None:
    """Return the encoding that the bytes of a file look like, among those that can be declared; a proposal, no more."""
    import charset_normalizer

    sample = bytearray()
    with path.open("rb") as stream:
        while len(sample) < PIECE and (piece := stream.read(PIECE)):
            sample += b"".join(line for line in piece.splitlines(keepends=True) if not line.isascii())[:PIECE]
    best = charset_normalizer.from_bytes(bytes(sample), cp_isolation=list(_DETECTABLE)).best()
    if best is None:
        return None
    # Of encodings that give the same letters, the commonest: the choice makes no difference to this file.
    same = [name for name in _DETECTABLE if _decoded(sample, name) == str(best)]
    return _DETECTABLE.get(same[0] if same else best.encoding)


def _decoded(sample: bytearray, encoding: str) -> str | None:
    try:
        return sample.decode(encoding)
    except UnicodeDecodeError:
        return None


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
