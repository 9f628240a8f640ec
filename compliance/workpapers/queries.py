"""Find workpapers, always within the reach of `by`."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from compliance.checklists.models import ChecklistItem
from compliance.checklists.queries import carried_line, items
from compliance.people.models import Membership
from compliance.workpapers.models import Workpaper, WorkpaperVersion


def workpapers(by: Membership) -> QuerySet[Workpaper]:
    """Return the workpapers that `by` may see, each with its versions, the newest first."""
    versions = WorkpaperVersion.objects.select_related("prepared_by__user", "reviewed_by__user").order_by("-number")
    return (
        Workpaper.objects.filter(item__in=items(by).prefetch_related(None))
        .select_related("item__checklist__system", "item__checklist__organisation")
        .prefetch_related(Prefetch("versions", versions))
    )


def of_row(by: Membership, item: ChecklistItem) -> QuerySet[Workpaper]:
    """Return the workpapers of a row, with those made under older texts of the law; in the order they were begun."""
    return workpapers(by).filter(item__in=carried_line(item)).order_by("item__checklist__text_version", "number")
