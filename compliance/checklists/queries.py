"""Read checklists, always of one organisation, with a fixed number of queries however many rows there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Case, Count, Prefetch, Q, QuerySet, When

from compliance.catalogue.schema import Catalogue, Row, Section
from compliance.checklists.models import Checklist, ChecklistItem, ItemEvidence, Progress, Review
from compliance.evidence import queries as evidence_queries
from compliance.evidence.models import Evidence
from compliance.frameworks.catalogues import catalogue
from compliance.people.models import Membership
from compliance.people.rules import can


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the law beside its item."""

    row: Row
    item: ChecklistItem


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows stand where: stored word to number. `all` counts every row, the others those that bind."""

    progress: Counter[str] = field(default_factory=Counter)
    verdict: Counter[str] = field(default_factory=Counter)
    all: Counter[str] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        return self.all.total()

    @property
    def binding(self) -> int:
        return self.progress.total()


def checklists(by: Membership) -> QuerySet[Checklist]:
    """Return the checklists that `by` may see."""
    return Checklist.objects.filter(organisation_id=by.organisation_id).select_related(
        "system", "organisation", "opened_by__user"
    )


def items(by: Membership) -> QuerySet[ChecklistItem]:
    """Return the rows that `by` may see, with evidence and reviews fetched in two more queries."""
    attachments = ItemEvidence.objects.select_related("evidence__added_by__user", "attached_by__user")
    reviews = Review.objects.select_related("reviewer__user", "submitted_by__user")
    return (
        ChecklistItem.objects.filter(checklist__organisation_id=by.organisation_id)
        .select_related("checklist__system", "checklist__organisation", "owner__user", "submitted_by__user")
        .prefetch_related(Prefetch("attachments", attachments), Prefetch("reviews", reviews))
    )


def lines(by: Membership, checklist: Checklist) -> list[tuple[Section, list[Line]]]:
    """Return every row of a checklist in the law's order, grouped by the law's sections."""
    catalogue = checklist.catalogue
    found = {item.row_id: item for item in items(by).filter(checklist=checklist)}
    return [
        (section, [Line(row, found[row.id]) for row in catalogue.rows if row.section == section.id])
        for section in catalogue.sections
    ]


def counts(checklist: Checklist) -> Counts:
    """Return how many rows of one checklist stand where; see :func:`counts_of`."""
    return counts_of([checklist])[checklist.pk]


def counts_of(checklists: Collection[Checklist]) -> dict[UUID, Counts]:
    """Return for each checklist, in one query, how many rows stand where: by `progress`, by `verdict`, and `all`.

    The first two count duties, prohibitions and conditions only: an option that nobody uses is not unfinished work.
    """
    bind = Q(pk=None)
    for law, version in {(one.law, one.text_version) for one in checklists}:
        rows = [row.id for row in catalogue(law, version).counted_rows]
        bind |= Q(checklist__law=law, checklist__text_version=version, row_id__in=rows)
    found = {one.pk: Counts() for one in checklists}
    groups = (
        ChecklistItem.objects.filter(checklist__in=found).order_by().values_list("checklist", "progress", "verdict")
    )
    for pk, progress, verdict, rows, binding in groups.annotate(rows=Count("pk"), binding=Count("pk", filter=bind)):
        found[pk].all[progress] += rows
        found[pk].progress[progress] += binding
        found[pk].verdict[verdict] += binding
    return found


def counts_in(sections: Iterable[tuple[Section, list[Line]]], catalogue: Catalogue) -> Counts:
    """Return the same counts from rows that were read already."""
    result = Counts()
    for line in (line for _section, lines in sections for line in lines):
        result.all[line.item.progress] += 1
        if line.row.kind in catalogue.progress_kinds:
            result.progress[line.item.progress] += 1
            result.verdict[line.item.verdict] += 1
    return result


def neighbours(item: ChecklistItem) -> tuple[ChecklistItem | None, ChecklistItem | None]:
    """Return the rows before and after this one in its checklist."""
    places = item.position - 1, item.position + 1
    found = {
        one.position: one for one in ChecklistItem.objects.filter(checklist_id=item.checklist_id, position__in=places)
    }
    return found.get(places[0]), found.get(places[1])


def attachable(by: Membership, item: ChecklistItem, text: str = "") -> QuerySet[Evidence]:
    """Return the pieces that could be attached to a row: this system's first, the newest first."""
    here = Case(When(system_id=item.checklist.system_id, then=0), When(system=None, then=1), default=2)
    free = evidence_queries.evidence(by).filter(withdrawn_at=None).exclude(attachments__item=item)
    return evidence_queries.containing(free, text).order_by(here, "-added_at")


def review_queue(by: Membership) -> QuerySet[ChecklistItem]:
    """Return what waits for a decision that `by` may take, the oldest first."""
    if not can(by, "review_items"):
        return items(by).none()
    waiting = Q(progress__in=[Progress.SUBMITTED, Progress.IN_REVIEW])
    return items(by).filter(waiting).exclude(submitted_by__user_id=by.user_id).order_by("submitted_at")
