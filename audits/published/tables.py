"""A published audit as data: rows with what is printed, tables, and what else the page says."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from audits.metrics.categories import TABLES, Category, TableName
from audits.published.printed import Printed

Use: TypeAlias = Literal["category", "unknown", "total"]


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One row as printed; None where a cell is empty or says that there is no number.

    `line` counts lines of the source from 1. `names_benchmark`: the ratio cell calls it the benchmark.
    """

    line: int
    label: str
    category: Category
    use: Use = "category"
    applicants: int | None = None
    selected: int | None = None
    rate: Printed | None = None
    ratio: Printed | None = None
    names_benchmark: bool = False

    @property
    def nobody(self) -> bool:
        return self.applicants == 0


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """One table: `rows` are categories, `others` the rows for unknown people and totals."""

    name: TableName
    rows: tuple[PublishedRow, ...]
    others: tuple[PublishedRow, ...] = ()
    zeros_dropped: tuple[str, ...] = ()

    @property
    def known(self) -> int | None:
        """How many people the rows have in all; None where a row with a rate or ratio does not say."""
        if any(row.applicants is None and (row.rate or row.ratio) for row in self.rows):
            return None
        return sum(row.applicants or 0 for row in self.rows)

    def share(self, row: PublishedRow, unknown: int = 0) -> Fraction | None:
        known = self.known
        if row.applicants is None or not known:
            return None
        return Fraction(row.applicants, known + unknown)


@dataclass(frozen=True, slots=True)
class PublishedSet:
    """The tables of one audit and one class of its outcome."""

    audit: str
    measure: str
    tables: tuple[PublishedTable, ...]

    @property
    def name(self) -> str:
        return ", ".join(part for part in (self.audit, self.measure) if part)

    @property
    def scoring(self) -> bool:
        return "scor" in self.measure.casefold()

    def table(self, name: TableName) -> PublishedTable | None:
        return next((table for table in self.tables if table.name == name), None)


@dataclass(frozen=True, slots=True)
class About:
    """What is said beside the tables (6 RCNY § 5-303(a)); None or empty where the page does not say it."""

    audit_date: datetime.date | None = None
    distribution_date: datetime.date | None = None
    unknown: int | None = None
    data_source: str = ""
    exclusion_reason: str = ""
    as_of: datetime.date | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> About:
        """Read back what :meth:`as_json` wrote; anything else is a ValueError, KeyError or TypeError."""
        days = {
            name: None if data[name] is None else datetime.date.fromisoformat(data[name])
            for name in ("audit_date", "distribution_date", "as_of")
        }
        unknown = data["unknown"]
        if unknown is not None and type(unknown) is not int:
            raise TypeError("The number of unknown people is no whole number.")
        return cls(**days, unknown=unknown, data_source=data["data_source"], exclusion_reason=data["exclusion_reason"])

    def as_json(self) -> dict[str, str | int | None]:
        """Return every field as a report holds it."""
        dates = {
            name: None if (day := getattr(self, name)) is None else day.isoformat()
            for name in ("audit_date", "distribution_date", "as_of")
        }
        said = {"data_source": self.data_source, "exclusion_reason": self.exclusion_reason}
        return {**dates, "unknown": self.unknown, **said}


@dataclass(frozen=True, slots=True)
class Document:
    """Everything read from one source: `skipped` are the lines that hold no figures, `notes` say how it was read.

    `source` is the text from which anyone reads the same, with `columns`: what each column of each table was taken for.
    """

    sets: tuple[PublishedSet, ...]
    about: About = About()
    skipped: tuple[tuple[int, str], ...] = ()
    notes: tuple[str, ...] = ()
    derived_counts: tuple[str, ...] = ()
    source: str = ""
    columns: tuple[tuple[str, ...], ...] = ()


def gather(rows: Iterable[tuple[str, str, TableName, PublishedRow]]) -> tuple[PublishedSet, ...]:
    """Put rows of (audit, measure, table) together, tables in the rule's order, and settle how digits are read."""
    found: dict[tuple[str, str], dict[TableName, list[PublishedRow]]] = {}
    for audit, measure, name, row in rows:
        found.setdefault((audit, measure), {}).setdefault(name, []).append(row)
    return tuple(
        _settled(
            PublishedSet(
                audit,
                measure,
                tuple(
                    PublishedTable(
                        name,
                        tuple(row for row in tables[name] if row.use == "category"),
                        tuple(row for row in tables[name] if row.use != "category"),
                    )
                    for name in TABLES
                    if name in tables
                ),
            )
        )
        for (audit, measure), tables in found.items()
    )


def _settled(one: PublishedSet) -> PublishedSet:
    """Give back the zeros that a spreadsheet dropped: 0.5 in a column of two digits was 0.50.

    Only where no number of the column ends in a zero that could have been dropped, so that 1.00 beside .979, as in the
    rule's own example, is left as printed; and only where the numbers of one table differ in their digits.
    """
    for name in ("rate", "ratio"):
        columns = [[number for row in table.rows if (number := getattr(row, name))] for table in one.tables]
        places = dropped_from([number for column in columns for number in column])
        if places is None or all(len({number.places for number in column}) < 2 for column in columns):
            continue
        one = replace(one, tables=tuple(_padded(table, name, places) for table in one.tables))
    return one


def dropped_from(numbers: list[Printed]) -> int | None:
    """Return how many digits a column had before its last zeros were dropped; None where nothing shows that they were.

    >>> from audits.published.printed import number
    >>> column = [number(text) for text in ("0.98", "0.5", "1.0")]
    >>> dropped_from(column), dropped_from([*column, number("0.90")])
    (2, None)
    """
    counts = Counter(number.places for number in numbers)
    if len(counts) < 2 or any("%" in number.text for number in numbers):
        return None  # a sign beside the number shows that it was written as text, with its zeros
    if any(number.places > 1 and (number.value / number.unit).numerator % 10 == 0 for number in numbers):
        return None
    return max((places for places, count in counts.items() if 5 * count >= len(numbers)), default=None)


def _padded(table: PublishedTable, name: str, places: int) -> PublishedTable:
    rows = []
    for row in table.rows:
        number: Printed | None = getattr(row, name)
        if number is not None and number.places < places:
            number = number.with_places(places)
        rows.append(replace(row, rate=number) if name == "rate" else replace(row, ratio=number))
    changed = tuple(rows) != table.rows
    return replace(
        table, rows=tuple(rows), zeros_dropped=(*table.zeros_dropped, name) if changed else table.zeros_dropped
    )
