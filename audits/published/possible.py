"""Which rates a row can have had, and which impact ratios follow from them: exact sets, never a tolerance.

Where counts are printed a rate is one number. Where only a rounded rate is printed it is one of the whole numbers of
people that round to it; where not even the number of people is, anything that rounds to it. What follows for a ratio is
computed from these sets, so "does not follow" means that no numbers whatever give the printed digits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from typing import Final

from audits.published.printed import ROUNDINGS, Printed, Rounding, Span
from audits.published.tables import PublishedRow

MOST_TRIED: Final = 300
"""Up to so many whole numbers of selected people are tried one by one; above, the sets are dense enough as spans."""
_ALL: Final = Span(Fraction(0), Fraction(1))
_ENDLESS: Final = Fraction(10**12)
_MARGIN: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Rates:
    """All rates that one row can have: a span, in which only k/`people` occur where `people` is known."""

    span: Span
    people: int | None = None
    ends: tuple[float, float] = field(init=False, repr=False, compare=False)
    """The ends of the span as doubles, to see from afar what cannot meet."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "ends", (float(self.span.low), float(self.span.high)))

    @property
    def counts(self) -> range | None:
        """The numbers of selected people, where they are few enough to be tried one by one."""
        if self.people is None:
            return None
        found = range(ceil(self.span.low * self.people), floor(self.span.high * self.people) + 1)
        return found if len(found) <= MOST_TRIED else None


def whole(span: Span, people: int) -> Span:
    """Return the part of a span between its first and its last k/`people`.

    >>> whole(Span(Fraction("0.185"), Fraction("0.195")), 107)
    Span(low=Fraction(20, 107), high=Fraction(20, 107), low_in=True, high_in=True)
    """
    first, last = ceil(span.low * people), floor(span.high * people)
    if not span.low_in and span.low * people == first:
        first += 1
    if not span.high_in and span.high * people == last:
        last -= 1
    return Span(Fraction(first, people), Fraction(last, people))


def from_counts(row: PublishedRow) -> Fraction | None:
    """Return the exact rate where both counts are printed and possible."""
    if not row.applicants or row.selected is None or not 0 <= row.selected <= row.applicants:
        return None
    return Fraction(row.selected, row.applicants)


def contradicts(row: PublishedRow) -> bool:
    """Say whether the printed rate follows from the printed counts under no rounding."""
    exact = from_counts(row)
    return exact is not None and row.rate is not None and not any(row.rate.span(way).holds(exact) for way in ROUNDINGS)


def rates_of(row: PublishedRow, rounding: Rounding = "half-up") -> Rates | None:
    """Return the rates that a row can have; None where neither counts nor a usable rate are printed.

    The counts decide, unless the printed rate contradicts them. A truncated ratio may stand beside rates that were
    rounded, so `truncated` takes in both.
    """
    exact = from_counts(row)
    if exact is not None and not contradicts(row):
        return Rates(Span(exact, exact), row.applicants)
    if row.rate is None or row.nobody:
        return None
    span = row.rate.span(rounding)
    if rounding == "truncated":
        span = Span(row.rate.span("half-up").low, span.high, True, False)
    span = span.cut(_ALL)
    if span.empty:
        return None
    if row.applicants:
        counted = whole(span, row.applicants)
        if not counted.empty:
            return Rates(counted, row.applicants)
    return Rates(span)


def highest(of: Iterable[Rates]) -> Span | None:
    """Return the span of the highest of several rates: at least the greatest low end, at most the greatest high end."""
    spans = [rates.span for rates in of]
    if not spans:
        return None
    low, high = max(span.low for span in spans), max(span.high for span in spans)
    return Span(
        low,
        high,
        all(span.low_in for span in spans if span.low == low),
        any(span.high_in for span in spans if span.high == high),
    )


def ratios(own: Rates, best: Span, *, competes: bool) -> Span:
    """Return the span of own rate / benchmark rate, where `best` is the highest rate of the others.

    A row that `competes` for the benchmark is divided by its own rate where that is the highest: its ratio is 1 then.

    >>> rates = Rates(Span(Fraction("0.825"), Fraction("0.835")))
    >>> span = ratios(rates, Span(Fraction("0.855"), Fraction("0.865")), competes=True)
    >>> round(float(span.low), 4), round(float(span.high), 4)
    (0.9538, 0.9766)
    """
    top = own.span.high / best.low if best.low else _ENDLESS
    bottom = own.span.low / best.high if best.high else _ENDLESS
    found = Span(bottom, top, own.span.low_in and best.high_in, own.span.high_in and best.low_in if best.low else False)
    if not competes or top < 1:
        return found
    if bottom >= 1:
        return Span(Fraction(1), Fraction(1))
    return Span(found.low, Fraction(1), found.low_in, found.high_in or top > 1)


def follows(printed: Printed, rounding: Rounding, own: Rates, others: list[Rates], *, competes: bool) -> bool:
    """Say whether the printed ratio is one that the possible rates give."""
    if others and _far(printed, rounding, own, others, competes=competes):
        return False
    best, target = highest(others), printed.span(rounding)
    if best is None:
        return competes and own.span.high > 0 and target.holds(Fraction(1))
    if best.high == 0 and (not competes or own.span.high == 0):
        return False
    if not ratios(own, best, competes=competes).meets(target):
        return False
    if own.people is None:
        return True
    if competes and target.holds(Fraction(1)) and own.span.high >= best.low:
        return True
    benchmarks = _each(others, best)
    if benchmarks is None:
        return True
    bounds = target.cut(Span(Fraction(0), Fraction(1) if competes else _ENDLESS))
    return any(_count_fits(own, bounds, selected, people) for selected, people in benchmarks)


def _far(printed: Printed, rounding: Rounding, own: Rates, others: list[Rates], *, competes: bool) -> bool:
    """Say by doubles that a ratio lies so far from all possible ones that exact numbers need not be asked.

    The margin is many times what doubles lose, and whatever is nearer is decided exactly.
    """
    low, high = max(rates.ends[0] for rates in others), max(rates.ends[1] for rates in others)
    if low <= 0 or high <= 0:
        return False
    bottom, top = own.ends[0] / high, own.ends[1] / low
    if competes and top >= 1 - _MARGIN:
        bottom, top = min(bottom, 1.0), max(1.0, min(top, 1.0))
    least, most = printed.ends(rounding)
    margin = _MARGIN * max(1.0, abs(most), abs(top))
    return bottom > most + margin or top < least - margin


def _each(others: list[Rates], best: Span) -> list[tuple[int, int]] | None:
    """Return every (selected, people) that can be the highest of the others, where they are few."""
    found: list[tuple[int, int]] = []
    for rates in others:
        if rates.span.high < best.low:
            continue
        counts, people = rates.counts, rates.people
        if counts is None or people is None:
            return None
        first = max(counts.start, ceil(best.low * people))
        if not best.low_in and first == best.low * people:
            first += 1
        found += [(selected, people) for selected in range(first, counts.stop)]
        if len(found) > MOST_TRIED:
            return None
    return found


def _count_fits(own: Rates, bounds: Span, selected: int, people: int) -> bool:
    """Say whether a whole number of the row's own people gives a ratio within the bounds to one benchmark rate."""
    if not selected or own.people is None:
        return False
    low, high = bounds.low, bounds.high
    # own / own.people within low .. high times selected / people, in whole numbers, which are many times as fast.
    below, over = low.numerator * selected * own.people, low.denominator * people
    above, under = high.numerator * selected * own.people, high.denominator * people
    first = -(-below // over) + (not bounds.low_in and below % over == 0)
    last = above // under - (not bounds.high_in and above % under == 0)
    return max(first, ceil(own.span.low * own.people)) <= min(last, floor(own.span.high * own.people))
