"""How scores are spread in each group: a small histogram each on one axis, with the group's median and everybody's.

Bins come from counts of exact scores, so nobody's row is needed. Each group is drawn to its own height: shapes and
medians are compared whatever the sizes, and one person's bar does not flatten those of thousands.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final

from audits.metrics.plots.groups import NOBODY
from audits.metrics.plots.scale import Scale, from_to, shown, within
from compliance.lib.pictures.marks import hatch, mark
from compliance.lib.pictures.picture import LEFT, RIGHT, Figures, Picture, Sheet, level, upright
from compliance.lib.pictures.svg import element

_HIGH: Final = 30.0


@dataclass(frozen=True, slots=True)
class Spread:
    """The scores of one group: how many people in each bin, and the exact median (None for nobody)."""

    name: str
    counts: tuple[int, ...]
    median: Fraction | None

    @property
    def people(self) -> int:
        """How many people have a score."""
        return sum(self.counts)


def edges(low: Fraction, high: Fraction, *, most: int = 24) -> tuple[Fraction, ...]:
    """Return the edges of bins of one round width from at or below `low` to at or above `high`.

    >>> [str(edge) for edge in edges(Fraction(3), Fraction(17), most=5)]
    ['0', '5', '10', '15', '20']
    """
    return tuple(value for value, _ in from_to(low, high, 0, 1, most=most).ticks)


def binned(name: str, scores: Mapping[Fraction, int], bounds: Sequence[Fraction]) -> Spread:
    """Return the counts per bin, and the median, of people counted by their exact score.

    A bin holds its lower edge, and the last one its upper edge too. A score outside of all bins is a ValueError, since
    nobody may be lost from a picture.

    >>> binned("A", {Fraction(1): 2, Fraction(5): 1, Fraction(10): 1}, [Fraction(0), Fraction(5), Fraction(10)])
    Spread(name='A', counts=(2, 2), median=Fraction(3, 1))
    """
    counts = [0] * (len(bounds) - 1)
    for score, people in scores.items():
        if not bounds[0] <= score <= bounds[-1]:
            raise ValueError(f"The score {shown(score)} lies in no bin.")
        counts[min(bisect_right(bounds, score) - 1, len(counts) - 1)] += people
    return Spread(name, tuple(counts), _median(scores))


def distributions(
    name: str, title: str, bounds: Sequence[Fraction], groups: Sequence[Spread], *, everybody: Fraction | None
) -> Picture:
    """Draw one histogram a group; `everybody` is the median that splits the sample (6 RCNY § 5-300), drawn through all.

    >>> spreads = [Spread("Male", (2, 2), Fraction(3)), Spread("Female", (0, 0), None)]
    >>> bounds = [Fraction(0), Fraction(5), Fraction(10)]
    >>> distributions("s", "Scores", bounds, spreads, everybody=Fraction(4)).figures.rows
    (('Male', '4', '3', '2', '2'), ('Female', '0', '', '0', '0'))
    """
    if len({high - low for low, high in pairwise(bounds)}) != 1:
        raise ValueError("Bins are of one width; a broader one would look fuller than it is.")
    sheet = Sheet()
    axis = within(bounds[0], bounds[-1], LEFT, RIGHT)
    sheet.axis(axis)
    for group in groups:
        words = NOBODY if group.median is None else f"{_people(group.people)}, median {shown(group.median)}"
        sheet.heading(group.name, words, look="ink" if group.people else "soft")
        _histogram(sheet, axis, bounds, group, everybody)
    sheet.axis(axis)
    bar = element("rect", look="bar", x=-10, y=-6, width=9, height=12) + element(
        "rect", look="bar", x=1, y=-2, width=9, height=8
    )
    key = [(bar, "people of the group in each bin; each group is drawn to its own height")]
    key.append((mark("triangle", 0, 0, "median"), "median of the group"))
    if everybody is not None:
        key.append((upright(0, -7, 7, "middle"), f"median of everybody, {shown(everybody)}"))
    sheet.key(key)
    bins = [f"{shown(low)} to {shown(high)}" for low, high in pairwise(bounds)]
    rows = tuple(
        (one.name, f"{one.people:,}", "" if one.median is None else shown(one.median), *(f"{n:,}" for n in one.counts))
        for one in groups
    )
    middle = "" if everybody is None else f" The median of everybody is {shown(everybody)}."
    caption = f"A bin holds its lower edge, and the last one its upper edge too.{middle}"
    figures = Figures(title, ("Category", "People", "Median", *bins), rows)
    spoken = "; ".join(f"{row[0]}: {row[1]} people, median {row[2] or 'none'}" for row in rows)
    return sheet.finish(f"{name}-scores", title, f"{spoken}.{middle}", caption, figures)


def _histogram(
    sheet: Sheet,
    axis: Scale,
    bounds: Sequence[Fraction],
    group: Spread,
    everybody: Fraction | None,
) -> None:
    foot = sheet.y + _HIGH
    for _, x in axis.ticks:
        sheet.add(upright(x, sheet.y, foot, "grid"))
    if not group.people:
        sheet.add(hatch(LEFT, foot - 12, RIGHT - LEFT, 12))
    for low, high, count in zip(bounds, bounds[1:], group.counts, strict=False):
        if count:
            tall = max(1.0, _HIGH * count / max(group.counts))
            left, right = axis.at(low), axis.at(high)
            gap = 0.5 if right - left > 3 else 0.0
            sheet.add(
                element("rect", look="bar", x=left + gap, y=foot - tall, width=right - left - 2 * gap, height=tall)
            )
    sheet.add(level(LEFT, RIGHT, foot, "base"))
    if everybody is not None:
        sheet.add(upright(axis.at(everybody), sheet.y - 2, foot + 8, "middle"))
    if group.median is not None:
        sheet.add(mark("triangle", axis.at(group.median), foot + 5, "median"))
    sheet.y = foot + 14


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"


def _median(scores: Mapping[Fraction, int]) -> Fraction | None:
    people = sum(scores.values())
    if not people:
        return None
    wanted, seen, found = ((people + 1) // 2, people // 2 + 1), 0, []
    for score in sorted(scores):
        before, seen = seen, seen + scores[score]
        found += [score for place in wanted if before < place <= seen]
    return (found[0] + found[1]) / 2
