"""Counts as bars of parts that lie end to end. A part is known by its texture; its colour only helps.

All bars of a picture have one scale, so that a bar twice as long stands for twice as much; each has its counts in a
table beside it, and no part of it is ever told as a percentage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from compliance.lib.pictures.marks import hatch
from compliance.lib.pictures.picture import WIDTH, Figures, Picture, Sheet, level, upright
from compliance.lib.pictures.svg import Svg, element, escaped, number

HIGH: Final = 14.0
_FILLS: Final = {
    "solid": "step-4",
    "hatched": "step-1",
    "plain": "step-2",
    "upright": "frame",
    "crossed": "warn",
    "level": "frame",
    "empty": "frame",
}
TEXTURES: Final = tuple(_FILLS)
"""Seven ways to fill a part that differ without colour: full, slanted, plain, standing, striped, lying, empty."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a part stands for: its texture and its words."""

    texture: str
    words: str


@dataclass(frozen=True, slots=True)
class Stack:
    """One bar: its name, and the count of each kind, in the order of the kinds."""

    name: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts)


def texture(name: str, x: float, y: float, wide: float, high: float) -> str:
    """Return a rectangle in one of :data:`TEXTURES`, its lines cut at its edges by arithmetic.

    >>> texture("empty", 0, 0, 10, 14).count("<path"), texture("level", 0, 0, 10, 14).count("<path")
    (0, 2)
    """
    ground = element("rect", look=_FILLS[name], x=x, y=y, width=wide, height=high)
    match name:
        case "hatched":
            return ground + hatch(x, y, wide, high, gap=5)
        case "crossed":
            return ground + hatch(x, y, wide, high, gap=7, look="stripe")
        case "upright":
            steps = range(1, int((wide - 1) // 4) + 1)
            return ground + "".join(upright(x + 4 * step, y, y + high, "hatch") for step in steps)
        case "level":
            steps = range(1, int((high - 1) // 5) + 1)
            return ground + "".join(level(x, x + wide, y + 5 * step, "hatch") for step in steps)
    return ground


def stacks(name: str, title: str, kinds: Sequence[Kind], bars: Sequence[Stack], *, first: str, total: str) -> Picture:
    """Draw a bar for each stack, its name and total above it. `first` and `total` head columns of the table.

    >>> kinds = [Kind("solid", "done"), Kind("empty", "open")]
    >>> picture = stacks("p", "Rows", kinds, [Stack("Article 9", (3, 4))], first="Article", total="All")
    >>> picture.figures.rows
    (('Article 9', '3', '4', '7'),)
    """
    sheet, most = Sheet(), max([1, *(bar.total for bar in bars)])
    for bar in bars:
        sheet.heading(bar.name, f"{bar.total:,}")
        sheet.add(*_parts(kinds, bar, sheet.y + 2, WIDTH / most))
        sheet.y += HIGH + 12
    used = [place for place in range(len(kinds)) if any(bar.counts[place] for bar in bars)]
    sheet.key([(texture(kinds[place].texture, -10, -6, 20, 12), kinds[place].words) for place in used])
    columns = (first, *(kind.words for kind in kinds), total)
    rows = tuple((bar.name, *(f"{count:,}" for count in bar.counts), f"{bar.total:,}") for bar in bars)
    spoken = "; ".join(f"{bar.name}: {spoken_counts(kinds, bar)}" for bar in bars)
    return sheet.finish(name, title, f"{spoken}.", "", Figures(title, columns, rows))


def one_bar(name: str, title: str, kinds: Sequence[Kind], bar: Stack, *, wide: float = 720, most: int = 0) -> Svg:
    """Return one bar alone, without names: they stand beside it on the page.

    Where several such bars stand below each other, `most` is the total of the longest, so that they have one scale.
    """
    parts = _parts(kinds, bar, 1, (wide - 2) / max(1, bar.total, most), left=1)
    ids = f"{escaped(name)}-title", f"{escaped(name)}-desc"
    words = f'<title id="{ids[0]}">{escaped(title)}</title>'
    words += f'<desc id="{ids[1]}">{escaped(spoken_counts(kinds, bar))}</desc>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(wide)} {number(HIGH + 2)}" role="img"'
    return Svg(f'{head} aria-labelledby="{ids[0]}" aria-describedby="{ids[1]}">{words}{"".join(parts)}</svg>')


def spoken_counts(kinds: Sequence[Kind], bar: Stack) -> str:
    """Return the counts in words, without those that are 0.

    >>> spoken_counts([Kind("solid", "done"), Kind("empty", "open")], Stack("A", (3, 0)))
    '3 done'
    """
    told = [f"{count:,} {kind.words}" for kind, count in zip(kinds, bar.counts, strict=True) if count]
    return ", ".join(told) or "0"


def _parts(kinds: Sequence[Kind], bar: Stack, y: float, each: float, left: float = 0) -> list[str]:
    found, x = [], left
    for kind, count in zip(kinds, bar.counts, strict=True):
        if count:
            found.append(texture(kind.texture, x, y, count * each, HIGH))
            x += count * each
    return found
