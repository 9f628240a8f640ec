"""Pages of checking a published audit: paste, say what the columns are, read what follows. Nothing is stored.

What is too large for a page that waits goes to a worker (:mod:`audits.published.views_check`).
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.published import actions, telling
from audits.published.columns import blocks
from audits.published.forms import ColumnsForm, KeepForm, PublishedForm, is_json
from audits.published.grid import of_text
from audits.published.making import EarlierRefused, made
from audits.published.report import Checked
from audits.work.pages import sent
from compliance.lib.canonical import dump
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.rules import can, why_not
from compliance.web.forms import take_in
from compliance.web.member import member_page
from compliance.web.uploads import show_upload_problem

ABILITY = "add_evidence"


@member_page("view")
def published(request: HttpRequest, by: Membership) -> HttpResponse:
    """Take in published tables, ask what their columns hold, say what follows; each page carries all for the next."""
    initial = {"as_of": timezone.localdate()}
    form = PublishedForm(*sent(request), initial=initial)
    show_upload_problem(form, request)
    if request.method != "POST" or not form.is_valid():
        return _start(request, form)
    step = request.POST.get("step", "")
    if step == "edit":
        return _start(request, PublishedForm(initial=dict(form.carried())))
    if is_json(form.cleaned_data["table"]):
        if actions.is_large(form.cleaned_data):
            return _handed_over(by, form, None)
        found = _checked(form, None)
        columns = None
    else:
        columns = _columns(request, form)
        if columns is None:
            return _start(request, form)
        confirmed = columns.is_bound and columns.is_valid()
        if step not in ("check", "json") or not confirmed:
            return _ask(request, form, columns)
        if actions.is_large(form.cleaned_data):
            return _handed_over(by, form, columns)
        found = _checked(form, columns)
    if found is None:
        return _ask(request, form, columns) if columns and not form.errors else _start(request, form)
    if step == "json":
        return _download(dump(found.as_json()))
    return _report(request, by, form, columns, found, KeepForm(by))


@member_page(ABILITY)
def published_keep(request: HttpRequest, by: Membership) -> HttpResponse:
    """Keep the report as evidence; it is made again from what the page carries."""
    if request.method != "POST":  # whoever had to sign in in the middle comes back here
        return redirect("bias_published", org=by.organisation.slug)
    form, keep = PublishedForm(request.POST), KeepForm(by, request.POST)
    if not form.is_valid():
        return _start(request, form)
    columns = None if is_json(form.cleaned_data["table"]) else _columns(request, form)
    found = None if columns is not None and not columns.is_valid() else _checked(form, columns)
    if found is None:
        return _start(request, form)
    if keep.is_valid():
        try:
            data = keep.cleaned_data
            evidence = actions.keep(by=by, checked=found, title=data["title"], system=data["system"])
        except Refused as refused:
            take_in(keep, refused)
        else:
            messages.success(request, _("The report is kept as the evidence “{title}”.").format(title=evidence.title))
            return redirect("evidence_detail", org=by.organisation.slug, pk=evidence.pk)
    return _report(request, by, form, columns, found, keep)


def _columns(request: HttpRequest, form: PublishedForm) -> ColumnsForm | None:
    """Return the question what the columns hold, answered where the answers were sent; None where nothing is found."""
    try:
        found = blocks(of_text(form.cleaned_data["table"]))
    except Refused as refused:
        _take_in(form, "table", refused)
        return None
    if not found:
        form.add_error("table", _("No table with figures is found in the text. Paste it with its header."))
        return None
    answered = "column-0-0" in request.POST
    return ColumnsForm(found, request.POST if answered else None)


def _checked(form: PublishedForm, columns: ColumnsForm | None) -> Checked | None:
    """Return the check, or None after saying in a form why there is none."""
    try:
        return made(form, columns)
    except EarlierRefused as refused:
        _take_in(form, "earlier", refused)
    except Refused as refused:
        for problem in refused.problems:
            (form if columns is None else columns).add_error("table" if columns is None else None, str(problem))
    return None


def _handed_over(by: Membership, form: PublishedForm, columns: ColumnsForm | None) -> HttpResponse:
    given = dict(form.carried() + (columns.carried() if columns else []))
    one = actions.hand_over(by=by, given=given)
    return redirect("bias_published_check", org=by.organisation.slug, pk=one.pk)


def _take_in(form: PublishedForm, field: str, refused: Refused) -> None:
    for problem in refused.problems:  # their columns are the table's, not the form's
        form.add_error(field, str(problem))


def _start(request: HttpRequest, form: PublishedForm) -> HttpResponse:
    if form.is_bound and "file" in request.FILES and not form.errors.get("file"):
        # What was in the file stands in the page now, so that it need not be chosen again.
        form.data = {**request.POST.dict(), "table": form.cleaned_data.get("table", "")}
    return render(request, "published/start.html", {"form": form}, status=422 if form.errors else 200)


def _ask(request: HttpRequest, form: PublishedForm, columns: ColumnsForm) -> HttpResponse:
    context = {"form": columns, "carried": form.carried()}
    return render(request, "published/columns.html", context, status=422 if columns.errors else 200)


def _report(
    request: HttpRequest,
    by: Membership,
    form: PublishedForm,
    columns: ColumnsForm | None,
    found: Checked,
    keep: KeepForm,
) -> HttpResponse:
    context: dict[str, Any] = telling.checked(found)
    context |= {
        "carried": form.carried() + (columns.carried() if columns else []),
        "asked": columns is not None,
        "form": keep,
        "why": "" if can(by, ABILITY) else why_not(ABILITY),
    }
    return render(request, "published/report.html", context, status=422 if keep.errors else 200)


def _download(data: bytes) -> HttpResponse:
    disposition = f'attachment; filename="{actions.FILE_NAME}"'
    return HttpResponse(data, content_type="application/json", headers={"Content-Disposition": disposition})
