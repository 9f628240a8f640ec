"""Read checklists, always of one organisation, with a fixed number of queries however many rows there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, When

from compliance.checklists.models import (
    Binding,
    Checklist,
    ChecklistItem,
    Decision,
    ItemEvidence,
    Preparer,
    Progress,
    Review,
)
from compliance.determinations.models import Determination
from compliance.evidence import queries as evidence_queries
from compliance.evidence.models import Evidence, EvidenceVersion, SpeaksOf
from compliance.frameworks.catalogues import catalogue
from compliance.people.models import Membership
from compliance.people.reach import within
from compliance.people.rules import can


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
    return (
        Checklist.objects.filter(within(by, law="law"))
        .select_related("system", "organisation", "opened_by__user", "moved_from", "determination__signed_by__user")
        .defer("determination__result", "determination__facts")
    )


def reached(by: Membership) -> Q:
    """Return the condition that rows of checklists are among those that `by` may see."""
    return within(by, organisation="checklist__organisation_id", system="checklist__system_id", law="checklist__law")


def items(by: Membership) -> QuerySet[ChecklistItem]:
    """Return the rows that `by` may see, with evidence, reviews and who prepared them in three more queries."""
    attachments = ItemEvidence.objects.select_related(
        "evidence__added_by__user", "evidence__latest", "version", "attached_by__user"
    )
    reviews = Review.objects.select_related(
        "reviewer__user", "in_place_of__user", "submitted_by__user", "carried_from__item__checklist"
    )
    return (
        ChecklistItem.objects.filter(reached(by))
        .select_related(
            *("checklist__system", "checklist__organisation", "owner__user", "submitted_by__user"),
            "carried_from__checklist",
        )
        .prefetch_related(Prefetch("attachments", attachments), Prefetch("reviews", reviews), "preparers")
    )


def in_use(by: Membership) -> QuerySet[Checklist]:
    """Return the checklists that take changes: neither replaced by one under a newer text, nor of an undone move."""
    return checklists(by).filter(undone_at=None).exclude(moved_to__in=Checklist.objects.filter(undone_at=None))


def resting_on(by: Membership, determination: Determination) -> QuerySet[Checklist]:
    """Return the checklist in use that a determination can be applied to: of its system, under its text."""
    return in_use(by).filter(
        system=determination.system_id, law=determination.law, text_version=determination.text_version
    )


def put_aside(by: Membership) -> QuerySet[Checklist]:
    """Return the checklists that are kept to be read: replaced by one under a newer text. Undone moves are left out."""
    return checklists(by).filter(undone_at=None, moved_to__in=Checklist.objects.filter(undone_at=None))


def counts(checklist: Checklist) -> Counts:
    """Return how many rows of one checklist stand where; see :func:`counts_of`."""
    return counts_of([checklist])[checklist.pk]


def counts_of(checklists: Collection[Checklist]) -> dict[UUID, Counts]:
    """Return for each checklist, in one query, how many rows stand where: by `progress`, by `verdict`, and `all`.

    The first two count duties, prohibitions and conditions only, and none that a determination says does not apply: an
    option that nobody uses is not unfinished work.
    """
    bind = Q(pk=None)
    for law, version in {(one.law, one.text_version) for one in checklists}:
        rows = [row.id for row in catalogue(law, version).counted_rows]
        bind |= Q(checklist__law=law, checklist__text_version=version, row_id__in=rows)
    found = {one.pk: Counts() for one in checklists}
    groups = (
        ChecklistItem.objects.filter(checklist__in=found).order_by().values_list("checklist", "progress", "verdict")
    )
    for pk, progress, verdict, rows, counted in groups.annotate(
        rows=Count("pk"), counted=Count("pk", filter=bind & ~Q(binding=Binding.NO))
    ):
        found[pk].all[progress] += rows
        found[pk].progress[progress] += counted
        found[pk].verdict[verdict] += counted
    return found


def no_longer_asked(checklist: Checklist) -> list[ChecklistItem]:
    """Return the rows of the older text with something said on them that the checklist's own text does not have."""
    old = checklist.moved_from
    if old is None:
        return []
    gone = [row.id for row in old.catalogue.rows if row.id not in checklist.catalogue]
    return list(old.items.filter(row_id__in=gone).exclude(progress=Progress.TO_DO))


def carried_line(item: ChecklistItem) -> list[UUID]:
    """Return the row and those that it was carried over from, three texts of the law back at most, in one query."""
    back = ["pk", *("__".join(["carried_from"] * steps + ["pk"]) for steps in (1, 2, 3))]
    found = ChecklistItem.objects.filter(pk=item.pk).values_list(*back).first() or ()
    return [pk for pk in found if pk is not None]


def neighbours(item: ChecklistItem) -> tuple[ChecklistItem | None, ChecklistItem | None]:
    """Return the rows before and after this one in its checklist."""
    places = item.position - 1, item.position + 1
    found = {
        one.position: one for one in ChecklistItem.objects.filter(checklist_id=item.checklist_id, position__in=places)
    }
    return found.get(places[0]), found.get(places[1])


def attachable(by: Membership, item: ChecklistItem, text: str = "") -> QuerySet[Evidence]:
    """Return the pieces that could be attached to a row: this system's first, the newest first."""
    named = SpeaksOf.objects.filter(version=OuterRef("latest"))
    here = Case(
        When(Exists(named.filter(system_id=item.checklist.system_id)), then=0), When(~Exists(named), then=1), default=2
    )
    free = evidence_queries.evidence(by).filter(withdrawn_at=None).exclude(attachments__item=item)
    return evidence_queries.containing(by, free, text).order_by(here, "-added_at")


def attached_with_versions(item: ChecklistItem) -> list[tuple[ItemEvidence, list[int]]]:
    """Return what is attached to a row, each with the numbers of the piece's versions, the newest first."""
    numbers: dict[UUID, list[int]] = {}
    versions = EvidenceVersion.objects.filter(evidence__attachments__item=item).order_by("-number")
    for piece, number in versions.values_list("evidence_id", "number"):
        numbers.setdefault(piece, []).append(number)
    return [(one, numbers.get(one.evidence_id, [])) for one in item.attachments.all()]


def review_queue(by: Membership) -> QuerySet[ChecklistItem]:
    """Return what waits for a decision that `by` may take: what is due first, then what waits longest.

    What they prepared, or have accepted already, waits for others.
    """
    if not can(by, "review_items"):
        return items(by).none()
    waiting = Q(progress__in=[Progress.SUBMITTED, Progress.IN_REVIEW])
    mine = items(by).filter(waiting, checklist__in=in_use(by))
    own = Preparer.objects.filter(item=OuterRef("pk"), member=by)
    decided = Review.objects.filter(
        item=OuterRef("pk"), reviewer=by, submitted_at=OuterRef("submitted_at"), decision=Decision.ACCEPTED
    )
    mine = mine.exclude(submitted_by__user_id=by.user_id).exclude(Exists(own)).exclude(Exists(decided))
    return mine.order_by(F("due_on").asc(nulls_last=True), "submitted_at", "pk")
