"""How the work stands: of one checklist, and of all of an organisation."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.checklists import queries as checklist_queries
from compliance.checklists.footing import MEANING, Footing
from compliance.checklists.models import Checklist
from compliance.people.models import Membership
from compliance.progress import picture, queries
from compliance.progress.queries import Grouped, Standing
from compliance.progress.steps import next_steps
from compliance.web.member import find, member_page

SPAN = datetime.timedelta(days=180)  # how far back the picture over time goes
_BY: dict[str, tuple[Any, Any]] = {
    "law": (gettext_lazy("By law"), gettext_lazy("Law")),
    "article": (gettext_lazy("By article"), gettext_lazy("Article")),
    "system": (gettext_lazy("By AI system"), gettext_lazy("AI system")),
    "owner": (gettext_lazy("By owner"), gettext_lazy("Owner")),
}


@member_page("view")
def progress_all(request: HttpRequest, by: Membership) -> HttpResponse:
    """All checklists in use: by law, article, AI system or owner."""
    checklists = list(checklist_queries.in_use(by))
    return _page(request, by, checklists, None, ("law", "system", "owner", "article"))


@member_page("view")
def progress_checklist(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """One checklist: by article or owner."""
    checklist = find(checklist_queries.checklists(by), pk)
    return _page(request, by, [checklist], checklist, ("article", "owner"))


def _page(
    request: HttpRequest, by: Membership, checklists: list[Checklist], of: Checklist | None, offered: tuple[str, ...]
) -> HttpResponse:
    today = timezone.now().date()  # in UTC, as days are counted
    rows = queries.standings(by, checklists, timezone.localdate())
    chosen = request.GET.get("by", "")
    chosen = chosen if chosen in offered else offered[0]
    counts = queries.counted(rows)
    groups: dict[str, Callable[[list[Standing]], Grouped]] = {
        "law": queries.by_law,
        "system": queries.by_system,
        "owner": lambda some: queries.by_owner(by, some),
        "article": lambda some: queries.by_article(some, one_law=of is not None),
    }
    title, first = _BY[chosen]
    days = queries.course(by, today - SPAN, of)
    days = [one for one in days if one[0] != today] + [(today, counts)]
    told = {
        "checklist": of,
        "rows": len(rows),
        "places": _places(counts),
        "bar": picture.bar("all-rows", _("What the rows stand on"), counts) if rows else "",
        "tabs": [(name, _BY[name][0], name == chosen) for name in offered],
        "groups": picture.groups(str(title), str(first), groups[chosen](rows)) if rows else None,
        "course": picture.over_time(_("Day by day"), days) if len(days) > 1 and rows else None,
        "steps": next_steps(rows),
        "since": today - SPAN,
    }
    return render(request, "progress/page.html", told)


def _places(counts: queries.Counts) -> list[dict[str, Any]]:
    return [
        {"value": one.value, "label": one.label, "meaning": MEANING[one], "count": counts.get(one.value, 0)}
        for one in Footing
    ]
