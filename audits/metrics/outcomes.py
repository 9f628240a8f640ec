"""Every group metric of an audit, as its result document holds them: by sex, by race/ethnicity, and by both.

Everything here is a function of the counts of :mod:`audits.metrics.outcome_counts` and of two choices: how people of
unknown category are treated, and what each group is held against. No metric is a verdict, and the AI Act sets no
threshold for any.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from audits.metrics.categories import TABLES, Category, TableName, categories
from audits.metrics.confusion import RATES, Confusion
from audits.metrics.disparities import total
from audits.metrics.groups import BASES, GroupReport, group_metrics
from audits.metrics.intervals import wilson
from audits.metrics.measures import LEVEL
from audits.metrics.methods import METHODS
from audits.metrics.outcome_counts import BinCell, Outcomes
from audits.metrics.rounding import percent, written
from audits.metrics.scores import FEWEST_PEOPLE

PREDICTIONS: Final[Mapping[str, str]] = {
    "selected": "Who was selected is taken as predicted to have the outcome.",
    "above-median": "Who scored on the better side of the median of the full sample is taken as predicted to have the "
    "outcome, as the scoring rate counts them.",
    "cut-off": "Who scored at the declared cut-off or on its better side is taken as predicted to have the outcome.",
    "decisions": "A column of decisions says who is taken as predicted to have the outcome.",
    "put-into": "Who was put into a class is taken, in the tables of that class, as predicted to have the outcome.",
}
"""What the true outcome is held against. The first goes with selections, the last with a tool that only sorts people
into classes, the others with scores."""
HELD_AGAINST: Final[Mapping[str, str]] = {
    "largest": "Each group is held against the one with the most people of known outcome.",
    "overall": "Each group is held against everybody of known outcome in the table, of whom it is a part.",
    "group": "Each group is held against the one that was named: {sex} by sex, {race_ethnicity} by race/ethnicity, and "
    "both together.",
}
MISSING_RULE: Final = (
    "People whose true outcome is not known are counted beside the others and are part of no metric. Where outcomes "
    "become known for those selected only, false negatives cannot be seen, and every rate that counts them is silent."
)
CHANCE_RULE: Final = (
    "Scores are estimated chances of the outcome. Their sums are of scores rounded to a millionth, half up, so that "
    "every engine gives the same."
)
NOT_CHANCE: Final = (
    "Scores were not said to be estimated chances, so there is no calibration error and no Brier score; the share with "
    "the outcome in each bin of scores is given for each group."
)
EXCLUDED_TOO: Final = "A category that is left out of the impact ratios (6 RCNY § 5-301(d)) is not left out here."
FEW: Final = 5
_TITLES: Final[Mapping[TableName, str]] = {
    "sex": "sex",
    "race_ethnicity": "race/ethnicity",
    "intersectional": "intersectional",
}


def rules(how: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a result says of how outcomes were read: the choices, and the rule behind each as a sentence.

    `how` is `{"favourable", "prediction", "cutoff", "decision_favourable", "edges", "chance", "base", "reference"}`.

    >>> how = {"prediction": "cut-off", "cutoff": "0.5", "base": "overall", "reference": None}
    >>> rules({**how, "edges": [], "chance": False})["prediction_rule"][-50:]
    'The cut-off is 0.5; a score at or above it counts.'
    """
    side = "above" if how.get("higher_is_better", True) else "below"
    cutoff = f" The cut-off is {how['cutoff']}; a score at or {side} it counts." if how["cutoff"] is not None else ""
    return {
        **{name: value for name, value in how.items() if name != "higher_is_better"},
        "prediction_rule": PREDICTIONS[how["prediction"]] + cutoff,
        "base_rule": HELD_AGAINST[how["base"]].format_map(how["reference"] or {}),
        "missing_rule": MISSING_RULE,
        "score_rule": None if not how["edges"] else CHANCE_RULE if how["chance"] else NOT_CHANCE,
    }


def assessed(found: Outcomes, how: Mapping[str, Any], *, complete_case: bool, level: str = LEVEL) -> dict[str, Any]:
    """Return the counts, and every group metric of the three tables with the methods used, once for all.

    `how` holds at least `base`, `reference` and `chance`. A base that is not known, or a reference that is no
    category, is a ValueError.

    >>> from audits.metrics.outcome_counts import OutcomeCell
    >>> cells = [OutcomeCell("Male", None, 3, 1, 1, 5), OutcomeCell("Female", None, 2, 1, 2, 5, 1, 0)]
    >>> found = assessed(
    ...     Outcomes(cells, (), ()), {"base": "largest", "reference": None, "chance": False}, complete_case=False
    ... )
    >>> found["missing"], found["tables"][0]["table"]
    ({'people': 1, 'predicted': 1, 'known': 20}, 'sex')
    """
    if how["base"] not in BASES:
        raise ValueError(f"{how['base']!r} is nothing to hold groups against; write one of {', '.join(BASES)}.")
    whole = found.disclosed()
    tables, used = [], set[str]()
    for name in TABLES:
        made = _table(whole, name, how, complete_case, level)
        used.update(one["code"] for one in made.pop("methods"))
        tables.append(made)
    missing = sum(cell.missing_predicted + cell.missing_other for cell in whole.cells)
    return {
        **whole.as_json(),
        "missing": {
            "people": missing,
            "predicted": sum(cell.missing_predicted for cell in whole.cells),
            "known": sum(cell.people for cell in whole.cells) - missing,
        },
        "level": level,
        "tables": tables,
        "methods": [METHODS[code].as_json() for code in METHODS if code in used],
        "notes": [*_missing_notes(whole), EXCLUDED_TOO, *([NOT_CHANCE] if whole.edges and not how["chance"] else [])],
    }


def grouped(found: Outcomes, name: TableName, *, complete_case: bool) -> dict[Category, tuple[Confusion, int, int]]:
    """Return (known outcomes, missing but predicted, missing and not) of every row of one table, empty rows too.

    >>> from audits.metrics.outcome_counts import OutcomeCell
    >>> found = Outcomes([OutcomeCell("Male", None, 3, 1, 1, 5, 2, 1), OutcomeCell(None, None, 9, 9, 9, 9)], (), ())
    >>> grouped(found, "sex", complete_case=False)[Category("Male", None)]
    (Confusion(tp=3, fp=1, fn=1, tn=5), 2, 1)
    """
    sums = {category: [0] * 6 for category in categories(name)}
    for cell in found.cells:
        key = _row(cell.sex, cell.race_ethnicity, name, complete_case)
        if key in sums:
            sums[key] = [one + more for one, more in zip(sums[key], cell.numbers, strict=True)]
    return {key: (Confusion(*counts[:4]), counts[4], counts[5]) for key, counts in sums.items()}


def confusions(found: Outcomes, name: TableName, *, complete_case: bool) -> dict[Category, Confusion]:
    """Return the known outcomes of every row of one table that has any.

    >>> from audits.metrics.outcome_counts import OutcomeCell
    >>> found = Outcomes([OutcomeCell("Male", None, 3, 1, 1, 5)], (), ())
    >>> {str(key): counts.people for key, counts in confusions(found, "sex", complete_case=False).items()}
    {'Male': 10}
    """
    rows = grouped(found, name, complete_case=complete_case)
    return {key: counts for key, (counts, _, _) in rows.items() if counts.people}


def _row(sex: str | None, race: str | None, name: TableName, complete_case: bool) -> Category | None:
    if complete_case and (sex is None or race is None):
        return None
    return Category(None if name == "race_ethnicity" else sex, None if name == "sex" else race)


def _table(found: Outcomes, name: TableName, how: Mapping[str, Any], complete_case: bool, level: str) -> dict[str, Any]:
    rows = grouped(found, name, complete_case=complete_case)
    reference = reference_of(name, how)
    groups = {key: counts for key, (counts, _, _) in rows.items() if counts.people or key == reference}
    binned, unbinned = _bins(found, name, complete_case), _unbinned(found, name, complete_case)
    with_bins = bool(found.edges) and how["chance"]
    report = group_metrics(
        groups,
        base=how["base"],
        reference=reference,
        bins={key: [one.as_bin() for one in binned.get(key, ())] for key in groups} if with_bins else None,
        level=level,
    )
    document = report.as_json()
    for row, key in zip(document["groups"], groups, strict=True):
        row["missing"] = {"predicted": rows[key][1], "other": rows[key][2]}
        row |= key._asdict()
        if found.edges:
            row["bins"] = [_bin(one, level) for one in binned.get(key, ())]
            row["people_without_bins"] = unbinned.get(key, 0)
    empty = [str(key) for key in rows if key not in groups]
    return {
        "table": name,
        **document,
        "empty": empty,
        "everybody": _everybody(groups),
        "notes": [*document["notes"], *_notes(name, report, empty), *_unbinned_note(name, unbinned)],
    }


def reference_of(name: TableName, how: Mapping[str, Any]) -> Category | None:
    """Return the category that a table's groups are held against, None where none was named.

    >>> how = {"base": "group", "reference": {"sex": "Male", "race_ethnicity": "Hispanic or Latino"}}
    >>> str(reference_of("intersectional", how)), str(reference_of("sex", how))
    ('Male, Hispanic or Latino', 'Male')
    """
    if how["base"] != "group":
        return None
    named = how["reference"] or {}
    key = Category(
        None if name == "race_ethnicity" else named.get("sex"), None if name == "sex" else named.get("race_ethnicity")
    )
    if key not in categories(name):
        raise ValueError("The group to hold others against is named by its sex and its race/ethnicity.")
    return key


def _everybody(groups: Mapping[Category, Confusion]) -> dict[str, int]:
    whole = total(groups)
    return {"n": whole.people, "tp": whole.tp, "fp": whole.fp, "fn": whole.fn, "tn": whole.tn}


def _bins(found: Outcomes, name: TableName, complete_case: bool) -> dict[Category, list[BinCell]]:
    """Return the bins of each row of a table, one for each place that has people."""
    cells: dict[Category, list[BinCell]] = {}
    for one in found.bins:
        key = _row(one.sex, one.race_ethnicity, name, complete_case)
        if key is not None:
            stripped = BinCell(None, None, one.place, one.people, one.positive, *one.sums)
            cells.setdefault(key, []).append(stripped)
    return {key: list(Outcomes((), found.edges, bins).merged().bins) for key, bins in cells.items()}


def _unbinned(found: Outcomes, name: TableName, complete_case: bool) -> dict[Category, int]:
    """Return the people of known outcome of each row of a table who are in no bin, where there are some."""
    people: dict[Category, int] = {}
    for (sex, race), few in found.few().items() if found.edges else ():
        key = _row(sex, race, name, complete_case)
        if key is not None and few:
            people[key] = people.get(key, 0) + few
    return people


def _unbinned_note(name: TableName, unbinned: Mapping[Category, int]) -> Iterable[str]:
    if unbinned:
        people = sum(unbinned.values())
        yield (
            f"In the {_TITLES[name]} table {people:,} of known outcome {'is' if people == 1 else 'are'} in no bin of "
            f"scores, nor in a figure made from bins: of one sex and one race/ethnicity they are fewer than "
            f"{FEWEST_PEOPLE}, and a bin of so few would say how one person scored."
        )


def _bin(one: BinCell, level: str) -> dict[str, Any]:
    found = {"place": one.place, "people": one.people, "positive": one.positive}
    share = wilson(one.positive, one.people, level=level).as_json()["values"]
    mean = {} if one.score_sum is None else {"mean_score": written(one.score_sum / one.people)}
    return {**found, "share": share["rate"], "low": share["low"], "high": share["high"], **mean}


def _missing_notes(found: Outcomes) -> Iterable[str]:
    people = sum(cell.people for cell in found.cells)
    predicted = sum(cell.missing_predicted for cell in found.cells)
    missing = predicted + sum(cell.missing_other for cell in found.cells)
    if not missing:
        yield f"The true outcome of all {people:,} people is known."
        return
    share = percent(Fraction(missing, people))
    yield (
        f"The true outcome of {missing:,} of {people:,} people ({share}) is not known; {predicted:,} of them were "
        f"predicted to have it. {MISSING_RULE}"
    )


def _notes(name: TableName, report: GroupReport[Category], empty: Sequence[str]) -> list[str]:
    """Say what a reader of one table must know before leaning on its metrics."""
    notes = []
    if empty:
        notes.append(f"In the {_TITLES[name]} table nobody of known outcome stands behind {'; '.join(empty)}.")
    small: dict[str, list[str]] = {}
    for row in report.rows:
        for what, code in (("the outcome", "true-positive-rate"), ("no outcome", "false-positive-rate")):
            people = RATES[code].parts(row.confusion)[1]
            if 0 < people < FEW:
                small.setdefault(what, []).append(str(row.group))
    for what, names in small.items():
        notes.append(
            f"In the {_TITLES[name]} table fewer than {FEW} people with {what} stand behind {'; '.join(names)}: rates "
            "over them move with one person, and publishing them may identify people."
        )
    return notes
