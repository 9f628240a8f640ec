"""Rooms as the organisation keeps them: open one, see what was done in it, answer, close."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from audits.dossiers.queries import dossiers
from audits.rooms import actions, queries
from audits.rooms.forms import RoomForm, TextForm
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.rules import can
from compliance.trail import presenters
from compliance.trail import queries as trail_queries
from compliance.web.forms import acted, take_in
from compliance.web.member import find, member_page

ABILITY = "open_rooms"


@member_page("view")
def rooms_list(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """The rooms in which a dossier is shown."""
    dossier = find(dossiers(by), pk)
    told = {"dossier": dossier, "rooms": queries.of_dossier(by, dossier), "may": can(by, ABILITY)}
    return render(request, "rooms/list.html", told)


@member_page(ABILITY)
def rooms_new(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Open a room; link and code are shown on this page and never again."""
    dossier = find(dossiers(by), pk)
    form = RoomForm(request.POST if request.method == "POST" else None)
    told = {"dossier": dossier, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            room, token, code = actions.open_room(by=by, dossier=dossier, **form.said)
        except Refused as refused:
            take_in(form, refused)
        else:
            link = settings.BASE_URL + reverse("room_door", args=[token])
            told |= {"room": room, "link": link, "code": f"{code[:5]}-{code[5:]}"}
            response = render(request, "rooms/opened.html", told)
            response["Cache-Control"] = "no-store"
            return response
    return render(request, "rooms/new.html", told, status=400 if form.errors else 200)


@member_page("view", writing=ABILITY)
def rooms_detail(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """What was done in a room, and what was asked; a POST answers one question."""
    room = find(queries.rooms(by), pk)
    asked = {str(one.pk): one for one in room.questions.select_related("answered_by__user")}
    forms = {pk: TextForm(auto_id=f"{pk}_%s") for pk, one in asked.items() if one.answered_at is None}
    if request.method == "POST":
        pk_of = request.POST.get("question", "")
        if pk_of in forms:
            forms[pk_of] = TextForm(request.POST, auto_id=f"{pk_of}_%s")
            if acted(forms[pk_of], actions.answer, by=by, question=asked[pk_of]):
                messages.success(request, _("The answer is in the room."))
                return redirect("rooms_detail", org=by.organisation.slug, pk=pk)
    told = {
        "room": room,
        "dossier": room.dossier,
        "questions": [(one, forms.get(str(one.pk))) for one in asked.values()],
        "may": can(by, ABILITY),
        "trail": presenters.told(
            trail_queries.of_subject(by.organisation_id, room.subject)[:100], by.organisation.slug, here=room.pk
        ),
    }
    wrong = any(form.errors for form in forms.values())
    return render(request, "rooms/detail.html", told, status=400 if wrong else 200)


@member_page(ABILITY)
def rooms_revoke(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Close a room at once."""
    room = find(queries.rooms(by), pk)
    if request.method == "POST":
        actions.revoke(by=by, room=room)
        messages.success(request, _("The room is closed."))
    return redirect("rooms_detail", org=by.organisation.slug, pk=pk)
