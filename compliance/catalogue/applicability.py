"""Which rows of a law bind one system, since when, and why.

The answer for a row is one of four: it *applies*; it applies *later*, from a day that is settled; it does *not* apply;
or it is *undetermined*, with the facts that would settle it. What is not known never counts as no.

>>> from compliance.catalogue.loader import facts
>>> tool = {"screens_candidates": True, "tool_used_in_city": True, "tool_learned": True}
>>> tool |= {"tool_output_simplified": True, "tool_weight": ["most"], "tool_scores": True}
>>> known = read({**tool, "roles": ["employer"]}, facts())
>>> found = applicability("nyc-ll144", known, datetime.date(2026, 11, 21))
>>> found.row("LL144-SCO-01").state, found.row("LL144-SCO-01").since
('applies', datetime.date(2023, 5, 6))
>>> found.row("LL144-SEL-01").state, found.row("LL144-SEL-01").needs
('undetermined', ('tool_selects', 'tool_classifies'))
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from compliance.catalogue.engine import Binding, Engine, engine
from compliance.catalogue.evaluation import Evaluation, State
from compliance.catalogue.known import Known, read
from compliance.catalogue.loader import DATA, laws, load
from compliance.catalogue.reasons import Reason, met_through, of_row, once, reasons
from compliance.catalogue.schema import Catalogue, MetThrough, Row
from compliance.lib.problems import Problem, Refused

__all__ = ["Applicability", "RowState", "applicability", "read", "version_at"]


@dataclass(frozen=True, slots=True)
class RowState:
    """One row held against one system's facts on one day.

    `since` is the day from which it binds; none where it does not, where that is not settled, or where the row has no
    dates.
    """

    row: Row
    state: State
    since: datetime.date | None
    _evaluation: Evaluation
    _binding: Binding

    @property
    def needs(self) -> tuple[str, ...]:
        """The facts that can still change what is open, and no others, worked out when asked for."""
        return self._evaluation.needs(self._binding)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The chain of reasons, worked out when asked for."""
        found = reasons(self._evaluation, self._binding)
        return found if self.state == "no" else once((*found, *of_row(self._evaluation, self.row)))

    @property
    def met_through(self) -> MetThrough | None:
        """What the row is deemed met through, where that is settled; it binds all the same."""
        holds = self.state != "no" and met_through(self._evaluation, self.row)
        return self.row.met_through if holds else None

    def as_json(self) -> dict[str, Any]:
        """Return the row as `manage.py applicability` prints it."""
        return {
            "id": self.row.id,
            "citation": self.row.citation_text,
            "state": self.state,
            "from": self.since.isoformat() if self.since else None,
            "reasons": [reason.as_json() for reason in self.reasons],
        }


@dataclass(frozen=True)
class Applicability:
    """All rows of a law, in its order, held against one system's facts as the law stood on `as_of`."""

    law: Catalogue
    as_of: datetime.date
    known: Known
    rows: tuple[RowState, ...]
    to_come: tuple[Applicability, ...] = ()

    @cached_property
    def _by_id(self) -> dict[str, RowState]:
        return {one.row.id: one for one in self.rows}

    def row(self, id: str) -> RowState:
        """Return the state of the row `id`; refused with code `no-such-row` when this version has none."""
        self.law.row(id)
        return self._by_id[id]

    def those(self, *states: State) -> tuple[RowState, ...]:
        """Return the rows in any of `states`."""
        return tuple(one for one in self.rows if one.state in states)

    def differing_from(self, before: Applicability) -> Iterator[RowState]:
        """Yield the rows whose state or day is not the same as in `before`, and those it does not have."""
        for one in self.rows:
            old = before._by_id.get(one.row.id)
            if old is None or (old.state, old.since) != (one.state, one.since):
                yield one


def version_at(law: str, as_of: datetime.date, *, folder: Path = DATA) -> Catalogue:
    """Return `law` as its text stood on `as_of`; refused with `no-text-yet` before the first text that we have."""
    versions = [ref.text_version for ref in laws(folder) if ref.law == law]
    then = [version for version in versions if version <= as_of.isoformat()]
    if versions and not then:
        sentence = f"The catalogue has no text of {law} as it stood on {as_of}."
        raise Refused(Problem("no-text-yet", sentence, found=as_of.isoformat(), expected=f"{versions[0]} or later"))
    return load(law, then[-1] if then else None, folder=folder)


def applicability(law: str, known: Known, as_of: datetime.date, *, folder: Path = DATA) -> Applicability:
    """Hold `known` against every row of `law` as it stood on `as_of`.

    `to_come` holds the same for each later text that was already published on that day, with the day asked for
    unchanged: so it shows what is known to come.
    """
    now = version_at(law, as_of, folder=folder)
    later = [load(law, ref.text_version, folder=folder) for ref in laws(folder) if ref.law == law]
    coming = [
        one
        for one in later
        if one.text_version > as_of.isoformat() and (one.published_on or datetime.date.max) <= as_of
    ]
    to_come = tuple(decide(engine(law, one.text_version, as_of, folder=folder), known) for one in coming)
    return decide(engine(law, now.text_version, as_of, folder=folder), known, to_come)


def decide(
    engine: Engine, known: Known, to_come: tuple[Applicability, ...] = (), rows: Iterable[str] | None = None
) -> Applicability:
    """Hold `known` against an engine that is made already, for all rows or only those with the ids in `rows`."""
    evaluation, wanted = Evaluation(engine, known), None if rows is None else set(rows)
    found = []
    for row, binding in engine.rows:
        if wanted is None or row.id in wanted:
            result = evaluation.result(binding)
            found.append(RowState(row, result.state, result.since, evaluation, binding))
    return Applicability(engine.law, engine.as_of, known, tuple(found), to_come)
