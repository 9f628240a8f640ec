"""Group metrics and a reference population as text for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from audits.metrics.display import TITLES
from audits.metrics.rounding import decimals, percent

_SHOWN: Final = (
    ("FPR", "false-positive-rate"),
    ("FNR", "false-negative-rate"),
    ("FDR", "false-discovery-rate"),
    ("FOR", "false-omission-rate"),
    ("Accuracy", "accuracy"),
)
_GAPS: Final = ("demographic-parity", "equalized-odds", "equal-opportunity", "predictive-parity", "error-rate")
NONE: Final = "none"
"""What stands for a number that does not exist; the JSON says why."""

Aligned = Callable[[Sequence[str], Sequence[Sequence[str]]], Iterator[str]]


def beyond(result: Mapping[str, Any], aligned: Aligned) -> Iterator[str]:
    """Yield what goes beyond selection; nothing where no outcome and no reference was given."""
    if found := result.get("outcomes"):
        yield from _outcomes(found, result["method"]["outcome"], aligned)
        if over := found.get("over_strata"):
            yield from _over_strata(over, aligned)
        yield ""
    for one in result["classes"]:
        if found := one.get("outcomes"):
            yield f"The class {one['class']}:"
            yield from _outcomes(found, result["method"]["outcome"], aligned)
            yield ""
    if found := result.get("representativeness"):
        yield from _reference(found, result["method"]["reference"], aligned)
        yield ""


def _outcomes(found: Mapping[str, Any], how: Mapping[str, Any], aligned: Aligned) -> Iterator[str]:
    yield f"True outcomes. {found.get('prediction_rule', how['prediction_rule'])} {how['base_rule']}"
    for table in found["tables"]:
        yield f"Outcomes by group, {TITLES[table['table']]}"
        heads = ["Group", "TP", "FP", "FN", "TN", "Unknown", *(short for short, _ in _SHOWN)]
        rows = []
        for one in table["groups"]:
            rates = {rate["code"]: rate["values"]["rate"] for rate in one["rates"]}
            counts = [f"{one['counts'][name]:,}" for name in ("tp", "fp", "fn", "tn")]
            missing = f"{sum(one['missing'].values()):,}"
            rows.append([one["group"], *counts, missing, *(_percent(rates[code]) for _, code in _SHOWN)])
        yield from aligned(heads, rows)
        gaps = {one["code"]: one["values"] for one in table["gaps"]}
        heads = ["Largest minus smallest", "Difference", "Ratio"]
        yield from aligned(heads, [_gap(code, gaps[code]) for code in _GAPS])
        for note in table["notes"]:
            yield f"  {note}"
    for note in found["notes"]:
        yield f"  {note}"
    yield "  Every other group metric, with intervals, tests, formulas and sources, stands in --format json."


def _over_strata(found: Mapping[str, Any], aligned: Aligned) -> Iterator[str]:
    for table in found["tables"]:
        if table["groups"]:
            yield f"Outcomes over the strata, {TITLES[table['table']]}, beside {table['reference']}"
            heads = ["Group", "Rate", "Common ratio", "p", "p (Holm)", "p of one odds ratio"]
            rows = []
            for one in table["groups"]:
                for rate in one["rates"]:
                    values, same = rate["common"]["values"], rate["same"]["values"]["p"]
                    ratio = NONE if values["ratio"] is None else decimals(Fraction(values["ratio"]), 3)
                    chances = [values["p"], values["p_holm"], same]
                    rows.append([one["group"], rate["rate"], ratio, *(each or NONE for each in chances)])
            yield from aligned(heads, rows)
    for note in found["notes"]:
        yield f"  {note}"


def _gap(code: str, values: Mapping[str, Any]) -> list[str]:
    return [
        code,
        *(NONE if values[name] is None else decimals(Fraction(values[name]), 4) for name in ("difference", "ratio")),
    ]


def _percent(value: str | None) -> str:
    return NONE if value is None else percent(Fraction(value))


def _reference(found: Mapping[str, Any], given: Mapping[str, Any], aligned: Aligned) -> Iterator[str]:
    of = f", {given['population']}" if given["population"] else ""
    yield f"Beside a reference population{of}: {given['source']}, as of {given['date']}"
    for table in found["tables"]:
        yield f"{TITLES[table['table']]}, {table['people']:,} people"
        if "groups" not in table:
            yield f"  {table['undefined']}"
            continue
        heads = ["Category", "People", "Share", "Reference", "Difference", "p (Holm)"]
        yield from aligned(heads, [_share(one) for one in table["groups"]])
        fit = table["goodness_of_fit"]
        p = fit["values"]["p"]
        yield f"  {fit['undefined']}" if p is None else f"  Chi-square test of the whole: p = {p}."
    for note in found["notes"]:
        yield f"  {note}"


def _share(one: Mapping[str, Any]) -> list[str]:
    values = one["values"]
    shares = [percent(Fraction(values[name]), 2) for name in ("share", "reference_share", "difference")]
    return [one["group"], f"{one['people']:,}", *shares, values["p_holm"] or NONE]
