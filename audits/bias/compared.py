"""The readings of a result side by side, as its page tells them: what each other reading of the rule would change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.metrics import rounding
from audits.metrics.categories import Category
from audits.metrics.display import NO_NUMBER
from audits.metrics.readings import SENTENCES

TABLE_NAMES: Final[Mapping[str, Any]] = {
    "sex": gettext_lazy("sex"),
    "race_ethnicity": gettext_lazy("race/ethnicity"),
    "intersectional": gettext_lazy("intersectional"),
}


def compared(readings: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return every open choice with its options, the changed cells in words, and the range of each changed ratio."""
    if readings is None:
        return None
    return {
        "choices": [_choice(one) for one in readings["choices"]],
        "range": [_ranged(one) for one in readings["range"]],
        "combinations": next((one["combinations"] for one in readings["range"]), 0),
    }


def _choice(choice: Mapping[str, Any]) -> dict[str, Any]:
    options = [_option(one) for one in choice["options"]]
    others = [one for one in options if not one["chosen"]]
    return {
        "choice": choice["choice"],
        "question": _(choice["question"]),
        "reason": choice["reason"],
        "options": options,
        "changes": sum(bool(one["changed"] or one["benchmarks"]) for one in others),
        "others": len(others),
    }


def _option(option: Mapping[str, Any]) -> dict[str, Any]:
    changed = [_changed(one, option["tables"]) for one in option["changed"]]
    touched = {one["table"] for one in option["changed"]}
    return {
        "sentence": _(option["sentence"]),
        "chosen": option["chosen"],
        "changed": changed,
        "benchmarks": [_benchmark(one) for one in option["tables"] if one["table"] in touched or one["benchmark"]],
        "left_out": [named(one) for one in option["left_out"]],
    }


def _benchmark(table: Mapping[str, Any]) -> tuple[str, str]:
    leader = table["benchmark"]
    return str(TABLE_NAMES[table["table"]]), str(Category(**leader)) if leader else NO_NUMBER


def _changed(one: Mapping[str, Any], tables: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    mine, other = one["chosen"], one["reading"]
    return {
        "name": named(one),
        "people": (mine["applicants"], other["applicants"]),
        "rate": tuple(_percent(row) for row in (mine, other)),
        "ratio": tuple(_ratio(row) for row in (mine, other)),
        "difference": _difference(one["exact_difference"]),
    }


def _percent(row: Mapping[str, Any]) -> str:
    return rounding.percent(Fraction(row["selected"], row["applicants"])) if row["applicants"] else NO_NUMBER


def _ratio(row: Mapping[str, Any]) -> str:
    return _("left out") if row["excluded"] else shown(row["impact_ratio"])


def shown(number: str | None) -> str:
    """Show a ratio as the document holds it with three digits after the point.

    >>> shown("0.979336749914628"), shown(None)
    ('0.979', 'not computable')
    """
    return NO_NUMBER if number is None else rounding.decimals(Fraction(number), 3)


def _difference(exact: str | None) -> str:
    """Show by how much a ratio would be higher or lower; what is not 0 never looks like 0.

    >>> _difference("1/20"), _difference("-1/90000"), _difference("0"), _difference(None)
    ('+0.050', 'between −0.0005 and 0', '0', '—')
    """
    if exact is None:
        return "—"
    value = Fraction(exact)
    if not value:
        return "0"
    sign = "+" if value > 0 else "−"
    if abs(value) < Fraction(1, 2000):
        return _("between {sign}0.0005 and 0").format(sign="" if sign == "+" else sign)
    return sign + rounding.decimals(abs(value), 3)


def _ranged(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": named(one),
        "chosen": shown(one["chosen"]),
        "lowest": shown(one["lowest"]),
        "highest": shown(one["highest"]),
        "without": one["without_ratio"],
    }


def named(one: Mapping[str, Any]) -> str:
    """Name a category with its table, as in `Female (sex)`, and the class where it is one of a class."""
    category = str(Category(one["sex"], one["race_ethnicity"]))
    if one.get("class") is None:
        return f"{category} ({TABLE_NAMES[one['table']]})"
    return _("{category} ({table}, class {name})").format(
        category=category, table=TABLE_NAMES[one["table"]], name=one["class"]
    )


def departures(found: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    """Yield every field in which a run departs from its plan, in words."""
    for one in found:
        name = one["field"]
        words = FIELD_NAMES.get(name, name.replace("_", " ").replace(".", ": "))
        said = {side: choice_in_words(name, one[side]) for side in ("planned", "ran")}
        yield {"field": str(words), **said}


_SIDES: Final[Mapping[str, Any]] = {
    "below": gettext_lazy("below it"),
    "at": gettext_lazy("exactly at it"),
    "above": gettext_lazy("above it"),
    "left out": gettext_lazy("left out of the ratios"),
}


def thresholds(found: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield every threshold of the plan with the categories that have a number, and on which side each lies."""
    for one in found:
        rows = [
            {"name": named(row), "measured": shown(row["measured"]), "side": str(_SIDES[row["side"]])}
            for row in one["held"]
            if row["side"] in _SIDES
        ]
        yield {**one, "rows": rows}


FIELD_NAMES: Final[Mapping[str, Any]] = {
    "rate_kind": gettext_lazy("Kind of rate"),
    "favourable": gettext_lazy("Favourable value"),
    "higher_is_better": gettext_lazy("Higher scores are better"),
    "unknowns": gettext_lazy("People of unknown category"),
    "median_basis": gettext_lazy("Sample of the median"),
    "exclusion_base": gettext_lazy("Base of the 2 %"),
    "exclusions": gettext_lazy("Categories left out of the ratios"),
    "unit_of_analysis": gettext_lazy("What one row stands for"),
    "class_reading": gettext_lazy("Rate of a class"),
    "data": gettext_lazy("Historical or test data"),
    "data.kind": gettext_lazy("Historical or test data"),
    "data.from": gettext_lazy("First day of the data"),
    "data.to": gettext_lazy("Last day of the data"),
    "data.origin": gettext_lazy("Where the data comes from"),
    "pooled": gettext_lazy("Why files, postings or employers are pooled"),
    "strata": gettext_lazy("Columns of strata"),
    "people_in_union": gettext_lazy("People in the Union are among those assessed"),
    "outcome": gettext_lazy("True outcomes"),
    "outcome.favourable": gettext_lazy("Favourable value of the true outcomes"),
    "outcome.prediction": gettext_lazy("What is held against the true outcomes"),
    "outcome.cutoff": gettext_lazy("Cut-off of the scores"),
    "outcome.decision_favourable": gettext_lazy("Favourable value of the decisions"),
    "outcome.edges": gettext_lazy("Edges of the bins of scores"),
    "outcome.chance": gettext_lazy("Scores are estimated chances"),
    "outcome.base": gettext_lazy("What groups are held against"),
    "outcome.reference": gettext_lazy("Group that others are held against"),
    "reference": gettext_lazy("Reference population"),
    "categories": gettext_lazy("Categories"),
    "metrics": gettext_lazy("Metrics"),
    "system.id": gettext_lazy("AI system"),
    "system.name": gettext_lazy("Name of the AI system"),
    "system.version": gettext_lazy("Version of the AI system"),
}
"""The fields of a plan and of a result's method in words."""


_QUESTIONS: Final = {"unknowns": "unknowns", "median_basis": "median", "exclusion_base": "base"}


def choice_in_words(name: str, value: Any) -> str:
    """Write what was chosen for one field; an answer to a question that the rule leaves open as its sentence.

    >>> choice_in_words("unknowns", "complete-case")
    'No: every table counts only people of known sex and known race/ethnicity.'
    """
    sentences = SENTENCES.get(_QUESTIONS.get(name, ""), {})
    return _(sentences[value]) if isinstance(value, str) and value in sentences else in_words(value)


def in_words(value: Any) -> str:
    """Write a value of a plan or of a result's method for people; nothing is left out.

    >>> in_words(True), in_words(None), in_words(["a", "b"]), in_words({"kind": "test", "from": None})
    ('yes', 'nothing', 'a; b', 'kind: test; from: nothing')
    """
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, "", [], {}):
        return _("nothing")
    if isinstance(value, Mapping):
        return "; ".join(f"{str(key).replace('_', ' ')}: {in_words(one)}" for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return "; ".join(in_words(one) for one in value)
    return str(value)
