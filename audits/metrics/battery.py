"""Every interval and test over one table of counts, in one call.

Nothing but the counts goes in. The comparisons of one call are one family: their p-values are adjusted together, and
their number is stated, since of twenty comparisons without any real difference one is below 0.05 by chance.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Generic, TypeVar

from audits.metrics.bounds import unknown_bounds
from audits.metrics.intervals import adjusted_log, clopper_pearson, katz, newcombe, score_ratio, wilson
from audits.metrics.measures import LEVEL, Chance, Measure, Pair, check_counts, confidence
from audits.metrics.methods import METHODS
from audits.metrics.practical import flip_flop, four_fifths_selections, shortfall
from audits.metrics.ratios import Table
from audits.metrics.significance import (
    benjamini_hochberg,
    chosen_test,
    fisher,
    holm,
    homogeneity,
    pooled_z,
    standard_deviations,
)
from audits.metrics.strata import breslow_day, mantel_haenszel

K = TypeVar("K", bound=Hashable)

CHOICE = (
    "Fisher's test is the one to lean on where an expected count of the two by two table is below 5, the pooled z "
    "elsewhere. Both are shown, and the choice does not look at the p-values."
)
_RATE_METHODS = ("clopper-pearson", "wilson")


@dataclass(frozen=True, slots=True)
class RateRow(Generic[K]):
    """One category by itself: its counts, its rate and the intervals of it."""

    group: K
    selected: int
    people: int
    rate: Fraction | None
    intervals: tuple[Measure, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as a result document holds it."""
        return {
            "group": str(self.group),
            "selected": self.selected,
            "people": self.people,
            "intervals": [one.as_json() for one in self.intervals],
        }


@dataclass(frozen=True, slots=True)
class Comparison(Generic[K]):
    """One category beside the benchmark: every measure by its code, the test to lean on, and the adjusted p-values."""

    group: K
    pair: Pair
    measures: Mapping[str, Measure]
    chosen: str
    adjusted: Mapping[str, Chance | None]

    def __getitem__(self, code: str) -> Measure:
        return self.measures[code]

    def as_json(self) -> dict[str, Any]:
        """Return it as a result document holds it: the raw p-value stands in the test, the adjusted ones beside."""
        adjusted = Measure("holm", self.adjusted).as_json()["values"]
        return {
            "group": str(self.group),
            "measures": [one.as_json() for one in self.measures.values()],
            "chosen_test": self.chosen,
            "adjusted_p": adjusted,
        }


@dataclass(frozen=True, slots=True)
class Battery(Generic[K]):
    """All tests of one table. `benchmark` is the category that the others are compared with, None where none can be."""

    benchmark: K | None
    benchmark_rule: str
    rates: tuple[RateRow[K], ...]
    comparisons: tuple[Comparison[K], ...]
    homogeneity: Measure
    bounds: Mapping[K, Measure]
    level: str
    family: int
    notes: tuple[str, ...]

    def comparison(self, group: K) -> Comparison[K]:
        """Return the comparison of one category; the benchmark itself has none (KeyError)."""
        for one in self.comparisons:
            if one.group == group:
                return one
        raise KeyError(group)

    def as_json(self) -> dict[str, Any]:
        """Return everything without floats, with the name, formula and reference of every method that was used."""
        used = {*_RATE_METHODS, "homogeneity", "holm", "benjamini-hochberg"}
        used.update(code for one in self.comparisons for code in one.measures)
        used.update(one.code for one in self.bounds.values())
        return {
            "benchmark": None if self.benchmark is None else str(self.benchmark),
            "benchmark_rule": self.benchmark_rule,
            "level": self.level,
            "family": self.family,
            "rates": [one.as_json() for one in self.rates],
            "comparisons": [one.as_json() for one in self.comparisons],
            "homogeneity": self.homogeneity.as_json(),
            "unknown_bounds": [{"group": str(key), **one.as_json()} for key, one in self.bounds.items()],
            "methods": [METHODS[code].as_json() for code in METHODS if code in used],
            "notes": list(self.notes),
        }


def compare(
    counts: Mapping[K, Mapping[str, int]],
    *,
    outcome: str = "selected",
    benchmark: K | None = None,
    excluded: Collection[K] = (),
    unknown: Mapping[str, int] | None = None,
    strata: Mapping[str, Mapping[K, Mapping[str, int]]] | None = None,
    level: str = LEVEL,
) -> Battery[K]:
    """Return every interval and test of one table of counts.

    `counts` maps a category to whole numbers, at least `n` people and how many of them `outcome` counts (`selected`, or
    `above` the median). The benchmark is the category with the highest unrounded rate that is not `excluded`, or the
    one named; of several with the same rate the first. `unknown` are the counts of the people of unknown category.
    `strata` are the same counts split, by requisition, year or employer; that they add up to `counts` is checked. What
    is impossible is a ValueError.

    >>> found = compare({"Male": {"n": 1390, "selected": 667}, "Female": {"n": 1181, "selected": 555}})
    >>> women = found.comparison("Female")
    >>> found.benchmark, women.pair.ratio, women.chosen, round(women["fisher"].number("p"), 8)
    ('Male', Fraction(771450, 787727), 'pooled-z', 0.63448619)
    """
    confidence(level)
    groups = {key: _numbers(cell, outcome) for key, cell in counts.items()}
    if benchmark is not None and not groups.get(benchmark, (0, 0))[1]:
        raise ValueError(f"{benchmark} has no people, so nothing can be compared with it.")
    if benchmark is not None and benchmark in excluded:
        raise ValueError(f"{benchmark} is excluded, so it cannot be the benchmark.")
    split = {name: {key: _numbers(cell, outcome) for key, cell in one.items()} for name, one in (strata or {}).items()}
    _check_strata(groups, split)
    rule = "named" if benchmark is not None else "highest rate"
    kept = {key: group for key, group in groups.items() if key not in excluded}
    if benchmark is None:
        benchmark = _highest(kept)
    rates = tuple(_rate_row(key, *group, level) for key, group in groups.items())
    rows = []
    for key, (_, people) in kept.items():
        if benchmark is not None and key != benchmark and people:
            pairs = {name: _pair(one, key, benchmark) for name, one in split.items()}
            pair = _pair(groups, key, benchmark)
            rows.append((key, pair, _measures(pair, pairs, level)))
    bounds = _bounds(kept, unknown, outcome)
    whole = homogeneity(list(kept.values()))
    notes = _notes(len(rows), groups, set(excluded), kept)
    return Battery(benchmark, rule, rates, _adjust(rows), whole, bounds, level, len(rows), notes)


def compare_table(found: Table, *, unknown: Mapping[str, int] | None = None, level: str = LEVEL) -> Battery[Any]:
    """Return every interval and test of one of the three tables, with its own benchmark and its own exclusions.

    >>> from audits.metrics.counts import Cell
    >>> from audits.metrics.ratios import table
    >>> found = compare_table(table([Cell("Male", None, 92, 50), Cell("Female", None, 76, 34)], "sex"))
    >>> str(found.benchmark), found.comparisons[0]["shortfall"]["shortfall"]
    ('Male', Fraction(4, 1))
    """
    counts = {row.category: {"n": row.applicants, "selected": row.selected} for row in found.rows}
    excluded = [row.category for row in found.rows if row.excluded]
    return compare(counts, excluded=excluded, unknown=unknown, level=level)


def _numbers(cell: Mapping[str, int], outcome: str) -> tuple[int, int]:
    if "n" not in cell or outcome not in cell:
        raise ValueError(f"A count holds n and {outcome}; this one holds {', '.join(cell) or 'nothing'}.")
    check_counts(cell[outcome], cell["n"])
    return cell[outcome], cell["n"]


def _highest(groups: Mapping[K, tuple[int, int]]) -> K | None:
    rates = {key: Fraction(selected, people) for key, (selected, people) in groups.items() if people}
    best = max(rates, key=rates.__getitem__, default=None)
    return best if best is not None and rates[best] else None


def _rate_row(key: K, selected: int, people: int, level: str) -> RateRow[K]:
    intervals = (clopper_pearson(selected, people, level=level), wilson(selected, people, level=level))
    return RateRow(key, selected, people, Fraction(selected, people) if people else None, intervals)


def _pair(groups: Mapping[K, tuple[int, int]], key: K, benchmark: K) -> Pair:
    return Pair(*groups.get(key, (0, 0)), *groups.get(benchmark, (0, 0)))


def _measures(pair: Pair, strata: Mapping[str, Pair], level: str) -> dict[str, Measure]:
    measures = list(measures_of(pair, level))
    if strata:
        measures += [mantel_haenszel(strata, level=level), breslow_day(strata)]
    return {one.code: one for one in measures}


@lru_cache(maxsize=4096)
def measures_of(pair: Pair, level: str) -> tuple[Measure, ...]:
    """Return every measure of one pair; kept, because most pairs are the same under several readings of the rule.

    >>> [measure.code for measure in measures_of(Pair(34, 76, 50, 92), "0.95")][:3]
    ['katz', 'adjusted-log', 'score-ratio']
    """
    return (
        katz(pair, level=level),
        adjusted_log(pair, level=level),
        score_ratio(pair, level=level),
        newcombe(pair, level=level),
        pooled_z(pair),
        fisher(pair),
        standard_deviations(pair),
        shortfall(pair),
        four_fifths_selections(pair),
        flip_flop(pair),
    )


def _adjust(rows: Iterable[tuple[K, Pair, dict[str, Measure]]]) -> tuple[Comparison[K], ...]:
    """Adjust the p-values of the chosen tests together; only where nothing could differ is there none."""
    listed = list(rows)
    chosen = [chosen_test(pair) for _, pair, _ in listed]
    raw = [measures[code]["p"] for (_, _, measures), code in zip(listed, chosen, strict=True)]
    known = [place for place, p in enumerate(raw) if isinstance(p, (Fraction, float, Decimal))]
    p_values = [p for p in raw if isinstance(p, (Fraction, float, Decimal))]
    by_holm = dict(zip(known, holm(p_values), strict=True))
    by_bh = dict(zip(known, benjamini_hochberg(p_values), strict=True))
    return tuple(
        Comparison(
            group, pair, measures, chosen[place], {"holm": by_holm.get(place), "benjamini-hochberg": by_bh.get(place)}
        )
        for place, (group, pair, measures) in enumerate(listed)
    )


def _bounds(
    groups: Mapping[K, tuple[int, int]], unknown: Mapping[str, int] | None, outcome: str
) -> Mapping[K, Measure]:
    if not unknown:
        return {}
    selected, people = _numbers(unknown, outcome)
    return unknown_bounds(groups, unknown_selected=selected, unknown_people=people)


def _check_strata(groups: Mapping[K, tuple[int, int]], split: Mapping[str, Mapping[K, tuple[int, int]]]) -> None:
    if not split:
        return
    sums: dict[K, tuple[int, int]] = {}
    for one in split.values():
        for key, (selected, people) in one.items():
            before = sums.get(key, (0, 0))
            sums[key] = (before[0] + selected, before[1] + people)
    for key in {**groups, **sums}:
        if groups.get(key, (0, 0)) != sums.get(key, (0, 0)):
            selected, people = sums.get(key, (0, 0))
            raise ValueError(
                f"The strata hold {selected} of {people} people in {key}, which is not what the table holds."
            )


def _notes(
    count: int, groups: Mapping[K, tuple[int, int]], excluded: set[K], kept: Mapping[K, tuple[int, int]]
) -> tuple[str, ...]:
    notes = [CHOICE]
    if count > 1:
        notes.append(
            f"{count} categories are compared with the same benchmark, so the p-values are also given adjusted for "
            f"{count} comparisons. These are not independent, and a benchmark that was chosen for its rate, as the "
            "highest, makes every raw p-value look smaller than it is."
        )
    empty = [str(key) for key, (_, people) in groups.items() if not people]
    if empty:
        notes.append(f"Nobody stands behind {'; '.join(empty)}, so nothing is computed there.")
    if excluded:
        notes.append(
            f"Excluded, and compared with nothing: {'; '.join(str(key) for key in groups if key in excluded)}."
        )
    if not any(selected for selected, _ in kept.values()):
        notes.append("The highest rate is 0, so there is no benchmark and nothing is compared.")
    return tuple(notes)
