"""Tests of one category beside another, and of all categories at once.

A small p-value says that chance alone would rarely make a difference this large; it says neither that a difference
matters nor why it is there. A large one is no proof of equal treatment, least of all with few people.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import Final

from audits.metrics import tails
from audits.metrics.measures import Chance, Measure, Pair, Value, check_counts, nothing

SMALL_EXPECTED: Final = 5
"""Below this expected count in any cell of the two by two table the normal approximation is not relied on."""
EXACT_UP_TO: Final = 400
"""Up to this many people Fisher's test is computed in whole numbers throughout."""
_LIKE: Final = 1 + 1e-7
"""Tables are taken as equally likely up to this factor, as R does, because floats split ties."""
_REACH: Final = 40
"""How many standard deviations from the mode probabilities are followed; beyond, no double is above zero."""


def normal_p(z: float, square: Fraction | None = None) -> float | Decimal:
    """Return the two-sided p-value of a standard normal number; `square` is its exact square, where there is one.

    >>> round(normal_p(1.959964), 6), f"{normal_p(40.0):.3E}"
    (0.05, '7.312E-350')
    """
    p = math.erfc(abs(z) / math.sqrt(2))
    return p if p >= tails.LEAST else tails.normal(Fraction(z) ** 2 if square is None else square)


def chi_square_p(statistic: Fraction | float, degrees: int) -> float | Decimal:
    """Return the chance of a chi-square number at least as large.

    >>> round(chi_square_p(3.841459, 1), 6), f"{chi_square_p(1600.0, 3):.3E}"
    (0.05, '1.171E-346')
    """
    from scipy.special import chdtrc

    p = float(chdtrc(degrees, float(statistic)))
    return p if p >= tails.LEAST else tails.chi_square(Fraction(statistic), degrees)


def smallest_expected(pair: Pair) -> Fraction:
    """Return the smallest of the four expected counts of the two by two table, exactly.

    >>> smallest_expected(Pair(7, 17, 215, 412))
    Fraction(1173, 143)
    """
    side = min(pair.people, pair.reference_people)
    return Fraction(side * min(pair.chosen, pair.total - pair.chosen), pair.total)


def pooled_z(pair: Pair) -> Measure:
    """Return the two-sample z with pooled rate and its two-sided p-value; below the reference z is negative.

    Formula: (p₁ − p₂) / √(p(1 − p)(1/n₁ + 1/n₂)), p = (s₁ + s₂)/(n₁ + n₂); two-sided p from the normal distribution.
    Source: Pearson (1900), Philosophical Magazine 50, 157–175; its square is the chi-square of the two by two table.

    >>> found = pooled_z(Pair(555, 1181, 667, 1390))
    >>> round(found.number("z"), 6), round(found.number("p"), 8)
    (-0.501709, 0.61587257)
    """
    reason = _uninformative(pair)
    if reason:
        return nothing("pooled-z", "z p", reason)
    cross = pair.selected * pair.reference_people - pair.reference_selected * pair.people
    square = Fraction(
        cross * cross * pair.total,
        pair.people * pair.reference_people * pair.chosen * (pair.total - pair.chosen),
    )
    z = math.copysign(math.sqrt(square), cross) if cross else 0.0
    return Measure("pooled-z", {"z": z, "p": normal_p(z, square)})


def fisher(pair: Pair) -> Measure:
    """Return Fisher's exact two-sided p-value, an exact fraction up to 400 people.

    Formula: the sum of the hypergeometric probabilities of the tables with these margins that are no likelier than
        this.
    Source: Fisher (1935), Journal of the Royal Statistical Society 98, 39–82.

    >>> fisher(Pair(3, 4, 1, 4))["p"]
    Fraction(17, 35)
    >>> round(fisher(Pair(170, 390, 412, 797)).number("p"), 8)
    0.00943011
    """
    reason = pair.empty()
    if reason:
        return nothing("fisher", "p", reason)
    low, high = max(0, pair.chosen - pair.reference_people), min(pair.people, pair.chosen)
    if low == high:
        return Measure("fisher", {"p": Fraction(1)}, notes=("The margins leave only this one table.",))
    if pair.total <= EXACT_UP_TO:
        return Measure("fisher", {"p": _fisher_exact(pair, low, high)})
    p = _fisher_float(pair, low, high)
    if p is not None:
        return Measure("fisher", {"p": p})
    far = tails.hypergeometric(pair.people, pair.reference_people, pair.chosen, pair.selected, _LIKE)
    return Measure("fisher", {"p": far})


def _fisher_exact(pair: Pair, low: int, high: int) -> Fraction:
    weight = math.comb(pair.people, low) * math.comb(pair.reference_people, pair.chosen - low)
    weights = [weight]
    for count in range(low, high):
        weight = weight * (pair.people - count) * (pair.chosen - count)
        weight //= (count + 1) * (pair.reference_people - pair.chosen + count + 1)
        weights.append(weight)
    own = weights[pair.selected - low]
    return Fraction(sum(one for one in weights if one <= own), sum(weights))


def _fisher_float(pair: Pair, low: int, high: int) -> float | None:
    """Walk out from the likeliest table by the exact factors between neighbours: no factorial, no lost digit.

    None where the table lies so far out that a double would lose it.
    """
    import numpy as np

    n1, n2, chosen, total = pair.people, pair.reference_people, pair.chosen, pair.total
    mode = min(high, max(low, (n1 + 1) * (chosen + 1) // (total + 2)))
    spread = math.sqrt(n1 / total * n2 / total * chosen * (total - chosen) / (total - 1))
    reach = int(_REACH * spread) + 100
    low, high = max(low, mode - reach), min(high, mode + reach)
    if not low <= pair.selected <= high:
        return None
    at = np.arange(low, high, dtype=float)
    up = (n1 - at) / (at + 1) * ((chosen - at) / (n2 - chosen + at + 1))
    split = mode - low
    above = np.cumprod(up[split:])
    below = np.cumprod(1 / up[:split][::-1])[::-1]
    weights = np.concatenate([below, [1.0], above])
    own = weights[pair.selected - low]
    if own < tails.LEAST:
        return None
    return min(1.0, float(weights[weights <= own * _LIKE].sum() / weights.sum()))


def chosen_test(pair: Pair) -> str:
    """Say which of the two tests to lean on: Fisher's where an expected count is below five, else the pooled z.

    Both are always shown; the choice follows from the margins alone, never from the p-values.

    >>> chosen_test(Pair(7, 17, 215, 412)), chosen_test(Pair(2, 4, 12, 16))
    ('pooled-z', 'fisher')
    """
    if pair.empty() or smallest_expected(pair) < SMALL_EXPECTED:
        return "fisher"
    return "pooled-z"


def standard_deviations(pair: Pair) -> Measure:
    """Return how many standard deviations the selections of the category lie from those that its share leads to expect.

    `number` is the binomial count of the court's footnotes. `without_replacement` is the hypergeometric one, apt where
    the selected are drawn from these very people, since nobody is selected twice.

    Formula: (s₁ − k·q) / √(k·q(1 − q)), k = s₁ + s₂, q = n₁/N; drawn without replacement times √((N − 1)/(N − k)).
    Source: Hazelwood School District v. United States, 433 U.S. 299 (1977), notes 14 and 17; Castaneda v. Partida, 430
        U.S. 482 (1977), note 17.

    >>> found = standard_deviations(Pair(555, 1181, 667, 1390))
    >>> found["expected"], round(found.number("number"), 4), round(found.number("without_replacement"), 4)
    (Fraction(1443182, 2571), -0.3634, -0.5016)
    """
    names = "expected number without_replacement"
    reason = _uninformative(pair)
    if reason:
        return nothing("standard-deviations", names, reason)
    share = Fraction(pair.people, pair.total)
    expected = pair.chosen * share
    variance = expected * (1 - share)
    off = pair.selected - expected
    values: dict[str, Fraction | float] = {"expected": expected}
    number = math.copysign(math.sqrt(off * off / variance), off) if off else 0.0
    drawn = number * math.sqrt(Fraction(pair.total - 1, pair.total - pair.chosen))
    return Measure("standard-deviations", {**values, "number": number, "without_replacement": drawn})


def homogeneity(groups: Sequence[tuple[int, int]]) -> Measure:
    """Return the chi-square test that all categories, given as (selected, people), share one rate.

    Categories without people say nothing and are left out. The statistic is an exact fraction.

    Formula: Σ (s − n·p)² / (n·p(1 − p)) over the categories, p their common rate; degrees of freedom categories − 1.
    Source: Pearson (1900), Philosophical Magazine 50, 157–175.

    >>> found = homogeneity([(18, 28), (15, 40), (16, 32)])
    >>> round(found.number("chi_square"), 4), found["degrees_of_freedom"], round(found.number("p"), 4)
    (4.7476, 2, 0.0931)
    """
    names = "chi_square degrees_of_freedom p"
    for selected, people in groups:
        check_counts(selected, people)
    filled = [group for group in groups if group[1]]
    chosen, total = sum(one for one, _ in filled), sum(people for _, people in filled)
    if len(filled) < 2:
        return nothing("homogeneity", names, "Fewer than two categories have people.")
    if chosen in (0, total):
        return nothing("homogeneity", names, "Everybody or nobody was selected, so the rates cannot differ.")
    weighted = sum(Fraction(selected * selected, people) for selected, people in filled)
    statistic = (weighted - Fraction(chosen * chosen, total)) * total * total / (chosen * (total - chosen))
    least = min(people for _, people in filled) * Fraction(min(chosen, total - chosen), total)
    notes = (SPARSE,) if least < SMALL_EXPECTED else ()
    values: dict[str, Value] = {
        "chi_square": statistic,
        "degrees_of_freedom": len(filled) - 1,
        "p": chi_square_p(statistic, len(filled) - 1),
    }
    return Measure("homogeneity", values, notes=notes)


SPARSE: Final = f"An expected count is below {SMALL_EXPECTED}, so the p-value is rough."


def _uninformative(pair: Pair) -> str | None:
    if reason := pair.empty():
        return reason
    if pair.chosen in (0, pair.total):
        return "Everybody or nobody was selected on both sides, so the rates cannot differ."
    return None


def holm(p_values: Sequence[Chance]) -> list[Chance]:
    """Return Holm's adjusted p-values in the order given: they hold the chance of any false alarm down.

    Formula: the i-th smallest of m times (m − i + 1), never below the one before, never above 1.
    Source: Holm (1979), Scandinavian Journal of Statistics 6, 65–70.

    >>> [round(float(p), 3) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    count = len(order)
    with tails.wide():
        scaled: list[Chance] = [min(Fraction(1), p_values[place] * (count - rank)) for rank, place in enumerate(order)]
        return _back(order, list(accumulate(scaled, max)))


def benjamini_hochberg(p_values: Sequence[Chance]) -> list[Chance]:
    """Return Benjamini and Hochberg's adjusted p-values in the order given: they hold the share of false alarms down.

    Formula: the i-th smallest of m times m/i, never above the one after, never above 1.
    Source: Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57, 289–300.

    >>> [round(float(p), 3) for p in benjamini_hochberg([0.01, 0.04, 0.03])]
    [0.03, 0.04, 0.04]
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__, reverse=True)
    count = len(order)
    with tails.wide():
        scaled: list[Chance] = [
            min(Fraction(1), p_values[place] * count / (count - rank)) for rank, place in enumerate(order)
        ]
        return _back(order, list(accumulate(scaled, min)))


def _back(order: Sequence[int], values: Sequence[Chance]) -> list[Chance]:
    found: list[Chance] = [0.0] * len(order)
    for place, value in zip(order, values, strict=True):
        found[place] = value
    return found
