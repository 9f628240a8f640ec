"""The same counts under several readings of the rule: where each category's number lies under each of them.

The chosen reading is the filled circle; every other one has a shape and a letter of its own. A category whose number is
the same under all is counted, not drawn, so that the eye goes to those that change; the table has them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from string import ascii_uppercase

from audits.metrics.display import NO_NUMBER
from audits.metrics.plots.groups import FOUR_FIFTHS_WORDS
from audits.metrics.plots.scale import Scale, from_to
from audits.metrics.practical import FOUR_FIFTHS
from audits.metrics.rounding import decimals
from compliance.lib.pictures.marks import SHAPES, mark
from compliance.lib.pictures.picture import LEFT, RIGHT, Figures, Picture, Sheet, level


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading: its name in words, and whether it is the one that the audit chose."""

    name: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """One category: a number for each reading, or the word for why there is none (such as `left out`)."""

    name: str
    values: tuple[Fraction | str, ...]

    @property
    def changes(self) -> bool:
        """Whether the readings give more than one answer."""
        return len(set(self.values)) > 1


def readings(name: str, title: str, among: Sequence[Reading], rows: Sequence[Read]) -> Picture:
    """Draw the categories that a reading changes under every reading; one of these, and only one, is the chosen one.

    Anything else, and more than 26 readings, is a ValueError.

    >>> among = [Reading("benchmark among kept categories", chosen=True), Reading("benchmark among all")]
    >>> rows = [Read("Male", (Fraction(1), Fraction(4, 5))), Read("Female", ("left out", "left out"))]
    >>> readings("r", "Race", among, rows).figures.rows
    (('Male', '1.000', '0.800', 'changes'), ('Female', 'left out', 'left out', ''))
    """
    if [one.chosen for one in among].count(True) != 1 or len(among) > len(ascii_uppercase):
        raise ValueError("One of the readings, and only one, is the chosen one, and there are no more than 26.")
    numbers = [value for row in rows for value in row.values if isinstance(value, Fraction)]
    scale = from_to(min([FOUR_FIFTHS, *numbers]), max([Fraction(1), *numbers]), LEFT, RIGHT)
    shapes = _shapes(among)
    sheet = Sheet()
    sheet.axis(scale)
    changed = [row for row in rows if row.changes]
    for row in changed:
        _draw(sheet, scale, row, among, shapes)
    sheet.axis(scale)
    if len(changed) < len(rows):
        sheet.paragraph(_same(len(rows) - len(changed), bool(changed)))
    key = [
        (mark(shapes[place], 0, 0, "solid" if one.chosen else "outline"), f"{_letter(place)}: {_name(one)}")
        for place, one in enumerate(among)
    ]
    sheet.key([*key, (level(-13, 13, 0, "context"), FOUR_FIFTHS_WORDS)])
    figures = Figures(
        title,
        ("Category", *(f"{_letter(place)}: {_name(one)}" for place, one in enumerate(among)), "Change"),
        tuple((row.name, *(_shown(value) for value in row.values), "changes" if row.changes else "") for row in rows),
    )
    spoken = "; ".join(f"{row.name}: {_told(row, among)}" for row in changed) or "No number changes"
    caption = f"The ratios of {len(changed)} of {len(rows)} categories change with the reading."
    return sheet.finish(f"{name}-readings", title, f"{caption} {spoken}.", caption, figures)


def _draw(sheet: Sheet, scale: Scale, row: Read, among: Sequence[Reading], shapes: Sequence[str]) -> None:
    sheet.heading(row.name, "")
    y = sheet.band(scale, [(scale.at(FOUR_FIFTHS), "context"), (scale.at(Fraction(1)), "base")])
    found = [(scale.at(value), place) for place, value in enumerate(row.values) if isinstance(value, Fraction)]
    if found:
        sheet.add(level(min(found)[0], max(found)[0], y, "interval"))
    chosen = next(place for place, one in enumerate(among) if one.chosen)
    drawn = dict(reversed(found)) | {x: place for x, place in found if place == chosen}
    for x, place in drawn.items():  # of those that agree one mark, the chosen one's where it is among them
        sheet.add(mark(shapes[place], x, y, "solid" if place == chosen else "outline"))
    sheet.y -= 3
    sheet.paragraph(_told(row, among))
    sheet.y += 8


def _same(count: int, others: bool) -> str:
    """Say how many categories are not drawn, since no reading changes them."""
    which = "other " if others else ""
    return (
        f"The {which}category has the same ratio under every reading."
        if count == 1
        else f"The {which}{count} categories each have the same ratio under every reading."
    )


def _shapes(among: Sequence[Reading]) -> list[str]:
    """Give the chosen reading the circle, and the others the next shapes in turn."""
    others = [shape for shape in SHAPES if shape != "circle"]
    order = iter(range(len(among)))
    return ["circle" if one.chosen else others[next(order) % len(others)] for one in among]


def _told(row: Read, among: Sequence[Reading]) -> str:
    """Say each distinct number once, with the letters of the readings that give it."""
    said: dict[Fraction | str, list[str]] = {}
    for place, value in enumerate(row.values):
        said.setdefault(value, []).append(_letter(place))
    return "; ".join(f"{', '.join(letters)}: {_shown(value)}" for value, letters in said.items())


def _letter(place: int) -> str:
    return ascii_uppercase[place]


def _name(one: Reading) -> str:
    return f"{one.name} (chosen)" if one.chosen else one.name


def _shown(value: Fraction | str) -> str:
    return decimals(value, 3) if isinstance(value, Fraction) else value or NO_NUMBER
