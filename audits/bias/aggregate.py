"""Rows to counts, in bounded memory: DuckDB groups the raw words of the mapped columns, and no row leaves it.

Every column is read as text and nothing is sniffed: the delimiter, the quotes and the columns are those that were found
and stated before. What the words mean is decided outside, on the small table of groups.
"""

# ruff: noqa: S608 - the queries are built from this module's own words and numbers; values of a file are parameters

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from audits.bias.intake import Source
from audits.bias.mapping import COUNT, SCORE
from compliance.lib.problems import Problem, Refused

if TYPE_CHECKING:
    import duckdb

MOST_GROUPS: Final = 200_000
"""More different combinations than this mean that a column of names or numbers was taken for a category."""
MEMORY: Final = "512MB"

_SCORE: Final = f"regexp_full_match(value, '{SCORE.pattern}')"


def _is_count(column: str) -> str:
    return f"regexp_full_match({column}, '{COUNT.pattern}')"


class Group(NamedTuple):
    """People who share the raw words of the mapped columns.

    `bad` is the number of lines whose count of people is no count, `over` of those whose value is a number above it.
    """

    sex: str
    race_ethnicity: str
    value: str
    lines: int
    people: int
    bad: int
    over: int


class ScoreGroup(NamedTuple):
    """People who share the raw words of sex and race/ethnicity; `bad` lines have no usable score or count."""

    sex: str
    race_ethnicity: str
    lines: int
    people: int
    bad: int
    lowest: float | None
    highest: float | None


@dataclass(frozen=True, slots=True)
class Rows:
    """The mapped columns of one file as a query over `sex`, `race_ethnicity`, `value` and `people`."""

    connection: duckdb.DuckDBPyConnection
    query: str
    path: str
    has_count: bool

    def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a query in which `rows` are the rows of the file."""
        return self.connection.execute(f"WITH rows AS ({self.query}) {sql}", [self.path, *parameters]).fetchall()

    def outcomes(self) -> list[Group]:
        """Return the groups of sex, race/ethnicity and outcome."""
        number = "TRY_CAST(trim(value) AS BIGINT)"
        found = self.fetch(
            f"""SELECT sex, race_ethnicity, value, count(*), coalesce(sum(people), 0), count_if(people IS NULL),
                       {f"count_if({_is_count('value')} AND {number} > people)" if self.has_count else "0"}
                FROM rows GROUP BY ALL LIMIT {MOST_GROUPS + 1}"""
        )
        return [Group(*row) for row in self._checked(found)]

    def scored(self) -> list[ScoreGroup]:
        """Return the groups of sex and race/ethnicity with the range of their scores."""
        found = self.fetch(
            f"""SELECT sex, race_ethnicity, count(*), coalesce(sum(people), 0),
                       count_if(people IS NULL OR score IS NULL OR isinf(score)),
                       min(score) FILTER (people > 0), max(score) FILTER (people > 0)
                FROM (SELECT *, CASE WHEN {_SCORE} THEN TRY_CAST(value AS DOUBLE) END AS score FROM rows)
                GROUP BY sex, race_ethnicity LIMIT {MOST_GROUPS + 1}"""
        )
        return [ScoreGroup(*row) for row in self._checked(found)]

    def _checked(self, found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        if len(found) <= MOST_GROUPS:
            return found
        counted = self.fetch("SELECT count(DISTINCT sex), count(DISTINCT race_ethnicity) FROM rows")[0]
        role = "sex" if counted[0] > counted[1] else "race/ethnicity"
        sentence = f"The columns hold more than {MOST_GROUPS:,} different combinations, most of them by {role}."
        raise Refused(Problem("too-many-values", sentence, "Look whether the right columns were chosen."))


@contextmanager
def rows_of(source: Source, places: Sequence[int], scratch: Path, *, has_count: bool) -> Iterator[Rows]:
    """Open the columns at `places` (sex, race/ethnicity, outcome or score, and the count) for counting."""
    import duckdb  # heavy: only the process that counts loads it

    # A link with a plain name, since a star or a bracket in a file name would be a pattern.
    link = scratch / "input.csv"
    link.unlink(missing_ok=True)
    link.symlink_to(source.text.resolve())
    connection = duckdb.connect(
        config={
            "memory_limit": MEMORY,
            "temp_directory": str(scratch / "spill"),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    try:
        yield Rows(connection, _query(source, places, has_count), str(link), has_count)
    finally:
        connection.close()


def _query(source: Source, places: Sequence[int], has_count: bool) -> str:
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(source.header)))
    sex, race, value = (f"coalesce(c{place}, '')" for place in places[:3])
    people = "1::BIGINT"
    if has_count:
        count = f"c{places[3]}"
        people = f"CASE WHEN {_is_count(count)} THEN TRY_CAST(trim({count}) AS BIGINT) END"
    return f"""SELECT {sex} AS sex, {race} AS race_ethnicity, {value} AS value, {people} AS people
        FROM read_csv(?, auto_detect = false, header = true, delim = '{source.delimiter}', quote = '"', escape = '"',
            columns = {{{columns}}}, strict_mode = true, null_padding = false, ignore_errors = false)"""


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
    plain = Source(source.sha256, source.bytes, source.encoding, ",", tuple(names), copy)
    return plain, list(range(len(places)))


def ragged(row: int, found: int, expected: int) -> Problem:
    """Return the problem of a row with more or fewer cells than the header."""
    return Problem(
        "ragged-row",
        f"Row {row} has {found} cells, but the header has {expected}.",
        "Look for a missing or surplus delimiter, or a text with a delimiter that is not in quotation marks.",
        row=row,
        found=str(found),
        expected=str(expected),
    )
