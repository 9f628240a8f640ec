"""One law on one day, made ready to be held against the facts of many systems.

Everything that does not depend on a system is worked out once: conditions and terms become formulas, and from the dates
of each track comes one formula for "binds by that day" and one for "binds on some day".
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from compliance.catalogue.conditions import AllOf, AnyOf, Condition, Fact, FactTest, Not, TermTest
from compliance.catalogue.loader import DATA, facts, load
from compliance.catalogue.logic import NO, YES, Formulas, Test
from compliance.catalogue.schema import ANYONE, Catalogue, Dates, Row
from compliance.catalogue.steps import Branch, Step
from compliance.lib.clocks import check_day

_ROLES = "roles"
_FULL = 400_000
_CASES = 32


@dataclass(frozen=True, slots=True)
class DatedTrack:
    """A track of a date set for what binds under `guard`: from `day`, or from a later day that is itself a fact."""

    name: str
    day: datetime.date
    guard: int
    not_before: str | None


@dataclass(frozen=True, slots=True)
class Binding:
    """When something binds: as formulas for "by the day asked for" and for "on some day", and track by track."""

    condition: Condition | None
    formula: int
    dates: Dates | None
    tracks: tuple[DatedTrack, ...]
    by_now: int
    ever: int
    ended: bool = False


@dataclass(frozen=True, slots=True)
class BranchTaken:
    """A branch of a step, and when it is the answer: the step is reached, and no branch before it is the answer."""

    branch: Branch
    condition: Condition | None
    taken: int


@dataclass(frozen=True, slots=True)
class OutcomeBinding:
    """An outcome of one or several branches, and when it binds; `step` and `branch` are the first that give it."""

    step: Step
    branch: Branch
    binding: Binding


class Engine:
    """A law in one version as it stands on `as_of`; a system's facts are held against it by `evaluation`."""

    def __init__(self, law: Catalogue, vocabulary: Mapping[str, Fact], as_of: datetime.date):
        self.law, self.vocabulary, self.as_of = law, vocabulary, as_of
        self.formulas = Formulas({name: (fact.type, tuple(fact.values)) for name, fact in vocabulary.items()})
        self._place = {name: place for place, name in enumerate(vocabulary)}
        self._made: dict[int, int] = {}
        self._kept: list[Condition] = []
        self._terms: dict[str, int] = {}
        self._cases: dict[tuple[int, bool], list[tuple[int, int]]] = {}
        self._about: dict[int, int] = {}
        self._bindings: dict[tuple[int, str], Binding] = {}
        self.rows = tuple((row, self._row(row)) for row in law.rows)
        steps = sorted(law.classification.values(), key=lambda step: step.number)
        self.steps = tuple((step, self._step(step)) for step in steps)
        self.outcomes = tuple(self._outcomes())
        self.size = len(self.formulas)
        self._numbered = tuple((number, test) for number, test in enumerate(self.formulas.tests) if test is not None)
        self.tests: tuple[Test, ...] = tuple(test for _, test in self._numbered)

    def formula(self, condition: Condition | None) -> int:
        """Return the formula of a condition of this law; without one, `YES`."""
        if condition is None:
            return YES
        known = self._made.get(id(condition))
        if known is not None:
            return known
        table = self.formulas
        match condition:
            case AllOf():
                found = table.all_of([self.formula(part) for part in condition.all])
            case AnyOf():
                found = table.any_of([self.formula(part) for part in condition.any])
            case Not():
                found = table.negation(self.formula(condition.not_))
            case FactTest():
                found = self._test(condition)
            case _:
                if condition.term not in self._terms:
                    self._terms[condition.term] = self.formula(self.law.terms[condition.term].condition)
                found = self._terms[condition.term]
        self._kept.append(condition)  # its id names it as long as it lives
        self._made[id(condition)] = found
        return found

    def _test(self, test: FactTest) -> int:
        table, fact = self.formulas, test.fact
        if test.is_ is not None:
            if isinstance(test.is_, bool):
                holds = table.test(fact, "holds")
                return holds if test.is_ else table.negation(holds)
            return table.test(fact, "is", test.is_)
        if test.one_of is not None:
            relation: Literal["includes", "is"] = "includes" if self.vocabulary[fact].type == "choices" else "is"
            return table.any_of(table.test(fact, relation, value) for value in test.one_of)
        if test.includes is not None:
            return table.test(fact, "includes", test.includes)
        if test.at_least is not None:
            return table.negation(table.test(fact, "below", test.at_least))
        return table.test(fact, "below", test.before)

    def _row(self, row: Row) -> Binding:
        """A row binds whom it is for: where roles are a fact, one of the row's roles must be among them.

        A term of the law named `role_` and a role, such as `role_provider`, says who has it in place of the fact: so
        whoever becomes a provider by putting their own name on a system is bound as one. A row for
        anyone, such as a control of a framework, is for each organisation that uses it.
        """
        parts: list[Condition] = [] if row.condition is None else [row.condition]
        if row.met_through is not None:
            self.formula(row.met_through.condition)
        if _ROLES in self.vocabulary and ANYONE not in row.roles:
            terms = [f"role_{role}" for role in row.roles if f"role_{role}" in self.law.terms]
            stated = tuple(role for role in row.roles if f"role_{role}" not in self.law.terms)
            has: list[Condition] = [TermTest(term=term) for term in terms]
            parts.append(AnyOf(any=(*has, *([FactTest(fact=_ROLES, one_of=stated)] if stated else []))))
        return self._binding(_joined(parts), row.dates)

    def _step(self, step: Step) -> tuple[BranchTaken, ...]:
        before: list[Condition] = [] if step.reached is None else [step.reached]
        found = []
        for branch in step.branches:
            here = _joined([*before, *([] if branch.condition is None else [branch.condition])])
            found.append(BranchTaken(branch, here, self.formula(here)))
            if branch.condition is not None:
                before.append(Not.model_validate({"not": branch.condition}))
        return tuple(found)

    def _outcomes(self) -> Iterator[OutcomeBinding]:
        """Gather the branches that give one outcome with the same dates, in the order of the steps."""
        found: dict[tuple[str, str | None], list[tuple[Step, BranchTaken]]] = {}
        for step, branches in self.steps:
            for one in branches:
                if one.branch.outcome is not None:
                    found.setdefault((one.branch.outcome, one.branch.dates), []).append((step, one))
        for (_, dates), giving in found.items():
            step, first = giving[0]
            conditions = [one.condition for _, one in giving]
            ways = [condition for condition in conditions if condition is not None]
            condition = None if len(ways) < len(conditions) else ways[0] if len(ways) == 1 else AnyOf(any=tuple(ways))
            yield OutcomeBinding(
                step, first.branch, self._binding(condition, self.law.date_sets[dates] if dates else None)
            )

    def _binding(self, condition: Condition | None, dates: Dates | None) -> Binding:
        formula, table = self.formula(condition), self.formulas
        key = (formula, dates.model_dump_json() if dates else "")
        if key in self._bindings:
            return self._bindings[key]
        if dates is None:
            found = Binding(condition, formula, None, (), formula, formula)
        else:
            tracks = tuple(self._tracks(formula, dates))
            ended = dates.until is not None and dates.until < self.as_of
            by_now = NO if ended else table.any_of(self._bound_by_now(track) for track in tracks)
            ever = NO if ended else table.all_of([formula, self._on_some_track(dates)])
            found = Binding(condition, formula, dates, tracks, by_now, ever, ended)
        self._bindings[key] = found
        return found

    def _tracks(self, formula: int, dates: Dates) -> Iterator[DatedTrack]:
        table, tracks = self.formulas, self.law.tracks
        for name, day in dates.in_force_from.items():
            track = tracks.get(name)
            others = [self.formula(tracks[other].condition) for other in self.instead_of(name, dates)]
            on_track = YES if track is None else self.formula(track.condition)
            guard = table.all_of([formula, on_track, *(table.negation(other) for other in others)])
            if guard != NO:
                yield DatedTrack(name, day, guard, track.not_before if track else None)

    def _on_some_track(self, dates: Dates) -> int:
        """Return the formula for "one of the tracks of `dates` holds".

        Which track gives way to which does not matter here: of those that hold, at least one is left.
        """
        tracks = (self.law.tracks.get(name) for name in dates.in_force_from)
        return self.formulas.any_of(YES if track is None else self.formula(track.condition) for track in tracks)

    def instead_of(self, name: str, dates: Dates) -> list[str]:
        """Return the tracks of `dates` whose date counts in place of that of the track `name`."""
        tracks = self.law.tracks
        return [other for other in dates.in_force_from if other in tracks and name in tracks[other].instead_of]

    def _bound_by_now(self, track: DatedTrack) -> int:
        if track.day > self.as_of:
            return NO
        if track.not_before is None:
            return track.guard
        tomorrow = self.as_of + datetime.timedelta(days=1)
        return self.formulas.all_of([track.guard, self.formulas.test(track.not_before, "below", tomorrow)])

    def can_still_be(self, formula: int, target: bool, values: list[bool | None], known: tuple[int, int]) -> bool:
        """Say whether a case is found in which `formula` is `target`; where none is, that proves nothing.

        `known` are the tests that are known to hold and not to. A case that was found for another system serves if
        nothing that is known speaks against it; it tells of what that system knew too.
        """
        hold, fail = known
        cases = self._cases.setdefault((formula, target), [])
        if any(not (case_holds & fail or case_fails & hold) for case_holds, case_fails in cases):
            return True
        new = self.formulas.case(formula, target, values, self.size)
        if new is None:
            return False
        if formula not in self._about:
            facts = self.formulas.facts[formula]
            self._about[formula] = sum(1 << number for number, test in self._numbered if test[0] in facts)
        about = self._about[formula]
        cases.insert(0, (new[0] | hold & about, new[1] | fail & about))
        del cases[_CASES:]
        return True

    def bits(self, given: Mapping[Test, bool]) -> tuple[int, int]:
        """Return the tests that hold and those that do not as sets of bits: bit n stands for formula n."""
        hold = fail = 0
        for number, test in self._numbered:
            holds = given.get(test)
            if holds:
                hold |= 1 << number
            elif holds is not None:
                fail |= 1 << number
        return hold, fail

    def in_order(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return names of facts in the order of `facts.yaml`."""
        return tuple(sorted(set(names), key=self._place.__getitem__))

    @property
    def is_full(self) -> bool:
        """So many systems were held against it that what was kept to save time takes too much room."""
        return len(self.formulas) > self.size + _FULL


def _joined(parts: list[Condition]) -> Condition | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else AllOf(all=tuple(parts))


@lru_cache(maxsize=64)
def _engine(folder: Path, law: str, text_version: str, as_of: datetime.date) -> Engine:
    return Engine(load(law, text_version, folder=folder), facts(folder), as_of)


def engine(law: str, text_version: str, as_of: datetime.date, *, folder: Path = DATA) -> Engine:
    """Return the engine of a law in a version for a day; made once in a process while it has room.

    Refused for a day that no law can mean.
    """
    check_day(as_of)
    found = _engine(folder, law, text_version, as_of)
    if found.is_full:
        _engine.cache_clear()
        found = _engine(folder, law, text_version, as_of)
    return found
