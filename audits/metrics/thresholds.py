"""The thresholds of a plan held against a result: on which side of the planner's own number each measured one lies.

No law named here sets a threshold for these numbers (Local Law 144 sets none, Art 9(8) of the AI Act asks for those of
the provider), so this compares and judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from audits.metrics import rounding

MEASURED: Final = ("impact ratio", "selection rate", "scoring rate")
"""What a threshold may be set for: a number of every category of the tables."""
SIDES: Final = ("below", "at", "above")
_NUMBER: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,15})?")


def number_of(value: Any) -> Fraction | None:
    """Read the number of a threshold; what is no plain decimal number is None.

    >>> number_of("0.85"), number_of("four fifths"), number_of("80%")
    (Fraction(17, 20), None, None)
    """
    return Fraction(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None


def held(thresholds: Sequence[Mapping[str, str]], result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every threshold with what was measured, category by category, in all tables and those of classes.

    Only `tables` and `classes` of `result` are read. The exact fraction decides the side, not the written digits.

    >>> rows = [
    ...     {"sex": "Male", "race_ethnicity": None, "applicants": 10, "selected": 5, "excluded": False},
    ...     {"sex": "Female", "race_ethnicity": None, "applicants": 10, "selected": 4, "excluded": False},
    ... ]
    >>> best = {"sex": "Male", "race_ethnicity": None}
    >>> tables = [{"table": "sex", "rate_kind": "selection", "benchmark": best, "rows": rows}]
    >>> own = [{"metric": "impact ratio", "value": "0.8", "reason": "Our policy."}]
    >>> [(one["sex"], one["side"]) for one in held(own, {"tables": tables, "classes": []})[0]["held"]]
    [('Male', 'above'), ('Female', 'at')]
    """
    return [_held(one, result) for one in thresholds]


def _held(threshold: Mapping[str, str], result: Mapping[str, Any]) -> dict[str, Any]:
    value, metric = number_of(threshold["value"]), threshold["metric"]
    found: list[dict[str, Any]] = []
    if value is not None:
        for name, table in _tables(result):
            found += _in_table(metric, value, name, table)
    return {**threshold, "held": found, "sentence": _sentence(metric, threshold["value"], value, found)}


def _tables(result: Mapping[str, Any]) -> Iterator[tuple[str | None, Mapping[str, Any]]]:
    yield from ((None, table) for table in result["tables"])
    for one in result["classes"]:
        yield from ((str(one["class"]), table) for table in one["tables"])


def _in_table(metric: str, value: Fraction, of_class: str | None, table: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    kind = "scoring rate" if table["rate_kind"] == "scoring" else "selection rate"
    if metric not in ("impact ratio", kind):
        return
    best = _benchmark_rate(table)
    for row in table["rows"]:
        measured = _rate(row)
        if metric == "impact ratio":
            known = measured is not None and best and not row["excluded"]
            measured = measured / best if known and measured is not None and best else None
        left_out = metric == "impact ratio" and row["excluded"]
        yield {
            "class": of_class,
            "table": table["table"],
            "sex": row["sex"],
            "race_ethnicity": row["race_ethnicity"],
            "measured": rounding.written(measured),
            "side": "left out" if left_out else "no number" if measured is None else _side(measured, value),
        }


def _rate(row: Mapping[str, Any]) -> Fraction | None:
    return Fraction(row["selected"], row["applicants"]) if row["applicants"] else None


def _benchmark_rate(table: Mapping[str, Any]) -> Fraction | None:
    best = table["benchmark"]
    if best is None:
        return None
    key = (best["sex"], best["race_ethnicity"])
    return next((_rate(row) for row in table["rows"] if (row["sex"], row["race_ethnicity"]) == key), None)


def _side(measured: Fraction, value: Fraction) -> str:
    return SIDES[(measured > value) - (measured < value) + 1]


def _sentence(metric: str, stated: str, value: Fraction | None, found: Sequence[Mapping[str, Any]]) -> str:
    own = "That is the planner's own threshold; no law named here sets one."
    if value is None:
        return f"The threshold {stated!r} for the {metric} is no plain number, so nothing can be held against it. {own}"
    if not found:
        return f"No table of this result has a number called {metric}, so nothing is held against {stated}. {own}"
    told = [f"{sum(one['side'] == side for one in found)} {side} it" for side in SIDES]
    without = sum(one["side"] not in SIDES for one in found)
    numbers = len(found) - without
    none = f"; {without} without one, or left out" if without else ""
    return f"{metric.capitalize()}, held against {stated}: of {numbers} numbers {', '.join(told)}{none}. {own}"
