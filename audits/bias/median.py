"""The exact median of the scores of a source, and how many people of each group are on its better side.

Counting passes find the middle ranks in bounded memory whatever the scores are: counts in ranges of values until the
range that holds the middle ranks is small, then that range score by score, with everyone beside it counted in the same
pass. Floats only sort scores into ranges, which rounding cannot disorder; the scores that decide are compared as exact
decimals. Nothing is interpolated or approximated, and every engine gives the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple, Protocol, TypeAlias

from audits.bias.aggregate import Beside, Ranged
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
    def beside(self, *roles: str, low: float, high: float) -> list[Beside]: ...


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
    first: Sequence[Ranged],
    *,
    samples: Sequence[InSample],
    higher: bool,
) -> list[Median]:
    """Return, for each sample, the median of its people over all `sources`, and who is strictly on its better side.

    `roles` begin with sex and race/ethnicity. `first` are the ranges that a first pass over all sources has counted; no
    sample may be empty. An even number of people takes the exact mean of the two middle scores. No score lies strictly
    between these two, so "above the mean" is "above the lower of them", and "below" is "below the upper"; the mean
    itself is never compared. Samples whose medians lie near each other share the last pass.
    """
    sizes = [sum(one.people for one in first if one.low is not None and sample(one.words[:2])) for sample in samples]
    ranks = [((size - 1) // 2, size // 2) for size in sizes]
    middles = [_narrowed(sources, first, pair, sample) for pair, sample in zip(ranks, samples, strict=True)]
    low, high = min(one.low for one in middles), max(one.high for one in middles)
    between = sum(
        one.lines
        for one in first
        if one.low is not None and one.high is not None and one.high >= low and one.low <= high
    )
    together = _beside(sources, roles, low, high) if between <= max(FEW, max(one.lines for one in middles)) else None
    return [
        _around(together or _beside(sources, roles, middle.low, middle.high), pair, size, sample, higher)
        for middle, pair, size, sample in zip(middles, ranks, sizes, samples, strict=True)
    ]


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


def _beside(sources: Sequence[Scored], roles: Sequence[str], low: float, high: float) -> list[list[Beside]]:
    return [rows.beside(*roles, low=low, high=high) for rows in sources]


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


def _around(
    beside: Sequence[Sequence[Beside]], ranks: tuple[int, int], size: int, sample: InSample, higher: bool
) -> Median:
    every = [one for found in beside for one in found]
    below = sum(one.people for one in every if one.side < 0 and sample(one.words[:2]))
    scores: dict[Decimal, int] = {}
    for one in every:
        if one.score is not None and sample(one.words[:2]):
            scores[one.score] = scores.get(one.score, 0) + one.people
    lower, upper = (_at(scores, rank - below) for rank in ranks)

    def counts(one: Beside) -> bool:
        if one.score is None:
            return one.side == (1 if higher else -1)
        return one.score > lower if higher else one.score < upper

    better = []
    for found in beside:
        sums: dict[Words, int] = {}
        for one in found:
            sums[one.words] = sums.get(one.words, 0) + one.people * counts(one)
        better.append(sums)
    at_median = scores[lower] if lower == upper else 0
    return Median(plain(mean(lower, upper)), size, at_median, tuple(better), sum(one.people for one in every))


def _at(scores: dict[Decimal, int], rank: int) -> Decimal:
    for score, people in sorted(scores.items()):
        if rank < people:
            return score
        rank -= people
    raise LookupError("The rank lies outside the range.")
