"""A result document as people read it: every page, dossier and command shows these texts and no others.

They are cut from the exact fractions, not from the 15 digits of the document, so that no number is rounded twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from audits.metrics.categories import Category, TableName
from audits.metrics.ratios import Row, Table
from audits.metrics.result import exact_tables_of
from audits.metrics.rounding import decimals, percent
from compliance.lib.wording import gettext_noop as _

FOUR_FIFTHS_NOTE: Final = (
    "The four-fifths line is context from 29 CFR 1607.4(D), a federal guideline on employee selection; "
    "Local Law 144 sets no threshold."
)
NO_NUMBER: Final = _("not computable")


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One category in words and digits; `ratio` is exact, None where there is none."""

    category: Category
    name: str
    applicants: int
    selected: int
    rate: str
    impact_ratio: str
    share: str
    excluded: bool
    is_benchmark: bool
    ratio: Fraction | None


@dataclass(frozen=True, slots=True)
class ShownTable:
    """One table ready to be printed."""

    name: TableName
    title: str
    selected_label: str
    rate_label: str
    benchmark: str
    rows: tuple[ShownRow, ...]


TITLES: Final[Mapping[TableName, str]] = {
    "sex": _("Sex"),
    "race_ethnicity": _("Race/ethnicity"),
    "intersectional": _("Sex and race/ethnicity (intersectional)"),
}


def shown(result: Mapping[str, Any]) -> tuple[ShownTable, ...]:
    """Return the three tables with rates and shares as percentages with one digit and ratios with three.

    Three digits, because 0.796 shown as 0.80 would stand on the wrong side of the four-fifths line.

    >>> from audits.metrics.counts import Cell
    >>> from audits.metrics.result import result_from_counts
    >>> counted = [Cell("Male", None, 1000, 1000), Cell("Female", None, 1000, 796)]
    >>> result = result_from_counts(counted, source={}, method={"rate_kind": "selection", "unknowns": "per-table"})
    >>> [(row.name, row.rate, row.impact_ratio) for row in shown(result)[0].rows]
    [('Male', '100.0%', '1.000'), ('Female', '79.6%', '0.796')]
    """
    return tuple(_table(found, result["method"]) for found in exact_tables_of(result))


def _table(found: Table, method: Mapping[str, Any]) -> ShownTable:
    leaders = (found.benchmark, *found.tied) if found.benchmark else ()
    side = _("Above the median") if method.get("higher_is_better") is not False else _("Below the median")
    chosen, rate = {
        "selection": (_("Selected"), _("Selection rate")),
        "scoring": (side, _("Scoring rate")),
        "class": (
            _("Put into the class"),
            _("Selection rate"),
        ),  # as 6 RCNY § 5-300 calls it
    }[method["rate_kind"]]
    return ShownTable(
        name=found.name,
        title=TITLES[found.name],
        selected_label=chosen,
        rate_label=rate,
        benchmark="; ".join(str(leader) for leader in leaders) or NO_NUMBER,
        rows=tuple(_row(row, row.category in leaders) for row in found.rows),
    )


def _row(row: Row, is_benchmark: bool) -> ShownRow:
    ratio = NO_NUMBER if row.impact_ratio is None else decimals(row.impact_ratio, 3)
    return ShownRow(
        category=row.category,
        name=str(row.category),
        applicants=row.applicants,
        selected=row.selected,
        rate=NO_NUMBER if row.rate is None else percent(row.rate),
        impact_ratio=_("excluded") if row.excluded else ratio,
        share=NO_NUMBER if row.share is None else percent(row.share),
        excluded=row.excluded,
        is_benchmark=is_benchmark,
        ratio=row.impact_ratio,
    )
