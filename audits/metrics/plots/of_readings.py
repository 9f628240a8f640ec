"""From the readings of a result to a picture for each table that they change.

Ratios are computed again from the counts in the readings' own tables, so that no number is rounded twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

from audits.metrics.categories import TABLES, Category, TableName
from audits.metrics.display import NO_NUMBER
from audits.metrics.plots.groups import EXCLUDED, NOBODY
from audits.metrics.plots.readings import Read, Reading, readings
from compliance.lib.pictures.picture import Picture

NOT_HISPANIC: Final = " (Not Hispanic or Latino)"
NAMES: Final[Mapping[tuple[str, str], str]] = {
    ("unknowns", "per-table"): "people counted wherever their category is known",
    ("unknowns", "complete-case"): "only people of known sex and race/ethnicity",
    ("median", "all-assessed"): "median of everyone assessed",
    ("median", "both-known"): "median of those of known sex and race/ethnicity",
    ("base", "table"): "2% of the people of the table",
    ("base", "table-known"): "2% of everyone known in the table",
    ("base", "assessed"): "2% of everyone assessed",
    ("exclusions", "as-decided"): "left out as decided",
    ("exclusions", "none"): "no category left out",
    ("exclusions", "all-below"): "all below 2% left out",
    ("benchmark", "kept"): "benchmark among those kept",
    ("benchmark", "all"): "benchmark among all",
}
"""Each option of :mod:`audits.metrics.readings` in a few words."""
_TITLES: Final[Mapping[TableName, str]] = {
    "sex": "sex",
    "race_ethnicity": "race/ethnicity",
    "intersectional": "sex and race/ethnicity",
}


UNKNOWN_NAMES: Final[Mapping[TableName, str]] = {
    "sex": "Sex unknown",
    "race_ethnicity": "Race/ethnicity unknown",
    "intersectional": "Sex or race/ethnicity unknown",
}
"""Those whom a table could not place."""


def short(name: str) -> str:
    """Return a category's name as pictures write it.

    >>> short("Female, Asian (Not Hispanic or Latino)")
    'Female, Asian'
    """
    return name.replace(NOT_HISPANIC, "")


def reading_pictures(result: Mapping[str, Any], *, prefix: str = "") -> dict[TableName, Picture]:
    """Return a picture of the impact ratios under each reading, for each table that a reading changes.

    >>> from audits.metrics.counts import Cell
    >>> from audits.metrics.result import result_from_counts
    >>> counted = [Cell("Male", None, 90, 40), Cell("Male", "Hispanic or Latino", 5, 1), Cell("Female", None, 60, 15)]
    >>> counted.append(Cell("Female", "Hispanic or Latino", 10, 4))
    >>> result = result_from_counts(counted, source={}, method={"rate_kind": "selection", "unknowns": "per-table"})
    >>> reading_pictures(result)["sex"].figures.rows[0]
    ('Male', '1.000', '0.500', 'changes')
    """
    compared = result.get("readings") or {"choices": []}
    ours = {table["table"]: table for table in result["tables"]}
    found = {}
    for name in TABLES:
        others = list(_others(compared["choices"], name))
        if name in ours and others:
            among = [Reading("as this audit reads it", chosen=True), *(reading for reading, _ in others)]
            columns = [_ratios(ours[name]), *(_ratios(table) for _, table in others)]
            rows = [Read(key, tuple(column[key] for column in columns)) for key in columns[0]]
            found[name] = readings(f"{prefix}{name}", f"Impact ratios under each reading: {_TITLES[name]}", among, rows)
    return found


def _others(choices: Iterable[Mapping[str, Any]], name: TableName) -> Iterator[tuple[Reading, Mapping[str, Any]]]:
    """Yield each reading that was not chosen and gives the table another ratio, with its table."""
    for choice in choices:
        for option in choice["options"]:
            table = next((one for one in option["tables"] if one["table"] == name), None)
            if table is not None and not option["chosen"]:
                yield Reading(NAMES[choice["choice"], option["option"]]), table


def _ratios(table: Mapping[str, Any]) -> dict[str, Fraction | str]:
    leader = table["benchmark"]
    best = next((row for row in table["rows"] if leader and _key(row) == Category(**leader)), None)
    return {short(str(_key(row))): _ratio(row, best) for row in table["rows"]}


def _ratio(row: Mapping[str, Any], best: Mapping[str, Any] | None) -> Fraction | str:
    if row["impact_ratio"] is None or best is None:
        return EXCLUDED if row["excluded"] else NO_NUMBER if row["applicants"] else NOBODY
    return Fraction(row["selected"] * best["applicants"], row["applicants"] * best["selected"])


def _key(row: Mapping[str, Any]) -> Category:
    return Category(row["sex"], row["race_ethnicity"])
