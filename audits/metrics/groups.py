"""Every group metric over one table of confusion counts, in one call.

No metric here is a verdict, and several cannot hold at once: where groups differ in how often they have the outcome,
equal predictive values rule out equal error rates (Chouldechova, 2017). Which of them matters is for people to say
beforehand.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, Generic, TypeVar

from audits.metrics.calibration import ScoreBin, brier, calibration, generalised_rates
from audits.metrics.confusion import CODES, RATES, Confusion, value_of, why_undefined
from audits.metrics.disparities import against, differential_fairness, equalized_odds, gap, odds_against, total
from audits.metrics.inequality import benefits, coefficient_of_variation, generalised_entropy
from audits.metrics.intervals import newcombe, wilson
from audits.metrics.measures import LEVEL, Chance, Measure, Pair, Value, confidence, nothing
from audits.metrics.methods import METHODS
from audits.metrics.significance import chosen_test, fisher, holm, pooled_z

K = TypeVar("K", bound=Hashable)

NAMED: Final[Mapping[str, str]] = {
    "demographic-parity": "selection-rate",
    "equal-opportunity": "true-positive-rate",
    "predictive-parity": "positive-predictive-value",
}
"""Gaps of one rate that have a name of their own."""
BASES: Final = ("largest", "overall", "group")


@dataclass(frozen=True, slots=True)
class GroupRow(Generic[K]):
    """One group: its counts, its rates with intervals, how they lie to the reference, and its calibration."""

    group: K
    confusion: Confusion
    rates: Mapping[str, Measure]
    against: Mapping[str, Measure]
    scores: tuple[Measure, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as a result document holds it."""
        tp, fp, fn, tn = self.confusion.counts
        found: dict[str, Any] = {
            "group": str(self.group),
            "counts": {"n": self.confusion.people, "tp": tp, "fp": fp, "fn": fn, "tn": tn},
            "rates": [one.as_json() for one in self.rates.values()],
            "against_reference": [one.as_json() for one in self.against.values()],
        }
        return {**found, "scores": [one.as_json() for one in self.scores]} if self.scores else found


@dataclass(frozen=True, slots=True)
class GroupReport(Generic[K]):
    """All group metrics. `base` says what rows are held against, `reference` which group that is, if it is one."""

    base: str
    reference: K | None
    rows: tuple[GroupRow[K], ...]
    gaps: Mapping[str, Measure]
    whole: Mapping[str, Measure]
    level: str
    notes: tuple[str, ...]

    def row(self, group: K) -> GroupRow[K]:
        """Return one group (KeyError where there is none)."""
        for one in self.rows:
            if one.group == group:
                return one
        raise KeyError(group)

    def as_json(self) -> dict[str, Any]:
        """Return everything without floats, with the name, formula and reference of every method that was used."""
        measures = [*self.gaps.values(), *self.whole.values()]
        for row in self.rows:
            measures += [*row.rates.values(), *row.against.values(), *row.scores]
        used = {one.code for one in measures} | {"wilson", "newcombe", "pooled-z", "fisher", "holm"}
        return {
            "base": self.base,
            "reference": None if self.reference is None else str(self.reference),
            "level": self.level,
            "groups": [row.as_json() for row in self.rows],
            "gaps": [one.as_json() for one in self.gaps.values()],
            "whole": [one.as_json() for one in self.whole.values()],
            "methods": [METHODS[code].as_json() for code in METHODS if code in used],
            "notes": list(self.notes),
        }


def group_metrics(
    counts: Mapping[K, Confusion | Mapping[str, int]],
    *,
    base: str = "largest",
    reference: K | None = None,
    bins: Mapping[K, Sequence[ScoreBin]] | None = None,
    level: str = LEVEL,
) -> GroupReport[K]:
    """Return every group metric of one table of confusion counts.

    `counts` maps a group to its confusion counts, or to a cell that holds tp, fp, fn and tn. `base` is what each group
    is held against: the `largest` group, everybody (`overall`), or the `group` named as `reference`. The gaps from the
    smallest to the largest rate and to the overall rate are given in any case. `bins` of scores add calibration. What
    is impossible is a ValueError; what is undefined has no value and says why. The share of all predicted positives is
    known here only, where all groups are.

    Formula: (tp + fp) of the group / (tp + fp) of all groups.
    Source: Saleiro and others (2018), Aequitas, arXiv:1811.05577 (there: predicted positive rate).

    >>> found = group_metrics({"black": Confusion(1369, 805, 532, 990), "white": Confusion(505, 349, 461, 1139)})
    >>> found.reference, found.row("white").against["false-positive-rate"]["ratio"]
    ('black', Fraction(125291, 239568))
    """
    confidence(level)
    groups = {key: one if isinstance(one, Confusion) else Confusion.of(one) for key, one in counts.items()}
    reference = _reference(groups, base, reference)
    whole = total(groups)
    other = whole if reference is None else groups[reference]
    tested = reference is not None
    rows = tuple(
        GroupRow(
            key,
            group,
            _rates(group, whole, level),
            {} if key == reference else _against(group, other, tested, level),
            _scores(bins.get(key, ())) if bins is not None else (),
        )
        for key, group in groups.items()
    )
    gaps = {name: gap(code, groups, name=name) for name, code in NAMED.items()}
    gaps |= {"equalized-odds": equalized_odds(groups), **{code: gap(code, groups) for code in CODES}}
    shared = {str(key): benefits(group) for key, group in groups.items()}
    unequal = (
        generalised_entropy(shared),
        generalised_entropy(shared, alpha=1),
        coefficient_of_variation(shared),
        differential_fairness(groups),
    )
    report = GroupReport(base, reference, rows, gaps, {one.code: one for one in unequal}, level, _notes(base, groups))
    return _with_holm(report)


def _reference(groups: Mapping[K, Confusion], base: str, reference: K | None) -> K | None:
    if base not in BASES:
        raise ValueError(f"{base!r} is nothing to hold groups against; write one of {', '.join(BASES)}.")
    if (base == "group") != (reference is not None):
        raise ValueError("A reference group is named with the base 'group', and only with it.")
    if base == "overall":
        return None
    if base == "largest":
        return max(groups, key=lambda key: groups[key].people, default=None)
    if reference not in groups:
        raise ValueError(f"{reference} is no group of this table.")
    return reference


def _rates(group: Confusion, whole: Confusion, level: str) -> dict[str, Measure]:
    found = {code: _rate(code, group, level) for code in CODES}
    share = "predicted-positive-share"
    if whole.predicted:
        found[share] = Measure(share, {"rate": Fraction(group.predicted, whole.predicted)})
    else:
        found[share] = nothing(share, "rate", "Nobody at all was predicted to have the outcome.")
    return found


def _rate(code: str, group: Confusion, level: str) -> Measure:
    reason = why_undefined(code, group)
    if reason:
        return nothing(code, "rate", f"There is no such rate, since {reason}.")
    values: dict[str, Value] = {"rate": value_of(code, group)}
    if code in RATES and RATES[code].is_share:
        interval = wilson(*RATES[code].parts(group), level=level)
        values |= {"low": interval["low"], "high": interval["high"]}
    return Measure(code, values)


def _against(group: Confusion, other: Confusion, tested: bool, level: str) -> dict[str, Measure]:
    """Hold one group against the reference; against everybody there is no test, since the group is part of them."""
    odds, predictive = odds_against(group, other)
    found = {code: against(code, group, other) for code in CODES}
    if tested:
        for code, rate in RATES.items():
            if rate.is_share and found[code]["difference"] is not None:
                found[code] = _tested(found[code], Pair(*rate.parts(group), *rate.parts(other)), level)
    return {**found, "average-odds": odds, "average-predictive-value": predictive}


def _tested(measure: Measure, pair: Pair, level: str) -> Measure:
    interval, test = newcombe(pair, level=level), chosen_test(pair)
    p = (fisher(pair) if test == "fisher" else pooled_z(pair))["p"]
    values: dict[str, Value] = {**measure.values, "low": interval["low"], "high": interval["high"], "p": p}
    return Measure(measure.code, values, {"test": test}, measure.notes, measure.undefined)


def _with_holm(report: GroupReport[K]) -> GroupReport[K]:
    """Add the adjusted p-values: the groups of one rate are one family."""
    adjusted: dict[tuple[int, str], Chance] = {}
    for code in RATES:
        places, raw = [], []
        for number, row in enumerate(report.rows):
            p = row.against[code].values.get("p") if code in row.against else None
            if isinstance(p, (Fraction, float, Decimal)):
                places.append(number)
                raw.append(p)
        adjusted |= {(place, code): p for place, p in zip(places, holm(raw), strict=True)}
    rows = tuple(
        GroupRow(
            row.group,
            row.confusion,
            row.rates,
            {code: _beside(one, adjusted.get((number, code))) for code, one in row.against.items()},
            row.scores,
        )
        for number, row in enumerate(report.rows)
    )
    return GroupReport(report.base, report.reference, rows, report.gaps, report.whole, report.level, report.notes)


def _beside(measure: Measure, p: Chance | None) -> Measure:
    if p is None:
        return measure
    values = {**measure.values, "p_holm": p}
    return Measure(measure.code, values, measure.parameters, measure.notes, measure.undefined)


def _scores(bins: Sequence[ScoreBin]) -> tuple[Measure, ...]:
    return calibration(bins), brier(bins), generalised_rates(bins)


def _notes(base: str, groups: Mapping[K, Confusion]) -> tuple[str, ...]:
    notes = ["The AI Act sets no threshold for any of these metrics, and none of them is a verdict."]
    if base == "overall":
        notes.append(
            "Each group is held against everybody, of whom it is a part; so there is no test of the difference."
        )
    empty = [str(key) for key, group in groups.items() if not group.people]
    if empty:
        notes.append(f"Nobody stands behind {'; '.join(empty)}, so nothing is computed there.")
    return tuple(notes)
