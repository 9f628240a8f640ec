"""Read checklists, always of one organisation, with a fixed number of queries however many rows there are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet

from compliance.catalogue import loader
from compliance.catalogue.schema import Row, Section
from compliance.checklists.models import Checklist, ChecklistItem, ItemEvidence, Progress, Review
from compliance.people.models import Membership
from compliance.people.rules import can


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the law beside its item."""

    row: Row
    item: ChecklistItem


def checklists(by: Membership) -> QuerySet[Checklist]:
    """Return the checklists that `by` may see."""
    return Checklist.objects.filter(organisation_id=by.organisation_id).select_related("system", "organisation")


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
    catalogue = loader.load(checklist.law, checklist.text_version)
    found = {item.row_id: item for item in items(by).filter(checklist=checklist)}
    return [
        (section, [Line(row, found[row.id]) for row in catalogue.rows if row.section == section.id])
        for section in catalogue.sections
    ]


def counts(checklist: Checklist) -> dict[str, Counter[str]]:
    """Return how many rows stand where: `progress` and `verdict`, over the rows that count, and over `all`.

    Only duties, prohibitions and conditions count: an option that nobody uses is not unfinished work.
    """
    catalogue = loader.load(checklist.law, checklist.text_version)
    counted = {row.id for row in catalogue.counted_rows}
    result: dict[str, Counter[str]] = {"progress": Counter(), "verdict": Counter(), "all": Counter()}
    for row_id, progress, verdict in checklist.items.values_list("row_id", "progress", "verdict"):
        result["all"][progress] += 1
        if row_id in counted:
            result["progress"][progress] += 1
            result["verdict"][verdict] += 1
    return result


def review_queue(by: Membership) -> QuerySet[ChecklistItem]:
    """Return what waits for a decision that `by` may take, the oldest first."""
    if not can(by, "review_items"):
        return items(by).none()
    waiting = Q(progress__in=[Progress.SUBMITTED, Progress.IN_REVIEW])
    return items(by).filter(waiting).exclude(submitted_by__user_id=by.user_id).order_by("submitted_at")
