"""How an audit was conducted: by whom, under which plan, on what data; and what it may be called.

6 RCNY § 5-300 makes an auditor independent who is and was not involved in the tool, and has neither an employment
relationship with, nor a financial interest in, those who use or make it. Without that declaration, by a named person, a
result is a self-assessment and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from audits.metrics.thresholds import held
from compliance.lib.independence import LIMBS

BIAS_AUDIT: Final = "bias audit"
SELF_ASSESSMENT: Final = "self-assessment"
TITLES: Final[Mapping[str, str]] = {
    BIAS_AUDIT: "Bias audit by an independent auditor, as the auditor declares",
    SELF_ASSESSMENT: "Self-assessment: no auditor has declared their independence (6 RCNY § 5-300)",
}
CONDITIONS: Final[Mapping[str, str]] = {
    "a": "Why bias cannot be detected and corrected as well with other data, synthetic or anonymised data included",
    "b": "The technical limits on re-use, and the security and privacy measures, pseudonymisation included",
    "c": "Who may reach the data, the strict controls on it and how access is documented",
    "d": "How it is made sure that nobody else receives, is sent or reaches the data",
    "e": "When the data is deleted: once the bias is corrected or its retention ends, whichever comes first",
    "f": "Why the records of processing say that this data was needed and other data would not do",
}
"""What is recorded for each of the six conditions of Article 4a(1) of the AI Act (formerly Article 10(5))."""

PLAN_SCHEMA: Final = "probanda/bias-plan/1"
FIELDS: Final = (
    "rate_kind",
    "favourable",
    "higher_is_better",
    "unknowns",
    "median_basis",
    "exclusion_base",
    "exclusions",
    "unit_of_analysis",
    "class_reading",
    "data",
    "pooled",
    "strata",
    "outcome",
    "reference",
)
"""The choices of a plan that a run is held against; each is a field of the result's `method`."""

_IN_PARTS: Final = ("data", "outcome")


def nothing_said() -> dict[str, Any]:
    """Return the conduct of a run that nobody said anything about: a self-assessment without a plan.

    >>> nothing_said()["special_categories"]
    {'people_in_union': None, 'conditions': {}}
    """
    return conduct()


def conduct(
    *,
    independence: Mapping[str, Any] | None = None,
    plan: Mapping[str, Any] | None = None,
    special_categories: Mapping[str, Any] | None = None,
    system: Mapping[str, Any] | None = None,
    software: str | None = None,
) -> dict[str, Any]:
    """Return what a result document says of how it came about, before `label` and `deviations` are added.

    `independence` is `{"auditor", "declared_by", "declared_at", "limbs"}`, `plan` `{"sha256", "document", "locked_at",
    "locked_by", "approved_by", "authors", "timestamp", "witnessed"}`, `special_categories` `{"people_in_union",
    "conditions"}`, `system` `{"id", "name", "version"}`. `witnessed` is `application` where it was locked there, `file`
    where a file says that it was locked.

    >>> label(nothing_said())
    'self-assessment'
    """
    return {
        "independence": dict(independence) if independence else None,
        "plan": dict(plan) if plan else None,
        "special_categories": dict(special_categories or {"people_in_union": None, "conditions": {}}),
        "system": dict(system) if system else None,
        "software": software,
    }


def label(of: Mapping[str, Any]) -> str:
    """Return `bias audit` where a named person declared all three limbs of independence, else `self-assessment`.

    >>> label({"independence": {"auditor": "Alice", "limbs": dict(LIMBS)}})
    'bias audit'
    >>> label({"independence": {"auditor": "Alice", "limbs": {}}})
    'self-assessment'
    """
    declared = of.get("independence")
    if not declared or not str(declared.get("auditor") or "").strip():
        return SELF_ASSESSMENT
    limbs = declared.get("limbs")
    return BIAS_AUDIT if isinstance(limbs, Mapping) and dict(limbs) == dict(LIMBS) else SELF_ASSESSMENT


def settled(of: Mapping[str, Any], method: Mapping[str, Any], found_out: Mapping[str, Any]) -> dict[str, Any]:
    """Return the conduct with what follows from it: label, title, deviations, thresholds, and sentences.

    `found_out` is what follows from the counts; the plan's own thresholds are held against its tables.

    >>> settled(nothing_said(), {}, {})["plan_sentence"]
    'The audit ran without a plan that was locked before.'
    """
    plan = of["plan"]
    found = list(deviations(plan["document"], of, method)) if plan else []
    sentence = _ran_under(plan, len(found)) if plan else "The audit ran without a plan that was locked before."
    called = label(of)
    return {
        **of,
        "label": called,
        "title": TITLES[called],
        "deviations": found,
        "thresholds": held(plan["document"].get("thresholds") or (), found_out) if plan else [],
        "plan_sentence": sentence,
        "timestamp_sentence": _stamped(plan),
        "special_sentence": _special(of["special_categories"]),
    }


def _stamped(plan: Mapping[str, Any] | None) -> str | None:
    """Say whether anybody but whoever locked it says when; whether a token holds is for a check with certificates."""
    if not plan or not plan.get("locked_at"):
        return None
    if plan.get("timestamp"):
        return (
            "The token of a time authority (RFC 3161) over the plan's digest is kept with it; a check offline says "
            "whether it holds."
        )
    return "No time authority has stamped the plan's digest: only the clock of whoever locked it says when."


def _ran_under(plan: Mapping[str, Any], departures: int) -> str:
    """Say how a run lies to its plan, and whether anybody but the plan's own file says that it was locked."""
    locked = plan.get("locked_at")
    named = "the plan that was locked before" if locked else "a plan that nobody has locked"
    told = f"departs from {named} in {departures} of its fields" if departures else f"ran as {named} says"
    if not locked or plan.get("witnessed") != "file":
        return f"The audit {told}."
    told = f"departs from its plan in {departures} of its fields" if departures else "ran as its plan says"
    approved = f" and that {plan['approved_by']} approved it" if plan.get("approved_by") else ""
    return (
        f"The audit {told}. That {plan['locked_by']} locked the plan at {locked}{approved} is what its file says; the "
        "command that ran the audit cannot witness it."
    )


def _special(stated: Mapping[str, Any]) -> str:
    union = stated.get("people_in_union")
    if union is None:
        return "Nobody said whether people in the Union are among those assessed."
    if union is False:
        return "Nobody in the Union is among those assessed, as was stated, so no condition of Article 4a is asked for."
    conditions = stated.get("conditions") or {}
    missing = [letter for letter in CONDITIONS if not str(conditions.get(letter) or "").strip()]
    if missing:
        return (
            "People in the Union are among those assessed. Race and ethnic origin are special categories of personal "
            f"data; of the six conditions of Article 4a(1) of the AI Act no record is here for {', '.join(missing)}."
        )
    return (
        "People in the Union are among those assessed. Race and ethnic origin are special categories of personal data; "
        "the six conditions of Article 4a(1) of the AI Act were recorded before the run. Sex and age are none."
    )


def deviations(plan: Mapping[str, Any], of: Mapping[str, Any], method: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every field in which a run departs from its plan, as `{"field", "planned", "ran"}`.

    What the plan leaves out it does not promise, so only what it names is held against the run.

    >>> plan = {"choices": {"unknowns": "complete-case", "rate_kind": "selection"}}
    >>> list(deviations(plan, nothing_said(), {"unknowns": "per-table", "rate_kind": "selection"}))
    [{'field': 'unknowns', 'planned': 'complete-case', 'ran': 'per-table'}]
    """
    choices = plan.get("choices", {})
    for name in FIELDS:
        if name in _IN_PARTS and isinstance(choices.get(name), Mapping) and isinstance(method.get(name), Mapping):
            for part, planned in choices[name].items():  # the run says more than a plan can know
                if planned != method[name].get(part):
                    yield {"field": f"{name}.{part}", "planned": planned, "ran": method[name].get(part)}
        elif name in choices and choices[name] != method.get(name):
            yield {"field": name, "planned": choices[name], "ran": method.get(name)}
    union = (plan.get("special_categories") or {}).get("people_in_union")
    ran_union = (of.get("special_categories") or {}).get("people_in_union")
    if union is not None and union != ran_union:
        yield {"field": "people_in_union", "planned": union, "ran": ran_union}
    if "categories" in plan and plan["categories"] != method.get("categories"):
        yield {"field": "categories", "planned": plan["categories"], "ran": method.get("categories")}
    if "metrics" in plan:
        missing = [one for one in plan["metrics"] if one not in method.get("metrics", ())]
        if missing:
            yield {"field": "metrics", "planned": plan["metrics"], "ran": list(method.get("metrics", ()))}
    for name, planned in (plan.get("system") or {}).items():
        ran = (of.get("system") or {}).get(name)
        if planned != ran:
            yield {"field": f"system.{name}", "planned": planned, "ran": ran}
