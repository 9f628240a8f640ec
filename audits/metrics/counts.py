"""The counts from which everything else follows: how many people of each category, and how many of them were selected.

They are the sufficient statistic of an audit. They may be summed over files, stored, and embedded in a dossier; no row
about a single person is needed to compute any published number again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from audits.metrics.categories import RACES, SEXES, Category, TableName, categories

LARGEST = 2**53 - 1
"""The largest count that canonical JSON (RFC 8785) can carry exactly."""


@dataclass(frozen=True, slots=True)
class Cell:
    """People of one sex and one race/ethnicity; `None` is unknown. For scores, `selected` are those above the median.

    >>> Cell("Male", None, applicants=3, selected=4)
    Traceback (most recent call last):
    ValueError: 4 selected of 3 people in Male, unknown race/ethnicity is impossible.
    """

    sex: str | None
    race_ethnicity: str | None
    applicants: int
    selected: int

    def __post_init__(self) -> None:
        # From JSON anything may come, so the types are checked here and not only by mypy.
        if self.sex is not None and self.sex not in SEXES:
            raise ValueError(f"{self.sex!r} is not one of the sex categories.")
        if self.race_ethnicity is not None and self.race_ethnicity not in RACES:
            raise ValueError(f"{self.race_ethnicity!r} is not one of the race/ethnicity categories.")
        numbers: tuple[object, object] = (self.applicants, self.selected)
        if any(type(number) is not int for number in numbers):
            raise ValueError("Counts are whole numbers.")
        if not 0 <= self.selected <= self.applicants <= LARGEST:
            where = f"{self.sex or 'unknown sex'}, {self.race_ethnicity or 'unknown race/ethnicity'}"
            raise ValueError(f"{self.selected} selected of {self.applicants} people in {where} is impossible.")

    def as_json(self) -> dict[str, Any]:
        """Return the cell as a result document holds it."""
        return {
            "sex": self.sex,
            "race_ethnicity": self.race_ethnicity,
            "applicants": self.applicants,
            "selected": self.selected,
        }

    @classmethod
    def from_json(cls, data: Any) -> Cell:
        """Read one cell of a result document; a missing or strange field is a ValueError."""
        if not isinstance(data, Mapping) or set(data) != {"sex", "race_ethnicity", "applicants", "selected"}:
            raise ValueError("A count holds sex, race_ethnicity, applicants and selected, and nothing else.")
        return cls(data["sex"], data["race_ethnicity"], data["applicants"], data["selected"])


def merge(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """Sum cells of the same people into one, drop the empty ones, and put them in the rule's order, unknown last.

    >>> merged = merge([Cell("Female", None, 1, 0), Cell("Male", None, 2, 1), Cell("Female", None, 4, 4)])
    >>> [(cell.sex, cell.applicants, cell.selected) for cell in merged]
    [('Male', 2, 1), ('Female', 5, 4)]
    """
    sums: dict[tuple[str | None, str | None], tuple[int, int]] = {}
    for cell in cells:
        before = sums.get((cell.sex, cell.race_ethnicity), (0, 0))
        sums[cell.sex, cell.race_ethnicity] = (before[0] + cell.applicants, before[1] + cell.selected)
    order = [(sex, race) for sex in (*SEXES, None) for race in (*RACES, None)]
    return tuple(Cell(*key, *sums[key]) for key in order if sums.get(key, (0, 0))[0])


def unknown(cells: Iterable[Cell]) -> dict[str, int]:
    """Return how many people are of unknown sex, unknown race/ethnicity, and either (6 RCNY § 5-301(b)(5), (c)(5)).

    >>> unknown([Cell(None, None, 3, 0), Cell("Male", None, 2, 0)])
    {'sex': 3, 'race_ethnicity': 5, 'either': 5}
    """
    found = {"sex": 0, "race_ethnicity": 0, "either": 0}
    for cell in cells:
        found["sex"] += cell.applicants * (cell.sex is None)
        found["race_ethnicity"] += cell.applicants * (cell.race_ethnicity is None)
        found["either"] += cell.applicants * (cell.sex is None or cell.race_ethnicity is None)
    return found


def by_category(
    cells: Iterable[Cell], table: TableName, *, complete_case: bool = False
) -> dict[Category, tuple[int, int]]:
    """Return (applicants, selected) of every row of one table, empty rows too.

    Per table, a person of unknown race still counts in the sex table; with `complete_case` only people of known sex
    and race count, in every table. The rule asks for neither; the choice is printed with the result.

    >>> people = [Cell("Male", None, 10, 5), Cell("Male", RACES[0], 4, 1)]
    >>> by_category(people, "sex")[Category("Male", None)]
    (14, 6)
    >>> by_category(people, "sex", complete_case=True)[Category("Male", None)]
    (4, 1)
    """
    found: dict[Category, tuple[int, int]] = dict.fromkeys(categories(table), (0, 0))
    for cell in cells:
        if complete_case and (cell.sex is None or cell.race_ethnicity is None):
            continue
        key = Category(
            None if table == "race_ethnicity" else cell.sex,
            None if table == "sex" else cell.race_ethnicity,
        )
        if key in found:
            applicants, selected = found[key]
            found[key] = (applicants + cell.applicants, selected + cell.selected)
    return found
