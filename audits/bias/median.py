"""The exact median of a file of scores, and how many people of each group are on its better side.

Two counting passes find the middle ranks in bounded memory whatever the scores are: counts in ranges of values first,
then the texts of the one range that holds the rank. Floats only sort scores into ranges, which rounding cannot
disorder; the scores that decide are compared as exact decimals. Nothing is interpolated or approximated.
"""

# ruff: noqa: S608 - the queries are built from this module's own words and numbers; values of a file are parameters

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple

from audits.bias.aggregate import Rows, ScoreGroup
from audits.metrics.rounding import mean, plain

RANGES: Final = 4096
FEW: Final = 50_000
"""A range with no more lines than this is read value by value."""


class Range(NamedTuple):
    """The people whose scores lie from `low` to `high`, both included."""

    low: float
    high: float
    people: int
    lines: int


@dataclass(frozen=True, slots=True)
class Median:
    """The median of the sample, and what lies around it.

    `better` is the number of people strictly on the better side by (raw sex, raw race/ethnicity), in the sample or not.
    """

    value: str
    sample_size: int
    at_median: int
    better: dict[tuple[str, str], int]


@dataclass(slots=True)
class Search:
    """A search for ranks. `sample` is None if everyone counts, or the groups of the sample."""

    rows: Rows
    sample: frozenset[tuple[str, str]] | None
    ranges: dict[tuple[float, float], list[Range]] = field(default_factory=dict)
    texts: dict[tuple[float, float], list[tuple[Decimal, str, int]]] = field(default_factory=dict)

    def prepare(self) -> None:
        """Make the table of groups that the queries join."""
        if self.sample is not None:
            connection = self.rows.connection
            connection.execute("CREATE OR REPLACE TEMP TABLE sample (sex VARCHAR, race_ethnicity VARCHAR)")
            columns = [[group[place] for group in self.sample] for place in (0, 1)]
            connection.execute("INSERT INTO sample SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[])", columns)

    @property
    def _scores(self) -> str:
        member = "true" if self.sample is None else "(sex, race_ethnicity) IN (FROM sample)"
        return f"""(SELECT sex, race_ethnicity, value, people, {member} AS sampled, TRY_CAST(value AS DOUBLE) AS score
                    FROM rows WHERE people > 0)"""

    def value_at(self, rank: int, low: float, high: float, lines: int) -> Decimal:
        """Return the score of the person at `rank` (from 0) among the people of the sample from `low` to `high`."""
        while low < high and lines > FEW:
            for found in self._ranges(low, high):
                if rank < found.people:
                    if (found.low, found.high) == (low, high):  # too narrow to be divided by floats
                        return self._among(rank, low, high)
                    low, high, lines = found.low, found.high, found.lines
                    break
                rank -= found.people
        return self._among(rank, low, high)

    def _among(self, rank: int, low: float, high: float) -> Decimal:
        for value, _, people in self._texts(low, high):
            if rank < people:
                return value
            rank -= people
        raise LookupError("The rank lies outside the range.")

    def _ranges(self, low: float, high: float) -> list[Range]:
        """Return the ranges that hold anybody, in order. Halves keep the widest difference finite."""
        if (low, high) not in self.ranges:
            width = high * 0.5 - low * 0.5
            place = "floor((score * 0.5 - ?) / ? * ?)" if width > 0 else "score + ? * 0 + ? * 0 + ? * 0"
            found = self.rows.fetch(
                f"""SELECT min(score), max(score), sum(people), count(*) FROM {self._scores}
                    WHERE sampled AND score BETWEEN ? AND ? GROUP BY {place} ORDER BY 1""",
                [low, high, low * 0.5, width or 1.0, RANGES - 1.0],
            )
            self.ranges[low, high] = [Range(*row) for row in found]
        return self.ranges[low, high]

    def _texts(self, low: float, high: float) -> list[tuple[Decimal, str, int]]:
        """Return every score of the range with its spelling and its people of the sample, in exact order."""
        if (low, high) not in self.texts:
            found = self.rows.fetch(
                f"""SELECT value, sum(people) FILTER (sampled) FROM {self._scores}
                    WHERE score BETWEEN ? AND ? GROUP BY value""",
                [low, high],
            )
            self.texts[low, high] = sorted((Decimal(text.strip()), text, people or 0) for text, people in found)
        return self.texts[low, high]

    def spellings(self, number: float) -> list[tuple[Decimal, str]]:
        """Return the exact scores that share one float, in the sample or not."""
        known = [(low, high) for low, high in self.texts if low <= number <= high]
        low, high = known[0] if known else (number, number)
        return [(value, text) for value, text, _ in self._texts(low, high) if float(value) == number]

    def better_than(self, bound: Decimal, *, higher: bool) -> dict[tuple[str, str], int]:
        """Count, by group, the people strictly above (or below) `bound`, which is a score of the file."""
        number = float(bound)
        same = [text for value, text in self.spellings(number) if (value > bound if higher else value < bound)]
        found = self.rows.fetch(
            f"""SELECT sex, race_ethnicity, sum(people) FROM {self._scores}
                WHERE score {">" if higher else "<"} ? OR (score = ? AND value IN (SELECT unnest(?::VARCHAR[])))
                GROUP BY sex, race_ethnicity""",
            [number, number, same],
        )
        return {(sex, race): people for sex, race, people in found}


def find(rows: Rows, groups: list[ScoreGroup], *, sample: frozenset[tuple[str, str]] | None, higher: bool) -> Median:
    """Return the median of the people of `sample` (None: of everyone) and those strictly on its better side.

    An even number of people takes the exact mean of the two middle scores. No score lies strictly between these two, so
    "above the mean" is "above the lower of them", and "below" is "below the upper"; the mean itself is never compared.
    """
    kept = [group for group in groups if sample is None or (group.sex, group.race_ethnicity) in sample]
    size = sum(group.people for group in kept)
    low = min(group.lowest for group in kept if group.lowest is not None)
    high = max(group.highest for group in kept if group.highest is not None)
    lines = sum(group.lines for group in kept)
    search = Search(rows, sample)
    search.prepare()
    lower = search.value_at((size - 1) // 2, low, high, lines)
    upper = search.value_at(size // 2, low, high, lines) if size % 2 == 0 else lower
    better = search.better_than(lower if higher else upper, higher=higher)
    at_median = 0
    if lower == upper:
        at_median = sum(
            people
            for (low, high), texts in search.texts.items()
            if low <= float(lower) <= high
            for value, _, people in texts
            if value == lower
        )
    return Median(plain(mean(lower, upper)), size, at_median, better)
