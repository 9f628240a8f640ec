"""A room as its guest sees it. A link that leads nowhere, one that is closed and one that never was answer alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from html import escape
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from audits.dossiers.actions import contents
from audits.dossiers.stamping import stamped
from audits.rooms import actions, queries
from audits.rooms.forms import CodeForm, TextForm
from audits.rooms.models import Room
from compliance.evidence import blobs
from compliance.lib.problems import Refused
from compliance.trail.origin import REQUEST, coming_from
from compliance.web.addresses import client_address
from compliance.web.forms import acted

COOKIE = "room"
PDF = "application/pdf"


def private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep pages of rooms out of caches, referrers and search machines; acts in them come from the guest's address."""

    @wraps(view)
    def inner(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        with coming_from(REQUEST, client_address(request)):
            response = view(request, token, **kwargs)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response

    return require_http_methods(["GET", "HEAD", "POST"])(inner)


@private
def room_door(request: HttpRequest, token: str) -> HttpResponse:
    """The door, and behind it the room."""
    room = queries.behind(actions.digest(token))
    if room is None or not room.is_open:
        raise Http404(_("This link leads nowhere."))
    if _is_inside(request, room):
        return _inside(request, token, room, TextForm())
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        entered = actions.enter(token=token, code=form.cleaned_data["code"])
        if entered is not None:
            response = redirect("room_door", token)
            response.set_cookie(
                COOKIE,
                entered[1],
                path=f"/room/{token}/",
                expires=room.closes_at,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Strict",
            )
            return response
        form.add_error("code", _("This code does not open the room. After five wrong ones none does any more."))
    return render(request, "rooms/door.html", {"form": form}, status=400 if form.errors else 200)


@private
def room_ask(request: HttpRequest, token: str) -> HttpResponse:
    """Keep a question of the guest."""
    room = _room(request, token)
    if request.method != "POST":
        return redirect("room_door", token)
    form = TextForm(request.POST)
    if acted(form, actions.ask, room=room):
        return redirect("room_door", token)
    return _inside(request, token, room, form)


@private
def room_dossier(request: HttpRequest, token: str) -> HttpResponse:
    """The signed file as it is: a mark in it would break the signature that the guest is to check."""
    room = _room(request, token)
    data = blobs.read(room.organisation_id, room.dossier.signed_sha256)
    actions.take(room=room, what="the signed dossier", sha256=room.dossier.signed_sha256)  # a record: not translated
    return _file(data, "dossier.pdf", PDF)


@private
def room_evidence(request: HttpRequest, token: str, sha256: str) -> HttpResponse:
    """A file of evidence that the guest may have: a PDF with the guest's name across it, others as they are kept."""
    room = _room(request, token)
    manifest, _attachments = contents(room.dossier)
    kept = {one[1]: one for piece in queries.shown(room, manifest) for one in piece["kept"]}
    if sha256 not in kept:
        raise Http404(_("There is no such page."))
    name = kept[sha256][0] or f"{sha256[:12]}.txt"
    data = blobs.read(room.organisation_id, sha256)
    if data[:5] == b"%PDF-":
        try:
            data = stamped(data, _mark(room))
        except Refused as refused:
            return _inside(request, token, room, TextForm(), str(refused))
    actions.take(room=room, what=name, sha256=sha256)
    return _file(data, name, "application/octet-stream")


@private
def room_mark(request: HttpRequest, token: str) -> HttpResponse:
    """The guest's name, over and over, to lie across the page."""
    text = escape(_mark(_room(request, token)))
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="1600" viewBox="0 0 1600 1600">'
        + "".join(
            f'<text x="{x}" y="{y}" font-family="sans-serif" font-size="22" fill="#8a8f98" fill-opacity="0.22" '
            f'transform="rotate(-24 {x} {y})">{text}</text>'
            for y in range(80, 1600, 190)
            for x in (20, 620, 1220)
        )
        + "</svg>"
    )
    return HttpResponse(svg, content_type="image/svg+xml")


def _room(request: HttpRequest, token: str) -> Room:
    room = queries.behind(actions.digest(token))
    if room is None or not _is_inside(request, room):
        raise Http404(_("This link leads nowhere."))
    return room


def _is_inside(request: HttpRequest, room: Room) -> bool:
    return queries.is_inside(room, actions.digest(request.COOKIES.get(COOKIE, "")))


def _inside(request: HttpRequest, token: str, room: Room, form: TextForm, problem: str = "") -> HttpResponse:
    manifest, _attachments = contents(room.dossier)
    told = {
        "room": room,
        "token": token,
        "dossier": room.dossier,
        "manifest": manifest,
        "evidence": queries.shown(room, manifest),
        "questions": room.questions.select_related("answered_by__user"),
        "form": form,
        "problem": problem,
    }
    return render(request, "rooms/room.html", told, status=400 if form.errors or problem else 200)


def _mark(room: Room) -> str:
    return f"{room.guest} · {room.closes_at:%Y-%m-%d} · {room.organisation.name}"


def _file(data: bytes, name: str, kind: str) -> HttpResponse:
    plain = "".join(one for one in name if one.isascii() and (one.isalnum() or one in "._- ")).strip() or "file"
    headers = {"Content-Disposition": f'attachment; filename="{plain}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(data, content_type=kind, headers=headers)
