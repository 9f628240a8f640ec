"""How far rates lie apart between groups: smallest to largest, to everybody, and to one chosen group.

Each library has its own custom. Fairlearn gives the largest difference and the smallest ratio over all groups, or to
the overall value. AI Fairness 360 subtracts a privileged group, and Aequitas divides by a reference group. All are
here, each under the name it is known by, and the choice is stated in the result.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from fractions import Fraction
from itertools import combinations
from typing import TypeVar

from audits.metrics.confusion import Confusion, value_of, why_undefined
from audits.metrics.measures import Measure, Value, nothing

K = TypeVar("K", bound=Hashable)

_GAP = "lowest highest lowest_group highest_group difference ratio overall difference_to_overall ratio_to_overall"


def total(groups: Mapping[K, Confusion]) -> Confusion:
    """Return everybody as one group.

    >>> total({"a": Confusion(1, 2, 3, 4), "b": Confusion(4, 3, 2, 1)})
    Confusion(tp=5, fp=5, fn=5, tn=5)
    """
    whole = Confusion(0, 0, 0, 0)
    for group in groups.values():
        whole += group
    return whole


def gap(code: str, groups: Mapping[K, Confusion], *, name: str | None = None) -> Measure:
    """Return how far one rate lies apart over the groups that have it; one without it is named, and is no 0.

    `difference` and `ratio` are from the smallest to the largest. To the overall rate, `difference_to_overall` is the
    largest absolute difference, and `ratio_to_overall` the smallest of all ratios and their inverses.

    - Demographic parity difference and ratio. Formula: largest minus smallest, and smallest over largest, selection
        rate.
      Source: Agarwal, Beygelzimer, Dudík, Langford and Wallach (2018), ICML, 60–69; Dwork and others (2012), ITCS,
        214–226.
    - Equal opportunity difference and ratio. Formula: largest minus smallest, and smallest over largest, true positive
        rate.
      Source: Hardt, Price and Srebro (2016), NeurIPS 29, 3315–3323.
    - Predictive parity difference and ratio. Formula: largest minus smallest, and smallest over largest, positive
        predictive value.
      Source: Chouldechova (2017), Big Data 5, 153–163.

    >>> groups = {"black": Confusion(1369, 805, 532, 990), "white": Confusion(505, 349, 461, 1139)}
    >>> found = gap("false-positive-rate", groups)
    >>> found["highest_group"], round(found.number("difference"), 4), round(found.number("ratio"), 4)
    ('black', 0.2139, 0.523)
    """
    known, notes = _known(code, groups)
    method = name or code
    if len(known) < 2:
        reason = "Fewer than two groups have this rate, so nothing can be compared."
        return Measure(method, dict.fromkeys(_GAP.split()), {}, notes, reason)
    low, high = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
    whole = value_of(code, total(groups))
    ratio = known[low] / known[high] if known[high] else None
    values: dict[str, Value] = {
        "lowest": known[low],
        "highest": known[high],
        "lowest_group": str(low),
        "highest_group": str(high),
        "difference": known[high] - known[low],
        "ratio": ratio,
        "overall": whole,
        "difference_to_overall": None if whole is None else max(abs(one - whole) for one in known.values()),
        "ratio_to_overall": _to_overall(list(known.values()), whole),
    }
    return Measure(method, values, {}, notes, None if known[high] else "The largest rate is 0, so there is no ratio.")


def _known(code: str, groups: Mapping[K, Confusion]) -> tuple[dict[K, Fraction], tuple[str, ...]]:
    known, notes = {}, []
    for key, group in groups.items():
        value = value_of(code, group)
        if value is None:
            notes.append(f"{key} has no such rate, since {why_undefined(code, group)}; it is left out here.")
        else:
            known[key] = value
    return known, tuple(notes)


def _to_overall(values: list[Fraction], whole: Fraction | None) -> Fraction | None:
    if not whole:
        return None
    return min(min(one / whole, whole / one) if one else Fraction(0) for one in values)


def equalized_odds(groups: Mapping[K, Confusion]) -> Measure:
    """Return the gaps of true and false positive rates taken together: the worse of the two, and their mean.

    Formula: the larger difference and the smaller ratio of the gaps in true and false positive rates; also their means.
    Source: Hardt, Price and Srebro (2016), NeurIPS 29, 3315–3323.

    >>> found = equalized_odds({"black": Confusion(1369, 805, 532, 990), "white": Confusion(505, 349, 461, 1139)})
    >>> round(found.number("difference"), 4), round(found.number("mean_difference"), 4)
    (0.2139, 0.2056)
    """
    parts = [gap(code, groups) for code in ("true-positive-rate", "false-positive-rate")]
    values: dict[str, Value] = {}
    for kind in ("", "_to_overall"):
        differences, ratios = ([part[f"{one}{kind}"] for part in parts] for one in ("difference", "ratio"))
        both = [one for one in differences if isinstance(one, Fraction)]
        values[f"difference{kind}"] = max(both) if len(both) == 2 else None
        values[f"mean_difference{kind}"] = sum(both) / 2 if len(both) == 2 else None
        both = [one for one in ratios if isinstance(one, Fraction)]
        values[f"ratio{kind}"] = min(both) if len(both) == 2 else None
        values[f"mean_ratio{kind}"] = sum(both) / 2 if len(both) == 2 else None
    notes = tuple(dict.fromkeys(note for part in parts for note in part.notes))
    reasons = [part.undefined for part in parts if part.undefined]
    return Measure("equalized-odds", values, {}, notes, reasons[0] if reasons else None)


def against(code: str, group: Confusion, reference: Confusion) -> Measure:
    """Return the difference and the ratio of one rate to that of the reference.

    >>> against("selection-rate", Confusion(1, 0, 1, 2), Confusion(1, 1, 1, 1)).values
    {'difference': Fraction(-1, 4), 'ratio': Fraction(1, 2)}
    """
    one, other = value_of(code, group), value_of(code, reference)
    if one is None or other is None:
        side, why = ("The group", why_undefined(code, group)) if one is None else ("The reference", "")
        why = why or why_undefined(code, reference)
        return nothing(code, "difference ratio", f"{side} has no such rate, since {why}.")
    reason = None if other else "The rate of the reference is 0, so there is no ratio."
    return Measure(code, {"difference": one - other, "ratio": one / other if other else None}, undefined=reason)


def odds_against(group: Confusion, reference: Confusion) -> tuple[Measure, Measure]:
    """Return what AI Fairness 360 combines from two rates: average odds, and average predictive value.

    - Average odds difference. Formula: mean of the differences of true and false positive rates to the reference; also
        of their absolute values.
      Source: Bellamy and others (2018), AI Fairness 360, arXiv:1810.01943.
    - Average predictive value difference. Formula: mean of the differences of positive predictive value and false
        omission rate to the reference.
      Source: Bellamy and others (2018), AI Fairness 360, arXiv:1810.01943.

    >>> odds, _ = odds_against(Confusion(0, 4, 2, 3), Confusion(1, 2, 1, 7))
    >>> odds.values
    {'average': Fraction(-19, 252), 'average_absolute': Fraction(107, 252), 'largest': Fraction(1, 2)}
    """
    tpr, fpr, ppv, omitted = (
        against(code, group, reference)
        for code in ("true-positive-rate", "false-positive-rate", "positive-predictive-value", "false-omission-rate")
    )
    one, other = tpr["difference"], fpr["difference"]
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        values: dict[str, Value] = {
            "average": (one + other) / 2,
            "average_absolute": (abs(one) + abs(other)) / 2,
            "largest": max(abs(one), abs(other)),
        }
        odds = Measure("average-odds", values)
    else:
        odds = nothing("average-odds", "average average_absolute largest", tpr.undefined or fpr.undefined or "")
    one, other = ppv["difference"], omitted["difference"]
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return odds, Measure("average-predictive-value", {"average": (one + other) / 2})
    return odds, nothing("average-predictive-value", "average", ppv.undefined or omitted.undefined or "")


def differential_fairness(groups: Mapping[K, Confusion], *, concentration: Fraction = Fraction(1)) -> Measure:
    """Return the smoothed differential fairness of the predictions and of the true outcomes, and its amplification.

    It is the largest absolute log ratio between two groups of the chance to get the outcome, or not to, with
    `concentration` spread over both outcomes of every group. 0 is equality; there is no upper end.

    Formula: largest |ln| of the ratios of (count + c/2)/(n + c) between two groups, for the outcome and for its
        absence.
    Source: Foulds, Islam, Keya and Pan (2020), ICDE, 1918–1921.

    >>> found = differential_fairness({"a": Confusion(3, 1, 1, 5), "b": Confusion(1, 1, 3, 5)})
    >>> round(found.number("predictions"), 4), found["outcomes"]
    (0.5878, 0.0)
    """
    names = "predictions outcomes amplification"
    filled = [group for group in groups.values() if group.people]
    if len(filled) < 2:
        return nothing("differential-fairness", names, "Fewer than two groups have people.")
    predicted = _spread([(group.predicted, group.people) for group in filled], concentration)
    true = _spread([(group.positive, group.people) for group in filled], concentration)
    values: dict[str, Value] = {"predictions": predicted, "outcomes": true, "amplification": predicted - true}
    return Measure("differential-fairness", values, {"concentration": str(concentration)})


def _spread(groups: list[tuple[int, int]], concentration: Fraction) -> float:
    shares = [(count + concentration / 2) / (people + concentration) for count, people in groups]
    return max(
        max(abs(math.log(one / other)), abs(math.log((1 - one) / (1 - other))))
        for one, other in combinations(shares, 2)
    )
