"""Every interval and test over the tables of a result, as its document holds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from audits.metrics.battery import Battery, compare
from audits.metrics.counts import Cell, by_category
from audits.metrics.measures import LEVEL
from audits.metrics.methods import METHODS
from audits.metrics.ratios import Table

MOST_STRATA: Final = 500
"""A result document holds the counts of no more strata than this."""

NOTES: Final = (
    "No law named here sets a threshold for these numbers; a level of confidence is a convention.",
    "The bounds place everyone whom a table does not count in any of its categories, even where one of sex and "
    "race/ethnicity is known, so they are never narrower than what full knowledge would allow.",
)


def examined(
    tables: Iterable[Table],
    cells: Iterable[Cell],
    *,
    complete_case: bool = False,
    strata: Sequence[tuple[Sequence[str], Sequence[Cell]]] = (),
    level: str = LEVEL,
) -> dict[str, Any]:
    """Return the battery of every table, the methods that were used once for all, and how many comparisons there are.

    `strata` are the same people split, each with its words; they add up to `cells`, or it is a ValueError.

    >>> from audits.metrics.ratios import table
    >>> counted = [Cell("Male", None, 92, 50), Cell("Female", None, 76, 34)]
    >>> found = examined([table(counted, "sex")], counted)
    >>> found["comparisons"], found["tables"][0]["table"]
    (1, 'sex')
    """
    kept = tuple(cells)
    everyone = sum(cell.applicants for cell in kept), sum(cell.selected for cell in kept)
    found, comparisons, used = [], 0, set[str]()
    for one in tables:
        battery = _battery(one, everyone, complete_case, strata, level)
        document = battery.as_json()
        used.update(method["code"] for method in document.pop("methods"))
        comparisons += battery.family
        found.append({"table": one.name, **document})
    family = f"In all, {comparisons} comparisons are made over these tables; p-values are adjusted within each table."
    return {
        "level": level,
        "comparisons": comparisons,
        "tables": found,
        "methods": [METHODS[code].as_json() for code in METHODS if code in used],
        "notes": [family, *NOTES],
    }


def _battery(
    found: Table,
    everyone: tuple[int, int],
    complete_case: bool,
    strata: Sequence[tuple[Sequence[str], Sequence[Cell]]],
    level: str,
) -> Battery[Any]:
    counts = {row.category: {"n": row.applicants, "selected": row.selected} for row in found.rows}
    outside = {
        "n": everyone[0] - sum(row.applicants for row in found.rows),
        "selected": everyone[1] - sum(row.selected for row in found.rows),
    }
    split: dict[str, Mapping[Any, Mapping[str, int]]] = {}
    for place, (words, cells) in enumerate(strata):
        name = " / ".join(words) or "(blank)"
        split[f"{name} ({place})" if name in split else name] = {
            key: {"n": people, "selected": selected}
            for key, (people, selected) in by_category(cells, found.name, complete_case=complete_case).items()
        }
    excluded = [row.category for row in found.rows if row.excluded]
    return compare(counts, excluded=excluded, unknown=outside, strata=split, level=level)
