"""The categories that a bias audit must report, in the order of the rule's worked examples.

Local Law 144 takes its categories from component 1 of the EEO-1 report (NYC Administrative Code § 20-870 "bias audit";
42 USC 2000e-8(c), 29 CFR 1602.7); the labels are those of the examples in 6 RCNY § 5-301. The list is versioned data:
should the federal report go, the pointer changes here and nowhere else.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

TableName: TypeAlias = Literal["sex", "race_ethnicity", "intersectional"]

TABLES: Final[tuple[TableName, ...]] = ("sex", "race_ethnicity", "intersectional")
SEXES: Final[tuple[str, ...]] = ("Male", "Female")
HISPANIC: Final = "Hispanic or Latino"
RACES: Final[tuple[str, ...]] = (
    HISPANIC,
    "White (Not Hispanic or Latino)",
    "Black or African American (Not Hispanic or Latino)",
    "Native Hawaiian or Pacific Islander (Not Hispanic or Latino)",
    "Asian (Not Hispanic or Latino)",
    "Native American or Alaska Native (Not Hispanic or Latino)",
    "Two or More Races (Not Hispanic or Latino)",
)
SOURCE: Final = "EEO-1 component 1 categories (42 USC 2000e-8(c), 29 CFR 1602.7), labelled as in 6 RCNY § 5-301"


class Category(NamedTuple):
    """One row of a table. `None` means that this table does not split by it."""

    sex: str | None
    race_ethnicity: str | None

    def __str__(self) -> str:
        """Return the name of the row.

        >>> str(Category("Male", None)), str(Category("Female", "Hispanic or Latino"))
        ('Male', 'Female, Hispanic or Latino')
        """
        return ", ".join(part for part in self if part) or "Everyone"


def categories(table: TableName) -> tuple[Category, ...]:
    """Return the rows of one table in the rule's order: 2, 7 or 14.

    The intersectional example of 6 RCNY § 5-301 lists both Hispanic rows first, then the other men, then the women.

    >>> [len(categories(table)) for table in TABLES]
    [2, 7, 14]
    >>> [str(row) for row in categories("intersectional")[:2]]
    ['Male, Hispanic or Latino', 'Female, Hispanic or Latino']
    """
    if table == "sex":
        return tuple(Category(sex, None) for sex in SEXES)
    if table == "race_ethnicity":
        return tuple(Category(None, race) for race in RACES)
    hispanic = tuple(Category(sex, HISPANIC) for sex in SEXES)
    return hispanic + tuple(Category(sex, race) for sex in SEXES for race in RACES if race != HISPANIC)
