"""People as they are counted: tallies of those of one kind, and the counts of one or more sources summed from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from audits.bias.mapping import Values
from audits.bias.plan import CountReading, Plan
from audits.bias.vocabulary import Role
from audits.metrics.counts import Cell, merge
from audits.metrics.outcome_counts import BinCell, OutcomeCell, Outcomes
from audits.metrics.scores import Scores, histograms


class Tally(NamedTuple):
    """People of one sex and race/ethnicity in one stratum and one class of the tool's output; None is unknown.

    `n` people; `selected` of them, which for scores are those strictly on the better side of the median, also called
    `above`. Where true outcomes are given, `tp`, `fp`, `fn`, `tn` and the two of unknown outcome add up to `n`; else
    all six are 0.
    `other` are those on the better side of the median by its other basis, where both were found. `strata` are the words
    of the plan's strata; `output_class` is blank where the tool sorts nobody into classes. `bins` are the people by
    the place of their score among `Counted.edges`.
    """

    sex: str | None
    race_ethnicity: str | None
    strata: tuple[str, ...]
    output_class: str
    n: int
    selected: int
    tp: int = 0
    fp: int = 0
    fn: int = 0
    tn: int = 0
    missing_predicted: int = 0
    missing_other: int = 0
    other: int = 0
    bins: Mapping[int, int] = MappingProxyType({})

    @property
    def above(self) -> int:
        """Return the people above the median, for a plan that scores."""
        return self.selected


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts of one or more sources, and how their words were read.

    `tallies`, `lines`, `plans`, `values` and `readings` (of counts of people) are by source, in the order given; where
    sources are read alike they share one object. `outcomes` are the people by raw outcome. `edges` are
    those of the bins of all scores, of one width; none where nothing is scored.
    """

    tallies: tuple[tuple[Tally, ...], ...]
    lines: tuple[int, ...]
    plans: tuple[Plan, ...]
    values: tuple[Mapping[Role, Values], ...]
    outcomes: Mapping[str, int]
    readings: tuple[CountReading | None, ...]
    median: Mapping[str, Any] | None
    other_median: Mapping[str, Any] | None = None
    edges: tuple[Decimal, ...] = ()
    outcome_edges: tuple[str, ...] = ()
    outcome_bins: tuple[tuple[BinCell, ...], ...] = ()

    def by_outcome(self) -> Outcomes:
        """Return the counts by prediction and true outcome, and the declared bins that may be shown, of all sources."""
        cells = [OutcomeCell(one.sex, one.race_ethnicity, *one[6:12]) for part in self.tallies for one in part]
        return Outcomes(cells, self.outcome_edges, [one for part in self.outcome_bins for one in part]).disclosed()

    def class_outcomes(
        self, reading: str, declared: Sequence[str] = ()
    ) -> tuple[tuple[str, tuple[OutcomeCell, ...]], ...]:
        """Return the counts by prediction and true outcome of each class.

        `put-into`: of everyone, and being put into the class is the prediction. `outcome-within`: of the people in the
        class, by the prediction of all.
        """
        every = [one for part in self.tallies for one in part]
        names = declared or sorted({one.output_class for one in every} - {""})
        if reading == "outcome-within":
            return tuple((name, _summed(one for one in every if one.output_class == name)) for name in names)
        return tuple((name, _summed(_put_into(one, name) for one in every)) for name in names)

    def strata_outcomes(self) -> tuple[tuple[tuple[str, ...], tuple[OutcomeCell, ...]], ...]:
        """Return the counts by prediction and true outcome of every stratum."""
        found: dict[tuple[str, ...], list[Tally]] = {}
        for one in (one for tallies in self.tallies for one in tallies):
            found.setdefault(one.strata, []).append(one)
        return tuple((words, _summed(of)) for words, of in sorted(found.items()))

    @property
    def own(self) -> bool:
        """Return whether sources have columns or words of their own."""
        return any(one is not self.values[0] for one in self.values)

    def cells(self, source: int | None = None) -> tuple[Cell, ...]:
        """Return the counts by sex and race/ethnicity of one source, or of all."""
        chosen = self.tallies if source is None else (self.tallies[source],)
        return merge(Cell(one.sex, one.race_ethnicity, one.n, one.selected) for tallies in chosen for one in tallies)

    def other_cells(self) -> tuple[Cell, ...] | None:
        """Return the counts by the other basis of the median; None where it was not found."""
        if self.other_median is None:
            return None
        return merge(Cell(one.sex, one.race_ethnicity, one.n, one.other) for part in self.tallies for one in part)

    def scores(self) -> Scores | None:
        """Return how the scores of each sex and race/ethnicity are spread over all sources; None without scores."""
        if not self.edges:
            return None
        sums: dict[tuple[str | None, str | None], dict[int, int]] = {}
        for one in (one for tallies in self.tallies for one in tallies):
            counts = sums.setdefault((one.sex, one.race_ethnicity), {})
            for place, people in one.bins.items():
                counts[place] = counts.get(place, 0) + people
        return histograms(self.edges, sums)

    def classes(self, reading: str = "put-into", declared: Sequence[str] = ()) -> dict[str, tuple[Cell, ...]]:
        """Return, for a tool that sorts people into classes, one set of counts a class (6 RCNY § 5-301(b)(4)).

        `put-into`: everyone was assessed for every class, and the people put into it are its selected ones.
        `outcome-within`: the people put into the class are its applicants, and those selected among them its selected.
        """
        every = [one for tallies in self.tallies for one in tallies]
        within = reading == "outcome-within"
        return {
            name: merge(
                Cell(one.sex, one.race_ethnicity, one.n, one.selected if within else one.n * (one.output_class == name))
                for one in every
                if not within or one.output_class == name
            )
            for name in declared or sorted({one.output_class for one in every} - {""})
        }

    def strata(self) -> dict[tuple[str, ...], tuple[Cell, ...]]:
        """Return the counts of every stratum, for tests that compare like with like."""
        found: dict[tuple[str, ...], list[Cell]] = {}
        for one in (one for tallies in self.tallies for one in tallies):
            found.setdefault(one.strata, []).append(Cell(one.sex, one.race_ethnicity, one.n, one.selected))
        return {words: merge(cells) for words, cells in sorted(found.items())}


def _put_into(one: Tally, name: str) -> Tally:
    """Return a tally whose people are predicted to have the outcome where they were put into the class."""
    positive, negative = one.tp + one.fn, one.fp + one.tn
    missing = one.missing_predicted + one.missing_other
    if one.output_class == name:
        return one._replace(tp=positive, fn=0, fp=negative, tn=0, missing_predicted=missing, missing_other=0)
    return one._replace(tp=0, fn=positive, fp=0, tn=negative, missing_predicted=0, missing_other=missing)


def _summed(tallies: Iterable[Tally]) -> tuple[OutcomeCell, ...]:
    return tuple(Outcomes([OutcomeCell(one.sex, one.race_ethnicity, *one[6:12]) for one in tallies]).merged().cells)
