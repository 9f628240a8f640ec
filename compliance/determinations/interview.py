"""Which questions can still change something, in which order they are asked, and why others are not asked.

First comes what ties the organisation to the law and what it is for the system, then the steps of the law in their
order; what no step waits for comes after, that first for which most rows wait. A question that somebody answered with
"not known yet" is put behind all others.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby

from compliance.catalogue.applicability import Applicability, decide, version_at
from compliance.catalogue.classification import Classification, classification
from compliance.catalogue.conditions import Fact
from compliance.catalogue.engine import Engine, engine
from compliance.catalogue.known import Known
from compliance.catalogue.reasons import Reason

FIRST = ("is_ai_system", "union_link", "roles")
"""What settles most for most: they are asked before the steps of the law, where anything waits for them."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A place of the law that a question could have mattered for, and how it came out without it."""

    where: str
    how: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Interview:
    """The questions of one law for one system as of a day.

    `names` are all facts that the law asks for, in the order of `facts.yaml`; `asked` are those that can still change
    something, in the order in which they are asked; `waiting` says for how many rows each of them matters.
    """

    engine: Engine
    known: Known
    found: Applicability
    classes: Classification
    names: tuple[str, ...]
    asked: tuple[str, ...]
    waiting: Counter[str]

    def next_after(self, name: str | None = None) -> str | None:
        """Return the question to be asked next, or the one after `name`; None when none is left."""
        if name in self.asked:
            later = self.asked[self.asked.index(name) + 1 :]
            return later[0] if later else None
        return self.asked[0] if self.asked else None

    def groups(self) -> list[tuple[str, list[tuple[str, Fact]]]]:
        """Return the questions of the law, group by group."""
        facts = ((name, self.engine.vocabulary[name]) for name in self.names)
        return [(group, list(some)) for group, some in groupby(facts, key=lambda one: one[1].group)]

    def why_not_asked(self, name: str) -> list[Settled]:
        """Say, for a question that can change nothing now, how each place that names it came out without it."""
        formulas = self.engine.formulas
        settled = [
            Settled(
                f"{step.number}. {step.question}",
                answer.branch.answer if answer.branch else "",
                answer.reasons,
            )
            for (step, branches), answer in zip(self.engine.steps, self.classes.steps, strict=True)
            if answer.answer != "undetermined" and any(name in formulas.facts[one.taken] for one in branches)
        ]
        if settled:
            return settled
        rows = zip(self.engine.rows, self.found.rows, strict=True)
        naming = [state for (_, binding), state in rows if name in formulas.facts[binding.formula]]
        return [Settled(f"{one.row.id} {one.row.title}", one.state, one.reasons) for one in naming[:3]]


def interview(law: str, known: Known, as_of: datetime.date, put_off: Collection[str] = ()) -> Interview:
    """Find the questions of `law` that are open; those in `put_off` come last."""
    made = engine(law, version_at(law, as_of).text_version, as_of)
    found, classes = decide(made, known), classification(made, known)
    waiting = Counter(name for row in found.rows for name in row.needs)
    by_step = [name for step in classes.steps for name in step.needs]
    by_row = [name for name, _ in waiting.most_common()]
    by_outcome = [name for outcome in classes.outcomes for name in outcome.needs]
    order = list(dict.fromkeys([*by_step, *by_row, *by_outcome]))
    order = [one for one in FIRST if one in order] + [one for one in order if one not in FIRST]
    asked = [one for one in order if one not in put_off] + [one for one in order if one in put_off]
    named = {test[0] for test in made.tests} | {
        track.not_before for _, binding in made.rows for track in binding.tracks if track.not_before
    }
    return Interview(made, known, found, classes, made.in_order(named), tuple(asked), waiting)
