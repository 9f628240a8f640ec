"""What a reader of a result must know before leaning on its numbers, as the notes of its document."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from audits.metrics import rounding
from audits.metrics.categories import TableName
from audits.metrics.ratios import Table

SMALL_CELL: Final = 5
_TITLES: Final[Mapping[TableName, str]] = {
    "sex": "sex",
    "race_ethnicity": "race/ethnicity",
    "intersectional": "intersectional",
}
CLASSES_ONLY: Final = {
    "table": "all",
    "code": "classes-only",
    "sentence": "The tool sorts people into classes and selects nobody itself, so there is one set of tables for each "
    "class, and none beside them.",
}


def of_approvals(method: Mapping[str, Any]) -> list[dict[str, str]]:
    """Say of whom it is only said that they approved leaving out a category (6 RCNY § 5-301(d)).

    >>> of_approvals({"exclusions": [{"approver": "Bob", "approved_at": None}]})[0]["code"]
    'approval-unwitnessed'
    >>> of_approvals({"exclusions": [{"approver": "Bob", "approved_at": "2026-01-31T09:00:00Z"}]})
    []
    """
    names = sorted({str(one["approver"]) for one in method["exclusions"] if not one.get("approved_at")})
    if not names:
        return []
    sentence = (
        f"That {', '.join(names)} approved leaving out a category is what whoever ran the command said; the command "
        "cannot witness it."
    )
    return [{"table": "all", "code": "approval-unwitnessed", "sentence": sentence}]


def of_median(method: Mapping[str, Any]) -> list[dict[str, str]]:
    """Say how the sample lies around its median: with ties, the part above can be far from one half.

    >>> notes = of_median({"median": {"sample_size": 9, "above": 3, "at_median": 4}})
    >>> notes[0]["sentence"].partition(" people")[0], of_median({"median": None})
    ('3 of the 9', [])
    """
    median = method.get("median")
    if not median or type(median.get("sample_size")) is not int or not median["sample_size"]:
        return []
    size, above, at_median = median["sample_size"], median["above"], median["at_median"]
    share = rounding.percent(Fraction(above, size))
    side = "below" if method.get("higher_is_better") is False else "above"
    sentence = (
        f"{above:,} of the {size:,} people of the sample ({share}) are strictly {side} the median and {at_median:,} "
        f"exactly at it; nobody at the median counts as {side} it."
    )
    return [{"table": "all", "code": "median-ties", "sentence": sentence}]


def of_table(found: Table) -> list[dict[str, str]]:
    """Say what a reader of one table must know before leaning on its ratios.

    >>> from audits.metrics.counts import Cell
    >>> from audits.metrics.ratios import table
    >>> [note["code"] for note in of_table(table([Cell("Male", None, 3, 0)], "sex"))]
    ['nobody-selected', 'one-category', 'small-categories']
    """
    title = _TITLES[found.name]
    filled = [row for row in found.rows if row.applicants]
    small = [str(row.category) for row in filled if row.applicants < SMALL_CELL]
    notes = []
    if not filled:
        notes.append(("nobody-known", f"The {title} table is empty: nobody of known category was assessed."))
    elif found.benchmark is None:
        notes.append(("nobody-selected", f"In the {title} table the highest rate is 0, so no ratio can be computed."))
    if len(filled) == 1:
        notes.append(("one-category", f"The {title} table has people in one category only, so it compares nothing."))
    if found.tied:
        names = "; ".join(str(category) for category in (found.benchmark, *found.tied))
        notes.append(("benchmark-tied", f"In the {title} table these categories share the highest rate: {names}."))
    if small:
        notes.append(
            (
                "small-categories",
                f"In the {title} table fewer than {SMALL_CELL} people stand behind {'; '.join(small)}: "
                "such rates move with one person, and publishing them may identify people.",
            )
        )
    return [{"table": found.name, "code": code, "sentence": sentence} for code, sentence in notes]
