"""What to do next, in an order: what speaks against an answer first, then what is late, then what is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import ngettext

from compliance.checklists.footing import Footing
from compliance.checklists.models import Binding, Checklist
from compliance.progress.queries import Standing

MOST = 6


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to do: its sentence, and the checklist with most such rows, with the filter that shows them there.

    `elsewhere` counts the rows of other checklists.
    """

    sentence: str
    checklist: Checklist
    query: str
    elsewhere: int


def next_steps(rows: Iterable[Standing]) -> list[NextStep]:
    """Return the steps for which there are rows, the most pressing first, at most six."""
    rows, found = list(rows), []
    for test, query, words in _STEPS:
        where = Counter(one.checklist.pk for one in rows if test(one))
        if not where:
            continue
        pk, most = where.most_common(1)[0]
        checklist = next(one.checklist for one in rows if one.checklist.pk == pk)
        found.append(NextStep(words(where.total()), checklist, query, where.total() - most))
    return found[:MOST]


def _contradicted(n: int) -> str:
    return ngettext(
        "Look at {n} answer that a measurement contradicts.", "Look at {n} answers that a measurement contradicts.", n
    ).format(n=n)


def _again(n: int) -> str:
    return ngettext(
        "Confirm {n} answer again: its row reads otherwise now.",
        "Confirm {n} answers again: their rows read otherwise now.",
        n,
    ).format(n=n)


def _stale(n: int) -> str:
    return ngettext(
        "Renew what {n} answer stands on: it has moved on.", "Renew what {n} answers stand on: it has moved on.", n
    ).format(n=n)


def _late(n: int) -> str:
    return ngettext("Answer {n} row whose day has gone by.", "Answer {n} rows whose day has gone by.", n).format(n=n)


def _ownerless(n: int) -> str:
    return ngettext(
        "Find an owner for {n} row that nobody has assessed.",
        "Find owners for {n} rows that nobody has assessed.",
        n,
    ).format(n=n)


def _asserted(n: int) -> str:
    return ngettext(
        "Attach evidence to {n} answer that is asserted only.",
        "Attach evidence to {n} answers that are asserted only.",
        n,
    ).format(n=n)


def _open(n: int) -> str:
    return ngettext("Assess {n} row.", "Assess {n} rows.", n).format(n=n)


_STEPS: Sequence[tuple[Callable[[Standing], bool], str, Callable[[int], str]]] = (
    (lambda one: one.footing == Footing.CONTRADICTED, "footing=contradicted", _contradicted),
    (lambda one: one.again, "again=yes", _again),
    (lambda one: one.footing == Footing.STALE and not one.again, "footing=stale", _stale),
    (lambda one: one.late, "due=overdue", _late),
    (
        lambda one: one.footing == Footing.NOT_ASSESSED and one.owner is None and one.binding in ("", Binding.APPLIES),
        "footing=not_assessed&owner=none",
        _ownerless,
    ),
    (lambda one: one.footing == Footing.ASSERTED, "footing=asserted", _asserted),
    (lambda one: one.footing == Footing.NOT_ASSESSED and one.owner is not None, "footing=not_assessed", _open),
)
