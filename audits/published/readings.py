"""Under which readings of the rule a table's printed ratios follow: benchmark, basis and rounding, each tried.

The rule divides by the rate of the most selected (highest scoring) category (6 RCNY § 5-300 "impact ratio"). What is
tried beside that is what published audits were found to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Final, Literal, TypeAlias

from audits.metrics.ratios import SMALL
from audits.published.possible import Rates, follows, highest, rates_of, ratios
from audits.published.printed import Printed, Rounding, Span
from audits.published.tables import PublishedRow, PublishedSet, PublishedTable

Benchmark: TypeAlias = Literal["all", "with-ratio", "kept", "kept-of-assessed", "fixed", "pooled", "unknown"]
Basis: TypeAlias = Literal["exact", "rounded-rates"]
Status: TypeAlias = Literal["follows", "follows otherwise", "does not follow", "cannot be told", "not printed"]

BENCHMARKS: Final[dict[Benchmark, str]] = {
    "all": "the highest rate of all categories of the table",
    "with-ratio": "the highest rate of the categories that have a ratio",
    "kept": "the highest rate of the categories of at least 2% of the people in the table",
    "kept-of-assessed": "the highest rate of the categories of at least 2% of all people assessed, unknown included",
    "fixed": "the rate of one fixed category",
    "pooled": "the highest rate of all tables together",
    "unknown": "the highest rate of the table, people of unknown category included",
}
BASES: Final[dict[Basis, str]] = {"exact": "unrounded rates", "rounded-rates": "rates already rounded"}
_COST: Final = {"half-up": 0, "half-even": 1, "truncated": 4, "exact": 0, "rounded-rates": 2}
_PLAIN: Final = ("all", "with-ratio", "kept", "kept-of-assessed")
_STRANGE: Final = {"fixed": 20, "pooled": 24, "unknown": 28}


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to come to a table's ratios; `fixed` is the category where the benchmark is a fixed one."""

    benchmark: Benchmark
    basis: Basis = "exact"
    rounding: Rounding = "half-up"
    fixed: str = ""
    fewer_digits: bool = False

    @property
    def plain(self) -> bool:
        """The rule's own arithmetic: a highest rate, unrounded, the ratio rounded half up."""
        return self.benchmark in _PLAIN and self.basis == "exact" and self.rounding == "half-up"

    def __str__(self) -> str:
        """Say the reading in words.

        >>> str(Reading("fixed", "rounded-rates", fixed="Male"))
        'the rate of one fixed category (Male), rates already rounded, ratio rounded half up'
        """
        benchmark = BENCHMARKS[self.benchmark] + (f" ({self.fixed})" if self.fixed else "")
        way = "truncated" if self.rounding == "truncated" else f"rounded {self.rounding.replace('-', ' ')}"
        return f"{benchmark}, {BASES[self.basis]}, ratio {way}" + (" to fewer digits" if self.fewer_digits else "")

    def as_json(self) -> dict[str, str | bool]:
        return {
            "benchmark": self.benchmark,
            "basis": self.basis,
            "rounding": self.rounding,
            "fixed": self.fixed,
            "fewer_digits": self.fewer_digits,
            "sentence": str(self),
        }


@dataclass(frozen=True, slots=True)
class RowReading:
    """What was found for one row: `reading` is the one under which it follows; `expected` what the table's would print.

    `expected` is one text, or two for the least and the greatest that rounded rates allow. `by_rule`: the rule's own
    arithmetic gives the printed ratio as well, whatever reading was chosen.
    """

    row: PublishedRow
    status: Status
    reading: Reading | None = None
    expected: tuple[str, ...] = ()
    span: Span | None = None
    by_rule: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """How many of the printed ratios follow under one reading."""

    reading: Reading
    follow: int


@dataclass(frozen=True, slots=True)
class TableReading:
    """A table with the reading that explains most of its ratios, each row, and the readings compared."""

    table: PublishedTable
    reading: Reading | None
    rows: tuple[RowReading, ...]
    compared: tuple[Compared, ...]
    competing: frozenset[str] = frozenset()

    @property
    def printed(self) -> int:
        return sum(row.row.ratio is not None for row in self.rows)


_EXACT: Final = Reading("all")


class Reader:
    """One table of a set with everything that its ratios may be divided by."""

    def __init__(self, within: PublishedSet, table: PublishedTable, unknown: int | None = None):
        self.within, self.table = within, table
        self.unknown = unknown or 0
        self.with_ratio = [row for row in table.rows if row.ratio is not None and not row.nobody]
        self._competing: dict[tuple[int, Benchmark, str], bool] = {}
        self._known: dict[tuple[int, Basis, Rounding], Rates | None] = {}

    @cached_property
    def left_out(self) -> list[PublishedRow]:
        """The categories that have a rate and no ratio: left out under 6 RCNY § 5-301(d)."""
        rows = [row for row in self.table.rows if row.ratio is None and not row.names_benchmark]
        return [row for row in rows if self._rates(row, _EXACT) is not None]

    def read(self) -> TableReading:
        """Try every reading, take the plainest of those under which most ratios follow, then judge each row."""
        judged = self._judged()
        tried: list[tuple[Reading, frozenset[int]]] = []
        for reading in self._readings():
            if reading.benchmark in _STRANGE and any(len(lines) == len(judged) for _, lines in tried):
                break  # what follows from a highest rate need not be looked for elsewhere
            tried.append((reading, self._following(reading)))
        compared = tuple(Compared(reading, len(lines)) for reading, lines in tried)
        if not tried or not judged:
            return TableReading(self.table, None, tuple(self._untold(row) for row in self.table.rows), compared)
        chosen, lines = max(tried, key=lambda one: len(one[1]))  # the first of several: they stand plainest first
        if not lines:
            chosen = next(reading for reading, _ in tried if reading.benchmark == self._plainest())
        others = [reading for reading, _ in tried if self._near(reading, chosen)]
        rows = tuple(self._row(row, chosen, others) for row in self.table.rows)
        competing = frozenset(row.label for row in self.table.rows if self._competes(row, chosen))
        return TableReading(self.table, chosen, rows, compared, competing)

    def _near(self, reading: Reading, chosen: Reading) -> bool:
        """Say whether a single row may be told to follow under `reading` although its table is read as `chosen`.

        Only what differs in one thing: with several, some reading fits almost any number of two digits.
        """
        if (reading.benchmark, reading.fixed) == (chosen.benchmark, chosen.fixed):
            return True
        ones = reading.benchmark == "fixed" and reading.fixed in self._ones()
        arithmetic = (reading.basis, reading.rounding) in ((chosen.basis, chosen.rounding), ("exact", "half-up"))
        return arithmetic and (reading.benchmark not in _STRANGE or ones)

    def _judged(self) -> list[PublishedRow]:
        return [row for row in self.with_ratio if self._rates(row, _EXACT) is not None]

    def _readings(self) -> Iterator[Reading]:
        """Yield the readings that differ for this table, the plainest first."""
        found: list[tuple[int, int, Reading]] = []
        for place, (benchmark, fixed) in enumerate(self._benchmarks()):
            for basis in BASES:
                for rounding in ("half-up", "half-even", "truncated"):
                    cost = _STRANGE.get(benchmark, 0) + _COST[basis] + _COST[rounding]
                    found.append((cost, place, Reading(benchmark, basis, rounding, fixed)))
        yield from (reading for _, _, reading in sorted(found, key=lambda one: one[:2]))

    def _plainest(self) -> Benchmark:
        return next(self._benchmarks())[0]

    def _benchmarks(self) -> Iterator[tuple[Benchmark, str]]:
        """Yield the benchmarks to try. Where categories were left out, those that were kept come first."""
        order: tuple[Benchmark, ...] = _PLAIN
        if self.left_out:
            order = ("with-ratio", "kept", "kept-of-assessed", "all")
        seen: list[frozenset[int]] = []
        for name in order:
            lines = frozenset(row.line for row in self.table.rows if self._competes(row, Reading(name)))
            if lines and lines not in seen:
                seen.append(lines)
                yield name, ""
        ones = self._ones()
        for row in sorted(self.table.rows, key=lambda row: row.label not in ones):
            if self._rates(row, _EXACT) is not None:
                yield "fixed", row.label
        if len(self.within.tables) > 1:
            yield "pooled", ""
        if any(row.use == "unknown" and self._rates(row, _EXACT) for row in self.table.others):
            yield "unknown", ""

    def _ones(self) -> set[str]:
        return {row.label for row in self.table.rows if row.names_benchmark or (row.ratio and row.ratio.value == 1)}

    def _competes(self, row: PublishedRow, reading: Reading) -> bool:
        """Say whether the row may be the benchmark under a reading."""
        key = (row.line, reading.benchmark, reading.fixed)
        if key not in self._competing:
            self._competing[key] = self._may_lead(row, reading)
        return self._competing[key]

    def _may_lead(self, row: PublishedRow, reading: Reading) -> bool:
        if self._rates(row, _EXACT) is None:
            return False
        if reading.benchmark == "with-ratio":
            return row.ratio is not None or row.names_benchmark
        if reading.benchmark in ("kept", "kept-of-assessed"):
            if reading.benchmark == "kept-of-assessed" and not self.unknown:
                return False
            share = self.table.share(row, self.unknown if reading.benchmark == "kept-of-assessed" else 0)
            return share is not None and share >= SMALL
        return row.label == reading.fixed if reading.benchmark == "fixed" else True

    def _rates(self, row: PublishedRow, reading: Reading) -> Rates | None:
        key = (row.line, reading.basis, reading.rounding)
        if key not in self._known:
            if reading.basis == "exact":
                self._known[key] = rates_of(row, reading.rounding)
            else:
                usable = row.rate is not None and not row.nobody
                self._known[key] = Rates(Span(row.rate.value, row.rate.value)) if usable and row.rate else None
        return self._known[key]

    def _others(self, row: PublishedRow, reading: Reading) -> list[Rates]:
        """Return what the row's rate competes with."""
        rows = [one for one in self.table.rows if one is not row and self._competes(one, reading)]
        if reading.benchmark == "pooled":
            rows += [one for table in self.within.tables if table.name != self.table.name for one in table.rows]
        if reading.benchmark == "unknown":
            rows += [one for one in self.table.others if one.use == "unknown"]
        return [rates for one in rows if (rates := self._rates(one, reading)) is not None]

    def _fits(self, row: PublishedRow, ratio: Printed, reading: Reading) -> bool:
        own = self._rates(row, reading)
        if own is None:
            return False
        competes = self._competes(row, reading)
        others = self._others(row, reading)
        if not others and not competes:
            return False
        return follows(ratio, reading.rounding, own, others, competes=competes)

    def _following(self, reading: Reading) -> frozenset[int]:
        return frozenset(row.line for row in self._judged() if row.ratio and self._fits(row, row.ratio, reading))

    def _untold(self, row: PublishedRow) -> RowReading:
        return RowReading(row, "not printed" if row.ratio is None else "cannot be told")

    def _row(self, row: PublishedRow, chosen: Reading, others: list[Reading]) -> RowReading:
        if row.ratio is None or row.nobody or self._rates(row, _EXACT) is None:
            return self._untold(row)
        expected, span = self._expected(row, row.ratio, chosen)
        by_rule = self._by_rule(row, row.ratio)
        if self._fits(row, row.ratio, chosen):
            return RowReading(row, "follows", chosen, expected, span, by_rule)
        for reading in others:
            if self._fits(row, row.ratio, reading):
                return RowReading(row, "follows otherwise", reading, expected, span, by_rule)
        if "ratio" in self.table.zeros_dropped and (fewer := _as_typed(row.ratio)) and self._fits(row, fewer, chosen):
            return RowReading(row, "follows otherwise", replace(chosen, fewer_digits=True), expected, span)
        return RowReading(row, "does not follow", None, expected, span)

    def _by_rule(self, row: PublishedRow, ratio: Printed) -> bool:
        """Say whether dividing by the highest rate of categories that were not left out gives the printed ratio."""
        return any(self._fits(row, ratio, Reading(name)) for name in self._allowed)

    @cached_property
    def _allowed(self) -> list[Benchmark]:
        return [name for name, _ in self._benchmarks() if name in _PLAIN and not (name == "all" and self.left_out)]

    def _expected(self, row: PublishedRow, ratio: Printed, chosen: Reading) -> tuple[tuple[str, ...], Span | None]:
        """Return what the rule's arithmetic prints for this row with the benchmark that the table uses."""
        reading = Reading(chosen.benchmark, fixed=chosen.fixed)
        own, others = self._rates(row, reading), self._others(row, reading)
        best, competes = highest(others), self._competes(row, reading)
        if own is None or (best is None and not competes) or (best and not best.low):
            return (), None
        span = ratios(own, best, competes=competes) if best else Span(Fraction(1), Fraction(1))
        written = (ratio.write(span.low), ratio.write(span.high))
        return (written if written[0] != written[1] else written[:1]), span

    def fits_with(self, row: PublishedRow, other: PublishedRow, reading: Reading) -> bool:
        """Say whether the ratio printed for `row` follows from the rate of `other`."""
        return row.ratio is not None and self._fits(other, row.ratio, reading)

    def joint(self, reading: Reading) -> Span | None:
        """Return the benchmark rates that agree with every ratio that follows by itself; an empty span if none does.

        Only where each ratio was checked against a rounded rate: alone each may follow while together they cannot.
        """
        rows = [row for row in self._judged() if row.ratio and self._fits(row, row.ratio, reading)]
        competing = [
            rates for row in self.table.rows if self._competes(row, reading) if (rates := self._rates(row, reading))
        ]
        best = highest(competing)
        if best is None or reading.benchmark in ("pooled", "unknown") or not best.low:
            return None
        for row in rows:
            own, target = self._rates(row, reading), row.ratio.span(reading.rounding) if row.ratio else None
            if own is None or target is None or target.holds(Fraction(1)):
                continue  # a ratio of 1 may be the benchmark itself
            low = own.span.low / target.high if target.high > 0 else Fraction(0)
            high = own.span.high / target.low if target.low > 0 else Fraction(10**12)
            best = best.cut(Span(low, high, own.span.low_in and target.high_in, own.span.high_in and target.low_in))
        return best


def _as_typed(ratio: Printed) -> Printed | None:
    places = len(ratio.text.rstrip("%").replace(",", ".").partition(".")[2].strip())
    return ratio.with_places(places) if places < ratio.places else None
