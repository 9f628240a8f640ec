"""Rows to counts: the one aggregation, an Ibis expression that DuckDB, PostgreSQL and Spark compute alike.

An engine (:mod:`audits.bias.engines`) gives the mapped columns of a source, named by their roles, as a query.
Everything that is ever asked of rows stands here. Only groups and counts come back: what raw words mean is decided
outside, on the small table of groups, so no engine's idea of case, blanks or rounding can move a person.

Floats only sort scores into ranges, which rounding cannot disorder; the scores that decide come back as they stand in
the source and are compared as exact decimals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from audits.bias.guess import Grid, tolerance
from audits.bias.mapping import SCORE
from audits.bias.prepared import cases, exact, matches
from audits.bias.words import as_word
from compliance.lib.problems import Problem, Refused

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOST_GROUPS: Final = 200_000
"""More different combinations than this mean that a column of names or numbers was taken for a category."""
RANGES: Final = 1024
"""Into so many ranges one pass divides the scores."""
MOST_RANGED: Final = 400_000
"""A pass by a grid that gives more than this was guided by a wrong guess."""

Fetch = Callable[["ir.Table"], list[tuple[Any, ...]]]


class Group(NamedTuple):
    """People who share the raw words of the columns that were asked for, in their order.

    `lines` are rows; `people` their sum of counts (or again the rows); `bad` the lines whose count of people is no
    count; `least` the smallest count of one line, None where there is none.
    """

    words: tuple[str, ...]
    lines: int
    people: int
    bad: int
    least: int | None


class Ranged(NamedTuple):
    """People of one group whose scores lie in the range number `place`: from `low` to `high`, both of them scores.

    `place` is -1 below and 1024 above all ranges, None for lines without a score. `bad` lines have no usable score or
    count, and `broken` says that some have a fraction. With a grid, people in its window, and those too near to the
    edge of a range for a double to tell, come by their exact `score`.
    """

    words: tuple[str, ...]
    place: int | None
    low: float | None
    high: float | None
    lines: int
    people: int
    bad: int
    broken: bool
    score: Decimal | None = None


class Beside(NamedTuple):
    """People of one group below a range (`side` -1), above it (1), or in it (0), then with their exact `score`.

    `place` is the bin that holds the score; where that is too near to an edge for a double to tell, there is a `score`
    beside the range too.
    """

    words: tuple[str, ...]
    side: int
    place: int
    score: Decimal | None
    people: int


class Binned(NamedTuple):
    """People of one group whose scores are at least `edges[place - 1]` and less than `edges[place]`.

    Where sums were asked for, `score_sum` is that of their scores in millionths, and `square_sum` that of the squares.
    """

    words: tuple[str, ...]
    place: int
    people: int
    score_sum: int | None = None
    square_sum: int | None = None


class Bad(NamedTuple):
    """A score or a count that cannot be used: its text, on how many lines, and the first where lines have an order."""

    role: str
    raw: str
    lines: int
    first: int | None


class Seen(NamedTuple):
    """What is in one column: its type, blank and numeric lines, and the lines of every value unless there are many."""

    type: str
    blank: int
    numeric: int
    many: bool
    values: dict[str, int]


@dataclass(frozen=True, slots=True)
class Rows:
    """The mapped columns of one source.

    `table` is what :func:`prepared` makes of the source's columns, named by role. `fetch` runs an expression over it
    where the data is. `single` names roles whose floats have 32 bits. `has_score` and `has_count` say whether
    these roles were mapped; without a count, a line is a person. `grid` is a guess of how scores are best divided,
    where there is one. `apart` makes a step of its own of what is built so far, so that an engine works it out once a
    line however often the next step uses it; it belongs to the next `fetch`.
    """

    table: ir.Table
    fetch: Fetch
    single: frozenset[str] = frozenset()
    has_score: bool = False
    has_count: bool = False
    has_order: bool = False
    grid: Grid | None = None
    apart: Callable[[ir.Table], ir.Table] = lambda table: table

    def groups(self, *roles: str) -> list[Group]:
        """Return the groups of these roles, each combination of raw words once.

        More than 200,000 combinations are `Refused`. The order is that of the words, whatever the engine's.
        """
        table = self.table
        counted = {"lines": table.count()}
        if self.has_count:
            people = table.people
            counted |= {"people": people.sum(), "bad": people.isnull().sum(), "least": people.min()}
        found: dict[tuple[str, ...], Group] = {}
        for row in self._few(table.group_by(list(roles)).agg(**counted), roles):
            words, lines = self._words(row, roles), row[len(roles)]
            people, bad, least = row[len(roles) + 1 :] or (lines, 0, 1)
            group = Group(words, int(lines), int(people or 0), int(bad), None if least is None else int(least))
            found[words] = _joined(found[words], group) if words in found else group
        return [found[words] for words in sorted(found)]

    def bounds(self) -> tuple[float, float] | None:
        """Return a low and a high score among the first lines: a guess that spares a pass, and no more than that."""
        head = self.table.limit(20_000)
        ((low, high),) = self.fetch(head.aggregate(low=head.number.min(), high=head.number.max()))
        return None if low is None else (float(low), float(high))

    def ranged(self, *roles: str, low: float, high: float) -> list[Ranged]:
        """Return how many people of each group have scores in each range of `low` to `high`, and beyond either end."""
        table = self.table.mutate(place=_place(self.table.number, low, high))
        found = self._few(table.group_by([*roles, "place"]).agg(**self._range_counts(table)), roles, RANGES + 2)
        return [self._ranged(row, roles) for row in found]

    def gridded(self, *roles: str) -> list[Ranged] | None:
        """Return the same by the ranges of the grid, with exact scores in its window.

        None where there is no grid, or where the guess was so wrong that too much would come back.
        """
        import ibis

        grid = self.grid
        if grid is None:
            return None
        # A line without a number gets a place too, and is counted as bad: then nothing rests on places any more.
        number = ibis.greatest(exact(grid.lowest), ibis.least(exact(grid.highest), self.table.number))
        placed = self._placed(self.table, number, grid.edges, grid.parts)
        told = placed.near | placed.number.between(exact(grid.low), exact(grid.high))
        table = placed.mutate(
            exact=ibis.cases((told, placed.score), else_=ibis.null(placed.score.type())),
            beyond=placed.number > exact(grid.high),
        )
        keys = [*roles, "place", "beyond", "exact"]
        counted = table.group_by(keys).agg(**self._range_counts(table, whole_known=grid.broken))
        found = self.fetch(counted.limit(MOST_RANGED + 1))
        if len(found) > MOST_RANGED:
            return None
        width = len(roles)
        words = {raw: self._words(raw, roles) for raw in {row[:width] for row in found}}
        ranged = []
        for row in found:
            place, _, score, low, high, broken, lines, *counts = row[width:]
            people, bad = counts if self.has_count else (lines, counts[0])
            told_score = None if score is None or low is None else self.decimal(score)
            ranged.append(
                Ranged(words[row[:width]], place, low, high, lines, int(people or 0), bad, bool(broken), told_score)
            )
        return ranged

    def _placed(self, table: ir.Table, number: Any, edges: Sequence[Decimal], parts: int = 1) -> ir.Table:
        """Add the bin of a double, or the part of a bin, and whether it is too near to an edge for a double to tell.

        Halves keep the widest difference finite. Arithmetic is off by no more than the tolerance, in parts of a bin.
        """
        width = float((edges[1] - edges[0]) / parts / 2)
        divided = self.apart(table.mutate(bins=(number * 0.5 - exact(float(edges[0] / 2))) / exact(width)))
        floored = self.apart(divided.mutate(place=divided.bins.floor()))
        rest = self.apart(floored.mutate(rest=floored.bins - floored.place.cast("float64")))
        least = tolerance(edges, parts, single="score" in self.single)
        return self.apart(rest.mutate(near=(rest.rest < exact(least)) | (rest.rest > exact(1.0 - least))))

    def _range_counts(self, table: ir.Table, *, whole_known: bool = False) -> dict[str, Any]:
        """Return what is counted of a range; where a line is a person, less has to be summed.

        `whole_known` says that some score has a fraction, so that no line has to be asked for one.
        """
        import ibis

        usable = table.people > 0 if self.has_count else None
        broken = ibis.literal(1) if whole_known else _has_fraction(table.number).sum(where=usable)
        counts = {
            "low": table.number.min(where=usable),
            "high": table.number.max(where=usable),
            "broken": broken,
            "lines": table.count(),
        }
        if not self.has_count:
            return counts | {"bad": table.count() - table.number.count()}
        return counts | {
            "people": table.people.sum(),
            "bad": (table.people.isnull() | table.number.isnull()).sum(),
        }

    def _ranged(self, row: Sequence[Any], roles: Sequence[str]) -> Ranged:
        place, low, high, broken, lines, *counts = row[len(roles) :]
        people, bad = counts if self.has_count else (lines, counts[0])
        return Ranged(
            self._words(row, roles),
            _whole_or_none(place),
            _float(low),
            _float(high),
            int(lines),
            int(people or 0),
            int(bad),
            bool(broken),
        )

    def beside(self, *roles: str, low: float, high: float, edges: Sequence[Decimal] = ()) -> list[Beside]:
        """Count by group the people below and above the range from `low` to `high`, and in it by their exact score.

        With `edges` of bins of one width that hold every score, people are counted by bin as well.
        """
        import ibis

        number = self.table.number
        side = cases((number < exact(low), -1), (number > exact(high), 1), otherwise=0, kind="int64")
        sided = self.table.filter(self.table.people > 0, number.notnull()).mutate(side=side)
        if edges:
            sided = self._placed(sided, sided.number, edges)
        else:
            sided = sided.mutate(place=ibis.literal(0, "int64"), near=ibis.literal(False))
        told = (sided.side == 0) | sided.near
        table = sided.mutate(
            place=cases((told, 0), otherwise=sided.place),
            within=ibis.cases((told, sided.score), else_=ibis.null(sided.score.type())),
        )
        found = self.fetch(table.group_by([*roles, "side", "place", "within"]).agg(people=table.people.sum()))
        width = len(roles)
        return [
            Beside(
                self._words(row, roles),
                int(row[width]),
                int(row[width + 1]),
                None if row[width + 2] is None else self.decimal(row[width + 2]),
                int(row[width + 3]),
            )
            for row in found
        ]

    def binned(self, *roles: str, edges: Sequence[float], sums: bool = False) -> list[Binned]:
        """Count by group the people between declared edges, of any widths, for calibration.

        A score on an edge belongs to the bin above it. `place` 0 is below the first edge, `len(edges)` at or above the
        last. Scores and edges are compared as doubles, which all engines do alike. `sums` of scores from 0 to 1 are of
        whole millionths, so that the order in which an engine adds changes nothing.
        """
        number = self.table.number
        place = cases(*((number < exact(edge), nth) for nth, edge in enumerate(edges)), otherwise=len(edges))
        table = self.table.filter(self.table.people > 0, number.notnull()).mutate(place=place)
        counted = {"people": table.people.sum()} | (_sums(table) if sums else {})
        found = self._few(table.group_by([*roles, "place"]).agg(**counted), roles, len(edges) + 1)
        added: dict[tuple[tuple[str, ...], int], list[int]] = {}
        for row in found:
            key = (self._words(row, roles), int(row[len(roles)]))
            more = [int(one) for one in row[len(roles) + 1 :]]
            added[key] = [one + other for one, other in zip(added.get(key, [0] * len(more)), more, strict=True)]
        return [Binned(*key, *numbers) for key, numbers in sorted(added.items())]

    def decimal(self, score: Any) -> Decimal:
        """Return a score as an exact decimal: a float as the shortest one that is read as the same float."""
        return Decimal(as_word(score, single="score" in self.single).strip())

    def bad(self, role: str, most: int = 1_000) -> list[Bad]:
        """Return the values of `score` or `count` that cannot be used, each once, the first ones first."""
        import ibis

        table = self.table.filter((self.table.number if role == "score" else self.table.people).isnull())
        first = table.line.min() if self.has_order else ibis.null("int64")
        found = table.group_by(role).agg(lines=table.count(), first=first)
        found = found.order_by([found.first, found.lines.desc()]).limit(most)
        single = role in self.single
        return [
            Bad(role, as_word(row[0], single=single), int(row[1]), _whole_or_none(row[2])) for row in self.fetch(found)
        ]

    def looked_through(self, roles: Sequence[str], most: int) -> tuple[int, dict[str, Seen]]:
        """Return the number of lines, and what is in each column: its values where they are at most `most`."""
        table = self.table
        counted = {"lines": table.count()}
        for role in roles:
            text = table[role].type().is_string()
            column = table[role].fill_null("") if text else table[role]
            blank = column.strip() == "" if text else column.isnull()
            numeric = matches(column, SCORE.pattern) if text else column.notnull()
            counted[f"blank_{role}"] = blank.sum()
            if text or column.type().is_numeric():
                counted[f"numeric_{role}"] = numeric.sum()
        (row,) = self.fetch(table.aggregate(**counted))
        sums = dict(zip(counted, map(_whole, row), strict=True))
        found = {}
        for role in roles:
            values: dict[str, int] = {}
            for raw, lines in self._few_values(role, most):
                word = as_word(raw, single=role in self.single)
                values[word] = values.get(word, 0) + int(lines)
            kind = str(table[role].type()).replace("string", "text")
            many = len(values) > most
            numeric = sums.get(f"numeric_{role}", 0)
            found[role] = Seen(kind, sums[f"blank_{role}"], numeric, many, {} if many else values)
        return sums["lines"], found

    def _few_values(self, role: str, most: int) -> list[tuple[Any, ...]]:
        """Return values with their lines, one more than `most` if there are more; the first lines may show that."""
        for table in (self.table.limit(20_000), self.table):
            found = self.fetch(table.group_by(role).agg(lines=table.count()).limit(most + 1))
            if len(found) > most:
                break
        return found

    def firsts(self, role: str) -> dict[str, int]:
        """Return the first line of every raw word of a role; empty where lines have no order."""
        if not self.has_order:
            return {}
        found: dict[str, int] = {}
        for raw, line in self.fetch(self.table.group_by(role).agg(first=self.table.line.min()).limit(MOST_GROUPS)):
            word = as_word(raw, single=role in self.single)
            found[word] = min(found.get(word, line), line)
        return found

    def _few(self, expression: ir.Table, roles: Sequence[str], times: int = 1) -> list[tuple[Any, ...]]:
        found = self.fetch(expression.limit(MOST_GROUPS * times + 1))
        if len(found) <= MOST_GROUPS * times:
            return found
        table = self.table
        (counted,) = self.fetch(table.aggregate(**{role: table[role].nunique() for role in roles}))
        role = max(zip(counted, roles, strict=True))[1].replace("race_ethnicity", "race/ethnicity")
        sentence = f"The columns hold more than {MOST_GROUPS:,} different combinations, most of them by {role}."
        raise Refused(Problem("too-many-values", sentence, "Look whether the right columns were chosen."))

    def _words(self, row: Sequence[Any], roles: Sequence[str]) -> tuple[str, ...]:
        return tuple(as_word(value, single=role in self.single) for value, role in zip(row, roles, strict=False))


def _place(number: Any, low: float, high: float) -> Any:
    """Return the range of a score: -1 below `low`, 1024 above `high`. Halves keep the widest difference finite."""
    width = high * 0.5 - low * 0.5
    within = ((number * 0.5 - exact(low * 0.5)) / exact(width) * (RANGES - 1.0)).floor() if width > 0 else 0
    return cases((number < exact(low), -1), (number > exact(high), RANGES), otherwise=within)


def _sums(table: ir.Table) -> dict[str, Any]:
    """Return the sums of scores from 0 to 1 and of their squares, in whole millionths that no engine can round."""
    millionths = (table.number * exact(1e6) + exact(0.5)).floor().cast("int64")
    people = table.people.cast("decimal(15,0)")
    return {
        "score_sum": (millionths.cast("decimal(7,0)") * people).sum(),
        "square_sum": ((millionths * millionths).cast("decimal(13,0)") * people).sum(),
    }


def _joined(one: Group, other: Group) -> Group:
    least = min((value for value in (one.least, other.least) if value is not None), default=None)
    return Group(one.words, one.lines + other.lines, one.people + other.people, one.bad + other.bad, least)


def _has_fraction(number: Any) -> Any:
    """Say whether a double is no whole number; those beyond all whole numbers of 53 bits have no room for a part."""
    import ibis

    small = number.between(-(2.0**53), 2.0**53)
    return ibis.cases((small, number != number.floor().cast("float64")), else_=ibis.literal(False))


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _whole(value: Any) -> int:
    return int(value or 0)


def _whole_or_none(value: Any) -> int | None:
    return None if value is None else int(value)
