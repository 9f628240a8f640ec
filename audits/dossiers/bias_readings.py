"""What stands beside the tables of a bias audit: how it came about, its tests, and the other readings of the rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from audits.dossiers import words
from audits.metrics.display import TITLES
from audits.metrics.rounding import decimals, percent

MOST_CHANGES = 40
_NONE = "none"
_SUFFIX = " (Not Hispanic or Latino)"


def conduct(of: Mapping[str, Any]) -> dict[str, Any]:
    """Return how the audit came about, for the template; `kind` is the word that its chapter begins with."""
    plan, declared = of["plan"], of["independence"]
    facts = [("What this is", of["title"]), ("Plan", of["plan_sentence"])]
    if plan:
        facts.append(("Plan, SHA-256", plan["sha256"]))
        if plan["locked_at"]:
            facts.append(("Locked", f"{words.when(plan['locked_at'])}, by {plan['locked_by']}"))
        if of["timestamp_sentence"]:
            facts.append(("Time stamp", of["timestamp_sentence"]))
        if plan.get("authors"):
            facts.append(("Written by", ", ".join(plan["authors"])))
        if plan["approved_by"]:
            facts.append(("Approved by", plan["approved_by"]))
    if declared:
        facts.append(("Auditor", f"{declared['auditor']}, declared by {declared['declared_by']}"))
        facts.append(("Declared on", words.when(declared["declared_at"])))
        facts += [(f"6 RCNY § 5-300 ({limb})", text) for limb, text in declared["limbs"].items()]
    facts.append(("People in the Union", of["special_sentence"]))
    facts += [(f"Art 4a(1)({letter})", text) for letter, text in of["special_categories"]["conditions"].items()]
    if system := of["system"]:
        facts.append(("System measured", f"{system['name']} {system['version']}".strip()))
    return {
        "kind": "Bias audit" if of["label"] == "bias audit" else "Self-assessment",
        "facts": facts,
        "thresholds": [_threshold(one) for one in of["thresholds"]],
        "deviations": [
            (one["field"].replace("_", " "), _said(one["planned"]), _said(one["ran"])) for one in of["deviations"]
        ],
    }


def _threshold(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "sentence": one["sentence"],
        "reason": one["reason"],
        "caption": f"{one['metric'].capitalize()} beside the planner's own {one['value']}",
        "rows": [
            (
                TITLES[row["table"]] + (f", the class {row['class']}" if row["class"] is not None else ""),
                _name(row),
                _number(row["measured"], 3),
                row["side"],
            )
            for row in one["held"]
            if row["side"] != "no number"
        ],
    }


def _said(value: Any) -> str:
    return "; ".join(f"{name}: {said}" if name else said for name, said in words.flatten({"": value})) or _NONE


def tests(found: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the rates with their intervals and the comparisons of every table, for the template."""
    if not found:
        return {"tables": [], "notes": []}
    return {
        "tables": [_tested(one) for one in found["tables"]],
        "notes": found["notes"],
        "methods": [(one["name"], one["formula"], one["reference"]) for one in found["methods"]],
    }


def _tested(table: Mapping[str, Any]) -> dict[str, Any]:
    bounds = {one["group"]: one["values"] for one in table["unknown_bounds"]}
    return {
        "title": TITLES[table["table"]],
        "benchmark": _short(table["benchmark"] or ""),
        "rates": [
            (
                _short(one["group"]),
                words.count(one["people"]),
                *(_interval(part["values"], percentage=True) for part in parts),
            )
            for one in table["rates"]
            for parts in [one["intervals"]]
        ],
        "comparisons": [_compared(one, bounds.get(one["group"])) for one in table["comparisons"]],
    }


def _compared(one: Mapping[str, Any], bound: Mapping[str, Any] | None) -> dict[str, str]:
    found = {measure["code"]: measure["values"] for measure in one["measures"]}
    more = found["four-fifths-selections"]["selections"]
    return {
        "group": _short(one["group"]),
        "ratio": _interval(found["score-ratio"]),
        "z": _p(found["pooled-z"]["p"]),
        "fisher": _p(found["fisher"]["p"]),
        "chosen": "Fisher" if one["chosen_test"] == "fisher" else "z",
        "holm": _p(one["adjusted_p"]["holm"]),
        "shortfall": _number(found["shortfall"]["shortfall"], 1),
        "more": _NONE if more is None else words.count(more),
        "bounds": _interval(bound) if bound else _NONE,
    }


def _interval(values: Mapping[str, Any], percentage: bool = False) -> str:
    low, high = values["low"], values["high"]
    if low is None and high is None:
        return _NONE
    if percentage:
        return f"{percent(Fraction(low))} to {percent(Fraction(high))}"
    return f"{_number(low, 3)} to {_number(high, 3) if high is not None else 'no upper end'}"


def _p(value: str | None) -> str:
    if value is None:
        return _NONE
    small = Decimal(value)  # its exponent may be too long for a fraction
    return "<0.0001" if 0 < small < Decimal("0.00005") else decimals(Fraction(small), 4)


def _number(value: str | None, places: int) -> str:
    return _NONE if value is None else decimals(Fraction(value), places)


def readings(found: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return every open choice with its options and what each would change, for the template."""
    if not found:
        return []
    return [
        {
            "question": choice["question"],
            "reason": choice["reason"] or "No reason was recorded.",
            "options": [
                {
                    "sentence": option["sentence"],
                    "chosen": option["chosen"],
                    "count": words.amount(len(option["changed"]), "row changes", "rows change")
                    if option["changed"]
                    else "nothing",
                    "changed": [_change(one) for one in option["changed"][:MOST_CHANGES]],
                }
                for option in choice["options"]
            ],
        }
        for choice in found["choices"]
    ]


def ranges(found: Mapping[str, Any] | None) -> list[tuple[str, str, str, str, str]]:
    """Return table, category, chosen ratio, lowest and highest over all readings, where any reading differs."""
    if not found:
        return []
    return [
        (
            TITLES[one["table"]],
            _name(one),
            _number(one["chosen"], 3),
            _number(one["lowest"], 3),
            _number(one["highest"], 3) + (", or none" if one["without_ratio"] else ""),
        )
        for one in found["range"]
    ]


def _change(one: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    difference = _number(one["difference"], 3) if one["difference"] else _NONE
    return TITLES[one["table"]], _name(one), _ratio(one["chosen"]), _ratio(one["reading"]), difference


def _name(one: Mapping[str, Any]) -> str:
    parts: Iterable[str | None] = (one["sex"], one["race_ethnicity"])
    return _short(", ".join(part for part in parts if part))


def _short(name: str) -> str:
    """The full names stand in the tables above; here, beside many figures, what all but one share is left out."""
    return name.removesuffix(_SUFFIX)


def _ratio(told: Mapping[str, Any]) -> str:
    return "excluded" if told["excluded"] else _number(told["impact_ratio"], 3)
