"""Intervals for a rate, for the difference and for the ratio of two rates.

A rate from a few people can be far from the rate that the tool has in the long run; an interval says how far. None of
these is a band of what is allowed.
"""

from __future__ import annotations

import math
from fractions import Fraction

from audits.metrics.measures import LEVEL, Measure, Pair, check_counts, confidence, nothing, quantile

_RATE = "rate low high"
_RATIO = "ratio low high"
_NO_UPPER = "There is no upper end: nobody of the reference was selected."
_NO_RATIO = "Nobody was selected on either side, so the data say nothing about the ratio."


def clopper_pearson(selected: int, people: int, *, level: str = LEVEL) -> Measure:
    """Return the exact interval of a rate: it covers the true rate at least as often as `level` says, and often more.

    Formula: quantiles of the beta distributions B(s, n − s + 1) and B(s + 1, n − s).
    Source: Clopper and Pearson (1934), Biometrika 26, 404–413.

    >>> found = clopper_pearson(15, 40)
    >>> found["rate"], round(found.number("low"), 6), round(found.number("high"), 6)
    (Fraction(3, 8), 0.227263, 0.541985)
    """
    from scipy.special import betaincinv

    check_counts(selected, people)
    if not people:
        return nothing("clopper-pearson", _RATE, "The category has no people.", level=level)
    tail = float((1 - confidence(level)) / 2)
    low = float(betaincinv(selected, people - selected + 1, tail)) if selected else 0.0
    high = float(betaincinv(selected + 1, people - selected, 1 - tail)) if selected < people else 1.0
    return Measure("clopper-pearson", {"rate": Fraction(selected, people), "low": low, "high": high}, {"level": level})


def wilson(selected: int, people: int, *, level: str = LEVEL) -> Measure:
    """Return the score interval of a rate, which covers the true rate about as often as `level` says.

    Formula: (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n).
    Source: Wilson (1927), Journal of the American Statistical Association 22, 209–212.

    >>> found = wilson(81, 263)
    >>> round(found.number("low"), 4), round(found.number("high"), 4)
    (0.2553, 0.3662)
    """
    check_counts(selected, people)
    if not people:
        return nothing("wilson", _RATE, "The category has no people.", level=level)
    low, high = _wilson(selected, people, quantile(level))
    return Measure("wilson", {"rate": Fraction(selected, people), "low": low, "high": high}, {"level": level})


def _wilson(selected: int, people: int, z: float) -> tuple[float, float]:
    centre = selected + z * z / 2
    half = z * math.sqrt(selected * (people - selected) / people + z * z / 4)
    size = people + z * z
    # Rounding must not leave a limit just beside the 0 or 1 that it is.
    return (centre - half) / size if selected else 0.0, (centre + half) / size if selected < people else 1.0


def newcombe(pair: Pair, *, level: str = LEVEL) -> Measure:
    """Return the difference of two rates (category minus reference) and its hybrid score interval.

    Formula: d − √((p₁ − l₁)² + (u₂ − p₂)²) to d + √((u₁ − p₁)² + (p₂ − l₂)²), with the Wilson limits l and u.
    Source: Newcombe (1998), Statistics in Medicine 17, 873–890, method 10.

    >>> found = newcombe(Pair(56, 70, 48, 80))
    >>> found["difference"], round(found.number("low"), 4), round(found.number("high"), 4)
    (Fraction(1, 5), 0.0524, 0.3339)
    """
    one, other = pair.rate, pair.reference_rate
    if one is None or other is None:
        return nothing("newcombe", "difference low high", pair.empty() or "", level=level)
    z, exact = quantile(level), one - other
    p1, p2, difference = float(one), float(other), float(exact)
    low1, high1 = _wilson(pair.selected, pair.people, z)
    low2, high2 = _wilson(pair.reference_selected, pair.reference_people, z)
    low = difference - math.hypot(p1 - low1, high2 - p2)
    high = difference + math.hypot(high1 - p1, p2 - low2)
    return Measure("newcombe", {"difference": exact, "low": low, "high": high}, {"level": level})


def katz(pair: Pair, *, level: str = LEVEL) -> Measure:
    """Return the ratio of two rates and its log interval; where either side has nobody selected there is none.

    Formula: exp(ln r ± z·√(1/s₁ − 1/n₁ + 1/s₂ − 1/n₂)).
    Source: Katz, Baptista, Azen and Pike (1978), Biometrics 34, 469–474.

    >>> found = katz(Pair(189, 11034, 104, 11037))
    >>> [round(found.number(name), 3) for name in ("ratio", "low", "high")]
    [1.818, 1.433, 2.306]
    """
    if pair.empty() or not pair.selected or not pair.reference_selected:
        reason = pair.empty() or "A side without a single selection has no logarithm of its rate."
        return Measure("katz", {"ratio": pair.ratio, "low": None, "high": None}, {"level": level}, (), reason)
    low, high = _log_interval(
        pair.selected, pair.people, pair.reference_selected, pair.reference_people, quantile(level)
    )
    return Measure("katz", {"ratio": pair.ratio, "low": low, "high": high}, {"level": level})


def adjusted_log(pair: Pair, *, level: str = LEVEL) -> Measure:
    """Return the ratio of two rates and the log interval with one half added to each count, which zeros do not stop.

    Formula: the log interval after one half is added to every s and n.
    Source: Walter (1975), Biometrika 62, 371–374.

    >>> found = adjusted_log(Pair(0, 10, 5, 10))
    >>> found["ratio"], round(found.number("low"), 4), round(found.number("high"), 4)
    (Fraction(0, 1), 0.0057, 1.4447)
    """
    reason = pair.empty()
    if reason:
        return nothing("adjusted-log", _RATIO, reason, level=level)
    low, high = _log_interval(
        pair.selected + 0.5,
        pair.people + 0.5,
        pair.reference_selected + 0.5,
        pair.reference_people + 0.5,
        quantile(level),
    )
    return Measure(
        "adjusted-log",
        {"ratio": pair.ratio, "low": low, "high": high},
        {"level": level},
        undefined=None if pair.reference_selected else "Nobody of the reference was selected, so there is no ratio.",
    )


def _log_interval(s1: float, n1: float, s2: float, n2: float, z: float) -> tuple[float, float]:
    half = z * math.sqrt(max(0.0, 1 / s1 - 1 / n1 + 1 / s2 - 1 / n2))
    # The ratio of products, so that whole numbers lose no digit before the division.
    ratio = (s1 * n2) / (n1 * s2)
    return ratio * math.exp(-half), ratio * math.exp(half)


def score_ratio(pair: Pair, *, level: str = LEVEL, correction: bool = True) -> Measure:
    """Return the ratio of two rates and its score interval, the one to lean on where numbers are small.

    With `correction` it is Miettinen and Nurminen's, without it Koopman's. A side without a selection is no obstacle:
    nobody of the category gives a lower end of 0, nobody of the reference an interval without upper end.

    Formula: all r with (p₁ − r·p₂)² ≤ z²·V(r)·N/(N − 1), V with the likeliest rates under r; Koopman's without N/(N −
        1).
    Source: Miettinen and Nurminen (1985), Statistics in Medicine 4, 213–226; Koopman (1984), Biometrics 40, 513–517.

    >>> found = score_ratio(Pair(36, 40, 16, 80), correction=False)
    >>> round(found.number("low"), 2), round(found.number("high"), 2)
    (2.94, 7.15)
    """
    parameters: dict[str, str | int] = {"level": level, "variant": "Miettinen-Nurminen" if correction else "Koopman"}
    reason = pair.empty()
    if reason:
        return nothing("score-ratio", _RATIO, reason, **parameters)
    if not pair.chosen:
        return nothing("score-ratio", _RATIO, _NO_RATIO, **parameters)
    z = quantile(level) * (math.sqrt(pair.total / (pair.total - 1)) if correction else 1.0)
    guess = (pair.selected + 0.5) * (pair.reference_people + 0.5)
    guess /= (pair.people + 0.5) * (pair.reference_selected + 0.5)
    low = _solve(pair, z, guess) if pair.selected else 0.0
    high = _solve(pair, -z, guess) if pair.reference_selected else None
    notes = () if pair.reference_selected else (_NO_UPPER,)
    undefined = None if pair.reference_selected else "Nobody of the reference was selected, so there is no ratio."
    return Measure("score-ratio", {"ratio": pair.ratio, "low": low, "high": high}, parameters, notes, undefined)


def _solve(pair: Pair, target: float, guess: float) -> float:
    """Return the ratio at which the score statistic, which only falls as the ratio grows, equals `target`.

    Bracketed in steps of the logarithm, then narrowed by the Illinois form of false position.
    """
    at = math.log(guess)
    value = _score(pair, guess) - target
    step = 0.5 if value > 0 else -0.5
    while True:
        other = at + step
        beyond = _score(pair, math.exp(other)) - target
        if (beyond > 0) != (value > 0) or abs(other) > 600:
            break
        at, value, step = other, beyond, step * 2
    for _ in range(200):
        if abs(other - at) <= 1e-14 * max(1.0, abs(other)) or beyond == 0:
            break
        new = other - beyond * (other - at) / (beyond - value)
        found = _score(pair, math.exp(new)) - target
        if (found > 0) != (beyond > 0):
            at, value = other, beyond
        else:
            value /= 2
        other, beyond = new, found
    return math.exp(other)


def _score(pair: Pair, ratio: float) -> float:
    """Return (p₁ − r·p₂) over its standard error, at the likeliest rates whose ratio is exactly `ratio`."""
    n1, n2 = pair.people, pair.reference_people
    s1, s2 = pair.selected, pair.reference_selected
    one, other = ratio * (n1 + s2), float(s1 + n2)
    # The discriminant and 1 − p as sums of what is never negative, so that nothing cancels with millions of people.
    mixed = 4 * ratio * (n1 - s1) * (n2 - s2)
    root = math.sqrt((one - other) ** 2 + mixed)
    whole = one + other + root
    p2 = 2 * (s1 + s2) / whole
    up = one - other + root if one >= other else mixed / (root + other - one)
    down = other - one + root if other >= one else mixed / (root + one - other)
    q2, q1 = (up + 2 * (n2 - s2)) / whole, (down + 2 * ratio * (n1 - s1)) / whole
    variance = p2 * ratio * q1 / n1 + ratio * ratio * p2 * q2 / n2
    difference = s1 / n1 - ratio * s2 / n2
    if variance <= 0:
        return math.copysign(math.inf, difference) if difference else 0.0
    return difference / math.sqrt(variance)
