"""A bias audit of one or more sources: a plan and the sources go in, the result document comes out.

    sources -> :mod:`opening` -> :mod:`aggregate` -> :mod:`counting` -> counts -> :mod:`audits.metrics.result`

Rows of people stay where they are; everything after the counts is a function of the counts.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from audits.bias import header, opening
from audits.bias.count_troubles import labelled
from audits.bias.counting import count
from audits.bias.opening import Given
from audits.bias.outcome_choices import split_of
from audits.bias.plan import SOURCE, Plan
from audits.bias.reading import method_of, own_method
from audits.bias.sources import File, Opened, Room, Text, Unread
from audits.bias.tallies import Counted
from audits.metrics import result as results
from audits.metrics.conduct import conduct as conducted
from audits.metrics.result import result_from_counts
from compliance.lib import canonical
from compliance.lib.problems import Problem, Refused

Progress: TypeAlias = Callable[[float, str], None]
SOFTWARE = "Probanda 0.1.0"


@dataclass(frozen=True, slots=True)
class Result:
    """A finished audit. The same plan on the same sources gives the same document, byte for byte."""

    document: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the result document (schema `probanda/bias-audit/2`)."""
        return dict(self.document)

    @property
    def data(self) -> bytes:
        """Return the document as canonical JSON, which is what is kept, hashed and embedded."""
        return canonical.dump(self.document)


def run(
    given: Path | str | Given | Sequence[Given],
    plan: Plan,
    progress: Progress | None = None,
    conduct: Mapping[str, Any] | None = None,
) -> Result:
    """Audit a file, a table, or several that are pooled, as `plan` says.

    `Refused` carries every problem that was found, with row, column, found and expected where there is a place.
    `conduct` is how the audit came about (:mod:`audits.metrics.conduct`); without it the result is a self-assessment
    without a plan. `progress(fraction, sentence)` is called as the work goes on. Memory is bounded whatever the size of
    the sources.
    """
    say = progress or (lambda fraction, sentence: None)
    with measured(given, plan, say) as (opened, found):
        say(0.9, "Computing rates and impact ratios.")
        columns = [_columns(one, plan.of_source(place)) for place, one in enumerate(opened)]
        stated = [_stated(one, found, place) for place, one in enumerate(opened)]
        if found.own:
            stated = [one | own_method(found, place, columns[place]) for place, one in enumerate(stated)]
        shared = {role: name for role, name in columns[0].items() if all(one.get(role) == name for one in columns)}
        method = method_of(plan, shared, found, stated)
    source = {
        "rows": sum(found.lines),
        "people": sum(cell.applicants for cell in found.cells()),
        "counts_sha256": digest(found, None),
        "sources": stated,
    }
    if plan.truth is not None and not _classes_only(plan):
        source["outcome_counts_sha256"] = canonical.digest(found.by_outcome().as_json())
    try:
        whole = counted(found, plan)
        how = {**(conduct or conducted()), "software": SOFTWARE}
        document = result_from_counts(whole, source=source, method=method, conduct=how)
    except ValueError as error:  # an exclusion that the rule does not allow, seen only now that people are counted
        raise Refused(Problem("exclusion", str(error))) from error
    say(1.0, "The audit is finished.")
    return Result(document)


def counted(found: Counted, plan: Plan) -> results.Counted:
    """Return everything that the numbers of a result follow from."""
    classes = found.classes(plan.class_rates, plan.classes) if plan.class_rates else {}
    strata = found.strata() if plan.strata else {}
    outcomes = found.by_outcome() if plan.truth is not None and not _classes_only(plan) else None
    split = tuple(classes.items()), tuple(strata.items())
    within = split_of(plan) if plan.truth is not None else []
    of_classes = found.class_outcomes(plan.class_rates or "put-into", plan.classes) if "classes" in within else ()
    of_strata = found.strata_outcomes() if "strata" in within else ()
    return results.Counted(found.cells(), found.other_cells(), *split, found.scores(), outcomes, of_classes, of_strata)


def _classes_only(plan: Plan) -> bool:
    return plan.selected is None and plan.score is None


def digest(found: Counted, source: int | None) -> str:
    """Return the digest of the counts of one source, or of all: the same whatever engine counted the same rows."""
    return canonical.digest([cell.as_json() for cell in found.cells(source)])


@contextmanager
def measured(
    given: Path | str | Given | Sequence[Given], plan: Plan, say: Progress
) -> Iterator[tuple[list[Opened], Counted]]:
    """Open the sources and count them; the sources stay open inside the block."""
    every = _every(given, plan)
    with tempfile.TemporaryDirectory(prefix="bias-audit-") as folder, ExitStack() as stack:
        say(0.0, "Opening the sources.")
        room, plans = Room(Path(folder), stack), plan.of_sources(len(every))
        before = [opening.stamp(one) for one in every]
        opened = []
        for place, one in enumerate(every):
            with _named(one.label):
                choices = opening.Choices.of(plans[place])
                opened.append(stack.enter_context(opening.opened(one, choices, room, f"source-{place}")))
        say(0.3, "Counting people by category.")
        found = _counted(opened, plan, say)
        for source in opened:
            source.settle()
        if [opening.stamp(one) for one in every] != before:
            raise Refused(Problem("file-changed", "The file was changed while it was read.", "Run the audit again."))
        yield opened, found


def _every(given: Path | str | Given | Sequence[Given], plan: Plan) -> list[Given]:
    if isinstance(given, Path | str):
        given = File(Path(given))
    every: list[Given] = [given] if isinstance(given, Given) else list(given)
    if (len(every) > 1 or plan.strata) and plan.pooled is None:
        what = f"{len(every)} sources" if len(every) > 1 else "Strata such as postings or employers"
        sentence = f"{what} are counted as one only if the plan says why they may be pooled."
        raise Refused(Problem("pooling", sentence, "Say it with --pooled, or audit them one by one."))
    if plan.sources and len(plan.sources) != len(every):
        sentence = f"The plan says how {len(plan.sources)} sources are read, but there are {len(every)}."
        raise Refused(Problem("pooling", sentence))
    return every


@contextmanager
def _named(label: str) -> Iterator[None]:
    """Say of which of several sources the problems are."""
    try:
        yield
    except Refused as refused:
        if not label:
            raise
        raise Refused.all(labelled(problem, label) for problem in refused.problems) from refused


def _counted(opened: Sequence[Opened], plan: Plan, say: Progress) -> Counted:
    """Count; a text that the engine cannot read is either explained row by row or written anew and read once more."""
    while True:
        try:
            places = []
            for place, one in enumerate(opened):
                with _named(one.label):
                    places.append(_places(one, plan.of_source(place)))
            with ExitStack() as stack:
                rows = [stack.enter_context(one.rows(at)) for one, at in zip(opened, places, strict=True)]
                return count(opened, rows, places, plan, say)
        except Unread as unread:
            text: Text = unread.source
            text.mend(list(places[opened.index(text)].values()), unread.reason)
        except Refused:
            for one in opened:
                one.settle()  # bytes that are no text explain more than what was read of them
            raise


def _places(opened: Opened, plan: Plan) -> dict[str, int]:
    """Return the place of each role's column in one source."""
    named = plan.columns() | {f"stratum{place}": column for place, column in enumerate(plan.strata) if column != SOURCE}
    if SOURCE in plan.strata and SOURCE in opened.header:
        sentence = f"The column {SOURCE!r} has the name that stands for the source itself among the strata."
        raise Refused(Problem("doubled-column", sentence, "Rename the column.", 1, SOURCE))
    return dict(zip(named, header.places_of(opened.header, list(named.values())), strict=True))


def _columns(opened: Opened, plan: Plan) -> dict[str, str]:
    """Return the columns as the result names them: a number with the header that stands there."""
    places = _places(opened, plan)
    return {
        role: name if name in opened.header else f"{opened.header[places[role]]} ({name})"
        for role, name in plan.columns().items()
    }


def _stated(opened: Opened, found: Counted, place: int) -> dict[str, Any]:
    people = sum(cell.applicants for cell in found.cells(place))
    label = {"label": opened.label} if opened.label else {}
    counted = {"rows": found.lines[place], "people": people, "counts_sha256": digest(found, place)}
    return {**label, **opened.stated(), **counted}
