"""Whether a metric moved between two runs by more than chance would move it.

The two runs must be of different people; the same people assessed twice are not independent, and these tests do not
hold for them. What moved is a question for people; a test says how surprising the move would be if nothing had
changed.
"""

from __future__ import annotations

import math
from fractions import Fraction

from audits.metrics.confusion import RATES, Confusion, value_of, variance_of, why_undefined
from audits.metrics.inequality import benefits, entropy_variance, generalised_entropy
from audits.metrics.intervals import newcombe, score_ratio
from audits.metrics.measures import LEVEL, Measure, Pair, Value, nothing, quantile
from audits.metrics.significance import chosen_test, fisher, normal_p, pooled_z
from audits.metrics.strata import breslow_day

_RATE = "before after difference low high ratio ratio_low ratio_high z p p_fisher"
_RATIO = "before after ratio low high z p p_breslow_day"
_ANY = "before after difference low high z p"
SAME_PEOPLE = "The test holds for two runs on different people."


def rate_drift(before: tuple[int, int], after: tuple[int, int], *, level: str = LEVEL) -> Measure:
    """Return how a rate moved between two runs, each given as (counted, people).

    Difference with Newcombe's interval, ratio with the score interval, pooled two-sample z, and Fisher's exact test,
    the one to lean on where `test` says so (an expected count below 5).

    Formula: p₂ − p₁ and p₂/p₁ with their intervals; pooled two-sample z, and Fisher's exact test.
    Source: Newcombe (1998), Statistics in Medicine 17, 873–890.

    >>> found = rate_drift((667, 1390), (555, 1181))
    >>> round(found.number("difference"), 4), round(found.number("p"), 4), found.parameters["test"]
    (-0.0099, 0.6159, 'pooled-z')
    """
    pair = Pair(*after, *before)
    parameters: dict[str, str | int] = {"level": level, "test": chosen_test(pair)}
    if reason := pair.empty():
        reason = f"The {'earlier' if pair.people else 'later'} run has nobody here."
        return nothing("rate-drift", _RATE, reason, **parameters)
    difference, ratio, z = newcombe(pair, level=level), score_ratio(pair, level=level), pooled_z(pair)
    values: dict[str, Value] = {
        "before": pair.reference_rate,
        "after": pair.rate,
        "difference": difference["difference"],
        "low": difference["low"],
        "high": difference["high"],
        "ratio": ratio["ratio"],
        "ratio_low": ratio["low"],
        "ratio_high": ratio["high"],
        "z": z["z"],
        "p": z["p"],
        "p_fisher": fisher(pair)["p"],
    }
    return Measure("rate-drift", values, parameters, (SAME_PEOPLE,), z.undefined or ratio.undefined)


def ratio_drift(before: Pair, after: Pair, *, level: str = LEVEL) -> Measure:
    """Return how an impact ratio moved: the later ratio over the earlier, its log interval, z, and Breslow-Day.

    z divides the difference of the logarithms by its standard error (Katz). Breslow-Day asks instead whether the odds
    ratio is the same in both runs; for common outcomes the two need not agree, and both are shown. Where a count of
    selected is 0 there is no logarithm.

    Formula: ln(r₂/r₁) / √(Σ(1/s − 1/n) over the four groups); Breslow-Day for the odds ratios.
    Source: Altman and Bland (2003), BMJ 326, 219, on logarithms; Breslow and Day (1980), section 4.4.

    >>> found = ratio_drift(Pair(34, 76, 50, 92), Pair(60, 80, 50, 92))
    >>> found["ratio"], round(found.number("z"), 3), round(found.number("p"), 4)
    (Fraction(57, 34), 2.627, 0.0086)
    """
    earlier, later = before.ratio, after.ratio
    if not earlier or not later:
        reason = "A run in which a side has nobody, or nobody selected, has no logarithm of its ratio."
        return Measure(
            "ratio-drift",
            {**dict.fromkeys(_RATIO.split()), "before": earlier, "after": later},
            {"level": level},
            (),
            reason,
        )
    spread = math.sqrt(_log_variance(before) + _log_variance(after))
    move = math.log(later / earlier)
    half = quantile(level) * spread
    z = move / spread if spread else None
    values: dict[str, Value] = {
        "before": earlier,
        "after": later,
        "ratio": later / earlier,
        "low": math.exp(move - half),
        "high": math.exp(move + half),
        "z": z,
        "p": None if z is None else normal_p(z),
        "p_breslow_day": breslow_day({"before": before, "after": after})["p"],
    }
    silent = None if spread else "Everybody was selected in both runs, so chance moves nothing."
    return Measure("ratio-drift", values, {"level": level}, (SAME_PEOPLE,), silent)


def _log_variance(pair: Pair) -> Fraction:
    return (
        Fraction(1, pair.selected)
        - Fraction(1, pair.people)
        + Fraction(1, pair.reference_selected)
        - Fraction(1, pair.reference_people)
    )


def metric_drift(code: str, before: Confusion, after: Confusion, *, level: str = LEVEL) -> Measure:
    """Return how any rate of a group moved between two runs.

    A rate that is a share of people is tested by :func:`rate_drift`. The balanced accuracy, the F1 score, the
    generalised entropy index and the treatment equality, which are no shares, are tested by a z from the delta method;
    that of the treatment equality is taken of its logarithm.

    Formula: (m₂ − m₁) / √(V₁ + V₂), V by the delta method from the four counts.
    Source: Agresti (2013), Categorical Data Analysis, section 16.1.

    >>> found = metric_drift("balanced-accuracy", Confusion(40, 10, 10, 40), Confusion(30, 20, 20, 30))
    >>> found["difference"], round(found.number("z"), 3)
    (Fraction(-1, 5), -3.162)
    """
    if code in RATES and RATES[code].is_share:
        return rate_drift(RATES[code].parts(before), RATES[code].parts(after), level=level)
    if code == "treatment-equality":
        return _quotient_drift(before, after, level)
    if code == "generalised-entropy":
        return _moved([_entropy(one) for one in (before, after)], level, code)
    return _moved(
        [(value_of(code, one), variance_of(code, one), why_undefined(code, one)) for one in (before, after)],
        level,
        code,
    )


def _entropy(group: Confusion) -> tuple[Fraction | None, Fraction | None, str | None]:
    found = generalised_entropy({"group": benefits(group)})
    index = found["index"]
    why = found.undefined[:1].lower() + found.undefined[1:-1] if found.undefined else None
    return index if isinstance(index, Fraction) else None, entropy_variance(group), why


def gap_drift(
    code: str, before: tuple[Confusion, Confusion], after: tuple[Confusion, Confusion], *, level: str = LEVEL
) -> Measure:
    """Return how the difference of a rate between two named groups moved; each run gives (group, reference).

    The z takes the four rates as independent. Name the groups beforehand: for the two that happen to lie furthest
    apart, the p-value is too small.

    >>> run = (Confusion(1369, 805, 532, 990), Confusion(505, 349, 461, 1139))
    >>> found = gap_drift("false-positive-rate", run, run)
    >>> found["difference"], found["p"]
    (Fraction(0, 1), 1.0)
    """
    sides: list[tuple[Fraction | None, Fraction | None, str | None]] = []
    for group, reference in (before, after):
        values = [value_of(code, one) for one in (group, reference)]
        spreads = [variance_of(code, one) for one in (group, reference)]
        why = why_undefined(code, group) or why_undefined(code, reference)
        gaps = None if values[0] is None or values[1] is None else values[0] - values[1]
        both = None if spreads[0] is None or spreads[1] is None else spreads[0] + spreads[1]
        sides.append((gaps, both, why))
    return _moved(sides, level, code)


def _moved(runs: list[tuple[Fraction | None, Fraction | None, str | None]], level: str, code: str) -> Measure:
    (earlier, spread, why), (later, other_spread, other_why) = runs
    parameters: dict[str, str | int] = {"level": level, "metric": code}
    if earlier is None or later is None or spread is None or other_spread is None:
        values: dict[str, Value] = {**dict.fromkeys(_ANY.split()), "before": earlier, "after": later}
        reason = f"The {'earlier' if why else 'later'} run has no such rate, since {why or other_why}."
        return Measure("metric-drift", values, parameters, (), reason)
    move, error = later - earlier, math.sqrt(spread + other_spread)
    z = float(move) / error if error else None
    half = quantile(level) * error
    values = {
        "before": earlier,
        "after": later,
        "difference": move,
        "low": float(move) - half if error else None,
        "high": float(move) + half if error else None,
        "z": z,
        "p": None if z is None else normal_p(z),
    }
    silent = None if error else "Both runs are at an end of the scale, where this method sees no chance at work."
    return Measure("metric-drift", values, parameters, (SAME_PEOPLE,), silent)


def _quotient_drift(before: Confusion, after: Confusion, level: str) -> Measure:
    parameters: dict[str, str | int] = {"level": level, "metric": "treatment-equality", "scale": "logarithm"}
    counts = (before.fn, before.fp, after.fn, after.fp)
    earlier, later = (value_of("treatment-equality", one) for one in (before, after))
    if not all(counts) or earlier is None or later is None:
        values: dict[str, Value] = {**dict.fromkeys(_ANY.split()), "before": earlier, "after": later}
        return Measure(
            "metric-drift", values, parameters, (), "A run without one of the two errors has no logarithm here."
        )
    move, error = math.log(later / earlier), math.sqrt(sum(1 / count for count in counts))
    half, z = quantile(level) * error, move / error
    values = {
        "before": earlier,
        "after": later,
        "difference": move,
        "low": move - half,
        "high": move + half,
        "z": z,
        "p": normal_p(z),
    }
    return Measure("metric-drift", values, parameters, (SAME_PEOPLE,))
