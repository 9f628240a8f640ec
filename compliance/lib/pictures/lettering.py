"""How wide words are, without a font at hand: so that a long name is wrapped and never cut or written over a number."""

from __future__ import annotations

from typing import Final

_WIDTHS: Final = {
    ch: width
    for width, characters in (
        (0.25, " 'ij,.l!:;\u00b7"),
        (0.34, "|[]f(){}t"),
        (0.41, 'r/\\-I"'),
        (0.50, "*z?svycxL"),
        (0.54, "Jkgae"),
        (0.58, "F_ohnuTZbdpqSE"),
        (0.61, "Y$+0123456789<=>^`~PV\u2013\u2212"),
        (0.66, "XCKRAB"),
        (0.71, "DU&GHNOQ#"),
        (0.82, "wM"),
        (0.93, "m@W%"),
    )
    for ch in characters
}
"""Advance widths of IBM Plex Sans in parts of the size, rounded up in classes."""
_WIDER: Final = 1.1
"""Room for the typeface that a reader's machine may put in its place."""


def width(text: str, size: float) -> float:
    """Return about how wide `text` is at `size`, rather too wide than too narrow; letters not known count as wide.

    >>> round(width("Female", 10), 1)
    37.2
    """
    return size * _WIDER * sum(_WIDTHS.get(ch, 0.65 if ord(ch) < 0x1100 else 1.05) for ch in text)


def wrap(text: str, room: float, size: float) -> list[str]:
    """Break `text` at spaces into lines no wider than `room`; a longer word is broken within, since nothing is cut.

    >>> wrap("Native Hawaiian or Pacific Islander", 120, 12)
    ['Native Hawaiian or', 'Pacific Islander']
    >>> wrap("abcdefghij", 30, 12)
    ['abcd', 'efghi', 'j']
    """
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if width(joined, size) <= room:
            lines[-1] = joined
        else:
            lines += [word] if width(word, size) <= room else _broken(word, room, size)
    return [line for line in lines if line] or [""]


def _broken(word: str, room: float, size: float) -> list[str]:
    pieces = [""]
    for ch in word:
        if pieces[-1] and width(pieces[-1] + ch, size) > room:
            pieces.append("")
        pieces[-1] += ch
    return pieces
