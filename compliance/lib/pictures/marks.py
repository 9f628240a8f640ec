"""The shapes of marks. Each means one thing in a picture, so that no meaning hangs on a colour."""

from __future__ import annotations

from typing import Final

from compliance.lib.pictures.picture import level, upright
from compliance.lib.pictures.svg import element, number

SHAPES: Final = ("circle", "square", "triangle", "down", "diamond", "plus", "cross", "bowtie")
"""Eight shapes that differ in outline; more readings or runs than that are told apart by their letters."""
_OUTLINES: Final = {
    "square": "M{l} {t}H{r}V{b}H{l}Z",
    "triangle": "M{x} {t}L{r} {b}H{l}Z",
    "down": "M{x} {b}L{r} {t}H{l}Z",
    "diamond": "M{x} {T}L{R} {y}L{x} {B}L{L} {y}Z",
    "plus": "M{x} {t}V{b}M{l} {y}H{r}",
    "cross": "M{l} {t}L{r} {b}M{r} {t}L{l} {b}",
    "bowtie": "M{l} {t}L{r} {b}V{t}L{l} {b}Z",
}


def mark(shape: str, x: float, y: float, look: str = "solid", size: float = 4.2) -> str:
    """Return one mark around (x, y).

    >>> mark("circle", 10, 5)
    '<circle class="solid" cx="10" cy="5" r="4.2" fill="#123f63" stroke="#123f63" stroke-width="1.6"/>'
    """
    if shape == "circle":
        return element("circle", look=look, cx=x, cy=y, r=size)
    reach = size * 1.3
    places = {"x": x, "y": y, "l": x - size, "r": x + size, "t": y - size, "b": y + size}
    places |= {"L": x - reach, "R": x + reach, "T": y - reach, "B": y + reach}
    outline = _OUTLINES[shape].format(**{name: number(value) for name, value in places.items()})
    return element("path", look=look, d=outline)


def interval(low: float, high: float, y: float, *, cut: bool = False) -> str:
    """Return an interval from `low` to `high` with an end at each side; an arrow where it goes on beyond the axis.

    >>> interval(0, 9, 5, cut=True).count("<path")
    3
    """
    ends = upright(low, y - 4, y + 4, "interval")
    far = (
        element(
            "path",
            look="interval",
            d=f"M{number(high - 5)} {number(y - 4)}L{number(high)} {number(y)}L{number(high - 5)} {number(y + 4)}",
        )
        if cut
        else upright(high, y - 4, y + 4, "interval")
    )
    return level(low, high, y, "interval") + ends + far


def hatch(x: float, y: float, wide: float, high: float, gap: float = 9, look: str = "hatch") -> str:
    """Return slanted lines that fill a rectangle, each cut at its edges by arithmetic: no pattern, no clip.

    >>> hatch(0, 0, 10, 10, gap=10).count("M")
    1
    """
    lines, start = [], gap
    while start < wide + high:
        ax, ay = min(start, wide), max(0.0, start - wide)
        bx, by = max(0.0, start - high), min(start, high)
        lines.append(f"M{number(x + ax)} {number(y + ay)}L{number(x + bx)} {number(y + by)}")
        start += gap
    return element("path", look=look, d="".join(lines))
