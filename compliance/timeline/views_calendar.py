"""A timeline as a calendar: a file to take in once, and a secret address to subscribe to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from compliance.people.models import Membership
from compliance.people.rules import can
from compliance.systems.models import AISystem
from compliance.systems.queries import systems
from compliance.timeline import actions, feed, queries
from compliance.timeline.events import Event, in_order
from compliance.web.member import find, member_page

PER_HOUR = 60  # a calendar asks a few times a day; this leaves room for several devices
TYPE = "text/calendar; charset=utf-8"


@member_page("view")
def timeline_file(request: HttpRequest, by: Membership) -> HttpResponse:
    """The organisation's timeline as a file."""
    return _file(by, systems(by), by.organisation.slug, None)


@member_page("view")
def timeline_system_file(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """One system's timeline as a file."""
    system = find(systems(by), pk)
    return _file(by, [system], f"{by.organisation.slug}-{str(system.pk)[:8]}", system)


def _file(by: Membership, of: Iterable[AISystem], name: str, system: AISystem | None) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.ics"'}
    return HttpResponse(_bytes(by, of, system), content_type=TYPE, headers=headers)


def _bytes(by: Membership, of: Iterable[AISystem], system: AISystem | None) -> bytes:
    dated, _open = in_order(queries.events(by, of, now().date()))
    title = f"{system} – Probanda" if system else f"{by.organisation.name} – Probanda"

    def address(one: Event) -> str:
        page = reverse("timeline_system", kwargs={"org": by.organisation.slug, "pk": one.system_id})
        return f"{settings.BASE_URL.rstrip('/')}{page}"

    return feed.written(title, dated, address)


@member_page("view")
def timeline_calendars(request: HttpRequest, by: Membership) -> HttpResponse:
    """The member's own secret addresses; a new one is shown once."""
    own = list(systems(by))
    made, address = None, ""
    if request.method == "POST":
        chosen = request.POST.get("system", "")
        system = next((one for one in own if str(one.pk) == chosen), None)
        if chosen and system is None:
            messages.error(request, _("There is no such AI system."))
            return redirect("timeline_calendars", org=by.organisation.slug)
        made, token = actions.make_address(by=by, system=system)
        address = settings.BASE_URL.rstrip("/") + reverse("calendar_feed", kwargs={"token": token})
    told = {
        "addresses": queries.addresses(by),
        "systems": own,
        "made": made,
        "address": address,
        "wanted": request.GET.get("system", ""),
        "per_hour": PER_HOUR,
    }
    return render(request, "timeline/calendars.html", told)


@member_page("view")
def timeline_close(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Close one's own address."""
    if request.method == "POST":  # whoever had to sign in in the middle comes back here
        actions.revoke_address(by=by, address=find(queries.addresses(by), pk))
        messages.success(request, _("The address is closed; calendars that use it get nothing any more."))
    return redirect("timeline_calendars", org=by.organisation.slug)


@require_safe
def feed_of(request: HttpRequest, token: str) -> HttpResponse:
    """What the member of a secret address may see, without a session; 404 for any address that is not open."""
    found = queries.address_of(token)
    if found is None or not can(found.membership, "view"):
        return HttpResponse(_("There is no calendar here."), status=404, content_type="text/plain; charset=utf-8")
    if _too_often(str(found.pk)):
        headers = {"Retry-After": "3600"}
        sentence = _("This calendar was asked for too often; ask again in an hour.")
        return HttpResponse(sentence, status=429, content_type="text/plain; charset=utf-8", headers=headers)
    by = found.membership
    of = [found.system] if found.system is not None else systems(by)
    data = _bytes(by, of, found.system)
    etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex"}
    if etag in [one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")]:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(data, content_type=TYPE, headers=headers)


def _too_often(address: str) -> bool:
    key = f"calendar-{address}-{now():%Y%m%d%H}"
    if cache.add(key, 1, timeout=3600):
        return False
    try:
        return int(cache.incr(key)) > PER_HOUR
    except ValueError:  # it was dropped for want of room between the two
        return False
