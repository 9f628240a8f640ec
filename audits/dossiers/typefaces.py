"""The typefaces that are printed with, and what becomes of a character that none of them holds.

The document must look the same on every machine, so its typefaces travel with the project and the host's are
never asked. A character outside them would print as an empty box and break PDF/A; it is printed as U+ and its
code point instead, while the embedded manifest keeps the character itself.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "fonts"

#: Asset name, file, CSS family, weight, style. One file a face: WeasyPrint garbles subsets under one family.
FACES = (
    ("sans.woff2", "IBMPlexSans-Regular.woff2", "Dossier Sans", "400", "normal"),
    ("sans-semibold.woff2", "IBMPlexSans-SemiBold.woff2", "Dossier Sans", "600", "normal"),
    ("sans-italic.woff2", "IBMPlexSans-Italic.woff2", "Dossier Sans", "400", "italic"),
    ("mono.woff2", "IBMPlexMono-Regular.woff2", "Dossier Mono", "400", "normal"),
    ("symbols.ttf", "DejaVuSans.ttf", "Dossier Symbols", "400", "normal"),
)

#: Controls and unseen format characters (bidirectional overrides, zero-width marks) can falsify what is read.
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
_KEPT = "\n\t"


def assets() -> dict[str, bytes]:
    """Return the bytes of each face under its asset name."""
    return {name: (FOLDER / file).read_bytes() for name, file, *_ in FACES}


@cache
def _known() -> frozenset[int]:
    """Return the code points that the upright, semi-bold and italic text faces, or the symbol face, all can print."""
    from fontTools.ttLib import TTFont

    maps = {}
    for name, file, *_ in FACES:
        with TTFont(FOLDER / file, lazy=True) as face:
            maps[name] = frozenset(face.getBestCmap())
    text = maps["sans.woff2"] & maps["sans-semibold.woff2"] & maps["sans-italic.woff2"]
    return frozenset(text | maps["symbols.ttf"])


def printable(text: str) -> str:
    """Return `text` with each character that cannot be printed, or not be seen, written as U+ and its code point.

    >>> printable("Zażółć → 95 % ✓")
    'Zażółć → 95 % ✓'
    >>> printable("safe\\u202etxt"), printable("\\u5317")
    ('safe[U+202E]txt', '[U+5317]')
    """
    if text.isascii() and text.isprintable():
        return text
    known = _known()
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\u2028", "\n")
    return "".join(
        one
        if one in _KEPT or (ord(one) in known and unicodedata.category(one) not in _UNSEEN)
        else f"[U+{ord(one):04X}]"
        for one in text
    )


def printable_all(value: Any) -> Any:
    """Return a copy of a JSON value with every string, keys too, made printable."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {printable(key): printable_all(item) for key, item in value.items()}
    if isinstance(value, list):
        return [printable_all(item) for item in value]
    return value
