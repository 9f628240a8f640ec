"""The worked examples of 6 RCNY § 5-301 as files of applicants, one row a person, made from the official tables.

The rule prints how many people of unknown category there were (250 and 15), but neither which half is unknown nor how
they fared. Here their sex and race/ethnicity are both blank, so that both ways to treat unknown people give the
published tables; nobody of them is selected, and their scores leave the median where the published rates need it.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, TypeAlias

from audits.metrics.categories import TableName

Kind: TypeAlias = Literal["selection", "scoring"]

UNKNOWN: Final[dict[Kind, int]] = {"selection": 250, "scoring": 15}
_DATA: Final = Path(__file__).with_name("data")


def published(kind: Kind, table: TableName) -> list[dict[str, str]]:
    """Return the rows of an official table as they are printed, with their known errors.

    >>> published("selection", "sex")[1]["published_impact_ratio"]
    '.979'
    """
    with (_DATA / f"dcwp_{kind}_{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write_example(path: Path, kind: Kind = "selection") -> None:
    """Write the applicants of one example to `path`, the same bytes every time.

    `selection`: 2,821 people with `selected` yes or no. `scoring`: 183 people with a `score` from 40 to 99.
    """
    measure = "selected" if kind == "selection" else "score"
    people = sorted(_people(kind), key=_mixed)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["applicant_id", "sex", "race_ethnicity", measure])
        for number, (_, *person) in enumerate(people, start=1):
            writer.writerow([f"A{number:04}", *person])


def _people(kind: Kind) -> Iterator[tuple[int, str, str, str]]:
    number = 0
    for row in published(kind, "intersectional"):
        chosen = int(row["selected" if kind == "selection" else "implied_above_median"])
        for place in range(int(row["applicants"])):
            number += 1
            yield number, row["sex"], row["race_ethnicity"], _measure(kind, number, place < chosen)
    for place in range(UNKNOWN[kind]):
        number += 1
        # 84 people known and 7 unknown lie above the median of all 183; of the 168 known, 84 lie above theirs.
        yield number, "", "", _measure(kind, number, kind == "scoring" and place < 7)


def _measure(kind: Kind, number: int, chosen: bool) -> str:
    if kind == "selection":
        return "yes" if chosen else "no"
    return str((70 if chosen else 40) + number % 30)


def _mixed(person: tuple[int, str, str, str]) -> str:
    """Order people as if by chance, and always alike."""
    return hashlib.sha256(str(person[0]).encode()).hexdigest()
