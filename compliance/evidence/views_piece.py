"""One piece of evidence: its versions, what is shown of them, how it is handled, held and given out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _

from compliance.evidence import actions, blobs, child, holds, preview, queries, rules
from compliance.evidence.forms import FORMS, HandleForm, HoldForm
from compliance.evidence.keeping import FileText, LegalHold, LinkCapture
from compliance.evidence.models import Evidence, EvidenceFile, EvidenceVersion, Kind
from compliance.evidence.retention import Keeping, keepings
from compliance.evidence.words import excerpt
from compliance.lib.problems import Refused, sentence_against
from compliance.people.models import Membership
from compliance.people.rules import can, why_not
from compliance.trail import presenters
from compliance.trail import queries as trail
from compliance.web.forms import take_in
from compliance.web.member import find, member_page

BROKEN = ("bytes-missing", "bytes-changed")
SAFE = "sandbox; default-src 'none'; frame-ancestors 'none'"
PAGE_SECONDS = 30
MOST_PICTURE = 20 * 1024 * 1024


@member_page("view")
def evidence_detail(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Everything known about a piece, and the rows it speaks for."""
    evidence = find(queries.evidence(by).prefetch_related("tags"), pk)
    versions = list(evidence.versions.select_related("added_by__user").prefetch_related("files", "speaks_of__system"))
    number = request.GET.get("version", "")
    version = next((one for one in versions if str(one.number) == number), versions[0])
    version.evidence = evidence
    attachments = evidence.attachments.select_related("item__checklist__system", "version", "attached_by__user")
    attached = list(attachments.order_by("item__checklist__title", "item__position"))
    history = trail.of_subject(by.organisation_id, evidence.subject)
    told = {
        "evidence": evidence,
        "version": version,
        "versions": versions,
        "attachments": attached,
        "why": "" if can(by, "add_evidence") else why_not("add_evidence"),
        "why_not_read": _why_not_read(by, evidence),
        "same": queries.same_bytes(by, version)[:5],
        "hold": LegalHold.objects.filter(evidence=evidence, lifted_at=None).select_related("placed_by__user").first(),
        "capture": LinkCapture.objects.filter(version=version).first(),
        "keepings": _keepings(attached),
        "history": presenters.told(history, by.organisation.slug, here=evidence.pk),
        **_shown(request, by, version),
    }
    return render(request, "evidence/detail.html", told)


def _why_not_read(by: Membership, evidence: Evidence) -> str:
    return sentence_against(rules.check_read, by, evidence, hint=True)


def _keepings(attached: list[Any]) -> list[Keeping]:
    laws = {(one.item.checklist.law, one.item.checklist.text_version): one.item.checklist.catalogue for one in attached}
    return [keeping for law in laws.values() for keeping in keepings(law)]


def _shown(request: HttpRequest, by: Membership, version: EvidenceVersion) -> dict[str, Any]:
    """What is shown of the file that is asked for, or of the first: see :mod:`compliance.evidence.preview`."""
    if version.kind != Kind.FILE or not rules.can_read(by, version.evidence):
        return {"shown": None}
    files = version.kept
    file = next((one for one in files if str(one.position) == request.GET.get("file")), files[0])
    try:
        with blobs.store().open(by.organisation_id, file.sha256) as stream:
            shown = preview.of(file, stream)
    except Refused as refused:
        return {"shown": None, "broken": refused.problems[0].sentence}
    text = FileText.objects.filter(organisation_id=by.organisation_id, sha256=file.sha256).first()
    pages = text.pages if text else 0
    page = request.GET.get("page", "")
    number = min(max(int(page) if page.isdecimal() and len(page) < 6 else 1, 1), max(pages, 1))
    words = request.GET.get("q", "")[:200]
    return {
        "shown": shown,
        "file": file,
        "text": text,
        "pages": pages,
        "page_number": number,
        "found": excerpt(text.text, words) if text and words else "",
    }


@member_page("add_evidence")
def evidence_version(request: HttpRequest, by: Membership, pk: UUID, kind: str = Kind.FILE) -> HttpResponse:
    """Add a newer version of a piece: files, a link or a note."""
    evidence = find(queries.evidence(by), pk)
    before = evidence.newest
    initial = {
        "source": before.source,
        "author": before.author,
        "systems": before.system_ids,
        "note": before.note,
        "url": before.url,
    }
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = FORMS[kind](*sent, by=by, piece=evidence, initial=initial)
    if request.method == "POST" and form.kept(request) is not None:
        messages.success(request, _("The new version of “{title}” is kept.").format(title=evidence.title))
        return redirect("evidence_detail", org=by.organisation.slug, pk=evidence.pk)
    told = {"form": form, "kind": kind, "evidence": evidence}
    return render(request, "evidence/version.html", told, status=400 if form.errors else 200)


@member_page("add_evidence")
def evidence_handle(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Change what a piece is called and how it is handled."""
    evidence = find(queries.evidence(by).prefetch_related("tags"), pk)
    tags = [str(one) for one in evidence.tags.all()]
    initial = {"title": evidence.title, "confidentiality": evidence.confidentiality, "tags": tags}
    form = HandleForm(request.POST or None, initial=initial)
    act = actions.handle
    done = _("“{title}” is saved.")
    return _acted(request, by, evidence, form, act, done, "evidence/handle.html")


@member_page("hold_evidence")
def evidence_hold(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Place a piece under a legal hold, or lift it."""
    evidence = find(queries.evidence(by), pk)
    held = LegalHold.objects.filter(evidence=evidence, lifted_at=None).exists()
    done = _("The legal hold on “{title}” is lifted.") if held else _("“{title}” is under a legal hold.")
    act: Callable[..., Any] = holds.lift if held else holds.place
    return _acted(request, by, evidence, HoldForm(request.POST or None), act, done, "evidence/hold.html", held=held)


def _acted(
    request: HttpRequest,
    by: Membership,
    evidence: Evidence,
    form: forms.Form,
    act: Callable[..., Any],
    done: str,
    template: str,
    **more: Any,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            act(by=by, evidence=evidence, **form.cleaned_data)
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, done.format(title=evidence.title))
            return redirect("evidence_detail", org=by.organisation.slug, pk=evidence.pk)
    return render(request, template, {"form": form, "evidence": evidence, **more}, status=400 if form.errors else 200)


@member_page("view")
def evidence_download(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponseBase:
    """Give out the bytes, checked against their digest first, so that a browser saves and never shows them."""
    evidence, version, file = _file(request, by, pk)
    rules.check_read(by, evidence)
    try:
        stream = blobs.open_checked(by.organisation_id, file.sha256)
    except Refused as refused:
        if refused.code not in BROKEN:
            raise
        return render(request, "web/refused.html", {"problems": refused.problems}, status=500)
    actions.record_download(by=by, version=version, sha256=file.sha256)
    name = file.file_name or f"{slugify(evidence.title)[:80] or version.kind}.{'json' if version.url else 'txt'}"
    return _safe(FileResponse(stream, as_attachment=True, filename=name, content_type="application/octet-stream"))


@member_page("view")
def evidence_picture(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponseBase:
    """Show a kept picture, or a page of a PDF as a picture, under a type that can carry nothing to be run."""
    evidence, _version, file = _file(request, by, pk)
    rules.check_read(by, evidence)
    with blobs.checked_copy(by.organisation_id, file.sha256) as stream:
        head = stream.read(16)
    kind = preview.picture_type(head)
    if kind:
        return _safe(FileResponse(blobs.store().open(by.organisation_id, file.sha256), content_type=kind))
    page = request.GET.get("page", "1")
    if not head.startswith(b"%PDF") or not page.isdecimal() or len(page) > 5:
        raise Http404
    with blobs.local_path(by.organisation_id, file.sha256) as path:
        data = child.run("picture", path, page, seconds=PAGE_SECONDS, most=MOST_PICTURE)
    return _safe(HttpResponse(data, content_type="image/png"))


def _file(request: HttpRequest, by: Membership, pk: UUID) -> tuple[Evidence, EvidenceVersion, EvidenceFile]:
    """Return the file that the address names by `version` and `file`; the first of the newest where it names none."""
    evidence = find(queries.evidence(by), pk)
    version = evidence.newest
    number, place = request.GET.get("version", ""), request.GET.get("file", "0")
    if number:
        found = evidence.versions.filter(number=int(number)) if number.isdecimal() and len(number) < 9 else None
        version = (found and found.first()) or version
    version.evidence = evidence
    return evidence, version, next((one for one in version.kept if str(one.position) == place), version.kept[0])


def _safe(response: HttpResponseBase) -> HttpResponseBase:
    response.headers["Content-Security-Policy"] = SAFE
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
