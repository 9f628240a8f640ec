"""From counts to rates and impact ratios (6 RCNY § 5-300, 5-301), as exact fractions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction

from audits.metrics.categories import Category, TableName
from audits.metrics.counts import Cell, by_category

SMALL = Fraction(2, 100)
"""A category that represents less than this share of the data may be left out of the ratios (6 RCNY § 5-301(d))."""


@dataclass(frozen=True, slots=True)
class Row:
    """One category: people, those selected (or above the median), and the exact numbers that follow.

    `rate` is None where nobody was assessed; `impact_ratio` is None there, where the row is excluded, and where the
    best rate is 0, since nothing can be divided by it.
    """

    category: Category
    applicants: int
    selected: int
    rate: Fraction | None
    impact_ratio: Fraction | None
    share: Fraction | None
    excluded: bool


@dataclass(frozen=True, slots=True)
class Table:
    """One of the three tables. `benchmark` is the category with the highest rate, `tied` others with the same rate."""

    name: TableName
    rows: tuple[Row, ...]
    benchmark: Category | None
    tied: tuple[Category, ...]


def table(
    cells: Iterable[Cell], name: TableName, *, complete_case: bool = False, excluded: Collection[Category] = ()
) -> Table:
    """Return one table with its own benchmark: the highest unrounded rate among the rows that are not excluded.

    `excluded` names categories left out under 6 RCNY § 5-301(d). That is only allowed below 2% of the known people of
    this table (strictly below), and only for a category that has people; anything else is a ValueError. An excluded row
    keeps its number and rate, has no ratio, and cannot be the benchmark.

    >>> counted = table([Cell("Male", None, 1390, 667), Cell("Female", None, 1181, 555)], "sex")
    >>> str(counted.benchmark), counted.rows[1].rate, counted.rows[1].impact_ratio
    ('Male', Fraction(555, 1181), Fraction(771450, 787727))
    """
    found = by_category(cells, name, complete_case=complete_case)
    total = sum(applicants for applicants, _ in found.values())
    _check_excluded(found, total, excluded)
    rates = {key: Fraction(selected, people) for key, (people, selected) in found.items() if people}
    best = max((rate for key, rate in rates.items() if key not in excluded), default=Fraction(0))
    leaders = [key for key, rate in rates.items() if best and rate == best and key not in excluded]
    rows = tuple(
        Row(
            category=key,
            applicants=people,
            selected=selected,
            rate=rates.get(key),
            impact_ratio=rates[key] / best if best and key in rates and key not in excluded else None,
            share=Fraction(people, total) if total else None,
            excluded=key in excluded,
        )
        for key, (people, selected) in found.items()
    )
    return Table(name, rows, leaders[0] if leaders else None, tuple(leaders[1:]))


def _check_excluded(found: dict[Category, tuple[int, int]], total: int, excluded: Collection[Category]) -> None:
    for key in excluded:
        if key not in found:
            raise ValueError(f"{key} is no row of this table, so it cannot be excluded from it.")
        people = found[key][0]
        if not people or Fraction(people, total) >= SMALL:
            raise ValueError(
                f"{key} has {people} of {total} people; only a category below 2% may be excluded (6 RCNY § 5-301(d))."
            )


def excludable(found: Table) -> tuple[Category, ...]:
    """Return the categories that 6 RCNY § 5-301(d) would allow to exclude: people, but less than 2% of the table."""
    return tuple(row.category for row in found.rows if row.applicants and row.share is not None and row.share < SMALL)
