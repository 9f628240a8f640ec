"""A picture: the SVG, its words, and every figure in it as a table; and the sheet that it is drawn on.

The sheet is 360 units wide and its letters are 11 to 12 units high, so that it reads on a phone as it is; wide screens
and paper set two beside one another. Names stand above their marks, never in a column that would cut them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Protocol

from compliance.lib.pictures.lettering import width, wrap
from compliance.lib.pictures.svg import Svg, element, escaped, number

WIDTH: Final = 360
LEFT: Final = 14.0
RIGHT: Final = WIDTH - 14.0
NAME: Final = 12.0
SMALL: Final = 11.0
LEADING: Final = 15.0
BAND: Final = 18.0


class Axis(Protocol):
    """An axis as a sheet draws it: the round numbers on it, where each lies, and how each is written."""

    @property
    def ticks(self) -> Sequence[tuple[Fraction, float]]: ...

    def label(self, value: Fraction, *, percent: bool = False) -> str: ...


@dataclass(frozen=True, slots=True)
class Figures:
    """Every number of a picture as a table; the first column names the row.

    `has_lists` says that the last column holds lists, which need most of the width.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    has_lists: bool = False

    def beside(self, other: Figures, caption: str) -> Figures:
        """Return one table of the same rows with the columns of both, each once, and the last one last.

        >>> one = Figures("", ("Sex", "n", "Rate", "Note"), (("Male", "2", "50%", "few"),))
        >>> one.beside(Figures("", ("Sex", "n", "Ratio", "Note"), (("Male", "2", "1", "few"),)), "Both").rows
        (('Male', '2', '50%', '1', 'few'),)
        """
        new = [place for place, column in enumerate(other.columns) if column not in self.columns]

        def joined(mine: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
            return (*mine[:-1], *(more[place] for place in new), mine[-1])

        rows = tuple(joined(*pair) for pair in zip(self.rows, other.rows, strict=True))
        return Figures(caption, joined(self.columns, other.columns), rows)


@dataclass(frozen=True, slots=True)
class Picture:
    """What a page or a dossier shows: the SVG, its title, what to know when reading it, and its figures.

    `name` is unique on a page: ids and file names are made of it.
    """

    name: str
    title: str
    svg: Svg
    caption: str
    figures: Figures
    is_wide: bool = False
    """Whether it needs more room than a phone has."""


class Sheet:
    """What is drawn, from the top down: `y` is where the next thing goes."""

    def __init__(self, wide: float = WIDTH) -> None:
        self.wide = wide
        self.y = 4.0
        self.parts: list[str] = []

    def add(self, *parts: str) -> None:
        """Draw markup."""
        self.parts += parts

    def write(self, x: float, y: float, text: str, look: str = "ink", **more: str | float) -> None:
        """Write a line of text."""
        self.add(element("text", look=look, text=text, x=x, y=y, **more))

    def heading(self, name: str, value: str, *, strong: bool = False, look: str = "ink") -> None:
        """Write a name with its value at the right, on as many lines as they need."""
        weight: dict[str, str] = {"font-weight": "600"} if strong else {}
        room = self.wide - width(value, SMALL) - 10 if value else self.wide
        one_line = width(name, NAME * 1.04) <= room
        lines = [name] if one_line else wrap(name, self.wide, NAME * 1.04)
        for line in lines:
            self.write(0, self.y + 11, line, font_size=NAME, **{k.replace("-", "_"): v for k, v in weight.items()})
            self.y += LEADING
        if value and not one_line and width(lines[-1], NAME * 1.04) > room:
            self.y += LEADING
        if value:
            self.write(self.wide, self.y - LEADING + 11, value, look, font_size=SMALL, text_anchor="end")

    def paragraph(self, text: str, *, indent: float = 0, look: str = "soft") -> None:
        """Write text over the whole width."""
        for line in wrap(text, self.wide - indent, SMALL):
            self.write(indent, self.y + 11, line, look, font_size=SMALL)
            self.y += LEADING - 1

    def band(self, scale: Axis, lines: Iterable[tuple[float, str]] = (), height: float = BAND) -> float:
        """Draw the axis' ticks across one band, and further `lines` (place, look); return the middle of the band."""
        for _, x in scale.ticks:
            self.add(upright(x, self.y, self.y + height, "grid"))
        for x, look in lines:
            self.add(upright(x, self.y, self.y + height, look))
        middle = self.y + height / 2
        self.y += height + 5
        return middle

    def axis(self, scale: Axis, *, percent: bool = False) -> None:
        """Write the numbers of an axis."""
        for value, x in scale.ticks:
            text = scale.label(value, percent=percent)
            self.write(x, self.y + 9, text, "soft", font_size=SMALL - 0.5, text_anchor="middle")
        self.y += LEADING + 3

    def key(self, samples: Sequence[tuple[str, str]]) -> None:
        """Say what each mark means: (markup around 0 0, words)."""
        self.y += 5
        for sample, words in samples:
            self.add(f'<g transform="translate(14 {number(self.y + 7)})">{sample}</g>')
            self.paragraph(words, indent=34)

    def finish(self, name: str, title: str, desc: str, caption: str, figures: Figures) -> Picture:
        """Return the picture; `name` makes its ids differ from those of the other pictures of a page."""
        wide, high = number(self.wide), number(self.y + 3)
        ids = f"{escaped(name)}-title", f"{escaped(name)}-desc"
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}"'
            f' role="img" aria-labelledby="{ids[0]}" aria-describedby="{ids[1]}"'
            ' font-family="Dossier Sans, sans-serif">'
        )
        words = f'<title id="{ids[0]}">{escaped(title)}</title><desc id="{ids[1]}">{escaped(desc)}</desc>'
        return Picture(
            name, title, Svg(f"{head}{words}{''.join(self.parts)}</svg>"), caption, figures, self.wide > WIDTH
        )


def upright(x: float, top: float, bottom: float, look: str) -> str:
    """Return a line from top to bottom."""
    return element("path", look=look, d=f"M{number(x)} {number(top)}V{number(bottom)}")


def level(left: float, right: float, y: float, look: str) -> str:
    """Return a line from left to right."""
    return element("path", look=look, d=f"M{number(left)} {number(y)}H{number(right)}")
