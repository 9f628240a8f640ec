"""The library of evidence: find, add, withdraw."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from compliance.evidence import actions, queries
from compliance.evidence.forms import FORMS, LibraryFilter, WithdrawForm
from compliance.evidence.models import Kind
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.rules import can, why_not
from compliance.web import undo
from compliance.web.forms import take_in
from compliance.web.member import find, member_page

A_PAGE = 50


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
    form = FORMS[kind](*sent, by=by, initial={"systems": _named(request)})
    if request.method == "POST":
        evidence = form.kept(request)
        if evidence is not None:
            messages.success(request, _("The evidence “{title}” is kept.").format(title=evidence.title))
            same = queries.same_bytes(by, evidence.newest).first()
            if same is not None:
                already = _("The same bytes are kept already, as “{title}”.").format(title=same.title)
                messages.info(request, already)
            return redirect("evidence_detail", org=by.organisation.slug, pk=evidence.pk)
    told = {"form": form, "kind": kind, "kinds": Kind}
    return render(request, "evidence/new.html", told, status=400 if form.errors else 200)


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
            sentence = _("“{title}” is withdrawn.").format(title=evidence.title)
            undo.offer(request, sentence, by, "evidence_restore", pk=evidence.pk)
            return redirect("evidence_detail", org=by.organisation.slug, pk=evidence.pk)
    used = evidence.attachments.select_related("item__checklist").order_by("item__checklist__title", "item__position")
    told = {"form": form, "evidence": evidence, "used": used[:100]}
    return render(request, "evidence/withdraw.html", told, status=400 if form.errors else 200)


@member_page("add_evidence")
def evidence_restore(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Undo the withdrawing of a piece."""
    evidence = find(queries.evidence(by), pk)
    if request.method == "POST":
        actions.restore(by=by, evidence=evidence)
        messages.success(request, _("“{title}” counts again.").format(title=evidence.title))
    return redirect("evidence_detail", org=by.organisation.slug, pk=evidence.pk)


def _named(request: HttpRequest) -> list[UUID]:
    """The AI system that a link to the form names, if any."""
    try:
        return [UUID(request.GET.get("system", ""))]
    except ValueError:
        return []
