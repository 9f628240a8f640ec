"""The library of evidence: find, add, look at, download, withdraw."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _

from compliance.evidence import actions, blobs, queries
from compliance.evidence.forms import FORMS, LibraryFilter, WithdrawForm
from compliance.evidence.models import Evidence, Kind
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.rules import can, why_not
from compliance.web.forms import take_in
from compliance.web.member import find, member_page

A_PAGE = 50
BROKEN = ("bytes-missing", "bytes-changed")


@member_page("view")
def evidence_list(request: HttpRequest, by: Membership) -> HttpResponse:
    """The library, newest first."""
    filters = LibraryFilter(request.GET, by=by)
    page = Paginator(filters.narrow(queries.library(by)), A_PAGE).get_page(request.GET.get("page"))
    told = {
        "filters": filters,
        "page": page,
        "some": bool(page.object_list) or queries.evidence(by).exists(),
        "why": "" if can(by, "add_evidence") else why_not("add_evidence"),
    }
    return render(request, "evidence/list.html", told)


@member_page("add_evidence")
def evidence_new(request: HttpRequest, by: Membership, kind: str = Kind.FILE) -> HttpResponse:
    """Add a file, a link or a note."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = FORMS[kind](*sent, by=by, initial={"system": request.GET.get("system")})
    if request.method == "POST":
        evidence = form.kept(request)
        if evidence is not None:
            messages.success(request, _("The evidence “{title}” is kept.").format(title=evidence.title))
            return redirect("evidence_detail", org=by.organisation.slug, pk=evidence.pk)
    told = {"form": form, "kind": kind, "kinds": Kind}
    return render(request, "evidence/new.html", told, status=400 if form.errors else 200)


@member_page("view")
def evidence_detail(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Everything known about a piece, and the rows it speaks for."""
    evidence = find(queries.evidence(by), pk)
    attachments = evidence.attachments.select_related("item__checklist__system", "attached_by__user")
    told = {
        "evidence": evidence,
        "attachments": attachments.order_by("item__checklist__title", "item__position"),
        "why": "" if can(by, "add_evidence") else why_not("add_evidence"),
    }
    return render(request, "evidence/detail.html", told)


@member_page("add_evidence")
def evidence_withdraw(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Ask for the reason, then withdraw."""
    evidence = find(queries.library(by), pk)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw(by=by, evidence=evidence, reason=form.cleaned_data["reason"])
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("“{title}” is withdrawn.").format(title=evidence.title))
            return redirect("evidence_detail", org=by.organisation.slug, pk=evidence.pk)
    told = {"form": form, "evidence": evidence}
    return render(request, "evidence/withdraw.html", told, status=400 if form.errors else 200)


@member_page("view")
def evidence_download(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponseBase:
    """Give out the bytes, checked against their digest first, so that a browser saves and never shows them."""
    evidence = find(queries.evidence(by), pk)
    try:
        stream = blobs.open_checked(by.organisation_id, evidence.sha256)
    except Refused as refused:
        if refused.code not in BROKEN:
            raise
        return render(request, "web/refused.html", {"problems": refused.problems}, status=500)
    actions.record_download(by=by, version=evidence.newest, sha256=evidence.sha256)
    response = FileResponse(
        stream, as_attachment=True, filename=_file_name(evidence), content_type="application/octet-stream"
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _file_name(evidence: Evidence) -> str:
    if evidence.file_name:
        return evidence.file_name
    ending = "json" if evidence.kind == Kind.LINK else "txt"
    return f"{slugify(evidence.title)[:80] or evidence.kind}.{ending}"
