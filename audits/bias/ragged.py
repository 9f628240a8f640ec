"""A text that the fast reader could not take: the rows that are no rows, or the same text written plain."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from audits.bias.intake import Source
from compliance.lib.problems import Problem, Refused


def plain_copy(source: Source, places: Sequence[int], scratch: Path) -> tuple[Source, list[int]]:
    """Write the mapped columns anew in the plainest form of CSV, for a file that DuckDB could not read.

    Raises `Refused` with the rows that are not as wide as the header: they are why most such files cannot be read.
    """
    copy = scratch / "plain.csv"
    names = [source.header[place] for place in places]
    problems: list[Problem] = []
    with copy.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(names)
        for number, record in source.records():
            if len(record) != len(source.header):
                problems.append(ragged(number, len(record), len(source.header)))
                if len(problems) == 50:
                    break
            else:
                writer.writerow([record[place] for place in places])
    if problems:
        raise Refused.all(problems)
    plain = Source(source.encoding, ",", tuple(names), copy, source.reading)
    return plain, list(range(len(places)))


def ragged(row: int, found: int, expected: int) -> Problem:
    """Return the problem of a row with more or fewer cells than the header."""
    return Problem(
        "ragged-row",
        f"Row {row} has {found} cell{'' if found == 1 else 's'}, but the header has {expected}.",
        "Look for a missing or surplus delimiter, or a text with a delimiter that is not in quotation marks.",
        row=row,
        found=str(found),
        expected=str(expected),
    )
