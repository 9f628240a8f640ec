"""The result document of a bias audit: what was counted, every choice made, and the numbers that follow.

Everything but `input`, `method` and `conduct` is a function of the counts and of a few fields of `method`, so a dossier
that embeds the document lets anyone compute it again: see :mod:`audits.metrics.recheck`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias, cast

from audits.metrics import categories, result_notes, rounding, split_outcomes
from audits.metrics.categories import TABLES
from audits.metrics.conduct import nothing_said, settled
from audits.metrics.counts import LARGEST, Cell, merge, unknown
from audits.metrics.examination import MOST_STRATA, examined
from audits.metrics.outcome_counts import OutcomeCell, Outcomes
from audits.metrics.outcomes import assessed
from audits.metrics.ratios import Table, table
from audits.metrics.readings import MEDIANS, UNKNOWNS, Counts, Reading, decided_of, of_class, readings
from audits.metrics.reference import beside_reference
from audits.metrics.scores import Scores

Result: TypeAlias = dict[str, Any]

SCHEMA: Final = "probanda/bias-audit/2"
VERSION: Final = "2"
RATE_KINDS: Final = ("selection", "scoring")
CLASS_READINGS: Final = ("put-into", "outcome-within")
METRICS: Final = ("selection rate", "scoring rate", "impact ratio", "intervals and tests", "readings")
GROUP_METRICS: Final = "group metrics"
CALIBRATION: Final = "calibration by group"
REPRESENTATIVENESS: Final = "representativeness"
EVERY_METRIC: Final = (*METRICS, GROUP_METRICS, CALIBRATION, REPRESENTATIVENESS)
"""What a plan may name; the last three need true outcomes, scores beside these, and a reference population."""

RULES: Final[Mapping[str, str]] = {
    "benchmark_rule": "The benchmark category of a table is the one with its highest unrounded rate (6 RCNY § 5-300).",
    "ratio_rule": "An impact ratio is the unrounded rate of a category divided by that of the benchmark category.",
    "rounding_rule": f"Numbers are rounded {rounding.RULE}; here to {rounding.WRITTEN} digits after the point.",
    "empty_rule": "A category without people has no rate and no ratio; a highest rate of 0 leaves no ratio to compute.",
    "threshold": "Local Law 144 sets no threshold for these numbers.",
}
SHARES: Final[Mapping[str, str]] = {
    "table": "A share is the part of the people of known category in the same table.",
    "table-known": "A share is the part of everyone whose category in the table is known, complete case or not.",
    "assessed": "A share is the part of everyone who was assessed, people of unknown category too.",
}
CLASSES: Final[Mapping[str, str]] = {
    "put-into": "For each class, the rate is the part of all assessed people whom the tool put into it "
    "(6 RCNY § 5-301(b)(4)).",
    "outcome-within": "For each class, the rate is the part of those whom the tool put into it that were selected.",
}
_LAW: Final[Mapping[str, str]] = {
    "selection": "NYC Administrative Code § 20-870 (bias audit); 6 RCNY §§ 5-300 (selection rate, impact ratio), "
    "5-301(b)",
    "scoring": "NYC Administrative Code § 20-870 (bias audit); 6 RCNY §§ 5-300 (scoring rate, impact ratio), 5-301(c)",
}


class Counted(NamedTuple):
    """The sufficient statistic of an audit.

    `other` are the same people counted by the other basis of the median, None where nothing is scored or it was not
    counted; `classes` the counts of each class of a tool that classifies; `strata` the same people split; `scores` how
    their scores are spread; `outcomes` the same people by prediction and true outcome, None where no outcome was given.
    `class_outcomes` and `strata_outcomes` are the same within each class and each stratum, where these were counted so.
    """

    cells: Sequence[Cell]
    other: Sequence[Cell] | None = None
    classes: Sequence[tuple[str, Sequence[Cell]]] = ()
    strata: Sequence[tuple[Sequence[str], Sequence[Cell]]] = ()
    scores: Scores | None = None
    outcomes: Outcomes | None = None
    class_outcomes: Sequence[tuple[str, Sequence[OutcomeCell]]] = ()
    strata_outcomes: Sequence[tuple[Sequence[str], Sequence[OutcomeCell]]] = ()


def tables_from_counts(
    cells: Iterable[Cell],
    *,
    rate_kind: str,
    unknowns: str = "per-table",
    exclusions: Sequence[Mapping[str, Any]] = (),
    base: str = "table",
) -> list[dict[str, Any]]:
    """Return the sex, race/ethnicity and intersectional tables as a result document holds them.

    Each exclusion is `{"table", "sex", "race_ethnicity", "justification", "approver"}`. A choice outside those known,
    or an exclusion that 6 RCNY § 5-301(d) does not allow, is a ValueError.

    >>> counted = [Cell("Male", None, 1390, 667), Cell("Female", None, 1181, 555)]
    >>> tables_from_counts(counted, rate_kind="selection")[0]["rows"][1]["impact_ratio"]
    '0.979336749914628'
    """
    found = exact_tables(merge(cells), unknowns=unknowns, exclusions=exclusions, base=base)
    return [_as_json(one, rate_kind) for one in found]


def exact_tables(
    cells: Iterable[Cell],
    *,
    unknowns: str = "per-table",
    exclusions: Sequence[Mapping[str, Any]] = (),
    base: str = "table",
) -> tuple[Table, ...]:
    """Return the three tables with exact fractions.

    >>> exact_tables([Cell("Male", None, 92, 50), Cell("Female", None, 76, 34)])[0].rows[1].impact_ratio
    Fraction(391, 475)
    """
    if unknowns not in UNKNOWNS:
        raise ValueError(f"{unknowns!r} is no way to treat unknown people; write one of {', '.join(UNKNOWNS)}.")
    kept, left_out = tuple(cells), decided_of(exclusions)
    complete = unknowns == "complete-case"
    return tuple(table(kept, name, complete_case=complete, excluded=left_out[name], base=base) for name in TABLES)


def result_from_counts(
    counted: Counted | Iterable[Cell],
    *,
    source: Mapping[str, Any],
    method: Mapping[str, Any],
    conduct: Mapping[str, Any] | None = None,
) -> Result:
    """Return the whole result document.

    `source` is `{"sha256", "bytes", "rows", "people"}` of the file that was read, `rows` being those below its header,
    each a person or a group; `method` holds at least `rate_kind` and `unknowns`, and every further choice that was made
    on the way to the counts. The rules that this module applies are added to it. `conduct` is made by
    :func:`audits.metrics.conduct.conduct`. Counts that do not add up to `people` are a ValueError: a person was lost on
    the way.

    >>> counted = [Cell("Male", None, 92, 50), Cell("Female", None, 76, 34)]
    >>> result = result_from_counts(counted, source={}, method={"rate_kind": "selection", "unknowns": "per-table"})
    >>> result["schema"], result["tables"][0]["rows"][1]["impact_ratio"]
    ('probanda/bias-audit/2', '0.823157894736842')
    """
    counted = counted if isinstance(counted, Counted) else Counted(tuple(counted))
    people = sum(cell.applicants for cell in counted.cells)
    if source.get("people", people) != people:
        raise ValueError(f"The counts hold {people} people, but {source['people']} were read.")
    if people > LARGEST:
        raise ValueError("More people than an exact document can hold.")
    kind = method["rate_kind"]
    if kind not in RATE_KINDS:
        raise ValueError(f"{kind!r} is no kind of rate; write one of {', '.join(RATE_KINDS)}.")
    whole = {
        "version": VERSION,
        "law": _LAW[kind],
        "categories": categories.SOURCE,
        "exclusions": [],
        "exclusion_base": "table",
        "median_basis": None,
        "class_reading": None,
        "reasons": {},
        **RULES,
        "metrics": _metrics(kind, method),
        **method,
    }
    whole["share_base"] = SHARES[whole["exclusion_base"]]
    whole["class_rule"] = CLASSES[whole["class_reading"]] if counted.classes else None
    found = derived(counted, whole)
    return {
        "schema": SCHEMA,
        "input": {**source, "people": people},
        "method": whole,
        "conduct": settled(conduct or nothing_said(), whole, found),
        **found,
    }


def _metrics(kind: str, method: Mapping[str, Any]) -> list[str]:
    """Return what was measured, by the names that a plan uses."""
    outcome = method.get("outcome") or {}
    more = {
        GROUP_METRICS: outcome,
        CALIBRATION: outcome.get("edges"),
        REPRESENTATIVENESS: method.get("reference"),
    }
    first = METRICS[:1] if kind == "selection" else METRICS[1:2]
    return [*first, *METRICS[2:], *(name for name, given in more.items() if given)]


def derived(counted: Counted, method: Mapping[str, Any]) -> dict[str, Any]:
    """Return what follows from the counts, and the counts themselves in the rule's order.

    >>> method = {"rate_kind": "selection", "unknowns": "per-table", "exclusions": [], "exclusion_base": "table"}
    >>> method |= {"median_basis": None, "class_reading": None, "reasons": {}}
    >>> sorted(derived(Counted([Cell("Male", None, 92, 50)]), method))[:4]
    ['classes', 'counts', 'notes', 'other_median']
    """
    strata = [(tuple(words), merge(cells)) for words, cells in counted.strata]
    if len(strata) > MOST_STRATA:
        raise ValueError(f"A result holds at most {MOST_STRATA} strata; there are {len(strata)}.")
    other = None if counted.other is None else merge(counted.other)
    _check_classes(method, [name for name, _ in counted.classes])
    cells = merge(counted.cells)
    whole = {**method, "exclusions": of_class(method["exclusions"], None)}
    found = _set(cells, whole, other=other, strata=strata)
    if method.get("classes_only"):
        found |= {"tables": [], "tests": None, "readings": None, "notes": [result_notes.CLASSES_ONLY]}
    found["notes"] += result_notes.of_approvals(method)
    parts = [name for name, _ in counted.classes], [words for words, _ in strata]
    of_classes, of_strata = split_outcomes.within(counted.class_outcomes, counted.strata_outcomes, *parts, method)
    return {
        **found,
        "other_median": None if other is None else [cell.as_json() for cell in other],
        "scores": None if counted.scores is None else counted.scores.as_json(cells),
        "strata": [
            {"stratum": list(words), "counts": [cell.as_json() for cell in cells], **of_strata.get(words, {})}
            for words, cells in strata
        ],
        "classes": [
            {"class": name, **_class(name, merge(cells), method), **of_classes.get(name, {})}
            for name, cells in counted.classes
        ],
        **_beyond(counted, method),
    }


def _class(name: str, kept: tuple[Cell, ...], method: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables of one class, with exclusions of their own; one into which nobody was put says so.

    Its people are counted under the chosen median alone, so there is no other reading of it here.
    """
    exclusions = of_class(method["exclusions"], name)
    found = _set(kept, {**method, "rate_kind": "selection", "exclusions": exclusions}, label=_class_kind(method))
    within = method["class_reading"] == "outcome-within"
    if not any(cell.applicants if within else cell.selected for cell in kept):
        sentence = f"Nobody was put into the class {name}; it stands here because the tool knows it."
        found["notes"].insert(0, {"table": "all", "code": "class-empty", "sentence": sentence})
    return found


def _class_kind(method: Mapping[str, Any]) -> str:
    """Return what the rates of a class are: of being put into it, or of the outcome within it, which may be a score."""
    return str(method["rate_kind"]) if method["class_reading"] == "outcome-within" else "class"


def _check_classes(method: Mapping[str, Any], names: Sequence[str]) -> None:
    for one in method["exclusions"]:
        if one.get("class") not in (None, *names):
            raise ValueError(f"A category is left out of the class {one['class']}, which is none of this audit.")


def _beyond(counted: Counted, method: Mapping[str, Any]) -> dict[str, Any]:
    """Return what goes beyond selection: group metrics where outcomes were counted, and a reference population."""
    found: dict[str, Any] = {}
    complete, outcome = method["unknowns"] == "complete-case", method.get("outcome")
    if (counted.outcomes is None) != (outcome is None or bool(method.get("classes_only"))):
        raise ValueError("Counts of outcomes go with the account of how outcomes were read.")
    if counted.outcomes is not None and outcome is not None:
        found["outcomes"] = assessed(counted.outcomes, outcome, complete_case=complete)
        if counted.strata_outcomes:
            together = split_outcomes.over_strata(counted.strata_outcomes, outcome, complete_case=complete)
            found["outcomes"]["over_strata"] = together
    if reference := method.get("reference"):
        found["representativeness"] = beside_reference(merge(counted.cells), reference, complete_case=complete)
    return found


def _set(
    kept: tuple[Cell, ...],
    method: Mapping[str, Any],
    *,
    other: tuple[Cell, ...] | None = None,
    strata: Sequence[tuple[Sequence[str], Sequence[Cell]]] = (),
    label: str | None = None,
) -> dict[str, Any]:
    """Return one set of tables with everything that follows from the same counts; `label` names what its rates are."""
    unknowns, base, kind = method["unknowns"], method["exclusion_base"], method["rate_kind"]
    exact = exact_tables(kept, unknowns=unknowns, exclusions=method["exclusions"], base=base)
    decided = decided_of(method["exclusions"])
    basis = method["median_basis"] if kind == "scoring" else None
    by_median: dict[str | None, tuple[Cell, ...]] = {basis: kept}
    if kind == "scoring":
        if basis not in MEDIANS:
            raise ValueError(f"{basis!r} is no basis of the median; write one of {', '.join(MEDIANS)}.")
        if other is not None:
            by_median[next(one for one in MEDIANS if one != basis)] = other
    chosen = Reading(unknowns, basis, base, "as-decided" if any(decided.values()) else "none", "kept")
    compared = readings(
        Counts(by_median, decided), chosen, method["reasons"], lambda found: _as_json(found, label or kind)
    )
    return {
        "unknown": unknown(kept),
        "counts": [cell.as_json() for cell in kept],
        "tables": [_as_json(found, label or kind) for found in exact],
        "notes": [note for found in exact for note in result_notes.of_table(found)]
        + result_notes.of_median(method if basis else {}),
        "readings": compared,
        "tests": examined(exact, kept, complete_case=unknowns == "complete-case", strata=strata),
    }


def cells_of(result: Mapping[str, Any]) -> tuple[Cell, ...]:
    """Read the counts out of a result document; anything strange in them is a ValueError.

    >>> cells_of({"counts": [{"sex": "Male", "race_ethnicity": None, "applicants": 2, "selected": 1}]})
    (Cell(sex='Male', race_ethnicity=None, applicants=2, selected=1),)
    """
    return _cells(result["counts"])


def counted_of(result: Mapping[str, Any]) -> Counted:
    """Read everything that was counted out of a result document; anything strange is a ValueError.

    >>> counted = [Cell("Male", None, 92, 50), Cell("Female", None, 76, 34)]
    >>> result = result_from_counts(counted, source={}, method={"rate_kind": "selection", "unknowns": "per-table"})
    >>> counted_of(result).cells == tuple(counted)
    True
    """
    other = result["other_median"]
    return Counted(
        cells_of(result),
        None if other is None else _cells(other),
        tuple((str(one["class"]), _cells(one["counts"])) for one in result["classes"]),
        tuple((tuple(map(str, one["stratum"])), _cells(one["counts"])) for one in result["strata"]),
        None if result["scores"] is None else Scores.from_json(result["scores"]),
        Outcomes.from_json(result["outcomes"]) if "outcomes" in result else None,
        tuple((str(one["class"]), _outcome_cells(one)) for one in result["classes"] if "outcomes" in one),
        tuple((tuple(map(str, one["stratum"])), _outcome_cells(one)) for one in result["strata"] if "outcomes" in one),
    )


def _outcome_cells(one: Mapping[str, Any]) -> tuple[OutcomeCell, ...]:
    counts = one["outcomes"]["counts"]
    if not isinstance(counts, list):
        raise ValueError("The counts of outcomes are not a list.")
    return tuple(OutcomeCell.from_json(cell) for cell in counts)


def _cells(counts: Any) -> tuple[Cell, ...]:
    if not isinstance(counts, list):
        raise ValueError("The counts are not a list.")
    return tuple(Cell.from_json(cell) for cell in counts)


def exact_tables_of(result: Mapping[str, Any]) -> tuple[Table, ...]:
    """Return the exact tables of a result document, for showing with as many digits as a page wants.

    >>> counted = [Cell("Male", None, 92, 50), Cell("Female", None, 76, 34)]
    >>> result = result_from_counts(counted, source={}, method={"rate_kind": "selection", "unknowns": "per-table"})
    >>> exact_tables_of(result)[0].rows[1].rate
    Fraction(17, 38)
    """
    method = cast(Mapping[str, Any], result["method"])
    if method.get("classes_only"):
        return ()
    return exact_tables(
        cells_of(result),
        unknowns=method["unknowns"],
        exclusions=of_class(method.get("exclusions", ()), None),
        base=method.get("exclusion_base", "table"),
    )


def class_results_of(result: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return, for each class of a tool that classifies, what :mod:`audits.metrics.display` shows like a result.

    >>> cells = [Cell("Male", None, 4, 1), Cell("Female", None, 4, 2)]
    >>> method = {"rate_kind": "selection", "unknowns": "per-table", "class_reading": "put-into"}
    >>> result = result_from_counts(Counted(cells, classes=[("lead", cells)]), source={}, method=method)
    >>> [(name, of["method"]["rate_kind"]) for name, of in class_results_of(result)]
    [('lead', 'class')]
    """
    made = result["method"]
    method = {**made, "rate_kind": _class_kind(made), "classes_only": False}
    return [
        (one["class"], {"method": {**method, "exclusions": _without_class(made["exclusions"], one["class"])}, **one})
        for one in result["classes"]
    ]


def _without_class(exclusions: Iterable[Mapping[str, Any]], name: str) -> list[dict[str, Any]]:
    return [{key: value for key, value in one.items() if key != "class"} for one in of_class(exclusions, name)]


def _as_json(found: Table, rate_kind: str) -> dict[str, Any]:
    return {
        "table": found.name,
        "rate_kind": rate_kind,
        "benchmark": found.benchmark._asdict() if found.benchmark else None,
        "benchmark_tied": [category._asdict() for category in found.tied],
        "rows": [
            {
                **row.category._asdict(),
                "applicants": row.applicants,
                "selected": row.selected,
                "rate": rounding.written(row.rate),
                "impact_ratio": rounding.written(row.impact_ratio),
                "share": rounding.written(row.share),
                "excluded": row.excluded,
            }
            for row in found.rows
        ],
    }
