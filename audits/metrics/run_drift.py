"""Every rate, impact ratio and group metric of two runs side by side, each with the test of whether it moved.

Only the counts of the two result documents go in. The runs must be of different people; where both read the same file
no test holds, and none is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from audits.metrics.categories import TABLES, Category, TableName
from audits.metrics.confusion import CODES, Confusion
from audits.metrics.drift import SAME_PEOPLE, gap_drift, metric_drift, rate_drift, ratio_drift
from audits.metrics.measures import LEVEL, Measure, Pair, Value
from audits.metrics.methods import METHODS
from audits.metrics.outcome_counts import Outcomes
from audits.metrics.outcomes import grouped
from audits.metrics.ratios import Row, Table
from audits.metrics.result import SCHEMA as RESULT
from audits.metrics.result import exact_tables_of
from audits.metrics.rounding import written
from audits.metrics.significance import holm
from compliance.lib.canonical import digest

SCHEMA: Final = "probanda/bias-drift/1"
METRICS: Final = (*CODES, "generalised-entropy")
GAPS: Final = ("selection-rate", "true-positive-rate", "false-positive-rate", "positive-predictive-value", "error-rate")
ONE_FILE: Final = "Both runs read the same file, so they are of the same people, and no test of their difference holds."
SAME_COUNTS: Final = "Both runs have the same counts in every cell. Look whether they are of the same people."
RELATIVE: Final = (
    "A scoring rate counts who is above the median of its own run, so a move of all scores together does not show."
)
OTHER_PREDICTION: Final = (
    "The two runs hold different predictions against the true outcome, so their group metrics are not compared."
)
FAMILY: Final = (
    "p-values are also adjusted (Holm) over the groups of one metric in one table. Each metric asks another question, "
    "and of twenty tests without any real change one is below 0.05 by chance."
)
BESIDE: Final = (
    "For the test, a ratio has the benchmark category of the earlier run below it in both runs, since a group that is "
    "named beforehand is what the test assumes. The ratios as each run states them, to its own benchmark, stand beside."
)
_METHODS: Final = ("rate-drift", "ratio-drift", "metric-drift", "newcombe", "pooled-z", "fisher", "breslow-day", "holm")


def drifted(
    before: Mapping[str, Any], after: Mapping[str, Any], *, level: str = LEVEL, ratios_only: bool = False
) -> dict[str, Any]:
    """Return the document of a comparison; two runs that measure different things are a ValueError.

    `ratios_only` leaves out the group metrics, for a page that shows the ratios alone.

    >>> from audits.metrics.counts import Cell
    >>> from audits.metrics.result import result_from_counts
    >>> def run(women):
    ...     counted = [Cell("Male", None, 100, 50), Cell("Female", None, 100, women)]
    ...     return result_from_counts(counted, source={}, method={"rate_kind": "selection", "unknowns": "per-table"})
    >>> drifted(run(40), run(45))["same_file"]
    False
    """
    for one in (before, after):
        if one.get("schema") != RESULT:
            raise ValueError(f"A document that says it is {one.get('schema')!r} is no result that can be compared.")
    kinds = [one["method"]["rate_kind"] for one in (before, after)]
    if kinds[0] != kinds[1]:
        raise ValueError(f"The earlier run has {kinds[0]} rates and the later one {kinds[1]} rates.")
    same, notes = _sharing(before, after), [] if kinds[0] == "selection" else [RELATIVE]
    tables = _tables(before, after, same, level)
    outcomes = [one.get("outcomes") for one in (before, after)]
    if all(outcomes) and not ratios_only:
        how = [one["method"]["outcome"] for one in (before, after)]
        alike = all(how[0][name] == how[1][name] for name in ("prediction", "cutoff"))
        if alike:
            for table in tables:
                table["outcomes"] = _outcomes(before, after, table["table"], same, level)
        else:
            notes.append(OTHER_PREDICTION)
    counts = [one["input"].get("counts_sha256") for one in (before, after)]
    repeated = [SAME_COUNTS] if not same and counts[0] is not None and counts[0] == counts[1] else []
    return {
        "schema": SCHEMA,
        "before": _told(before),
        "after": _told(after),
        "same_file": same,
        "level": level,
        "tables": tables,
        "methods": [METHODS[code].as_json() for code in METHODS if code in _METHODS],
        "notes": [ONE_FILE if same else SAME_PEOPLE, *repeated, *notes, BESIDE, FAMILY],
    }


def _told(result: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "result_sha256": digest(result),
        "people": result["input"]["people"],
        "rate_kind": result["method"]["rate_kind"],
        "unknowns": result["method"]["unknowns"],
        "system": result["conduct"]["system"],
    }


def _sharing(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    files = [{one.get("sha256") for one in run["input"].get("sources", ())} - {None} for run in (before, after)]
    return bool(files[0] & files[1])


def _tables(before: Mapping[str, Any], after: Mapping[str, Any], same: bool, level: str) -> list[dict[str, Any]]:
    runs = [{table.name: table for table in exact_tables_of(one)} for one in (before, after)]
    return [
        {"table": name, **_table(runs[0][name], runs[1][name], same, level)}
        for name in TABLES
        if name in runs[0] and name in runs[1]
    ]


def _table(before: Table, after: Table, same: bool, level: str) -> dict[str, Any]:
    earlier, later = ({row.category: row for row in one.rows} for one in (before, after))
    kept = [key for key in earlier if earlier[key].applicants or later[key].applicants]
    rates = {key: rate_drift(_pair_of(earlier[key]), _pair_of(later[key]), level=level) for key in kept}
    benchmark = before.benchmark or after.benchmark
    ratios: dict[Category, Measure] = {}
    if benchmark is not None:
        for key in kept:
            if key != benchmark and not (earlier[key].excluded or later[key].excluded):
                pairs = [_beside(run[key], run[benchmark]) for run in (earlier, later)]
                ratios[key] = ratio_drift(*pairs, level=level)
    found = _adjusted(ratios, lambda one: one["p"])
    return {
        "benchmark": {
            "before": _name(before.benchmark),
            "after": _name(after.benchmark),
            "of_the_test": _name(benchmark),
        },
        "rates": _listed(_adjusted(rates, _of_test), same),
        "ratios": [
            {
                **_one(key, found[key], same),
                "stated": {
                    "before": written(earlier[key].impact_ratio),
                    "after": written(later[key].impact_ratio),
                },
            }
            for key in found
        ],
    }


def _name(category: Category | None) -> str | None:
    return None if category is None else str(category)


def _pair_of(row: Row) -> tuple[int, int]:
    return row.selected, row.applicants


def _beside(row: Row, benchmark: Row) -> Pair:
    return Pair(row.selected, row.applicants, benchmark.selected, benchmark.applicants)


def _of_test(measure: Measure) -> Value:
    """Return the p-value of the test to lean on."""
    return measure["p_fisher"] if measure.parameters.get("test") == "fisher" else measure["p"]


def _outcomes(
    before: Mapping[str, Any], after: Mapping[str, Any], name: TableName, same: bool, level: str
) -> dict[str, Any]:
    runs = [
        {
            key: counts
            for key, (counts, _, _) in grouped(
                Outcomes.from_json(one["outcomes"]), name, complete_case=one["method"]["unknowns"] == "complete-case"
            ).items()
        }
        for one in (before, after)
    ]
    earlier, later = runs
    kept = [key for key in earlier if earlier[key].people or later[key].people]
    metrics = [
        {"metric": code, "groups": _listed(_adjusted(_moved(code, kept, earlier, later, level), _of_any), same)}
        for code in METRICS
    ]
    reference = max(kept, key=lambda key: earlier[key].people, default=None)
    gaps = []
    for code in GAPS if reference is not None else ():
        pairs = {
            key: gap_drift(code, (earlier[key], earlier[reference]), (later[key], later[reference]), level=level)
            for key in kept
            if key != reference and reference is not None
        }
        gaps.append({"metric": code, "groups": _listed(_adjusted(pairs, lambda one: one["p"]), same)})
    return {"metrics": metrics, "reference": _name(reference), "gaps": gaps}


def _moved(
    code: str,
    kept: Sequence[Category],
    earlier: Mapping[Category, Confusion],
    later: Mapping[Category, Confusion],
    level: str,
) -> dict[Category, Measure]:
    return {key: metric_drift(code, earlier[key], later[key], level=level) for key in kept}


def _of_any(measure: Measure) -> Value:
    return _of_test(measure) if measure.code == "rate-drift" else measure["p"]


def _adjusted(found: Mapping[Category, Measure], p_of: Callable[[Measure], Value]) -> dict[Category, Measure]:
    """Add the p-values adjusted over the groups: those of one metric in one table are one family."""
    raw = {key: p for key, one in found.items() if isinstance(p := p_of(one), (Fraction, float))}
    adjusted = dict(zip(raw, holm(list(raw.values())), strict=True))
    return {
        key: Measure(one.code, {**one.values, "p_holm": adjusted.get(key)}, one.parameters, (), one.undefined)
        for key, one in found.items()
    }


def _listed(found: Mapping[Category, Measure], same: bool) -> list[dict[str, Any]]:
    return [_one(key, measure, same) for key, measure in found.items()]


_TESTED: Final = ("low", "high", "ratio_low", "ratio_high", "z", "p", "p_fisher", "p_breslow_day", "p_holm")


def _one(key: Category, measure: Measure, same: bool) -> dict[str, Any]:
    """Return one group; runs of the same people keep their numbers and have no interval and no test."""
    if same:
        values = {name: None if name in _TESTED else value for name, value in measure.values.items()}
        measure = Measure(measure.code, values, {}, (), measure.undefined or ONE_FILE)
    return {"group": str(key), **key._asdict(), **measure.as_json()}
