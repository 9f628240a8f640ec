"""True outcomes within the classes of a tool and over strata, as a result document holds them.

A class has every group metric of its own. A stratum has its counts and its rates; what they say together is tested over
all strata at once, since one comparison in each of many strata finds differences by chance alone.

There are no bins of scores here. The bins of everybody leave out cells of fewer than five people; with those of each
part beside them, one subtraction would give back how such a person scored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from audits.metrics import rounding
from audits.metrics.categories import TABLES, Category, TableName
from audits.metrics.confusion import RATES, Confusion
from audits.metrics.measures import LEVEL, Chance, Measure, Pair, written
from audits.metrics.methods import METHODS
from audits.metrics.outcome_counts import OutcomeCell, Outcomes
from audits.metrics.outcomes import PREDICTIONS, assessed, grouped, reference_of
from audits.metrics.significance import holm
from audits.metrics.strata import breslow_day, mantel_haenszel

RATES_TESTED: Final = (
    *("true-positive-rate", "false-positive-rate", "positive-predictive-value", "false-omission-rate", "accuracy"),
)
"""The rates that are compared over strata: errors of either kind, of either prediction, and both together."""
NO_BINS: Final = (
    "Scores are not divided into bins here: beside the bins of everybody, one subtraction could give back how one "
    "person scored."
)
_LARGEST: Final = "Each group is held against the one with the most people of known outcome in all strata together."
_NAMED: Final = "Each group is held against the one that was named."
_FAMILY: Final = "P-values are adjusted over the groups of one table and one rate (Holm)."
_METHODS: Final = ("mantel-haenszel", "breslow-day", "holm")


def within(
    of_classes: Sequence[tuple[str, Sequence[OutcomeCell]]],
    of_strata: Sequence[tuple[Sequence[str], Sequence[OutcomeCell]]],
    classes: Sequence[str],
    strata: Sequence[tuple[str, ...]],
    method: Mapping[str, Any],
) -> tuple[dict[str, dict[str, Any]], dict[tuple[str, ...], dict[str, Any]]]:
    """Return what a class and a stratum say of outcomes, as far as the method says that they were counted there.

    Results of earlier versions say nothing of that and hold none. Parts that are not those of the audit are a
    ValueError.

    >>> within([], [], ["lead"], [], {"unknowns": "per-table", "class_reading": "put-into"})
    ({}, {})
    """
    how = method.get("outcome") or {}
    split, complete = how.get("split", ()), method["unknowns"] == "complete-case"
    if [name for name, _ in of_classes] != (list(classes) if "classes" in split else []):
        raise ValueError("The outcomes within classes are not those of the classes of this audit.")
    if [tuple(words) for words, _ in of_strata] != (list(strata) if "strata" in split else []):
        raise ValueError("The outcomes within strata are not those of the strata of this audit.")
    reading = str(method["class_reading"])
    found = {name: {"outcomes": of_class(cells, how, reading, complete_case=complete)} for name, cells in of_classes}
    parts = {tuple(words): {"outcomes": of_stratum(cells, complete_case=complete)} for words, cells in of_strata}
    return found, parts


def of_class(
    cells: Sequence[OutcomeCell], how: Mapping[str, Any], class_reading: str, *, complete_case: bool
) -> dict[str, Any]:
    """Return every group metric of one class. Where a rate is that of being put into it, that is the prediction too.

    >>> how = {"base": "largest", "reference": None, "edges": [], "prediction_rule": "Who was selected."}
    >>> cells = [OutcomeCell("Male", None, 3, 1, 1, 5), OutcomeCell("Female", None, 2, 1, 2, 5)]
    >>> found = of_class(cells, how, "outcome-within", complete_case=False)
    >>> found["prediction_rule"], found["missing"]["known"]
    ('Who was selected.', 20)
    """
    own = {**how, "edges": [], "chance": False}
    rule = PREDICTIONS["put-into"] if class_reading == "put-into" else how["prediction_rule"]
    found = assessed(Outcomes(cells), own, complete_case=complete_case)
    binned = [NO_BINS] if how["edges"] else []
    return {**found, "prediction_rule": rule, "notes": [*found["notes"], *binned]}


def of_stratum(cells: Sequence[OutcomeCell], *, complete_case: bool) -> dict[str, Any]:
    """Return the counts of one stratum, and for each group of the three tables the rates that follow from them.

    >>> found = of_stratum([OutcomeCell("Male", None, 3, 1, 1, 5)], complete_case=False)
    >>> found["tables"][0]["groups"][0]["rates"]["true-positive-rate"]
    '0.750000000000000'
    """
    whole = Outcomes(cells).merged()
    return {
        "counts": [cell.as_json() for cell in whole.cells],
        "tables": [
            {
                "table": name,
                "groups": [
                    _group(category, *counts)
                    for category, counts in grouped(whole, name, complete_case=complete_case).items()
                    if sum(counts[0].counts) or counts[1] or counts[2]
                ],
            }
            for name in TABLES
        ],
    }


def _group(category: Category, known: Confusion, missing_predicted: int, missing_other: int) -> dict[str, Any]:
    return {
        **category._asdict(),
        "counts": {"n": known.people, **dict(zip(("tp", "fp", "fn", "tn"), known.counts, strict=True))},
        "missing": {"predicted": missing_predicted, "other": missing_other},
        "rates": {code: rounding.written(RATES[code].value(known)) for code in RATES_TESTED},
    }


def over_strata(
    strata: Sequence[tuple[Sequence[str], Sequence[OutcomeCell]]],
    how: Mapping[str, Any],
    *,
    complete_case: bool,
    level: str = LEVEL,
) -> dict[str, Any]:
    """Return, for each group beside one reference, the common ratio of each rate over the strata, with its tests.

    >>> men, women = OutcomeCell("Male", None, 30, 12, 9, 49), OutcomeCell("Female", None, 11, 8, 21, 60)
    >>> found = over_strata(
    ...     [(("A",), [men, women]), (("B",), [women, men])],
    ...     {"base": "largest", "reference": None, "edges": []},
    ...     complete_case=False,
    ... )
    >>> found["tables"][0]["reference"], found["tables"][0]["groups"][0]["group"]
    ('Male', 'Female')
    """
    parts = {_named(words, place): Outcomes(cells).merged() for place, (words, cells) in enumerate(strata)}
    return {
        "level": level,
        "tables": [_table(name, parts, how, complete_case, level) for name in TABLES],
        "methods": [METHODS[code].as_json() for code in METHODS if code in _METHODS],
        "notes": [_NAMED if how["base"] == "group" else _LARGEST, _FAMILY, *([NO_BINS] if how["edges"] else [])],
    }


def _named(words: Sequence[str], place: int) -> str:
    return f"{' / '.join(words) or '(blank)'} ({place + 1})"


def _table(
    name: TableName, parts: Mapping[str, Outcomes], how: Mapping[str, Any], complete_case: bool, level: str
) -> dict[str, Any]:
    split = {
        where: {key: known for key, (known, _, _) in grouped(one, name, complete_case=complete_case).items()}
        for where, one in parts.items()
    }
    people = {key: sum(of[key].people for of in split.values()) for key in next(iter(split.values()))}
    kept = [key for key, count in people.items() if count]
    named = reference_of(name, how)
    reference = named or max(kept, key=lambda key: people[key], default=None)
    others = [key for key in kept if key != reference] if reference is not None else []
    found = {code: [_beside(code, key, reference, split, level) for key in others] for code in RATES_TESTED}
    for measures in found.values():
        _adjust(measures)
    return {
        "table": name,
        "reference": None if reference is None else str(reference),
        "groups": [
            {
                "group": str(key),
                **key._asdict(),
                "rates": [{"rate": code, **found[code][place]} for code in RATES_TESTED],
            }
            for place, key in enumerate(others)
        ],
    }


def _beside(
    code: str,
    key: Category,
    reference: Category | None,
    split: Mapping[str, Mapping[Category, Confusion]],
    level: str,
) -> dict[str, Any]:
    pairs = {}
    for where, of in split.items():
        known, against = of[key], of[reference] if reference is not None else Confusion(0, 0, 0, 0)
        pairs[where] = Pair(*RATES[code].parts(known), *RATES[code].parts(against))
    common: Measure = mantel_haenszel(pairs, level=level)
    return {"common": common, "same": breslow_day(pairs).as_json()}


def _adjust(measures: Sequence[dict[str, Any]]) -> None:
    """Write the common ratios, each with its p-value adjusted over the groups beside the raw one."""
    chances: list[tuple[int, Chance]] = []
    for place, one in enumerate(measures):
        raw = one["common"]["p"]
        if raw is not None and not isinstance(raw, str):
            chances.append((place, raw))
    adjusted = dict(zip([place for place, _ in chances], holm([raw for _, raw in chances]), strict=True))
    for place, one in enumerate(measures):
        document = one["common"].as_json()
        document["values"]["p_holm"] = written(adjusted[place]) if place in adjusted else None
        one["common"] = document
