"""The page of a publication that a worker checks: how far it is, what follows, its report."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.published import actions, telling
from audits.published.forms import KeepForm
from audits.published.models import PublishedCheck
from audits.work.models import State
from audits.work.pages import progress_response, waiting
from compliance.lib.canonical import load
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.rules import can, why_not
from compliance.web.forms import take_in
from compliance.web.member import find, member_page

ABILITY = "add_evidence"


def own(by: Membership) -> QuerySet[PublishedCheck]:
    """Return the large checks that a member asked for; nobody sees those of another."""
    return PublishedCheck.objects.filter(by=by)


@member_page("view")
def published_check(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """How far the check is, or what was found; kept as evidence where that is sent."""
    one = find(own(by).defer("given"), pk)
    why = "" if can(by, ABILITY) else why_not(ABILITY)
    keep = KeepForm(by, request.POST if request.method == "POST" else None)
    if request.method == "POST" and not why and keep.is_valid():
        try:
            data = keep.cleaned_data
            evidence = actions.keep_report(by=by, one=one, title=data["title"], system=data["system"])
        except Refused as refused:
            take_in(keep, refused)
        else:
            messages.success(request, _("The report is kept as the evidence “{title}”.").format(title=evidence.title))
            return redirect("evidence_detail", org=by.organisation.slug, pk=evidence.pk)
    context: dict[str, Any] = {"one": one, "work": one, "why": why, "form": keep, **waiting(one)}
    context |= {"problems": one.problems, "kept_until": (one.asked_at or timezone.now()) + actions.KEPT}
    if one.state == State.FINISHED:
        context |= telling.reported(load(one.report.encode()))
    return render(request, "published/check.html", context, status=422 if keep.errors else 200)


@member_page("view")
def published_check_progress(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """How far the check is, for the page that waits."""
    return progress_response(request, find(own(by).defer("given", "report"), pk))


@member_page("view")
def published_check_cancel(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Give the check up."""
    one = find(own(by), pk)
    if request.method == "POST":
        try:
            actions.cancel(by=by, one=one)
        except Refused as refused:  # it came to its end a moment before
            messages.warning(request, str(refused))
        else:
            messages.success(request, _("Nothing of it was kept."))
            return redirect("bias_published", org=by.organisation.slug)
    return redirect("bias_published_check", org=by.organisation.slug, pk=pk)


@member_page("view")
def published_check_report(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """The report of a finished check."""
    one = find(own(by).filter(state=State.FINISHED), pk)
    disposition = f'attachment; filename="{actions.FILE_NAME}"'
    return HttpResponse(one.report, content_type="application/json", headers={"Content-Disposition": disposition})
