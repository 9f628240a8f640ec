"""Which classes of a law a system is in, and how one gets there: the steps of the law, each with its answer and why.

Several outcomes hold at once: a system may be high-risk, under transparency duties and built on a general-purpose
model. An outcome has a date like a row, and one that is not settled yet stays in the list as undetermined.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from compliance.catalogue.applicability import version_at
from compliance.catalogue.engine import BranchTaken, Engine, OutcomeBinding, engine
from compliance.catalogue.evaluation import Evaluation, Result, State
from compliance.catalogue.known import Known
from compliance.catalogue.loader import DATA
from compliance.catalogue.reasons import Reason, reasons, why
from compliance.catalogue.schema import Catalogue
from compliance.catalogue.steps import Branch, Step

Answer = Literal["answered", "not_reached", "undetermined"]


@dataclass(frozen=True, slots=True)
class StepAnswer:
    """One step held against a system: the branch taken, or the facts that would say which.

    `open_branches` are the branches that may still be the answer.
    """

    step: Step
    answer: Answer
    branch: Branch | None
    open_branches: tuple[Branch, ...]
    needs: tuple[str, ...]
    reasons: tuple[Reason, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the step with its answer in words."""
        return {
            "step": self.step.number,
            "question": self.step.question,
            "state": self.answer,
            "answer": self.branch.answer if self.branch else None,
            "may_be": [branch.answer for branch in self.open_branches],
            "outcome": self.branch.outcome if self.branch else None,
            "leads_to": self.branch.leads_to if self.branch else None,
            "citation": [*self.step.citation, *(self.branch.citation if self.branch else ())],
            "needs": list(self.needs),
            "reasons": [reason.as_json() for reason in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """A class that a system is in, will be in, or may be in; what it is surely not in is left out."""

    name: str
    title: str
    step: int
    state: State
    since: datetime.date | None
    citation: tuple[str, ...]
    needs: tuple[str, ...]
    note: str
    reasons: tuple[Reason, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as `manage.py applicability` prints it."""
        return {
            "outcome": self.name,
            "title": self.title,
            "step": self.step,
            "state": self.state,
            "from": self.since.isoformat() if self.since else None,
            "citation": "; ".join(self.citation),
            "needs": list(self.needs),
            "note": self.note,
            "reasons": [reason.as_json() for reason in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class Classification:
    """All steps of a law, and the outcomes, held against one system's facts on one day."""

    law: Catalogue
    as_of: datetime.date
    steps: tuple[StepAnswer, ...]
    outcomes: tuple[Outcome, ...]

    def names(self, *states: State) -> tuple[str, ...]:
        """Return the names of the outcomes in any of `states`, each once, in the order of the steps."""
        return tuple(dict.fromkeys(one.name for one in self.outcomes if one.state in states))


def classify(law: str, known: Known, as_of: datetime.date, *, folder: Path = DATA) -> Classification:
    """Walk the steps of `law`, as its text stood on `as_of`, with what is known of one system."""
    version = version_at(law, as_of, folder=folder).text_version
    return classification(engine(law, version, as_of, folder=folder), known)


def classification(engine: Engine, known: Known) -> Classification:
    """Walk the steps with an engine that is made already."""
    evaluation = Evaluation(engine, known)
    steps = tuple(_answer(evaluation, step, branches) for step, branches in engine.steps)
    results = ((one, evaluation.result(one.binding)) for one in engine.outcomes)
    outcomes = tuple(_outcome(evaluation, one, result) for one, result in results if result.state != "no")
    return Classification(engine.law, engine.as_of, steps, outcomes)


def _outcome(evaluation: Evaluation, one: OutcomeBinding, result: Result) -> Outcome:
    return Outcome(
        one.branch.outcome or "",
        one.branch.title or one.branch.answer,
        one.step.number,
        result.state,
        result.since,
        one.branch.citation or one.step.citation,
        evaluation.needs(one.binding),
        one.branch.note,
        reasons(evaluation, one.binding),
    )


def _answer(evaluation: Evaluation, step: Step, branches: tuple[BranchTaken, ...]) -> StepAnswer:
    if evaluation.value_of(step.reached) is False:
        return StepAnswer(step, "not_reached", None, (), (), why(evaluation, step.reached))
    values = [(one, evaluation.exact(one.taken)) for one in branches]
    for one, exact in values:
        if exact.value:
            return StepAnswer(step, "answered", one.branch, (), (), why(evaluation, one.condition))
    still_open = tuple(one.branch for one, exact in values if exact.value is None)
    needs = evaluation.engine.in_order(fact for _, exact in values for fact in exact.facts)
    return StepAnswer(step, "undetermined", None, still_open, needs, why(evaluation, step.reached))
