"""From several results of one AI system to a picture of its impact ratios over time, for each table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from audits.metrics.categories import TableName
from audits.metrics.display import NO_NUMBER, ShownRow, ShownTable, shown
from audits.metrics.intervals import score_ratio
from audits.metrics.measures import Pair
from audits.metrics.plots.drift import BENCHMARK, Course, Point, Run, drift
from audits.metrics.plots.groups import EXCLUDED, FOUR_FIFTHS_WORDS, NOBODY
from audits.metrics.plots.of_readings import short
from audits.metrics.practical import FOUR_FIFTHS
from compliance.lib.pictures.picture import Picture

CAUTION: Final = (
    "Each run has its own benchmark, its own people and its own choices. A line between two runs says nothing of what "
    "lies between them, and whether a change is more than chance is for a test to say."
)


@dataclass(frozen=True, slots=True)
class Past:
    """One run: how it is named and when it was, and its result document."""

    run: Run
    result: Mapping[str, Any]


def drift_pictures(past: Sequence[Past], *, prefix: str = "runs-") -> dict[TableName, Picture]:
    """Return the impact ratios of each table over the runs, in the order given; nothing for fewer than two runs.

    A category in which no run had anybody is not drawn. Runs of different kinds of rate are a ValueError, since a
    selection rate beside a scoring rate compares nothing.

    >>> from audits.metrics.counts import Cell
    >>> from audits.metrics.result import result_from_counts
    >>> method = {"rate_kind": "selection", "unknowns": "per-table"}
    >>> def past(name, women):
    ...     counted = [Cell("Male", None, 100, 50), Cell("Female", None, 100, women)]
    ...     return Past(Run(name), result_from_counts(counted, source={}, method=method))
    >>> [row[:3] for row in drift_pictures([past("2025", 40), past("2026", 45)])["sex"].figures.rows[2:]]
    [('Female', '2025', '0.800'), ('Female', '2026', '0.900')]
    """
    if len({one.result["method"]["rate_kind"] for one in past}) > 1:
        raise ValueError("Only runs of one kind of rate lie on one axis.")
    if len(past) < 2:
        return {}
    tables = [{table.name: table for table in shown(one.result)} for one in past]
    runs = [one.run for one in past]
    found = {}
    for name, last in tables[-1].items():
        each = [one[name] for one in tables if name in one]
        if len(each) == len(past):
            title = f"Impact ratios over {len(runs)} runs: {last.title}"
            found[name] = drift(
                f"{prefix}{name}", title, runs, _courses(each), context=FOUR_FIFTHS, context_words=FOUR_FIFTHS_WORDS
            )
    return found


def _courses(tables: Sequence[ShownTable]) -> list[Course]:
    rows = zip(*(table.rows for table in tables), strict=True)
    return [
        Course(short(row[-1].name), tuple(_point(one, table) for one, table in zip(row, tables, strict=True)))
        for row in rows
        if any(one.applicants for one in row)
    ]


def _point(row: ShownRow, table: ShownTable) -> Point:
    if row.ratio is None:
        return Point(None, why=EXCLUDED if row.excluded else NO_NUMBER if row.applicants else NOBODY)
    leader = next(one for one in table.rows if one.is_benchmark)
    if row.is_benchmark:
        return Point(Fraction(1), why=BENCHMARK)
    interval = score_ratio(Pair(row.selected, row.applicants, leader.selected, leader.applicants))
    high = interval["high"]
    return Point(row.ratio, interval.number("low"), high if isinstance(high, float) else None)
