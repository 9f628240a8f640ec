"""From opened sources to counts: the groups of raw words are read as a plan says, or everything wrong is told at once.

    sources -> :mod:`aggregate` -> groups of raw words -> :mod:`mapping` -> :mod:`tallies` -> cells

Rows never come here. Counts add up, so sources are counted one by one and summed; only the median is looked for in all
of them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, TypeAlias

from audits.bias import median as medians
from audits.bias.aggregate import Beside, Group, Ranged, Rows
from audits.bias.guess import Grid
from audits.bias.locate import Judge, locate_in_rows, remembered
from audits.bias.mapping import Trouble, Values, count_trouble, readings, score_trouble
from audits.bias.outcome_choices import outcome_of
from audits.bias.outcome_counting import beyond_cutoff, binned, check_chances, check_outcomes
from audits.bias.plan import OWN, SOURCE, CountReading, Plan
from audits.bias.reading import count_reading
from audits.bias.sources import Opened
from audits.bias.tallies import Counted, Tally
from audits.bias.vocabulary import SELECTED, Role, word
from audits.metrics.counts import LARGEST
from compliance.lib.problems import Problem, Refused

_READ: Final = frozenset(OWN) - {"encoding", "delimiter", "sheet"}
MOST_VALUES: Final = 1_000
"""Different spellings in one column of categories; a column of names or free texts has more."""

Say: TypeAlias = Callable[[float, str], None]
Meaning: TypeAlias = tuple[str | Trouble | None, ...]
Meanings: TypeAlias = dict[tuple[str, ...], Meaning]


@dataclass(slots=True)
class _Run:
    """One count in progress: the opened sources, their rows and the plan."""

    opened: Sequence[Opened]
    rows: Sequence[Rows]
    places: Sequence[Mapping[str, int]]
    plan: Plan
    plans: tuple[Plan, ...]
    values: tuple[dict[Role, Values], ...]

    @property
    def roles(self) -> tuple[str, ...]:
        """Return the columns that groups are made of; `sex` and `race_ethnicity` are the first."""
        named = ["sex", "race_ethnicity"]
        named += [role for role in ("selected", "truth", "decision", "output_class") if role in self.plan.columns()]
        return (*named, *_strata(self.plan))

    def category(self, source: int, role: str, raw: str) -> str | Trouble | None:
        """Return what a raw word of a source means in a role; words of strata and classes mean themselves."""
        values = self.values[source]
        if role in ("sex", "race_ethnicity", "truth", "decision"):
            return values[role].read(raw)  # type: ignore[index]  # one of the roles
        return values["outcome"].read(raw) if role == "selected" else " ".join(raw.split())

    def meanings(self, found: Sequence[Sequence[Group]], numbers: Sequence[bool]) -> list[Meanings]:
        """Return by source what the words of every group mean; a number of people selected is no outcome."""
        return [
            {
                group.words: tuple(
                    count_trouble(raw) if role == "selected" and numbers[source] else self.category(source, role, raw)
                    for role, raw in zip(self.roles, group.words, strict=True)
                )
                for group in groups
            }
            for source, groups in enumerate(found)
        ]

    def tally(self, source: int, meaning: Meaning, people: int, chosen: int, beyond: int | None = None) -> Tally:
        """Return people of one group as they are counted; `beyond` of them are past a cut-off where one predicts."""
        named = dict(zip(self.roles, meaning, strict=True))
        words = {role: value for role, value in named.items() if isinstance(value, str)}  # no Trouble is left by now
        label = self.opened[source].label or str(source + 1)
        strata = tuple(
            label if column == SOURCE else words.get(f"stratum{place}", "")
            for place, column in enumerate(self.plan.strata)
        )
        tally = Tally(
            words.get("sex"), words.get("race_ethnicity"), strata, words.get("output_class", ""), people, chosen
        )
        if "truth" not in named:
            return tally
        predicted = chosen if beyond is None else beyond
        if "decision" in named:
            predicted = people * (words.get("decision") == SELECTED)
        if "truth" not in words:
            return tally._replace(missing_predicted=predicted, missing_other=people - predicted)
        if words["truth"] == SELECTED:
            return tally._replace(tp=predicted, fn=people - predicted)
        return tally._replace(fp=predicted, tn=people - predicted)

    def counted(self, tallies: Sequence[tuple[Tally, ...]], found: Sequence[Sequence[Group]], **more: Any) -> Counted:
        """Return the counts of all sources, after the classes that were met were checked."""
        lines = tuple(sum(group.lines for group in groups) for groups in found)
        more = {"outcomes": {}, "readings": (None,) * len(found), "median": None, **more}
        return _checked_classes(self.plan, Counted(tuple(tallies), lines, self.plans, self.values, **more))


@dataclass(frozen=True, slots=True)
class _Marked:
    """The rows of one of several sources, whose words are marked: the same word may mean another thing elsewhere."""

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
        return (f"{self.mark}:{words[0]}", *words[1:])


def count(
    opened: Sequence[Opened], rows: Sequence[Rows], places: Sequence[Mapping[str, int]], plan: Plan, say: Say
) -> Counted:
    """Count the rows of opened sources as the plan says; `Refused` with every problem of all of them."""
    plans = tuple(plan.of_sources(len(opened)))
    alike: dict[int, dict[Role, Values]] = {}
    if not any({*own} & {*_READ} for own in plan.sources):  # encodings may differ, words mean the same everywhere
        alike = dict.fromkeys(range(len(opened)), readings(plan))
    values = tuple(alike.get(place) or readings(one) for place, one in enumerate(plans))
    run = _Run(opened, rows, places, plan, plans, values)
    return _scores(run, say) if plan.score is not None else _outcomes(run)


def _outcomes(run: _Run) -> Counted:
    plan, roles = run.plan, run.roles
    found = [rows.groups(*roles) for rows in run.rows]
    every = [group for groups in found for group in groups]
    _check_any(sum(group.lines for group in every), sum(group.people for group in every))
    if plan.selected is None:
        return _classes_alone(run, found)
    how = _count_readings(run, found)
    numbers = [one == "number" for one in how]
    _check_few(run, found, numbers)
    outcome = roles.index("selected")
    meanings = run.meanings(found, numbers)
    over = any(
        number and _over(group, outcome) for number, groups in zip(numbers, found, strict=True) for group in groups
    )
    if over or _any_trouble(meanings) or any(group.bad for group in every):
        _explain(run, found, numbers)
    _check_favourable(run, found, outcome)
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


def _count_readings(run: _Run, found: Sequence[Sequence[Group]]) -> tuple[CountReading | None, ...]:
    """Return how the counts of each source are read: together where the sources are read alike."""
    if any(one is not run.values[0] for one in run.values):
        each = zip(run.plans, found, run.values, strict=True)
        return tuple(count_reading(plan, groups, values) for plan, groups, values in each)
    every = [group for groups in found for group in groups]
    return (count_reading(run.plan, every, run.values[0]),) * len(found)


def _classes_alone(run: _Run, found: Sequence[Sequence[Group]]) -> Counted:
    """Count a tool that only sorts people into classes; nobody is selected beside that."""
    numbers = [False] * len(found)
    _check_few(run, found, numbers)
    meanings = run.meanings(found, numbers)
    if any(group.bad for groups in found for group in groups) or _any_trouble(meanings):
        _explain(run, found, numbers)
    tallies = [
        tuple(run.tally(source, meanings[source][group.words], group.people, 0) for group in groups)
        for source, groups in enumerate(found)
    ]
    how: list[CountReading | None] = ["outcome" if plan.count is not None else None for plan in run.plans]
    return run.counted(tallies, found, readings=tuple(how))


def _checked_classes(plan: Plan, counted: Counted) -> Counted:
    """Refuse a class that is not among those declared: a person was put where no table would show it."""
    met = {one.output_class for tallies in counted.tallies for one in tallies} - {""}
    strange = sorted(met - set(plan.classes)) if plan.classes else []
    if strange:
        sentence = f"The column {plan.output_class!r} holds the class {strange[0]!r}, which was not declared."
        hint = "Name every class of the tool, or none."
        problem = Problem(
            "undeclared-class", sentence, hint, None, plan.output_class, strange[0], ", ".join(plan.classes)
        )
        raise Refused(problem)
    if plan.output_class is not None and not met and not plan.classes:
        sentence = f"The column {plan.output_class!r} puts nobody into a class."
        raise Refused(
            Problem("no-class", sentence, "Look whether the right column was chosen.", column=plan.output_class)
        )
    return counted


def _scores(run: _Run, say: Say) -> Counted:
    plan, numbers = run.plan, [False] * len(run.rows)
    groups, ranged, grid = _first_pass(run)
    every = [group for one in groups for group in one]
    _check_any(sum(group.lines for group in every), sum(group.people for group in every))
    _check_few(run, groups, numbers)
    meanings = run.meanings(groups, numbers)
    if any(one.bad for one in every) or any(one.bad for found in ranged for one in found) or _any_trouble(meanings):
        _explain(run, groups, numbers)
    if of_outcomes := outcome_of(plan):
        check_outcomes(run.plans, of_outcomes, groups, run.roles)
        check_chances(run.plans, of_outcomes, ranged)
    say(0.5, "Finding the median of the full sample.")
    marked = [_Marked(rows, str(source)) for source, rows in enumerate(run.rows)]
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
    _check_sample(plan, people_of, bases[basis])
    other = next(name for name in bases if name != basis)
    people = sum(people_of[words] for words in bases[other])
    wanted = [basis, other] if people else [basis]
    marked_ranges = [
        [one._replace(words=mark.of(one.words)) for one in of] for mark, of in zip(marked, ranged, strict=True)
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
    run: _Run,
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


def _first_pass(run: _Run) -> tuple[list[list[Group]], list[list[Ranged]], Grid | None]:
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
        sums: dict[tuple[str, ...], Group] = {}
        for one in found:
            known = sums.get(one.words, Group(one.words, 0, 0, 0, None))
            sums[one.words] = known._replace(
                lines=known.lines + one.lines, people=known.people + one.people, bad=known.bad + one.bad
            )
        groups.append([sums[words] for words in sorted(sums)])
    return groups, ranged, run.rows[0].grid if gridded is not None else None


def _strata(plan: Plan) -> Iterator[str]:
    """Yield the role of each column that splits the people; the source itself is no column."""
    yield from (f"stratum{place}" for place, column in enumerate(plan.strata) if column != SOURCE)


def _any_trouble(meanings: Sequence[Meanings]) -> bool:
    return any(isinstance(one, Trouble) for of in meanings for words in of.values() for one in words)


def _over(group: Group, outcome: int) -> bool:
    """Say whether some line of a file of counts has more people selected than people."""
    return (
        group.least is not None and not count_trouble(group.words[outcome]) and int(group.words[outcome]) > group.least
    )


def _check_any(lines: int, people: int) -> None:
    if not lines:
        sentence = "The file has a header but no rows."
        raise Refused(Problem("no-rows", sentence, "Export it again with its rows.", row=2))
    if people > LARGEST:
        raise Refused(Problem("too-many-people", "The counts add up to more people than can be written exactly."))


def _check_few(run: _Run, found: Sequence[Sequence[Group]], numbers: Sequence[bool]) -> None:
    """Refuse a column that cannot be one of categories, before its values are listed in a result for all to read."""
    for place, role in enumerate(run.roles):
        met: dict[str, set[str]] = {}
        for plan, groups, number in zip(run.plans, found, numbers, strict=True):
            if not role.startswith("stratum") and not (number and role == "selected"):
                met.setdefault(plan.columns()[role], set()).update(group.words[place] for group in groups)
        for column, words in met.items():
            if len(words) > MOST_VALUES:
                sentence = f"The column {column!r} holds {len(words):,} different values, too many for categories."
                raise Refused(
                    Problem("too-many-values", sentence, "Look whether the right column was chosen.", column=column)
                )


def _check_favourable(run: _Run, found: Sequence[Sequence[Group]], outcome: int) -> None:
    """Refuse a favourable value that stands in no source that is read by it."""
    met: dict[tuple[str, str], dict[str, str]] = {}
    for plan, groups in zip(run.plans, found, strict=True):
        if plan.favourable is not None and plan.selected is not None:
            words = met.setdefault((plan.favourable, plan.selected), {})
            words |= {word(group.words[outcome]): group.words[outcome].strip() for group in groups}
    for (favourable, column), words in met.items():
        if word(favourable) not in words:
            raise Refused(
                Problem(
                    "favourable-value",
                    f"The favourable value {favourable!r} is nowhere in the column {column!r}.",
                    "Write it as it stands in the file.",
                    column=column,
                    found=", ".join(sorted(words.values())[:10]),
                    expected=favourable,
                )
            )


def _check_sample(plan: Plan, people: Mapping[tuple[str, ...], int], sample: set[tuple[str, ...]]) -> None:
    if not sum(people.values()):
        sentence = "The counts add up to nobody, so there is no sample to take a median of."
        raise Refused(Problem("no-sample", sentence, "Look at the column of counts.", column=plan.count))
    if not sum(people[words] for words in sample):
        sentence = "Nobody has both a known sex and a known race/ethnicity, so there is no sample to take a median of."
        raise Refused(Problem("no-sample", sentence, "Treat unknown people per table, or look at the mapping."))


def _explain(run: _Run, found: Sequence[Sequence[Group]], numbers: Sequence[bool]) -> None:
    """Raise every problem of every source with its place."""
    problems = []
    for source, (opened, rows, places, groups) in enumerate(zip(run.opened, run.rows, run.places, found, strict=True)):
        plan, number = run.plans[source], numbers[source]
        columns = _columns(plan, run.roles)
        judges = {role: (column, _judge(run, source, role, number)) for role, column in columns.items()}
        placed = {column: (places[role], judge) for role, (column, judge) in judges.items()}
        both = (places["selected"], places["count"]) if number else None
        told = opened.locate(placed, both)
        if told is None:
            told = locate_in_rows(rows, judges, [(group.words, group.lines) for group in groups])
            told += _too_many(plan, groups, run.roles.index("selected")) if number else []
        problems += [labelled(problem, opened.label) for problem in told]
    if not problems:
        sentence = "The file was read in two ways that do not agree."
        problems = [Problem("unreadable-file", sentence, "Save it again as CSV in UTF-8 with plain quotation marks.")]
    raise Refused.all(problems)


def _columns(plan: Plan, roles: Sequence[str]) -> dict[str, str]:
    """Return role and column in the order of the groups' words; the score and the count come last."""
    named = plan.columns()
    strata = {f"stratum{place}": column for place, column in enumerate(plan.strata)}
    ordered = {role: (named | strata)[role] for role in roles}
    return ordered | {role: named[role] for role in ("score", "count") if role in named}


def _judge(run: _Run, source: int, role: str, number: bool) -> Judge:
    if role == "score":
        return score_trouble
    if role == "count" or (role == "selected" and number):
        return count_trouble

    def judge(raw: str) -> Trouble | None:
        found = run.category(source, role, raw)
        return found if isinstance(found, Trouble) else None

    return remembered(judge)


def _too_many(plan: Plan, groups: Sequence[Group], outcome: int) -> list[Problem]:
    return [
        Problem(
            "selected-exceed-applicants",
            f"A row says that {group.words[outcome]} of {group.least} people were selected.",
            "Look whether the two columns were exchanged.",
            column=plan.selected,
            found=group.words[outcome],
            expected=f"at most {group.least}",
        )
        for group in groups
        if _over(group, outcome)
    ]


def labelled(problem: Problem, label: str) -> Problem:
    """Return a problem that says of which source it is."""
    return replace(problem, sentence=f"{label}: {problem.sentence}") if label else problem
