"""The rows of a checklist as lists show them: each with its evidence, its last review and what its answer stands on.

A law has hundreds of rows, so everything is read at once, and what a list does not show (people, whole reviews) is not
fetched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from compliance.catalogue.schema import Catalogue, Row, Section
from compliance.checklists.footing import Footing, footing
from compliance.checklists.models import Binding, Checklist, ChecklistItem, ItemEvidence, Review
from compliance.checklists.queries import Counts, reached
from compliance.evidence.models import Kind
from compliance.evidence.staleness import stale
from compliance.evidence.thresholds import crossed
from compliance.people.models import Membership


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence that was not withdrawn: what a list shows of it. `stale` says why it has moved on."""

    id: UUID
    title: str
    kind: str
    expired: bool
    stale: tuple[str, ...] = ()
    crossed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the law beside its item; `review` is the last decision with its moment."""

    row: Row
    item: ChecklistItem
    footing: Footing
    pieces: tuple[Piece, ...] = ()
    review: tuple[str, datetime] | None = None

    @property
    def is_stale(self) -> bool:
        """Whether what it stands on has moved on, wherever it is counted."""
        return bool(self.item.confirm_again or self.item.stale_since) or any(
            one.expired or one.stale for one in self.pieces
        )

    @property
    def counts(self) -> bool:
        """Whether it binds, as far as a determination says."""
        return self.item.binding != Binding.NO


def lines(by: Membership, checklist: Checklist) -> list[tuple[Section, list[Line]]]:
    """Return every row of a checklist in the law's order, grouped by the law's sections, in a few queries."""
    law, mine = checklist.catalogue, ChecklistItem.objects.filter(reached(by), checklist=checklist)
    found = _read(by, law, mine)
    by_section: dict[str, list[Line]] = {section.id: [] for section in law.sections}
    for row in law.rows:
        by_section[row.section].append(found[row.id])
    return [(section, by_section[section.id]) for section in law.sections]


def line_of(by: Membership, item: ChecklistItem) -> Line:
    """Return one row as the list shows it."""
    mine = ChecklistItem.objects.filter(reached(by), pk=item.pk)
    return _read(by, item.checklist.catalogue, mine)[item.row_id]


def pieces_of(by: Membership, items: QuerySet[ChecklistItem]) -> dict[UUID, list[Piece]]:
    """Return the evidence of rows that was not withdrawn, by the rows' ids, in the order in which it was attached."""
    fields = (
        *("item_id", "evidence_id", "evidence__title", "version_id"),
        *("version__kind", "version__valid_until", "evidence__latest__kind", "evidence__latest__valid_until"),
    )
    live = ItemEvidence.objects.filter(item__in=items, evidence__withdrawn_at=None).order_by("attached_at")
    attached = list(live.values_list(*fields))
    ids = {one[1] for one in attached}
    moved_on, over, today = stale(by.organisation_id, ids), crossed(by.organisation_id, ids), timezone.now().date()
    made: dict[tuple[UUID, UUID | None], Piece] = {}
    found: dict[UUID, list[Piece]] = {}
    for item_id, pk, title, version, *of_version, latest_kind, latest_until in attached:
        if (pk, version) not in made:
            kind, until = of_version if version else (latest_kind, latest_until)
            told = tuple(moved_on.get(pk, ())), tuple(over.get(pk, ()))
            made[pk, version] = Piece(pk, title, kind, _over(until, today), *told)
        found.setdefault(item_id, []).append(made[pk, version])
    return found


def stands(verdict: str, progress: str, again: str | datetime | None, pieces: Iterable[Piece]) -> Footing:
    """Return what the answer to a row stands on; `again` says that it has to be confirmed."""
    pieces = tuple(pieces)
    return footing(
        verdict,
        progress,
        again=bool(again),
        documents=sum(one.kind != Kind.NOTE and not one.expired for one in pieces),
        stale=any(one.expired or one.stale for one in pieces),
        crossed=any(one.crossed for one in pieces),
    )


def _read(by: Membership, law: Catalogue, items: QuerySet[ChecklistItem]) -> dict[str, Line]:
    pieces = pieces_of(by, items)
    reviews = Review.objects.filter(item__in=items).order_by("at").values_list("item_id", "decision", "at")
    last = {item_id: (decision, at) for item_id, decision, at in reviews}
    found = {}
    for item in items:
        own = tuple(pieces.get(item.pk, ()))
        on = stands(item.verdict, item.progress, item.confirm_again or item.stale_since, own)
        found[item.row_id] = Line(law.row(item.row_id), item, on, own, last.get(item.pk))
    return found


def footings_in(sections: Iterable[tuple[Section, list[Line]]], kinds: Iterable[str]) -> Counter[str]:
    """Return how many of the rows that count stand where; `kinds` are the kinds of rows that count."""
    counted = frozenset(kinds)
    return Counter(
        line.footing.value for _section, some in sections for line in some if line.counts and line.row.kind in counted
    )


def counts_in(sections: Iterable[tuple[Section, list[Line]]], catalogue: Catalogue) -> Counts:
    """Return the same counts from rows that were read already."""
    result = Counts()
    for line in (line for _section, lines in sections for line in lines):
        result.all[line.item.progress] += 1
        if line.row.kind in catalogue.progress_kinds and line.item.binding != Binding.NO:
            result.progress[line.item.progress] += 1
            result.verdict[line.item.verdict] += 1
    return result


def bindings_in(sections: Iterable[tuple[Section, list[Line]]]) -> Counter[str]:
    """Return how many rows apply, will apply, do not apply or are undetermined."""
    return Counter(line.item.binding for _section, lines in sections for line in lines)


def _over(until: date | None, today: date) -> bool:
    return until is not None and until < today
