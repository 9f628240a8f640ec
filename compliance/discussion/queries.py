"""Read what was said about a row."""

from __future__ import annotations

from django.db.models import QuerySet

from compliance.checklists.models import ChecklistItem
from compliance.checklists.queries import carried_line
from compliance.discussion.models import Remark
from compliance.people.models import Membership


def of_row(by: Membership, item: ChecklistItem) -> QuerySet[Remark]:
    """Return what was said about a row, also under older texts of the law, the oldest first; a guest sees none."""
    if by.is_guest:
        return Remark.objects.none()
    mine = Remark.objects.filter(item__checklist__organisation_id=by.organisation_id, item__in=carried_line(item))
    return mine.select_related("by__user", "item__checklist").prefetch_related("named__user").order_by("at")
