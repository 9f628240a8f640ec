"""What historical data can show: the people of every category, and the smallest difference that a test would find.

6 RCNY § 5-302(b) lets test data stand in where historical data is insufficient for a statistically significant audit,
and says neither when that is nor how it is found out. So this states numbers; the conclusion is a person's, with its
reason.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from statistics import NormalDist
from typing import Any, Final

from audits.metrics import rounding
from audits.metrics.categories import TABLES
from audits.metrics.counts import Cell, merge
from audits.metrics.ratios import Row, Table, table

LEVEL: Final = "0.05"
POWER: Final = "0.8"
RULE: Final = (
    "The lowest rate that the pooled two-sample z would tell from the benchmark's, two-sided at 0.05, in four of five "
    "audits as large as this one. Both numbers are conventions; no law names them."
)


def sufficiency(cells: Iterable[Cell], *, complete_case: bool = False) -> dict[str, Any]:
    """Return, for each category of the three tables, its people and the largest ratio below 1 that would be noticed.

    >>> found = sufficiency([Cell("Male", None, 1390, 667), Cell("Female", None, 1181, 555)])
    >>> found["tables"][0]["rows"][1]["detectable_ratio"]
    '0.8850'
    """
    kept = merge(cells)
    found = [table(kept, name, complete_case=complete_case) for name in TABLES]
    return {
        "rule": RULE,
        "level": LEVEL,
        "power": POWER,
        "people": sum(cell.applicants for cell in kept),
        "counts": [cell.as_json() for cell in kept],
        "tables": [{"table": one.name, "rows": [_row(row, one) for row in one.rows]} for one in found],
    }


def _row(row: Row, of: Table) -> dict[str, Any]:
    best = next((one for one in of.rows if one.category == of.benchmark), None)
    leads = row.category == of.benchmark
    ratio = None
    if best is not None and best.rate is not None and row.applicants and not leads:
        ratio = detectable(row.applicants, best.applicants, best.rate)
    return {
        **row.category._asdict(),
        "applicants": row.applicants,
        "rate": rounding.written(row.rate),
        "benchmark": leads,
        "detectable_ratio": None if ratio is None else f"{ratio:.4f}",
    }


def detectable(people: int, reference_people: int, reference_rate: Fraction) -> float | None:
    """Return the largest ratio of rates that would be noticed with the power and level above; None if not even 0 is.

    Of n₁ people of the category and n₂ of the reference, whose rate p₂ is taken as true; p is the rate of both.

    Formula: the largest r below 1 that the pooled z, two-sided at 0.05, notices with a chance of 4/5:
        Φ((p₂ − r·p₂ − z·√(p(1 − p)(1/n₁ + 1/n₂))) / √(r·p₂(1 − r·p₂)/n₁ + p₂(1 − p₂)/n₂)) ≥ 4/5.
    Source: Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, chapter 4.

    >>> round(detectable(76, 92, Fraction(25, 46)) or 0, 4)
    0.6062
    >>> detectable(10, 20, Fraction(1, 10)) is None
    True
    """
    top = float(reference_rate)
    low, high = 0.0, 1.0
    if _power(0.0, people, top, reference_people) < float(POWER):
        return None
    for _ in range(60):
        middle = (low + high) / 2
        if _power(middle * top, people, top, reference_people) >= float(POWER):
            low = middle
        else:
            high = middle
    return low


def _power(rate: float, people: int, top: float, others: int) -> float:
    normal = NormalDist()
    pooled = (rate * people + top * others) / (people + others)
    at_null = math.sqrt(pooled * (1 - pooled) * (1 / people + 1 / others))
    apart = math.sqrt(rate * (1 - rate) / people + top * (1 - top) / others)
    edge = top - rate - normal.inv_cdf(1 - float(LEVEL) / 2) * at_null
    if not apart:
        return 1.0 if edge > 0 else 0.0
    return normal.cdf(edge / apart)


def stated(given: Mapping[str, Any], *, complete_case: bool = False) -> dict[str, Any]:
    """Return the analysis of `{"counts", "conclusion", "reason", "by"}`; a part that is missing is a ValueError.

    >>> stated({"counts": [], "conclusion": "too few", "reason": " ", "by": "Alice"})
    Traceback (most recent call last):
    ValueError: A sufficiency analysis states its reason.
    """
    for name in ("conclusion", "reason", "by"):
        if not str(given.get(name) or "").strip():
            raise ValueError(f"A sufficiency analysis states its {name}.")
    cells = [Cell.from_json(cell) for cell in given["counts"]]
    found = sufficiency(cells, complete_case=complete_case)
    return {**found, "conclusion": given["conclusion"], "reason": given["reason"], "by": given["by"]}
