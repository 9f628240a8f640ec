"""From counts to rates and impact ratios (6 RCNY § 5-300, 5-301), as exact fractions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from audits.metrics.categories import Category, TableName
from audits.metrics.counts import Cell, by_category

SMALL = Fraction(2, 100)
"""A category that represents less than this share of the data may be left out of the ratios (6 RCNY § 5-301(d))."""

BASES: Final = ("table", "table-known", "assessed")
"""What the 2% are of. The rule says "the data being used" and no more, so it is a choice; see :func:`shares`."""


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


def shares(
    cells: Iterable[Cell], name: TableName, *, base: str = "table", complete_case: bool = False
) -> dict[Category, tuple[int, int]]:
    """Return (people, base) of every category of a table: the share that 6 RCNY § 5-301(d) speaks of, unreduced.

    `table` takes the people whom the table counts; `table-known` everyone whose category in this table is known, also
    those whom complete cases leave out; `assessed` everyone who was assessed, of unknown category too. Category and
    base are always counted in the same people.

    >>> counted = [Cell("Male", None, 60, 6), Cell("Female", None, 2, 1), Cell(None, None, 58, 0)]
    >>> [shares(counted, "sex", base=base)[Category("Female", None)] for base in BASES]
    [(2, 62), (2, 62), (2, 120)]
    """
    if base not in BASES:
        raise ValueError(f"{base!r} is no base of the 2%; write one of {', '.join(BASES)}.")
    kept = tuple(cells)
    found = by_category(kept, name, complete_case=complete_case and base == "table")
    counted = sum(people for people, _ in found.values())
    total = sum(cell.applicants for cell in kept) if base == "assessed" else counted
    return {key: (people, total) for key, (people, _) in found.items()}


def below_two_percent(of: Mapping[Category, tuple[int, int]]) -> tuple[Category, ...]:
    """Return the categories of :func:`shares` that have people, but strictly less than 2% of the base.

    >>> [str(one) for one in below_two_percent({Category("Male", None): (98, 100), Category("Female", None): (2, 100)})]
    []
    >>> [str(one) for one in below_two_percent({Category("Male", None): (99, 100), Category("Female", None): (1, 100)})]
    ['Female']
    """
    return tuple(key for key, (people, total) in of.items() if people and Fraction(people, total) < SMALL)


def table(
    cells: Iterable[Cell],
    name: TableName,
    *,
    complete_case: bool = False,
    excluded: Collection[Category] = (),
    base: str = "table",
    benchmark_among_all: bool = False,
) -> Table:
    """Return one table with its own benchmark: the highest unrounded rate among the rows that are not excluded.

    `excluded` names categories left out under 6 RCNY § 5-301(d). That is only allowed below 2% of the `base` of
    :func:`shares` (strictly below), and only for a category that has people; anything else is a ValueError. An excluded
    row keeps its number and rate, has no ratio, and cannot be the benchmark; only a comparison of readings sets
    `benchmark_among_all`, which lets it be.

    >>> counted = table([Cell("Male", None, 1390, 667), Cell("Female", None, 1181, 555)], "sex")
    >>> str(counted.benchmark), counted.rows[1].rate, counted.rows[1].impact_ratio
    ('Male', Fraction(555, 1181), Fraction(771450, 787727))
    """
    kept = tuple(cells)
    found = by_category(kept, name, complete_case=complete_case)
    parts = shares(kept, name, base=base, complete_case=complete_case)
    _check_excluded(parts, excluded)
    rates = {key: Fraction(selected, people) for key, (people, selected) in found.items() if people}
    able = rates if benchmark_among_all else {key: rate for key, rate in rates.items() if key not in excluded}
    best = max(able.values(), default=Fraction(0))
    leaders = [key for key, rate in able.items() if best and rate == best]
    rows = tuple(
        Row(
            category=key,
            applicants=people,
            selected=selected,
            rate=rates.get(key),
            impact_ratio=rates[key] / best if best and key in rates and key not in excluded else None,
            share=Fraction(*parts[key]) if parts[key][1] else None,
            excluded=key in excluded,
        )
        for key, (people, selected) in found.items()
    )
    return Table(name, rows, leaders[0] if leaders else None, tuple(leaders[1:]))


def _check_excluded(parts: Mapping[Category, tuple[int, int]], excluded: Collection[Category]) -> None:
    for key in excluded:
        if key not in parts:
            raise ValueError(f"{key} is no row of this table, so it cannot be excluded from it.")
        people, total = parts[key]
        if not people or Fraction(people, total) >= SMALL:
            raise ValueError(
                f"{key} has {people} of {total} people; only a category below 2% may be excluded (6 RCNY § 5-301(d))."
            )


def excludable(found: Table) -> tuple[Category, ...]:
    """Return the categories that 6 RCNY § 5-301(d) would allow to exclude: people, but less than 2% of the base.

    >>> [str(one) for one in excludable(table([Cell("Male", None, 99, 40), Cell("Female", None, 1, 1)], "sex"))]
    ['Female']
    """
    return tuple(row.category for row in found.rows if row.applicants and row.share is not None and row.share < SMALL)
