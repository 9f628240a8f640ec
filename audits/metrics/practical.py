"""What a difference amounts to in people: the shortfall, the way to four fifths, and whether one person turns it.

The four-fifths line comes from a federal guideline on employee selection (29 CFR 1607.4(D)). Local Law 144 and the AI
Act set no such line.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Final

from audits.metrics.measures import Measure, Pair, nothing

FOUR_FIFTHS: Final = Fraction(4, 5)


def shortfall(pair: Pair) -> Measure:
    """Return how many selections fewer than at the pooled rate the category had, exactly; a surplus is negative.

    Formula: n₁·(s₁ + s₂)/(n₁ + n₂) − s₁.
    Source: 29 CFR 1607.4(D); expected selections at the pooled rate.

    >>> shortfall(Pair(34, 76, 50, 92))["shortfall"]
    Fraction(4, 1)
    """
    if reason := pair.empty():
        return nothing("shortfall", "expected shortfall", reason)
    expected = Fraction(pair.people * pair.chosen, pair.total)
    return Measure("shortfall", {"expected": expected, "shortfall": expected - pair.selected})


def four_fifths_selections(pair: Pair) -> Measure:
    """Return how many more of the category would have to be selected, all else the same, to reach four fifths.

    `below` is 1 where the exact ratio is below four fifths and 0 where it is not.

    Formula: the smallest whole x ≥ 0 with (s₁ + x)/n₁ ≥ 4/5 · s₂/n₂.
    Source: 29 CFR 1607.4(D).

    >>> four_fifths_selections(Pair(15, 40, 18, 28)).values
    {'below': 1, 'selections': 6}
    """
    if pair.ratio is None:
        return nothing("four-fifths-selections", "below selections", pair.empty() or _NO_RATIO)
    below = int(pair.ratio < FOUR_FIFTHS)
    return Measure("four-fifths-selections", {"below": below, "selections": selections_to(pair, FOUR_FIFTHS)})


def selections_to(pair: Pair, part: Fraction) -> int:
    """Return how many more of the category would have to be selected, all else the same, for this part of the
    reference's rate; someone has to be in both.

    >>> selections_to(Pair(15, 40, 18, 28), Fraction(1))
    11
    """
    wanted = part * Fraction(pair.reference_selected, pair.reference_people) * pair.people
    return max(0, ceil(wanted - pair.selected))


def flip_flop(pair: Pair) -> Measure:
    """Return the ratio after one selection moves from the reference to the category, and whether that turns the sign.

    `flips` is 1 where the ratio was below four fifths and the category then has the higher rate: a flag that hangs on
    one person is not to be relied on (question 21 of the guidelines' questions and answers).

    Formula: ((s₁ + 1)/n₁) / ((s₂ − 1)/n₂), the ratio after one selection moves; it flips from below 4/5 to above 1.
    Source: Questions and Answers on the Uniform Guidelines, question 21, 44 FR 11996 (1979).

    >>> flip_flop(Pair(2, 4, 12, 16)).values
    {'ratio_after': Fraction(12, 11), 'flips': 1}
    """
    names = "ratio_after flips"
    if pair.ratio is None:
        return nothing("flip-flop", names, pair.empty() or _NO_RATIO)
    if pair.selected == pair.people:
        return nothing("flip-flop", names, "Everybody of the category is selected, so no selection can move to it.")
    if pair.reference_selected == 1:
        return nothing("flip-flop", names, "The reference has one selection; without it there is nothing to divide by.")
    after = Pair(pair.selected + 1, pair.people, pair.reference_selected - 1, pair.reference_people).ratio
    flips = after is not None and pair.ratio < FOUR_FIFTHS and after > 1
    return Measure("flip-flop", {"ratio_after": after, "flips": int(flips)})


_NO_RATIO: Final = "Nobody of the reference was selected, so there is no ratio."
