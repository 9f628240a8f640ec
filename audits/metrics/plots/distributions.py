"""How scores are spread in each group: a small histogram each on one axis, with the median that splits the sample.

Each group is drawn to its own height: shapes are compared whatever the sizes, and one person's bar does not flatten
those of thousands. Where a group's own median lies is known to its bins, and no finer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from math import ceil
from typing import Final

from audits.metrics.plots.groups import NOBODY
from audits.metrics.plots.scale import Scale, shown, within
from compliance.lib.pictures.lettering import width
from compliance.lib.pictures.marks import hatch
from compliance.lib.pictures.picture import LEFT, RIGHT, SMALL, WIDTH, Figures, Picture, Sheet, level, upright
from compliance.lib.pictures.svg import element

_HIGH: Final = 30.0
_LONGEST: Final = 11
"""A number of more characters is written with an exponent in a picture; the table has all its digits."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The scores of one group: all its people, and how many of them are in each bin.

    People of a group, or of a part of it, that is given as a count only are in no bin.
    """

    name: str
    people: int
    counts: tuple[int, ...]

    @property
    def hidden(self) -> int:
        """How many people are in no bin."""
        return self.people - sum(self.counts)

    def median(self, bounds: Sequence[Fraction]) -> tuple[Fraction, Fraction] | None:
        """Return between which edges the group's median lies, wherever the people in no bin have their scores.

        >>> Spread("A", 5, (2, 3, 0)).median([Fraction(0), Fraction(5), Fraction(10), Fraction(15)])
        (Fraction(5, 1), Fraction(10, 1))
        """
        known = sum(self.counts)
        if not known:
            return None
        upto = list(accumulate(self.counts))
        low, high = max(0, (self.people - 1) // 2 - self.hidden), min(known - 1, self.people // 2)
        first, last = (next(place for place, sum_ in enumerate(upto) if rank < sum_) for rank in (low, high))
        return bounds[first], bounds[last + 1]


@dataclass(frozen=True, slots=True)
class _Axis:
    """The axis of the bins, with as many of its round numbers as there is room for."""

    scale: Scale

    @property
    def ticks(self) -> Sequence[tuple[Fraction, float]]:
        wide = {value: width(_short(value), SMALL) for value, _ in self.scale.ticks}
        inside = [(value, x) for value, x in self.scale.ticks if wide[value] / 2 <= min(x, WIDTH - x) + 4]
        return inside[:: max(1, ceil(len(inside) * (max(wide.values(), default=1) + 8) / (RIGHT - LEFT)))]

    def label(self, value: Fraction, *, percent: bool = False) -> str:
        return _short(value)


def distributions(
    name: str, title: str, bounds: Sequence[Fraction], groups: Sequence[Spread], *, everybody: Fraction | None
) -> Picture:
    """Draw one histogram a group; `everybody` is the median that splits the sample (6 RCNY § 5-300), drawn through all.

    >>> spreads = [Spread("Male", 4, (2, 2)), Spread("Female", 3, (0, 0)), Spread("Unknown", 0, (0, 0))]
    >>> bounds = [Fraction(0), Fraction(5), Fraction(10)]
    >>> for row in distributions("s", "Sex", bounds, spreads, everybody=Fraction(4)).figures.rows:
    ...     print(row)
    ('Male', '4', '0 to 10', '0 to 5: 2; 5 to 10: 2')
    ('Female', '3', '', 'a count only')
    ('Unknown', '0', '', 'no one')
    """
    if len({high - low for low, high in pairwise(bounds)}) != 1:
        raise ValueError("Bins are of one width; a broader one would look fuller than it is.")
    sheet, scale = Sheet(), within(bounds[0], bounds[-1], LEFT, RIGHT)
    axis = _Axis(scale)
    sheet.axis(axis)
    for group in groups:
        sheet.heading(group.name, _words(group), look="ink" if sum(group.counts) else "soft")
        _histogram(sheet, scale, bounds, group, everybody)
    sheet.axis(axis)
    bar = element("rect", look="bar", x=-10, y=-6, width=9, height=12)
    bar += element("rect", look="bar", x=1, y=-2, width=9, height=8)
    key = [(bar, "people of the group in each bin; each group is drawn to its own height")]
    if any(group.median(bounds) for group in groups):
        key.append((_bracket(-10, 10, 0), "the bins that hold the group's own median"))
    if any(not sum(group.counts) for group in groups):
        key.append((hatch(-12, -5, 24, 10), "no one, or too few people to show more than their number"))
    if everybody is not None:
        key.append((upright(0, -7, 7, "middle"), f"median of the sample, {_short(everybody)}"))
    sheet.key(key)
    rows = tuple(_row(group, bounds) for group in groups)
    full = f"Scores: {title}"
    middle = "" if everybody is None else f" The median of the sample is {shown(everybody)}."
    caption = f"A bin of scores holds its lower edge and not its upper one.{middle}"
    spoken = "; ".join(f"{row[0]}: {row[1]} people, median {row[2] or 'not known'}" for row in rows)
    figures = Figures(full, ("Category", "People", "Median of the group", "People by score"), rows, has_lists=True)
    return sheet.finish(f"{name}-scores", full, f"{spoken}.{middle}", caption, figures)


def _row(group: Spread, bounds: Sequence[Fraction]) -> tuple[str, str, str, str]:
    middle = group.median(bounds)
    between = "" if middle is None else f"{shown(middle[0])} to {shown(middle[1])}"
    return group.name, f"{group.people:,}", between, "; ".join(_told(group, bounds))


def _told(group: Spread, bounds: Sequence[Fraction]) -> Iterator[str]:
    for (low, high), count in zip(pairwise(bounds), group.counts, strict=True):
        if count:
            yield f"{shown(low)} to {shown(high)}: {count:,}"
    if not group.people:
        yield NOBODY
    elif group.hidden == group.people:
        yield "a count only"
    elif group.hidden:
        yield f"counted only: {group.hidden:,}"


def _histogram(
    sheet: Sheet, scale: Scale, bounds: Sequence[Fraction], group: Spread, everybody: Fraction | None
) -> None:
    foot = sheet.y + (_HIGH if sum(group.counts) else 12)
    for _, x in scale.ticks:
        sheet.add(upright(x, sheet.y, foot, "grid"))
    if not sum(group.counts):
        sheet.add(hatch(LEFT, foot - 12, RIGHT - LEFT, 12))
    for (low, high), count in zip(pairwise(bounds), group.counts, strict=True):
        if count:
            tall = max(1.0, _HIGH * count / max(group.counts))
            left, right = scale.at(low), scale.at(high)
            gap = 0.5 if right - left > 3 else 0.0
            sheet.add(
                element("rect", look="bar", x=left + gap, y=foot - tall, width=right - left - 2 * gap, height=tall)
            )
    sheet.add(level(LEFT, RIGHT, foot, "base"))
    if everybody is not None:
        sheet.add(upright(scale.at(everybody), sheet.y - 2, foot + 8, "middle"))
    if middle := group.median(bounds):
        sheet.add(_bracket(scale.at(middle[0]), scale.at(middle[1]), foot + 5))
    sheet.y = foot + 14


def _bracket(left: float, right: float, y: float) -> str:
    return element("rect", look="median", x=left, y=y - 2, width=right - left, height=4)


def _words(group: Spread) -> str:
    people = "1 person" if group.people == 1 else f"{group.people:,} people"
    if not group.people:
        return NOBODY
    if group.hidden == group.people:
        return f"{people}, a count only"
    return f"{people}, {group.hidden:,} as a count only" if group.hidden else people


def _short(value: Fraction) -> str:
    text = shown(value)
    return text if len(text) <= _LONGEST else f"{Decimal(value.numerator) / Decimal(value.denominator):.3g}"
