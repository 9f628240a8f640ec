"""How a file of counts is read, and the account of every choice that a result document carries as its method."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from audits.bias.aggregate import Group
from audits.bias.mapping import COUNT, Trouble, Values
from audits.bias.outcome_choices import stated as stated_outcome
from audits.bias.plan import CountReading, Plan
from audits.bias.vocabulary import BUILT_IN, LIST, Role, key
from audits.metrics.reference import checked_reference
from audits.metrics.sufficiency import stated
from compliance.lib.problems import Problem, Refused

if TYPE_CHECKING:
    from audits.bias.tallies import Counted

MOST_CODES: Final = 9
"""Numbers up to this one may be codes of outcomes, such as 1 for hired and 2 for rejected."""

SENTENCES: Final[Mapping[CountReading | None, str]] = {
    None: "One line is one person.",
    "outcome": "Each line is a group of people with one outcome; the count says how many they are.",
    "number": "Each line is a group of people; the column of selections says how many of the count were selected.",
}


def count_reading(plan: Plan, groups: Sequence[Group], values: Mapping[Role, Values]) -> CountReading | None:
    """Return what the column of selections of a counts file holds: an `outcome`, or the `number` selected of the count.

    The words of `groups` begin with sex, race/ethnicity and what stands in the column of selections.

    Words, a favourable value or a mapping make it outcomes. Whole numbers are numbers where each group stands once, or
    where one has two digits. 0 and 1 are outcomes where a group stands with both. Anything else can be read in two
    ways, as 1 and 2 can that stand for hired and rejected, and is `Refused`.
    """
    if plan.count is None or plan.count_reading is not None:
        return plan.count_reading
    if plan.favourable is not None or plan.mapping.get("outcome"):
        return "outcome"
    found = {group.words[2] for group in groups}
    whole = {value for value in found if COUNT.fullmatch(value)}
    above = {int(value) for value in whole} - {0, 1}
    if whole != found:
        words = any(key(value) in BUILT_IN["outcome"] for value in found - whole)
        return "number" if above and not words else "outcome"
    if any(value > MOST_CODES for value in above):
        return "number"
    met: dict[tuple[object, object], list[str]] = defaultdict(list)
    for group in groups:
        sex, race = values["sex"].read(group.words[0]), values["race_ethnicity"].read(group.words[1])
        if not isinstance(sex, Trouble) and not isinstance(race, Trouble):
            met[sex, race] += [group.words[2].strip()] * group.lines
    if not above and any(len(set(found)) > 1 for found in met.values()):
        return "outcome"
    if all(len(found) == 1 for found in met.values()):
        return "number"
    shown = " and ".join(sorted({value.strip() for value in found}, key=int))
    raise Refused(
        Problem(
            "ambiguous-counts",
            f"The column {plan.selected!r} holds only {shown}: outcomes of groups, or numbers of people selected.",
            "Name the favourable value (--favourable 1), or say --count-reading number.",
            column=plan.selected,
            found=shown,
            expected="outcomes or numbers",
        )
    )


def method_of(
    plan: Plan, columns: Mapping[str, str], found: Counted, sources: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return every choice made, so that a person with the sources and this account gets the same counts."""
    by_outcome, median = found.outcomes, found.median
    reading = found.readings[0] if len(set(found.readings)) == 1 else None
    file = {name: sources[0][name] for name in ("encoding", "delimiter") if name in sources[0]}
    scoring = plan.score is not None
    mapping: Mapping[str, Any] = {"mapping": {}, "mapping_source": {}} if found.own else _mapping(found, 0)
    rules = {_count_rule(one, way) for one, way in zip(found.plans, found.readings, strict=True)}
    return {
        "rate_kind": plan.rate_kind,
        "unknowns": plan.unknowns,
        "unknowns_rule": (
            "A person of unknown sex or race/ethnicity counts in every table whose category is known."
            if plan.unknowns == "per-table"
            else "Only people of known sex and known race/ethnicity count, in every table."
        ),
        "file": file if len(sources) == 1 else {},
        "pooled": plan.pooled if len(sources) > 1 or plan.strata else None,
        "columns": dict(columns),
        "strata": list(plan.strata),
        "favourable": plan.favourable,
        **mapping,
        "category_list": {name: LIST[name] for name in ("id", "version", "effective_from", "effective_until")},
        "outcomes": dict(sorted(by_outcome.items())) if plan.selected is not None else None,
        "count_reading": reading if plan.count is None or not scoring else "outcome",
        "count_rule": rules.pop() if len(rules) == 1 else "Each source says what one of its lines is.",
        "higher_is_better": plan.higher_is_better if scoring else None,
        "median": dict(median) if median is not None else None,
        "median_rule": _median_rule(plan) if scoring else None,
        "other_median": dict(found.other_median) if found.other_median is not None else None,
        "median_basis": plan.median if scoring else None,
        "exclusions": [dict(exclusion) for exclusion in plan.exclusions],
        "exclusion_base": plan.exclusion_base,
        "reasons": dict(plan.reasons),
        "unit_of_analysis": plan.unit_of_analysis,
        "data": _data(plan),
        "class_reading": plan.class_rates,
        "classes": list(plan.classes),
        "classes_only": plan.selected is None and plan.score is None,
        "vocabulary": plan.vocabulary,
        "sheet": plan.sheet,
        **_beyond(plan),
    }


def _beyond(plan: Plan) -> dict[str, Any]:
    """Return how true outcomes were read and with whom the people were compared; nothing where neither was given."""
    outcome = stated_outcome(plan)
    found = {} if outcome is None else {"outcome": outcome}
    return found if plan.reference is None else {**found, "reference": checked_reference(plan.reference)}


def own_method(found: Counted, source: int, columns: Mapping[str, str]) -> dict[str, Any]:
    """Return how one of several sources was read that have columns or words of their own."""
    plan = found.plans[source]
    return {
        "columns": dict(columns),
        "strata": list(plan.strata),
        "favourable": plan.favourable,
        **_mapping(found, source),
        "count_reading": found.readings[source] if plan.count is None or plan.score is None else "outcome",
        "count_rule": _count_rule(plan, found.readings[source]),
    }


def _mapping(found: Counted, source: int) -> dict[str, Any]:
    """Return what every value of a source was taken for, and by which source of meanings."""
    plan, values = found.plans[source], found.values[source]
    roles: list[Role] = ["sex", "race_ethnicity"]
    if plan.selected is not None and found.readings[source] != "number":
        roles.append("outcome")
    given: tuple[Role, ...] = ("truth", "decision")
    roles += [role for role in given if role in plan.columns()]
    return {
        "mapping": {role: dict(sorted(values[role].readings.items())) for role in roles},
        "mapping_source": {role: _by_source(values[role]) for role in roles},
    }


def _count_rule(plan: Plan, reading: CountReading | None) -> str:
    if plan.count and plan.selected is None:
        return SENTENCES["outcome"].replace("outcome", "score" if plan.score else "class")
    return SENTENCES[reading]


def _data(plan: Plan) -> dict[str, Any] | None:
    """Return what was said of the data, with the numbers of the analysis that has to come before test data."""
    if plan.data is None:
        return None
    analysis = plan.data.get("sufficiency")
    return {**plan.data, "sufficiency": stated(analysis) if analysis else None}


def _median_rule(plan: Plan) -> str:
    side, other = ("above", "higher") if plan.higher_is_better else ("below", "lower")
    return (
        f"One exact median of the full sample for all three tables; {other} scores are better, and a person counts who "
        f"is strictly {side} it. An even number of people takes the exact mean of the two middle scores."
    )


def _by_source(values: Values) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for raw, source in sorted(values.sources.items()):
        found.setdefault(source, []).append(raw)
    return found
