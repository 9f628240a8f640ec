"""What differs between two wordings, word by word.

>>> [(one.kind, one.text) for one in compare("a red bell", "a blue bell")]
[('same', 'a '), ('gone', 'red'), ('new', 'blue'), ('same', ' bell')]
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal


def gettext_noop(words: str) -> str:
    """Mark words for the translators, where code without Django says them; a page translates what it shows."""
    return words


_TOKENS = re.compile(r"\s+|\w+|[^\w\s]")
_SHORTEST = 0.35  # below this share of common words, two sentences side by side read better than one full of marks


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words: the `same` in both, `gone` from the old wording, or `new` in the new one."""

    kind: Literal["same", "gone", "new"]
    text: str


def compare(before: str, after: str) -> tuple[Piece, ...]:
    """Return the words of both in one reading order; whoever leaves out `new` reads the old wording, and the reverse.

    Two wordings that have little in common are given whole, the old one first.

    >>> compare("", "New.")
    (Piece(kind='new', text='New.'),)
    """
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if before and after and matcher.ratio() < _SHORTEST:
        return Piece("gone", before), Piece("new", after)
    found: list[Piece] = []
    for kind, a1, a2, b1, b2 in matcher.get_opcodes():
        if kind == "equal":
            found.append(Piece("same", "".join(old[a1:a2])))
            continue
        if a2 > a1:
            found.append(Piece("gone", "".join(old[a1:a2])))
        if b2 > b1:
            found.append(Piece("new", "".join(new[b1:b2])))
    return _joined(found)


def _joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Take a lone space between two changes into both: a replaced phrase is one change, not one a word."""
    gone = new = ""
    found: list[Piece] = []

    def put() -> None:
        nonlocal gone, new
        found.extend(Piece(kind, text) for kind, text in (("gone", gone), ("new", new)) if text)  # type: ignore[arg-type]
        gone = new = ""

    for place, piece in enumerate(pieces):
        if piece.kind == "gone":
            gone += piece.text
        elif piece.kind == "new":
            new += piece.text
        elif piece.text.isspace() and gone and new and place + 1 < len(pieces):
            gone, new = gone + piece.text, new + piece.text
        else:
            put()
            found.append(piece)
    put()
    return tuple(found)
