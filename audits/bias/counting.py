"""From opened sources to counts: the groups of raw words are read as a plan says, or everything wrong is told at once.

    sources -> :mod:`aggregate` -> groups of raw words -> :mod:`mapping` -> :mod:`tallies` -> cells

Rows never come here. Counts add up, so sources are counted one by one and summed; only the median is looked for in all
of them together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, TypeAlias

from audits.bias import median as medians
from audits.bias.aggregate import Beside, Group, Ranged, Rows
from audits.bias.being_counted import Run
from audits.bias.count_troubles import any_trouble, check_any, check_favourable, check_few, check_sample, explain, over
from audits.bias.guess import Grid
from audits.bias.mapping import Values, readings
from audits.bias.outcome_choices import outcome_of
from audits.bias.outcome_counting import beyond_cutoff, binned, check_chances, check_outcomes
from audits.bias.plan import OWN, CountReading, Plan
from audits.bias.reading import count_reading
from audits.bias.sources import Opened
from audits.bias.tallies import Counted
from audits.bias.vocabulary import SELECTED, Role
from compliance.lib.problems import Problem, Refused

_READ: Final = frozenset(OWN) - {"encoding", "delimiter", "sheet"}
Say: TypeAlias = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class _Marked:
    """The rows of one of several sources, whose words are marked: the same word may mean another thing elsewhere.

    Those of the only source need no mark.
    """

    rows: Rows
    mark: str

    def ranged(self, *roles: str, low: float, high: float) -> list[Ranged]:
        return [one._replace(words=self.of(one.words)) for one in self.rows.ranged(*roles, low=low, high=high)]

    def beside(self, *roles: str, low: float, high: float, edges: Sequence[Decimal]) -> list[Beside]:
        found = self.rows.beside(*roles, low=low, high=high, edges=edges)
        return [one._replace(words=self.of(one.words)) for one in found]

    def decimal(self, score: float) -> Decimal:
        return self.rows.decimal(score)

    def of(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Return words with the mark of their source."""
        return (f"{self.mark}:{words[0]}", *words[1:]) if self.mark else words


def count(
    opened: Sequence[Opened], rows: Sequence[Rows], places: Sequence[Mapping[str, int]], plan: Plan, say: Say
) -> Counted:
    """Count the rows of opened sources as the plan says; `Refused` with every problem of all of them."""
    plans = tuple(plan.of_sources(len(opened)))
    alike: dict[int, dict[Role, Values]] = {}
    if not any({*own} & {*_READ} for own in plan.sources):  # encodings may differ, words mean the same everywhere
        alike = dict.fromkeys(range(len(opened)), readings(plan))
    values = tuple(alike.get(place) or readings(one) for place, one in enumerate(plans))
    run = Run(opened, rows, places, plan, plans, values)
    return _scores(run, say) if plan.score is not None else _outcomes(run)


def _outcomes(run: Run) -> Counted:
    plan, roles = run.plan, run.roles
    found = [rows.groups(*roles) for rows in run.rows]
    every = [group for groups in found for group in groups]
    check_any(sum(group.lines for group in every), sum(group.people for group in every))
    if plan.selected is None:
        return _classes_alone(run, found)
    how = _count_readings(run, found)
    numbers = [one == "number" for one in how]
    check_few(run, found, numbers)
    outcome = roles.index("selected")
    meanings = run.meanings(found, numbers)
    too_many = any(
        number and over(group, outcome) for number, groups in zip(numbers, found, strict=True) for group in groups
    )
    if too_many or any_trouble(meanings) or any(group.bad for group in every):
        explain(run, found, numbers)
    check_favourable(run, found, outcome)
    if of_outcomes := outcome_of(plan):
        check_outcomes(run.plans, of_outcomes, found, roles)
    by_outcome: dict[str, int] = {}
    tallies = []
    for source, (groups, number) in enumerate(zip(found, numbers, strict=True)):
        counted = []
        for group in groups:
            raw, meaning = group.words[outcome], meanings[source][group.words]
            if not number:
                by_outcome[raw] = by_outcome.get(raw, 0) + group.people
            chosen = int(raw) * group.lines if number else group.people * (meaning[outcome] == SELECTED)
            counted.append(run.tally(source, meaning, group.people, chosen))
        tallies.append(tuple(counted))
    return run.counted(tallies, found, outcomes=by_outcome, readings=how)


def _count_readings(run: Run, found: Sequence[Sequence[Group]]) -> tuple[CountReading | None, ...]:
    """Return how the counts of each source are read: together where the sources are read alike."""
    if any(one is not run.values[0] for one in run.values):
        each = zip(run.plans, found, run.values, strict=True)
        return tuple(count_reading(plan, groups, values) for plan, groups, values in each)
    every = [group for groups in found for group in groups]
    return (count_reading(run.plan, every, run.values[0]),) * len(found)


def _classes_alone(run: Run, found: Sequence[Sequence[Group]]) -> Counted:
    """Count a tool that only sorts people into classes; nobody is selected beside that."""
    numbers = [False] * len(found)
    check_few(run, found, numbers)
    meanings = run.meanings(found, numbers)
    if any(group.bad for groups in found for group in groups) or any_trouble(meanings):
        explain(run, found, numbers)
    if of_outcomes := outcome_of(run.plan):
        check_outcomes(run.plans, of_outcomes, found, run.roles)
    tallies = [
        tuple(run.tally(source, meanings[source][group.words], group.people, 0) for group in groups)
        for source, groups in enumerate(found)
    ]
    how: list[CountReading | None] = ["outcome" if plan.count is not None else None for plan in run.plans]
    return run.counted(tallies, found, readings=tuple(how))


def _scores(run: Run, say: Say) -> Counted:
    plan, numbers = run.plan, [False] * len(run.rows)
    groups, ranged, grid = _first_pass(run)
    every = [group for one in groups for group in one]
    check_any(sum(group.lines for group in every), sum(group.people for group in every))
    check_few(run, groups, numbers)
    meanings = run.meanings(groups, numbers)
    if any(one.bad for one in every) or any(one.bad for found in ranged for one in found) or any_trouble(meanings):
        explain(run, groups, numbers)
    if of_outcomes := outcome_of(plan):
        check_outcomes(run.plans, of_outcomes, groups, run.roles)
        check_chances(run.plans, of_outcomes, ranged)
    say(0.5, "Finding the median of the full sample.")
    marked = [_Marked(rows, str(source) if len(run.rows) > 1 else "") for source, rows in enumerate(run.rows)]
    known_as = {
        mark.of(words)[:2]: meaning[:2]
        for mark, of_source in zip(marked, meanings, strict=True)
        for words, meaning in of_source.items()
    }
    bases = {"all-assessed": set(known_as), "both-known": {words for words, of in known_as.items() if None not in of}}
    people_of: dict[tuple[str, ...], int] = {}
    for mark, found in zip(marked, groups, strict=True):
        for group in found:
            words = mark.of(group.words)[:2]
            people_of[words] = people_of.get(words, 0) + group.people
    basis = plan.median
    check_sample(plan, people_of, bases[basis])
    other = next(name for name in bases if name != basis)
    people = sum(people_of[words] for words in bases[other])
    wanted = [basis, other] if people else [basis]
    marked_ranges = [
        [one._replace(words=mark.of(one.words)) for one in of] if mark.mark else of
        for mark, of in zip(marked, ranged, strict=True)
    ]
    spread = _medians(run, marked, marked_ranges, [bases[name] for name in wanted], grid)
    medians_of = spread.medians
    if any(one.people != sum(people_of.values()) for one in medians_of):
        sentence = "A source was changed while it was read."
        raise Refused(Problem("file-changed", sentence, "Run the audit again."))
    tallies = []
    for place, groups_of_one in enumerate(groups):
        better = [one.better[place] for one in medians_of]
        beyond = beyond_cutoff(run.rows[place], run.roles, plan)
        counted = []
        for group in groups_of_one:
            words = marked[place].of(group.words)
            past = None if beyond is None else beyond.get(group.words, 0)
            tally = run.tally(place, meanings[place][group.words], group.people, better[0].get(words, 0), past)
            counted.append(tally._replace(other=better[-1].get(words, 0), bins=spread.bins[place].get(words, {})))
        tallies.append(tuple(counted))
    stated = [_stated(one, name, bases[name]) for one, name in zip(medians_of, wanted, strict=True)]
    other_stated = stated[1] if people else None
    bins = {} if of_outcomes is None else binned(run.rows, of_outcomes, run.values)
    return run.counted(tallies, groups, median=stated[0], other_median=other_stated, edges=spread.edges, **bins)


def _medians(
    run: Run,
    marked: Sequence[_Marked],
    ranged: Sequence[Sequence[Ranged]],
    samples: Sequence[set[tuple[str, ...]]],
    grid: Grid | None,
) -> medians.Found:
    """Return the median of each sample; equal samples are looked for once."""
    different = samples if samples[-1] != samples[0] else samples[:1]
    inside = [one.__contains__ for one in different]
    found = medians.find(marked, run.roles, ranged, samples=inside, higher=run.plan.higher_is_better, grid=grid)
    return replace(found, medians=[found.medians[0], found.medians[-1]][: len(samples)])


def _stated(median: medians.Median, basis: str, sample: set[tuple[str, ...]]) -> dict[str, Any]:
    above = sum(people for better in median.better for words, people in better.items() if words[:2] in sample)
    return {
        "value": median.value,
        "sample": basis,
        "sample_size": median.sample_size,
        "at_median": median.at_median,
        "above": above,
    }


def _first_pass(run: Run) -> tuple[list[list[Group]], list[list[Ranged]], Grid | None]:
    """Return the groups of every source and the first ranges of all scores: one pass where groups are few.

    One source of people alone is divided by its grid, where it has one.
    """
    alone = len(run.roles) == 2
    gridded = run.rows[0].gridded(*run.roles) if alone and len(run.rows) == 1 else None
    if gridded is not None:
        ranged = [gridded]
    else:
        low, high = next((bounds for rows in run.rows if (bounds := rows.bounds())), (0.0, 0.0))
        ranged = [rows.ranged("sex", "race_ethnicity", low=low, high=high) for rows in run.rows]
    if not alone:
        return [rows.groups(*run.roles) for rows in run.rows], ranged, None
    groups = []
    for found in ranged:
        sums: dict[tuple[str, ...], list[int]] = {}
        for one in found:
            of_words = sums.setdefault(one.words, [0, 0, 0])
            of_words[0] += one.lines
            of_words[1] += one.people
            of_words[2] += one.bad
        groups.append([Group(words, lines, people, bad, None) for words, (lines, people, bad) in sorted(sums.items())])
    return groups, ranged, run.rows[0].grid if gridded is not None else None
