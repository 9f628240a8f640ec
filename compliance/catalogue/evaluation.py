"""One system's facts held against a law that is made ready: what applies, what will, what does not, what is open."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal, TypeAlias

from compliance.catalogue.conditions import Condition
from compliance.catalogue.engine import Binding, DatedTrack, Engine
from compliance.catalogue.known import Known
from compliance.catalogue.logic import Exact

State: TypeAlias = Literal["applies", "later", "no", "undetermined"]


@dataclass(frozen=True, slots=True)
class Result:
    """A state, and the day from which it binds where that is settled."""

    state: State
    since: datetime.date | None


class Evaluation:
    """One system's facts held against an engine."""

    def __init__(self, engine: Engine, known: Known):
        self.engine, self.known = engine, known
        given = known.given(engine.tests)
        self._bits = engine.bits(given)
        self._values = engine.formulas.kleene(engine.size, given)
        self._rests: dict[int, int] = {}
        self._open: dict[int, bool | None] = {}
        self._results: dict[int, Result] = {}
        self._needs: dict[int, tuple[str, ...]] = {}

    def exact(self, formula: int) -> Exact:
        """Return the value of a formula, or the facts that can still change it."""
        value = self._values[formula]
        if value is not None:
            return Exact(value, frozenset())
        formulas = self.engine.formulas
        return formulas.exact(formulas.rest(formula, self._values, self._rests))

    def value(self, formula: int) -> bool | None:
        """Return yes, no, or none where facts that are not known yet can change it."""
        value = self._values[formula]
        if value is not None:
            return value
        if formula not in self._open:
            both = all(self.engine.can_still_be(formula, target, self._values, self._bits) for target in (True, False))
            self._open[formula] = None if both else self.exact(formula).value
        return self._open[formula]

    def value_of(self, condition: Condition | None) -> bool | None:
        """Return the value of a condition that stands in the law."""
        return self.value(self.engine.formula(condition))

    def result(self, binding: Binding) -> Result:
        """Say whether a binding applies on the day asked for, will from a day on, does not, or cannot be told yet."""
        found = self._results.get(id(binding))
        if found is None:
            found = self._results[id(binding)] = self._result(binding)
        return found

    def _result(self, binding: Binding) -> Result:
        by_now = self.value(binding.by_now)
        if by_now:
            return Result("applies", self._since(binding))
        ever = self.value(binding.ever)
        if ever is False:
            return Result("no", None)
        since = self._since(binding) if by_now is False and ever else None
        return Result("later", since) if since else Result("undetermined", None)

    def needs(self, binding: Binding) -> tuple[str, ...]:
        """Return the facts that can still change what :meth:`result` says, and no others."""
        if id(binding) not in self._needs:
            self._needs[id(binding)] = self.engine.in_order(self._open_facts(binding))
        return self._needs[id(binding)]

    def _open_facts(self, binding: Binding) -> frozenset[str]:
        state = self.result(binding).state
        if state in ("no", "later"):
            return frozenset()
        found = frozenset[str]()
        if state == "undetermined":
            found = self.exact(binding.by_now).facts | self.exact(binding.ever).facts
        for track in self._days(binding)[1] if not found else ():
            found |= self.exact(track.guard).facts
            if track.not_before is not None and track.not_before not in self.known.answers:
                found |= {track.not_before}
        return found

    def _since(self, binding: Binding) -> datetime.date | None:
        """Return the earliest day of the tracks that hold; none while a track that is open could bring one before."""
        day, could_be_before = self._days(binding)
        return None if could_be_before else day

    def _days(self, binding: Binding) -> tuple[datetime.date | None, list[DatedTrack]]:
        """Return the earliest day that is sure, and the tracks that may yet bring an earlier one.

        Where it is open which of several tracks holds, but sure that one does and all have one day, that day is sure.
        """
        sure: datetime.date | None = None
        could: list[tuple[datetime.date, DatedTrack]] = []
        for track in binding.tracks:
            holds, day = self.value(track.guard), track.day
            changed = self.known.answers.get(track.not_before) if track.not_before else day
            if isinstance(changed, datetime.date):
                day = max(day, changed)
            if holds and changed is not None:
                sure = day if sure is None else min(sure, day)
            elif holds is not False:
                could.append((day, track))
        one_day = len({day for day, _ in could}) == 1 and not any(track.not_before for _, track in could)
        if sure is None and one_day and self.value(binding.ever):
            return could[0][0], []
        return sure, [track for day, track in could if sure is None or day < sure]
