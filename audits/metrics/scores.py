"""How the scores of each category are spread: people counted in bins of one width, on exact decimal edges.

The bins follow from the lowest and the highest score alone, so every engine that reads the same rows draws the same
ones. They are part of the sufficient statistic: no score of a single person is needed for a picture, and a category of
fewer than five people has none at all.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final, TypeAlias

from audits.metrics.counts import Cell
from audits.metrics.rounding import plain

MOST: Final = 24
"""No more bins than this between the lowest and the highest score."""
FEWEST_PEOPLE: Final = 5
"""A category of fewer people is given as a count only: where so few scored would say how one person did."""
_NARROWEST: Final = Fraction(1, 10**300)
_WIDE: Final = Context(prec=20_000)
_EDGE: Final = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?")
RULE: Final = (
    f"Bins have one width, the narrowest of 1, 2 or 5 times a power of ten that needs at most {MOST} bins from the "
    "lowest to the highest score, and no less than 1 where all scores are whole. A bin holds its lower edge and not "
    f"its upper one. Categories of fewer than {FEWEST_PEOPLE} people are given as counts only."
)

People: TypeAlias = tuple[str | None, str | None]
"""Sex and race/ethnicity of a cell; None is unknown."""


def edges(low: Decimal, high: Decimal, *, whole: bool = False) -> tuple[Decimal, ...]:
    """Return the edges of the bins for scores from `low` to `high`; `whole` says that no score has a fraction.

    >>> [str(edge) for edge in edges(Decimal("0.1"), Decimal("4.9"))][:4]
    ['0', '0.5', '1', '1.5']
    >>> [str(edge) for edge in edges(Decimal(1), Decimal(5), whole=True)]
    ['1', '2', '3', '4', '5', '6']
    """
    least, most = Fraction(low), Fraction(high)
    width = next(one for one in _widths(most - least, whole) if most // one - least // one < MOST)
    first, last = least // width, most // width + 1
    return tuple(_decimal(number, width) for number in range(first, last + 1))


def _widths(span: Fraction, whole: bool) -> Iterator[Fraction]:
    """Yield 1, 2 and 5 times powers of ten, from one that is too narrow for `span`."""
    if not span:
        yield Fraction(1)
    power = Fraction(1) if whole else max(_NARROWEST, Fraction(10) ** (_power_below(span) - 2))
    while True:
        yield from (power, power * 2, power * 5)
        power *= 10


def _power_below(span: Fraction) -> int:
    """Return the power of ten at or one below the span."""
    return len(str(span.numerator)) - len(str(span.denominator)) - 1


def _decimal(number: int, width: Fraction) -> Decimal:
    value, places = number * width, 0
    while value.denominator != 1:
        value, places = value * 10, places + 1
    return Decimal(value.numerator).scaleb(-places, context=_WIDE)


def wider(bounds: Sequence[Decimal], place: int) -> tuple[Decimal, ...]:
    """Return the edges with one bin more, below for a `place` of -1 and above otherwise.

    A score can lie beyond all bins by less than a double tells, for doubles chose them.

    >>> [str(edge) for edge in wider([Decimal(0), Decimal(5)], -1)]
    ['-5', '0', '5']
    """
    with localcontext(_WIDE):
        width = bounds[1] - bounds[0]
        return (bounds[0] - width, *bounds) if place < 0 else (*bounds, bounds[-1] + width)


@dataclass(frozen=True, slots=True)
class Scores:
    """People of each cell in each bin; None for a cell that is given as a count only.

    >>> Scores((Decimal(0), Decimal(5)), {("Male", None): (6, 1)})
    Traceback (most recent call last):
    ValueError: A histogram of 2 bins does not fit 2 edges.
    """

    edges: tuple[Decimal, ...]
    bins: Mapping[People, tuple[int, ...] | None]

    def __post_init__(self) -> None:
        for counts in self.bins.values():
            if counts is not None and len(counts) != len(self.edges) - 1:
                raise ValueError(f"A histogram of {len(counts)} bins does not fit {len(self.edges)} edges.")

    def as_json(self, cells: Iterable[Cell]) -> dict[str, Any]:
        """Return what a result document holds, cell by cell: histograms, but of small groups nothing."""
        return {
            "rule": RULE,
            "edges": [plain(edge) for edge in self.edges],
            "cells": [
                {"sex": cell.sex, "race_ethnicity": cell.race_ethnicity, "bins": self._disclosed(cell)}
                for cell in cells
            ],
        }

    def _disclosed(self, cell: Cell) -> list[int] | None:
        counts = self.bins.get((cell.sex, cell.race_ethnicity))
        return None if counts is None or cell.applicants < FEWEST_PEOPLE else list(counts)

    @classmethod
    def from_json(cls, data: Any) -> Scores:
        """Read what a result document holds; anything strange in it is a ValueError."""
        if not isinstance(data, Mapping) or set(data) != {"rule", "edges", "cells"}:
            raise ValueError("Scores hold a rule, edges and cells, and nothing else.")
        if any(not isinstance(edge, str) or not _EDGE.fullmatch(edge) for edge in data["edges"]):
            raise ValueError("An edge of a bin is not written as an exact decimal.")
        bounds = tuple(Decimal(edge) for edge in data["edges"])
        widths = {Fraction(high) - Fraction(low) for low, high in pairwise(bounds)}
        if len(widths) != 1 or min(widths) <= 0:
            raise ValueError("The bins of the scores are not of one width.")
        found: dict[People, tuple[int, ...] | None] = {}
        for one in data["cells"]:
            counts = one["bins"]
            if counts is not None and any(type(count) is not int or count < 0 for count in counts):
                raise ValueError("People in a bin are a whole number.")
            found[one["sex"], one["race_ethnicity"]] = None if counts is None else tuple(counts)
        return cls(bounds, found)

    def of(self, belongs: Callable[[People], bool]) -> tuple[int, ...]:
        """Return the histogram of the cells that belong, without those that are given as counts only."""
        held = [counts for people, counts in self.bins.items() if counts is not None and belongs(people)]
        return tuple(map(sum, zip(*held, strict=True))) if held else (0,) * (len(self.edges) - 1)

    def around(self, people: People, median: Decimal, *, higher: bool) -> tuple[int, int]:
        """Return the fewest and the most people of a cell who can be strictly on the better side of a median.

        >>> scores = Scores((Decimal(0), Decimal(5), Decimal(10)), {("Male", None): (3, 2)})
        >>> scores.around(("Male", None), Decimal(5), higher=True)
        (0, 2)
        >>> scores.around(("Male", None), Decimal(5), higher=False)
        (3, 3)
        """
        fewest = most = 0
        for (low, high), count in zip(pairwise(self.edges), self.bins[people] or (), strict=False):
            surely = low > median if higher else high <= median
            perhaps = high > median if higher else low < median
            fewest, most = fewest + count * surely, most + count * perhaps
        return fewest, most


def histograms(bounds: Sequence[Decimal], found: Mapping[People, Mapping[int, int]]) -> Scores:
    """Return the histograms of cells from people by place: 0 is the first bin, -1 below it; nobody is lost.

    >>> histograms([Decimal(0), Decimal(5)], {("Male", None): {0: 3, 1: 2}}).bins
    {('Male', None): (3, 2)}
    """
    chosen, shift = tuple(bounds), 0
    places = {place for counts in found.values() for place, people in counts.items() if people}
    if min(places, default=0) < 0:
        chosen, shift = wider(chosen, -1), 1
    if max(places, default=0) + shift > len(chosen) - 2:
        chosen = wider(chosen, 1)
    every = range(-shift, len(chosen) - 1 - shift)
    return Scores(chosen, {people: tuple(counts.get(place, 0) for place in every) for people, counts in found.items()})


def place(bounds: Sequence[Decimal], score: Decimal) -> int:
    """Return the number of the bin that holds an exact score.

    >>> place([Decimal(0), Decimal(5), Decimal(10)], Decimal(5))
    1
    """
    return bisect_right(bounds, score) - 1
