"""Whether the parts of a version fit each other: tests and the types of their facts, tracks, and steps.

A test that does not fit its fact, such as `at_least` of a fact that is a date, can never be answered; so it is refused
when the catalogue is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compliance.catalogue.conditions import Condition, Fact, FactTest, leaves
from compliance.catalogue.schema import Catalogue
from compliance.catalogue.steps import Step


@dataclass(frozen=True, slots=True)
class Misfit:
    """One thing that does not fit, where it stands in the file, and in which row, if in one."""

    code: str
    sentence: str
    path: tuple[str, ...]
    row: str | None = None
    found: str = ""
    expected: str = ""


def conditions(catalogue: Catalogue) -> Iterator[tuple[Condition, tuple[str, ...], str | None]]:
    """Yield every condition of a version with where it stands, and in which row, if in one."""
    for name, term in catalogue.terms.items():
        yield term.condition, ("terms", name), None
    for name, track in catalogue.tracks.items():
        if track.condition is not None:
            yield track.condition, ("tracks", name), None
    for name, step in catalogue.classification.items():
        for one in (step.reached, *(branch.condition for branch in step.branches)):
            if one is not None:
                yield one, ("classification", name), None
    for row in catalogue.rows:
        if row.condition is not None:
            yield row.condition, ("condition",), row.id
        if row.met_through is not None:
            yield row.met_through.condition, ("met_through",), row.id


def misfits(catalogue: Catalogue, facts: Mapping[str, Fact]) -> Iterator[Misfit]:
    """Yield everything that does not fit in a version whose terms, tracks and rows name only what there is."""
    for condition, where, row in conditions(catalogue):
        for leaf in leaves(condition):
            if isinstance(leaf, FactTest) and leaf.fact in facts:
                yield from of_test(leaf, facts[leaf.fact], where, row)
    for name, track in catalogue.tracks.items():
        path = ("tracks", name)
        if track.not_before is not None and (track.not_before not in facts or facts[track.not_before].type != "date"):
            yield Misfit("no-such-date", "It must name a fact that is a date.", path, found=track.not_before)
        for other in track.instead_of:
            if other not in catalogue.tracks:
                yield _missing("track", other, path)
            elif name in catalogue.tracks[other].instead_of:
                yield Misfit("circular-track", "Two tracks cannot each take the other's place.", path, found=other)
    yield from _ends(catalogue)
    numbers = [step.number for step in catalogue.classification.values()]
    for name, step in catalogue.classification.items():
        if numbers.count(step.number) > 1:
            sentence = "Two steps have the same number."
            yield Misfit("double-step", sentence, ("classification", name), found=str(step.number))
        yield from _step(step, ("classification", name), catalogue, facts)


def _ends(catalogue: Catalogue) -> Iterator[Misfit]:
    """What ends does so after every day on which it may begin, and no fact can move that beginning past the end."""
    for name, dates in catalogue.date_sets.items():
        path = ("date_sets", name)
        if dates.until is None:
            continue
        for track, day in dates.in_force_from.items():
            if dates.until < day:
                sentence = "It must not end before it begins."
                yield Misfit("ends-before", sentence, path, found=dates.until.isoformat(), expected=f"{day} or later")
            if track in catalogue.tracks and catalogue.tracks[track].not_before is not None:
                sentence = "A set that ends cannot have a track whose day is a fact."
                yield Misfit("ends-open", sentence, path, found=track)


def of_test(test: FactTest, fact: Fact, path: tuple[str, ...], row: str | None = None) -> Iterator[Misfit]:
    """Yield what does not fit between a test and the type and values of its fact."""
    named: tuple[str, ...] = ()
    types: tuple[str, ...]
    if isinstance(test.is_, bool):
        asks, types = "is yes or no", ("yes_no",)
    elif test.is_ is not None:
        asks, types, named = "is a value", ("choice",), (test.is_,)
    elif test.one_of is not None:
        asks, types, named = "one_of", ("choice", "choices"), test.one_of
    elif test.includes is not None:
        asks, types, named = "includes", ("choices",), (test.includes,)
    else:
        asks, types = ("at_least", ("number",)) if test.at_least is not None else ("before", ("date",))
    if fact.type not in types:
        sentence = f"The fact {test.fact!r} cannot be tested like this."
        yield Misfit("wrong-test", sentence, path, row, f"{asks} of a {fact.type}", f"{asks} of a {' or '.join(types)}")
        return
    for value in named:
        if value not in fact.values:
            sentence = f"The fact {test.fact!r} has no value {value!r}."
            yield Misfit("no-such-value", sentence, path, row, value, ", ".join(fact.values))


def _step(step: Step, path: tuple[str, ...], catalogue: Catalogue, facts: Mapping[str, Fact]) -> Iterator[Misfit]:
    for one in (step.reached, *(branch.condition for branch in step.branches)):
        for leaf in leaves(one) if one is not None else ():
            if isinstance(leaf, FactTest):
                if leaf.fact not in facts:
                    yield _missing("fact", leaf.fact, path)
            elif leaf.term not in catalogue.terms:
                yield _missing("term", leaf.term, path)
    for citation in (*step.citation, *(one for branch in step.branches for one in branch.citation)):
        if citation not in catalogue.citations:
            yield _missing("provision", citation, path)
    for branch in step.branches:
        if branch.dates is not None and branch.dates not in catalogue.date_sets:
            yield _missing("set", branch.dates, path)
        if (branch.condition is None) != (branch is step.branches[-1]):
            sentence = "The last branch, and only that, is for all that the branches before do not take."
            yield Misfit("open-step", sentence, path, found=branch.answer)


def _missing(noun: str, name: str, path: tuple[str, ...]) -> Misfit:
    return Misfit(f"no-such-{noun}", f"There is no {noun} {name!r}.", path, found=name)
