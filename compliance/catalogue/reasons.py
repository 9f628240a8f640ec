"""Why a row binds or not: the facts used with their answers, the law's own words, the dates, each with its citation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from compliance.catalogue.conditions import AllOf, AnyOf, Condition, FactTest, Not
from compliance.catalogue.engine import Binding
from compliance.catalogue.evaluation import Evaluation, Result
from compliance.catalogue.schema import Row


@dataclass(frozen=True, slots=True)
class Reason:
    """One link of the chain.

    `kind` says what it is: a `fact` that was used, a `term` of the law that holds or does not, the `track` and the
    `date` that count, an open `reading` of the date, a fact that `needs` an answer, the `rule` that a row without a
    condition binds everyone, by whom it is `performed` for those who answer for it, or what it is deemed `met_through`.
    `name` is the name of the fact, term or track; `value` is the answer as a file of facts
    has it.
    """

    kind: Literal["fact", "term", "track", "date", "reading", "needs", "rule", "performed", "met_through"]
    sentence: str
    name: str = ""
    value: Any = None
    citation: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return all fields, the citation as a list."""
        return {
            "kind": self.kind,
            "name": self.name,
            "value": self.value,
            "sentence": self.sentence,
            "citation": list(self.citation),
        }


def reasons(evaluation: Evaluation, binding: Binding) -> tuple[Reason, ...]:
    """Return the chain of reasons for the result of a binding, each link once, in the order in which they are used."""
    return once(_chain(evaluation, binding, evaluation.result(binding)))


def of_row(evaluation: Evaluation, row: Row) -> Iterator[Reason]:
    """Yield what a row that binds says besides: who performs it, and what it is, or may be, deemed met through."""
    roles, met = evaluation.engine.law.roles, row.met_through
    if row.performed is not None:
        by = ", ".join(roles[role] for role in row.performed.by)
        sentence = f"Performed by: {by}. {row.performed.why}"
        yield Reason("performed", sentence, ", ".join(row.performed.by), citation=row.performed.citation)
    if met is not None and met_through(evaluation, row) is not False:
        yield Reason("met_through", met.words, value=met_through(evaluation, row), citation=met.citation)
        yield from why(evaluation, met.condition)


def met_through(evaluation: Evaluation, row: Row) -> bool | None:
    """Say whether a row is deemed met through something else; none while that is open, no where nothing may be."""
    return False if row.met_through is None else evaluation.value_of(row.met_through.condition)


def once(found: Iterable[Reason]) -> tuple[Reason, ...]:
    """Return each link once, in the order in which it first comes."""
    return tuple({(one.kind, one.name, one.sentence): one for one in found}.values())


def why(evaluation: Evaluation, condition: Condition | None) -> tuple[Reason, ...]:
    """Return why a condition holds or does not, each link once; nothing where there is no condition."""
    return () if condition is None else once(_explain(evaluation, condition))


def _chain(evaluation: Evaluation, binding: Binding, result: Result) -> Iterator[Reason]:
    holds = evaluation.value(binding.formula)
    if binding.ended and holds is not False and binding.dates is not None:
        until = f"{binding.dates.until}"
        yield Reason("date", f"It bound until {until}, and no longer.", value=until, citation=(binding.dates.basis,))
        return
    if result.state == "undetermined":
        yield from _what_is_known(evaluation, binding.condition)
        yield from _needs(evaluation, evaluation.needs(binding), "It is not settled until this is known")
        return
    if binding.condition is None:
        yield Reason("rule", "It has no condition: it is for everyone whom the law covers.")
    else:
        yield from _explain(evaluation, binding.condition)
    if holds is False:
        return
    if binding.dates is not None:
        yield from _dates(evaluation, binding, result)


def _needs(evaluation: Evaluation, names: Iterable[str], start: str) -> Iterator[Reason]:
    for name in names:
        fact = evaluation.engine.vocabulary[name]
        yield Reason("needs", f"{start}: {fact.question}", name, citation=fact.citation)


def _what_is_known(evaluation: Evaluation, condition: Condition | None) -> Iterator[Reason]:
    """Of a condition that is open, explain the parts that hold already."""
    if isinstance(condition, AllOf):
        for part in condition.all:
            if evaluation.value_of(part):
                yield from _explain(evaluation, part)
            else:
                yield from _what_is_known(evaluation, part)


def _explain(evaluation: Evaluation, condition: Condition) -> Iterator[Reason]:
    """Explain why a condition holds or does not: all that it takes, and nothing that makes no difference."""
    holds = evaluation.value_of(condition)
    match condition:
        case Not():
            yield from _explain(evaluation, condition.not_)
        case AllOf() | AnyOf():
            parts = condition.all if isinstance(condition, AllOf) else condition.any
            settled_by_one = holds is isinstance(condition, AnyOf)
            deciding = [part for part in parts if evaluation.value_of(part) is holds]
            if settled_by_one and deciding:
                yield from _explain(evaluation, deciding[0])
            elif settled_by_one:
                yield Reason("rule", "It comes out the same whatever the answers still open are.")
            else:
                for part in parts:
                    yield from _explain(evaluation, part)
        case FactTest():
            yield _fact(evaluation, condition.fact)
        case _:
            term = evaluation.engine.law.terms[condition.term]
            word = {True: "Yes", False: "No", None: "Not known yet"}[holds]
            yield Reason("term", f"{term.words.rstrip('.')}: {word.lower()}.", condition.term, holds, term.citation)
            yield from _explain(evaluation, term.condition)


def _fact(evaluation: Evaluation, name: str) -> Reason:
    fact = evaluation.engine.vocabulary[name]
    shown = evaluation.known.shown(name, fact)
    sentence = f"{fact.question} {shown[:1].upper()}{shown[1:].rstrip('.')}."
    return Reason("fact", sentence, name, evaluation.known.as_json_of(name), fact.citation)


def _dates(evaluation: Evaluation, binding: Binding, result: Result) -> Iterator[Reason]:
    dates, law = binding.dates, evaluation.engine.law
    if dates is None:
        return
    basis = (dates.basis,)
    if result.state == "no":
        for name in dates.in_force_from:
            track = law.tracks.get(name)
            if track is not None and track.condition is not None:
                words = f"{track.words.rstrip('.')}: no."
                yield Reason("track", words, name, False, track.citation)
                yield from _explain(evaluation, track.condition)
        return
    if result.since is None:
        yield from _needs(evaluation, evaluation.needs(binding), "It binds already; since which day depends on this")
        return
    for dated in binding.tracks:
        if not evaluation.value(dated.guard):
            continue
        track = law.tracks.get(dated.name)
        if track is not None and track.condition is not None:
            yield Reason("track", f"{track.words.rstrip('.')}: yes.", dated.name, True, track.citation)
            yield from _explain(evaluation, track.condition)
        if dated.not_before is not None:
            yield _fact(evaluation, dated.not_before)
    verb = "It has bound since" if result.state == "applies" else "It will bind from"
    first = next(iter(dates.originally_from.values()), None) if len(dates.originally_from) == 1 else None
    moved = f" (originally {first.isoformat()})" if first is not None and first != result.since else ""
    yield Reason("date", f"{verb} {result.since.isoformat()}{moved}.", value=result.since.isoformat(), citation=basis)
    if dates.formally_from is not None and dates.formally_from != result.since:
        sentence = f"By the letter of the law it may bind from {dates.formally_from.isoformat()}. {dates.note}".strip()
        yield Reason("reading", sentence, value=dates.formally_from.isoformat(), citation=basis)
