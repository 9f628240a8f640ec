"""What is wrong with what was counted: every problem of every source at once, each with its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from audits.bias.aggregate import Group
from audits.bias.being_counted import Meanings, Run
from audits.bias.locate import Judge, locate_in_rows, remembered
from audits.bias.mapping import Trouble, count_trouble, score_trouble
from audits.bias.plan import Plan
from audits.bias.vocabulary import word
from audits.metrics.counts import LARGEST
from compliance.lib.problems import Problem, Refused

MOST_VALUES: Final = 1_000
"""Different spellings in one column of categories; a column of names or free texts has more."""


def any_trouble(meanings: Sequence[Meanings]) -> bool:
    return any(isinstance(one, Trouble) for of in meanings for words in of.values() for one in words)


def over(group: Group, outcome: int) -> bool:
    """Say whether some line of a file of counts has more people selected than people."""
    return (
        group.least is not None and not count_trouble(group.words[outcome]) and int(group.words[outcome]) > group.least
    )


def check_any(lines: int, people: int) -> None:
    if not lines:
        sentence = "The file has a header but no rows."
        raise Refused(Problem("no-rows", sentence, "Export it again with its rows.", row=2))
    if people > LARGEST:
        raise Refused(Problem("too-many-people", "The counts add up to more people than can be written exactly."))


def check_few(run: Run, found: Sequence[Sequence[Group]], numbers: Sequence[bool]) -> None:
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


def check_favourable(run: Run, found: Sequence[Sequence[Group]], outcome: int) -> None:
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


def check_sample(plan: Plan, people: Mapping[tuple[str, ...], int], sample: set[tuple[str, ...]]) -> None:
    if not sum(people.values()):
        sentence = "The counts add up to nobody, so there is no sample to take a median of."
        raise Refused(Problem("no-sample", sentence, "Look at the column of counts.", column=plan.count))
    if not sum(people[words] for words in sample):
        sentence = "Nobody has both a known sex and a known race/ethnicity, so there is no sample to take a median of."
        raise Refused(Problem("no-sample", sentence, "Treat unknown people per table, or look at the mapping."))


def explain(run: Run, found: Sequence[Sequence[Group]], numbers: Sequence[bool]) -> None:
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


def _judge(run: Run, source: int, role: str, number: bool) -> Judge:
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
        if over(group, outcome)
    ]


def labelled(problem: Problem, label: str) -> Problem:
    """Return a problem that says of which source it is."""
    return replace(problem, sentence=f"{label}: {problem.sentence}") if label else problem
