"""The text inside a file, taken out in a process of its own: `python -m compliance.evidence.extraction FILE NAME`.

Files come from strangers and the readers of their formats have faults. So this process has little memory and time,
imports nothing of the application, and writes one line of JSON: {"text", "pages"} or {"said"}. Nothing of a file is
run.
"""

from __future__ import annotations

import json
import resource
import sys
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

MOST_CHARACTERS = 2_000_000
MOST_UNPACKED = 64 * 1024 * 1024
MEMORY = 1024 * 1024 * 1024
SECONDS = 60
TEXTS = frozenset("txt csv tsv md rst log json xml svg yaml yml ini toml py r sql tex eml".split())
PAGES = frozenset({"htm", "html", "xhtml"})
OFFICE = {
    "docx": ("word/document.xml", "word/footnotes.xml", "word/comments.xml"),
    "xlsx": ("xl/sharedStrings.xml", "xl/worksheets/"),
    "pptx": ("ppt/slides/",),
    "odt": ("content.xml",),
    "ods": ("content.xml",),
}


class Unreadable(Exception):
    """Why no text was taken out, in a sentence."""


def text_of(path: Path, name: str) -> tuple[str, int]:
    """Return the text of a file, cut at two million characters, and the number of pages of a PDF."""
    ending = name.rpartition(".")[2].lower()
    with path.open("rb") as stream:
        head = stream.read(8)
    if head.startswith(b"%PDF"):
        return _pdf(path)
    if ending in OFFICE and head.startswith(b"PK"):
        return _joined(_office(path, OFFICE[ending])), 0
    if ending in PAGES:
        return _joined(_html(_decoded(path))), 0
    if ending == "ipynb":
        return _joined(_notebook(_decoded(path))), 0
    if ending in TEXTS:
        return _decoded(path)[:MOST_CHARACTERS], 0
    raise Unreadable("Files of this kind are not searched inside.")


def _joined(parts: Iterator[str]) -> str:
    found, size = [], 0
    for part in parts:
        found.append(part)
        size += len(part) + 1
        if size >= MOST_CHARACTERS:
            break
    return " ".join(found)[:MOST_CHARACTERS]


def _decoded(path: Path) -> str:
    with path.open("rb") as stream:
        data = stream.read(MOST_CHARACTERS * 4)
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > len(data) - 4:  # cut in the middle of a character
            return data[: error.start].decode("utf-8")
        return data.decode("cp1252", "replace")


def _pdf(path: Path) -> tuple[str, int]:
    import pypdfium2  # type: ignore[import-untyped]

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise Unreadable("The PDF cannot be opened; it may be damaged, or locked by a password.") from error
    with document:
        count = len(document)
        return _joined(_pdf_pages(document, count)), count


def _pdf_pages(document: Any, count: int) -> Iterator[str]:
    for number in range(count):
        page = document[number]
        text = page.get_textpage()
        yield text.get_text_range()
        text.close()
        page.close()


class _Visible(HTMLParser):
    """Collects what a reader would see; scripts and styles are left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in ("script", "style", "template")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style", "template") and self.hidden > 0

    def handle_data(self, data: str) -> None:
        if not self.hidden and data.strip():
            self.parts.append(data.strip())


def _html(text: str) -> Iterator[str]:
    reader = _Visible()
    reader.feed(text)
    yield from reader.parts


def _notebook(text: str) -> Iterator[str]:
    try:
        cells = json.loads(text).get("cells", [])
    except (ValueError, AttributeError, RecursionError) as error:
        raise Unreadable("The notebook is not the JSON that a notebook should be.") from error
    for cell in cells if isinstance(cells, list) else ():
        source = cell.get("source", "") if isinstance(cell, dict) else ""
        yield "".join(source) if isinstance(source, list) else str(source)


def _office(path: Path, wanted: tuple[str, ...]) -> Iterator[str]:
    """Yield the text of the parts of an office file; as it unpacks, its size is counted and never believed."""
    left = MOST_UNPACKED
    try:
        with zipfile.ZipFile(path) as whole:
            for name in whole.namelist():
                if name.endswith(".xml") and name.startswith(wanted):
                    with whole.open(name) as part:
                        parts, left = _xml_text(part, left)
                    yield from parts
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise Unreadable("The file is not a whole office document, or is locked by a password.") from error


def _xml_text(part: IO[bytes], left: int) -> tuple[list[str], int]:
    found: list[str] = []
    reader = expat.ParserCreate()

    def refuse(*_: Any) -> None:
        raise Unreadable("The document declares entities of its own, which no office program does.")

    reader.StartDoctypeDeclHandler = refuse
    reader.CharacterDataHandler = lambda data: found.append(data) if data.strip() else None
    while piece := part.read(256 * 1024):
        left -= len(piece)
        if left < 0:
            raise Unreadable("The document unpacks to far more than an office document does, so it was not read.")
        try:
            reader.Parse(piece, False)
        except expat.ExpatError as error:
            raise Unreadable("The document holds XML that cannot be read.") from error
    return found, left


def main(path: str, name: str) -> dict[str, Any]:
    """Return what is written: the text and the number of pages, or the sentence why there is none."""
    try:
        text, pages = text_of(Path(path), name)
    except Unreadable as error:
        return {"said": str(error)}
    except (MemoryError, RecursionError):
        return {"said": "The file needs more memory than is given to read it."}
    return {"text": text.replace("\0", " "), "pages": pages}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sys.stdout.write(json.dumps(main(sys.argv[1], sys.argv[2])))
