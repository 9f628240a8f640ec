"""Who did what when, as sentences; and whether the chain still holds."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from compliance.people.models import Membership
from compliance.people.queries import members
from compliance.systems.queries import systems
from compliance.trail import queries
from compliance.trail.forms import TrailFilter
from compliance.web.member import member_page

A_PAGE = 50
MOST_BREAKS = 100


@member_page("view")
def trail_list(request: HttpRequest, by: Membership) -> HttpResponse:
    """The entries, newest first; `before` in the address is the place where the next older page begins."""
    entries = queries.entries(by.organisation_id)
    people = {str(one.user_id): one.name for one in members(by)}
    people |= dict(entries.exclude(actor_id__in=people).order_by().values_list("actor_id", "actor_name").distinct())
    filters = TrailFilter(
        request.GET,
        systems=[(str(system.pk), system) for system in systems(by)],
        people=sorted(people.items(), key=lambda one: one[1]),
        verbs=entries.order_by().values_list("verb", flat=True).distinct(),
    )
    found = filters.narrow(entries)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        found = found.filter(seq__lt=int(before))
    rows = list(found.order_by("-seq")[: A_PAGE + 1])
    told = {
        "filters": filters,
        "told": queries.told(rows[:A_PAGE]),
        "older": rows[A_PAGE - 1].seq if len(rows) > A_PAGE else None,
        "before": before,
    }
    return render(request, "trail/list.html", told)


@member_page("view")
def trail_check(request: HttpRequest, by: Membership) -> HttpResponse:
    """Read the whole chain of the organisation now, and name every entry that is not as it was written."""
    seq, sha256 = queries.head(by.organisation_id)
    breaks = list(queries.breaks(by.organisation_id))
    told = {"seq": seq, "sha256": sha256, "breaks": breaks[:MOST_BREAKS], "more": len(breaks) - MOST_BREAKS}
    return render(request, "trail/check.html", told)
