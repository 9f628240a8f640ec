"""One count in progress: the opened sources, what their words mean under the plan, and the tallies made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from audits.bias.aggregate import Group, Rows
from audits.bias.mapping import Trouble, Values, count_trouble
from audits.bias.plan import SOURCE, Plan
from audits.bias.sources import Opened
from audits.bias.tallies import Counted, Tally
from audits.bias.vocabulary import SELECTED, Role
from compliance.lib.problems import Problem, Refused

Meaning: TypeAlias = tuple[str | Trouble | None, ...]
Meanings: TypeAlias = dict[tuple[str, ...], Meaning]


@dataclass(slots=True)
class Run:
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
        return checked_classes(self.plan, Counted(tuple(tallies), lines, self.plans, self.values, **more))


def checked_classes(plan: Plan, counted: Counted) -> Counted:
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


def _strata(plan: Plan) -> Iterator[str]:
    """Yield the role of each column that splits the people; the source itself is no column."""
    yield from (f"stratum{place}" for place, column in enumerate(plan.strata) if column != SOURCE)
