"""The browser's side of an upload by pieces: begin, ask how far it is, send a piece, give it up.

The words are those of tus 1.0.0 (creation, checksum, termination): Upload-Length, Upload-Metadata, Upload-Offset and
Upload-Checksum.
"""

from __future__ import annotations

import base64
import binascii
from typing import IO, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.uploads import actions
from compliance.uploads.models import Upload
from compliance.web.member import find, member_page

ABILITY = "add_evidence"
STATUS = {"upload-offset": 409, "upload-busy": 423, "upload-damaged": 460, "disk-full": 507}
"""The status of a refusal, as tus has it; any other is 413."""


@member_page(ABILITY)
def uploads_begin(request: HttpRequest, by: Membership) -> HttpResponse:
    """Make room for a file."""
    if request.method != "POST":
        return redirect("evidence_new", org=by.organisation.slug)
    length = request.headers.get("Upload-Length", "")
    if not length.isascii() or not length.isdigit():
        return HttpResponse("The header Upload-Length says how many bytes will come.", status=400)
    try:
        named = {"file_name": _metadata(request, "filename"), "stamp": _metadata(request, "stamp")}
        upload = actions.begin(by=by, size=int(length[:18]), **named)
    except Refused as refused:
        return _told(refused)
    at = reverse("uploads_piece", kwargs={"org": by.organisation.slug, "pk": upload.pk})
    # The sender compares this with its own bytes before it goes on where it stopped.
    here = {"pieces": actions.pieces_digest(upload, full=True)} if upload.received else {}
    answer = JsonResponse({"id": str(upload.pk), **here}, status=201)
    answer["Location"] = at
    return _stamped(answer, upload)


@member_page(ABILITY)
def uploads_piece(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Say how much is here; take in one piece more (PATCH); or forget it all (DELETE)."""
    upload = find(Upload.objects.filter(by=by, held=False), pk)
    if request.method == "DELETE":
        actions.forget(upload)
        return HttpResponse(status=204)
    if request.method == "POST":  # the button of a page, with or without JavaScript
        actions.forget(upload)
        messages.success(request, gettext("What was sent of {name} is forgotten.").format(name=upload.file_name))
        return redirect(_back(request, by))
    if request.method != "PATCH":
        return _stamped(HttpResponse(status=200), upload)
    offset = request.headers.get("Upload-Offset", "")
    if not offset.isascii() or not offset.isdigit():
        return HttpResponse("The header Upload-Offset says where the piece begins.", status=400)
    try:
        stream = cast(IO[bytes], request)
        actions.take_piece(by=by, upload=upload, offset=int(offset[:18]), stream=stream, sha256=_checksum(request))
    except Refused as refused:
        return _told(refused)
    except UnreadablePostError:  # the connection broke; nobody is left to answer to
        return HttpResponse(status=400)
    return _stamped(HttpResponse(status=204), upload)


def _back(request: HttpRequest, by: Membership) -> str:
    """Return the page of this site that the button was on, or else where files are sent."""
    came_from = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        return came_from
    return reverse("evidence_new", kwargs={"org": by.organisation.slug})


def _stamped(answer: HttpResponse, upload: Upload) -> HttpResponse:
    answer["Tus-Resumable"] = "1.0.0"
    answer["Upload-Offset"], answer["Upload-Length"] = str(upload.received), str(upload.size)
    answer["Cache-Control"] = "no-store"
    return answer


def _told(refused: Refused) -> HttpResponse:
    found = [problem.as_json() for problem in refused.problems]
    return JsonResponse({"problems": found, "told": str(refused)}, status=STATUS.get(refused.code, 413))


def _metadata(request: HttpRequest, name: str) -> str:
    """Return what `Upload-Metadata: NAME BASE64` says under a name."""
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        key, _, value = pair.strip().partition(" ")
        if key == name:
            try:
                return base64.b64decode(value, validate=True).decode("utf-8", "replace")
            except (binascii.Error, ValueError):
                return ""
    return ""


def _checksum(request: HttpRequest) -> str:
    """Return, as hexadecimal digits, what `Upload-Checksum: sha256 BASE64` says; nothing where it says nothing."""
    kind, _, value = request.headers.get("Upload-Checksum", "").partition(" ")
    if kind != "sha256":
        return ""
    try:
        return base64.b64decode(value, validate=True).hex()
    except (binascii.Error, ValueError):
        return "0"  # a checksum that is none fits no piece
