"""One comparison within strata (requisition, year, employer), where pooling could turn it round.

Women were admitted less often than men to Berkeley's six largest departments taken together, and about as often in each
of them: they had applied where few are admitted. Whoever pools requisitions makes the same mistake.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from audits.metrics.measures import LEVEL, ZERO, Measure, Pair, Value, nothing, quantile
from audits.metrics.significance import chi_square_p

EXACT_UP_TO: Final = 64
"""Up to this many strata sums are exact fractions; beyond, their common denominator would have thousands of digits."""
_NAMES = "odds_ratio odds_low odds_high ratio ratio_low ratio_high statistic p statistic_corrected p_corrected"


def mantel_haenszel(strata: Mapping[str, Pair], *, level: str = LEVEL) -> Measure:
    """Return the common odds ratio and ratio of rates over strata, with intervals, and the test that they are 1.

    The ratios and both forms of the statistic, without and with the correction for continuity, are exact fractions up
    to 64 strata, and correctly rounded sums beyond. A stratum says nothing where one side has no people, or where all
    or nobody are selected (that one still counts for the ratio of rates); such strata are named in the notes.

    Formula: common odds ratio Σ(a·d/N)/Σ(b·c/N), common ratio of rates Σ(a·n₂/N)/Σ(b·n₁/N), M² = (|Σ(a − E a)| − c)²/Σ
        Var a with c = 0 or 1/2.
    Source: Mantel and Haenszel (1959), Journal of the National Cancer Institute 22, 719–748; intervals by Robins,
        Breslow and Greenland (1986), Biometrics 42, 311–323, and Greenland and Robins (1985), Biometrics 41, 55–68.

    >>> strata = {"engineers": Pair(17, 25, 353, 560), "clerks": Pair(89, 108, 512, 825)}
    >>> found = mantel_haenszel(strata)
    >>> round(found.number("odds_ratio"), 4), round(found.number("p"), 4)
    (2.3517, 0.0001)
    """
    kept = {name: pair for name, pair in strata.items() if not pair.empty()}
    telling = [pair for pair in kept.values() if 0 < pair.chosen < pair.total]
    parameters: dict[str, str | int] = {"level": level, "strata": len(strata)}
    notes = _silent(strata)
    if not telling:
        reason = "No stratum has people on both sides of whom some are selected and some are not."
        return Measure("mantel-haenszel", dict.fromkeys(_NAMES.split()), parameters, notes, reason)
    values: dict[str, Value] = {**_odds(telling, quantile(level)), **_rates(list(kept.values()), quantile(level))}
    off = _sum([pair.selected - Fraction(pair.people * pair.chosen, pair.total) for pair in telling])
    variance = _sum([_variance(pair) for pair in telling])
    away = off if off > 0 else -off
    shrunk = away - Fraction(1, 2) if away > Fraction(1, 2) else ZERO
    for suffix, distance in (("", away), ("_corrected", shrunk)):
        statistic = distance * distance / variance
        values[f"statistic{suffix}"] = statistic
        values[f"p{suffix}"] = chi_square_p(statistic, 1)
    return Measure("mantel-haenszel", {name: values[name] for name in _NAMES.split()}, parameters, notes)


def _sum(terms: list[Fraction]) -> Fraction | float:
    return sum(terms, ZERO) if len(terms) <= EXACT_UP_TO else math.fsum(terms)


def _variance(pair: Pair) -> Fraction:
    top = pair.people * pair.reference_people * pair.chosen * (pair.total - pair.chosen)
    return Fraction(top, pair.total * pair.total * (pair.total - 1))


def _odds(strata: list[Pair], z: float) -> dict[str, Value]:
    """Return the common odds ratio with the interval of Robins, Breslow and Greenland."""
    terms: list[tuple[Fraction, ...]] = []
    for pair in strata:
        a, b = pair.selected, pair.people - pair.selected
        c, d = pair.reference_selected, pair.reference_people - pair.reference_selected
        r, s = Fraction(a * d, pair.total), Fraction(b * c, pair.total)
        p, q = Fraction(a + d, pair.total), Fraction(b + c, pair.total)
        terms.append((r, s, p * r, q * s, p * s + q * r))
    over, under, pr, qs, both = (_sum(list(column)) for column in zip(*terms, strict=True))
    if not over or not under:
        return {"odds_ratio": over / under if under else None, "odds_low": None, "odds_high": None}
    half = z * math.sqrt(pr / (2 * over * over) + both / (2 * over * under) + qs / (2 * under * under))
    ratio = over / under
    return {
        "odds_ratio": ratio,
        "odds_low": float(ratio) * math.exp(-half),
        "odds_high": float(ratio) * math.exp(half),
    }


def _rates(strata: list[Pair], z: float) -> dict[str, Value]:
    """Return the common ratio of rates with the interval of Greenland and Robins."""
    over = _sum([Fraction(pair.selected * pair.reference_people, pair.total) for pair in strata])
    under = _sum([Fraction(pair.reference_selected * pair.people, pair.total) for pair in strata])
    joint = ((pair, pair.people * pair.reference_people * pair.chosen) for pair in strata)
    spread = _sum(
        [
            Fraction(product - pair.selected * pair.reference_selected * pair.total, pair.total * pair.total)
            for pair, product in joint
        ]
    )
    if not over or not under:
        return {"ratio": over / under if under else None, "ratio_low": None, "ratio_high": None}
    half, ratio = z * math.sqrt(spread / (over * under)), over / under
    return {
        "ratio": ratio,
        "ratio_low": float(ratio) * math.exp(-half),
        "ratio_high": float(ratio) * math.exp(half),
    }


def breslow_day(strata: Mapping[str, Pair]) -> Measure:
    """Return the test that all strata share one odds ratio, without and with Tarone's adjustment.

    A small p-value says that one common ratio does not describe these strata, and that each wants a look of its own.

    Formula: Σ (a − A)²/Var(A), A the count that the common odds ratio expects; Tarone takes (Σ(a − A))²/Σ Var(A) off.
    Source: Breslow and Day (1980), IARC Scientific Publications 32, section 4.4; Tarone (1985), Biometrika 72, 91–95.

    >>> strata = {"engineers": Pair(17, 25, 353, 560), "clerks": Pair(89, 108, 512, 825)}
    >>> found = breslow_day(strata)
    >>> round(found.number("statistic"), 3), found["degrees_of_freedom"], round(found.number("p"), 3)
    (2.736, 1, 0.098)
    """
    names = "statistic p adjusted adjusted_p degrees_of_freedom"
    telling = [pair for pair in strata.values() if not pair.empty() and 0 < pair.chosen < pair.total]
    if len(telling) < 2:
        return nothing("breslow-day", names, "Fewer than two strata have people on both sides and mixed outcomes.")
    common = _odds(telling, 0.0)["odds_ratio"]
    if not isinstance(common, (Fraction, float)) or not common:
        return nothing("breslow-day", names, "The common odds ratio is 0 or has no value, so nothing can be expected.")
    statistic = offs = variances = 0.0
    for pair in telling:
        expected = _expected(pair, common)
        spread = 1 / sum(
            1 / count
            for count in (
                expected,
                pair.people - expected,
                pair.chosen - expected,
                pair.reference_people - pair.chosen + expected,
            )
        )
        off = pair.selected - expected
        statistic, offs, variances = statistic + off * off / spread, offs + off, variances + spread
    degrees = len(telling) - 1
    adjusted = max(0.0, statistic - offs * offs / variances)
    values: dict[str, Value] = {
        "statistic": statistic,
        "p": chi_square_p(statistic, degrees),
        "adjusted": adjusted,
        "adjusted_p": chi_square_p(adjusted, degrees),
        "degrees_of_freedom": degrees,
    }
    return Measure("breslow-day", values, {"strata": len(strata)}, _silent(strata))


def _expected(pair: Pair, odds: Fraction | float) -> float:
    """Return the count of selected in the category that gives this table, with its margins, exactly these odds."""
    if odds == 1:
        return pair.people * pair.chosen / pair.total
    lead = odds - 1
    middle = odds * (pair.people + pair.chosen) + pair.reference_people - pair.chosen
    last = odds * pair.people * pair.chosen
    # The root between the margins, in the form that subtracts nothing.
    return 2 * float(last) / (float(middle) + math.sqrt(middle * middle - 4 * lead * last))


def _silent(strata: Mapping[str, Pair]) -> tuple[str, ...]:
    silent = [name for name, pair in strata.items() if pair.empty() or not 0 < pair.chosen < pair.total]
    return (f"These strata say nothing about the odds ratio: {', '.join(silent)}.",) if silent else ()
