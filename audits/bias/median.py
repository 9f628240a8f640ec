"""The exact median of the scores of a source, and how many people of each group are on its better side.

Counting passes find the middle ranks in bounded memory whatever the scores are: counts in ranges of values until the
range that holds the middle ranks is small, then that range score by score, with everyone beside it counted in the same
pass. Floats only sort scores into ranges, which rounding cannot disorder; the scores that decide are compared as exact
decimals. Nothing is interpolated or approximated, and every engine gives the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple, Protocol, TypeAlias

from audits.bias.aggregate import Beside, Ranged
from audits.bias.guess import Grid
from audits.metrics import scores
from audits.metrics.rounding import mean, plain

FEW: Final = 100_000
"""A range with no more lines than this is read score by score."""

Words: TypeAlias = tuple[str, ...]
InSample: TypeAlias = Callable[[Words], bool]
"""Says of the raw words of sex and race/ethnicity whether such people belong to the sample of the median."""


@dataclass(frozen=True, slots=True)
class Median:
    """The median of the sample, and what lies around it.

    `better` is, for each source, the number of people strictly on the better side by the raw words of all roles, in the
    sample or not; `people` is how many were met in all, for a source may change while it is read.
    """

    value: str
    sample_size: int
    at_median: int
    better: tuple[dict[Words, int], ...]
    people: int


class Scored(Protocol):
    """What is asked of a source to find a median (:class:`audits.bias.aggregate.Rows`)."""

    def ranged(self, *roles: str, low: float, high: float) -> list[Ranged]: ...
    def beside(self, *roles: str, low: float, high: float, edges: Sequence[Decimal]) -> list[Beside]: ...
    def decimal(self, score: float) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class Found:
    """The median of each sample, and how all scores are spread.

    `edges` are those of bins; `bins` hold, for each source and by the raw words of all roles, the people by place: 0 is
    the first bin. A score below all bins by less than a double can tell is at -1, above all at the number of bins.
    """

    medians: list[Median]
    edges: tuple[Decimal, ...]
    bins: tuple[dict[Words, dict[int, int]], ...]


class _Range(NamedTuple):
    low: float
    high: float
    lines: int
    people: int
    wide: bool = False
    """Whether any of its places holds more than one score."""


def find(
    sources: Sequence[Scored],
    roles: Sequence[str],
    counted: Sequence[Sequence[Ranged]],
    *,
    samples: Sequence[InSample],
    higher: bool,
    grid: Grid | None = None,
) -> Found:
    """Return, for each sample, the median of its people over all `sources`, and who is strictly on its better side.

    `roles` begin with sex and race/ethnicity. `counted` are the ranges that a first pass over each source has counted,
    those of a `grid` where it went by one; no sample may be empty. An even number of people takes the exact mean of the
    two middle scores. No score lies strictly between these two, so "above the mean" is "above the lower of them", and
    "below" is "below the upper"; the mean itself is never compared. A grid that held every middle score is enough; else
    samples whose medians lie near each other share the last pass.
    """
    first = [one for found in counted for one in found]
    bounds = _edges(sources, counted)
    sizes = [sum(one.people for one in first if one.low is not None and sample(one.words[:2])) for sample in samples]
    ranks = [((size - 1) // 2, size // 2) for size in sizes]
    if grid is not None and (known := _known(grid, counted, bounds)) is not None:
        sides = _sides(known)
        if _holds(sides, ranks, samples):
            return _found([[sides]], [known], ranks, sizes, samples, higher, bounds)
    middles = [_narrowed(sources, first, pair, sample) for pair, sample in zip(ranks, samples, strict=True)]
    low, high = min(one.low for one in middles), max(one.high for one in middles)
    between = sum(
        one.lines
        for one in first
        if one.low is not None and one.high is not None and one.high >= low and one.low <= high
    )
    near = between <= max(FEW, max(one.lines for one in middles))
    # Samples that lie far from each other take a pass each; everybody is in a bin after the first.
    ranges = [(low, high)] if near else [(one.low, one.high) for one in middles]
    passes = [
        [rows.beside(*roles, low=low, high=high, edges=() if place else bounds) for rows in sources]
        for place, (low, high) in enumerate(ranges)
    ]
    every = [[_sides(found) for found in one] for one in passes]
    return _found(every, passes[0], ranks, sizes, samples, higher, bounds)


def _found(
    sides: Sequence[Sequence[Mapping[Words, _Sides]]],
    binned: Sequence[Sequence[Beside]],
    ranks: Sequence[tuple[int, int]],
    sizes: Sequence[int],
    samples: Sequence[InSample],
    higher: bool,
    bounds: tuple[Decimal, ...],
) -> Found:
    """Return the medians and the bins: `sides` are of one pass over all sources for each sample, or one for all."""
    each = [*sides] * (len(samples) // len(sides))
    found = [_around(*one, higher) for one in zip(each, ranks, sizes, samples, strict=True)]
    return Found(found, bounds, tuple(_binned(one, bounds) for one in binned))


def _known(
    grid: Grid,
    counted: Sequence[Sequence[Ranged]],
    bounds: Sequence[Decimal],
) -> list[Beside] | None:
    """Return what a first pass by a grid knows of sides and bins, None where it does not know every bin."""
    bins: dict[int, int | None] = {}
    found = []
    [of_one] = counted
    for one in of_one:
        if one.low is None or one.place is None:  # nobody
            continue
        if one.score is not None:
            found.append(Beside(one.words, grid.side_of(one.low), 0, one.score, one.people))
            continue
        if one.place not in bins:
            bins[one.place] = grid.bin_of(one.place, bounds)
        if (place := bins[one.place]) is None:
            return None
        found.append(Beside(one.words, grid.side_of(one.low), place, None, one.people))
    return found


def _holds(sides: Mapping[Words, _Sides], ranks: Sequence[tuple[int, int]], samples: Sequence[InSample]) -> bool:
    """Say whether the middle scores of all samples are among those that came exactly."""
    for (lower, upper), sample in zip(ranks, samples, strict=True):
        inside = [one for words, one in sides.items() if sample(words[:2])]
        below = sum(one.below for one in inside)
        if not below <= lower <= upper < below + sum(people for one in inside for _, people in one.within):
            return False
    return True


def _edges(sources: Sequence[Scored], counted: Sequence[Sequence[Ranged]]) -> tuple[Decimal, ...]:
    """Return the edges of bins for all scores, from the lowest and the highest as the sources would write them."""
    ends = [
        rows.decimal(end)
        for rows, found in zip(sources, counted, strict=True)
        for one in (min, max)
        if (end := one((score for each in found for score in (each.low, each.high) if score is not None), default=None))
        is not None
    ]
    return scores.edges(min(ends), max(ends), whole=not any(one.broken for found in counted for one in found))


def _binned(found: Sequence[Beside], bounds: Sequence[Decimal]) -> dict[Words, dict[int, int]]:
    """Return people by words and place; an exact score knows its place better than a double."""
    sums: dict[Words, dict[int, int]] = {}
    for one in found:
        place = one.place if one.score is None else scores.place(bounds, one.score)
        counts = sums.setdefault(one.words, {})
        counts[place] = counts.get(place, 0) + one.people
    return sums


def _narrowed(sources: Sequence[Scored], first: Sequence[Ranged], ranks: tuple[int, int], sample: InSample) -> _Range:
    """Return a range that holds both ranks and few lines, or one that floats cannot divide."""
    middle = _middle(first, ranks, sample)
    while middle.lines > FEW and middle.wide:
        finer = [
            one for rows in sources for one in rows.ranged("sex", "race_ethnicity", low=middle.low, high=middle.high)
        ]
        found = _middle(finer, ranks, sample)
        if (found.low, found.high) == (middle.low, middle.high):  # too narrow to be divided by floats
            break
        middle = found
    return middle


def _middle(ranged: Sequence[Ranged], ranks: tuple[int, int], sample: InSample) -> _Range:
    """Return the range that holds both ranks: from the lowest to the highest score of their places."""
    places: dict[int, _Range] = {}
    for one in ranged:
        if one.place is None or one.low is None or one.high is None or not sample(one.words[:2]):
            continue
        known = places.get(one.place, _Range(one.low, one.high, 0, 0))
        low, high = min(known.low, one.low), max(known.high, one.high)
        places[one.place] = _Range(low, high, known.lines + one.lines, known.people + one.people)
    before, held = 0, list[_Range]()
    for _, place in sorted(places.items()):
        if any(before <= rank < before + place.people for rank in ranks):
            held.append(place)
        before += place.people
    lines, people = sum(one.lines for one in held), sum(one.people for one in held)
    return _Range(held[0].low, held[-1].high, lines, people, any(one.low < one.high for one in held))


@dataclass(slots=True)
class _Sides:
    """People of one group below and above a range, and in it by their exact score, as often as it was met."""

    below: int
    above: int
    within: list[tuple[Decimal, int]]


def _sides(found: Sequence[Beside]) -> dict[Words, _Sides]:
    sides: dict[Words, _Sides] = {}
    for words, side, _, score, people in found:
        one = sides.get(words)
        if one is None:
            one = sides[words] = _Sides(0, 0, [])
        if side < 0:
            one.below += people
        elif side > 0:
            one.above += people
        elif score is not None:
            one.within.append((score, people))
    return sides


def _around(
    found: Sequence[Mapping[Words, _Sides]], ranks: tuple[int, int], size: int, sample: InSample, higher: bool
) -> Median:
    inside = [one for sides in found for words, one in sides.items() if sample(words[:2])]
    below = sum(one.below for one in inside)
    within: dict[Decimal, int] = {}
    for one in inside:
        for score, people in one.within:
            within[score] = within.get(score, 0) + people
    ordered = sorted(within)
    lower, upper = (_at(ordered, within, rank - below) for rank in ranks)

    def better(one: _Sides) -> int:
        if higher:
            return one.above + sum(people for score, people in one.within if score > lower)
        return one.below + sum(people for score, people in one.within if score < upper)

    at_median = within[lower] if lower == upper else 0
    beyond = tuple({words: better(one) for words, one in sides.items()} for sides in found)
    people = sum(one.below + one.above + sum(n for _, n in one.within) for sides in found for one in sides.values())
    return Median(plain(mean(lower, upper)), size, at_median, beyond, people)


def _at(ordered: Sequence[Decimal], within: Mapping[Decimal, int], rank: int) -> Decimal:
    for score in ordered:
        if rank < within[score]:
            return score
        rank -= within[score]
    raise LookupError("The rank lies outside the range.")
