"""The browser's side of an upload by pieces: begin, ask how far it is, send a piece, give it up.

The words are those of tus 1.0.0 (creation, checksum, termination): Upload-Length, Upload-Metadata, Upload-Offset and
Upload-Checksum.
"""

from __future__ import annotations

import base64
import binascii
from typing import IO, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.shortcuts import redirect
from django.urls import reverse

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
        upload = actions.begin(by=by, file_name=_file_name(request), size=int(length[:18]))
    except Refused as refused:
        return _told(refused)
    at = reverse("uploads_piece", kwargs={"org": by.organisation.slug, "pk": upload.pk})
    answer = JsonResponse({"id": str(upload.pk)}, status=201)
    answer["Location"] = at
    return _stamped(answer, upload)


@member_page(ABILITY)
def uploads_piece(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Say how much is here; take in one piece more (PATCH); or forget it all (DELETE)."""
    upload = find(Upload.objects.filter(by=by), pk)
    if request.method == "DELETE":
        actions.forget(upload)
        return HttpResponse(status=204)
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


def _stamped(answer: HttpResponse, upload: Upload) -> HttpResponse:
    answer["Tus-Resumable"] = "1.0.0"
    answer["Upload-Offset"], answer["Upload-Length"] = str(upload.received), str(upload.size)
    answer["Cache-Control"] = "no-store"
    return answer


def _told(refused: Refused) -> HttpResponse:
    found = [problem.as_json() for problem in refused.problems]
    return JsonResponse({"problems": found, "told": str(refused)}, status=STATUS.get(refused.code, 413))


def _file_name(request: HttpRequest) -> str:
    """Return the name in `Upload-Metadata: filename BASE64`."""
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        key, _, value = pair.strip().partition(" ")
        if key == "filename":
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
