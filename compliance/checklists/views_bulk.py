"""Many rows of a checklist at once: what was chosen, what is done to it, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.checklists import bulk, queries, rules
from compliance.checklists.forms import AssignForm, BulkForm, NotApplicableForm
from compliance.checklists.models import BulkAct, Checklist
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.web.forms import take_in
from compliance.web.member import find, member_page

NAMED = 5  # rows left as they are that a message names one by one


@member_page("view", writing="answer_items")
def checklists_bulk(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Show the rows that were chosen, and what can be done to them. Nothing is changed yet."""
    checklist = find(queries.checklists(by), pk)
    form = BulkForm(request.POST)
    if request.method != "POST" or not form.marks:
        if request.method == "POST":
            messages.warning(request, _("No row is chosen. Tick the boxes before the rows first."))
        return redirect(_address(by, checklist))
    return _page(request, by, checklist, form)


@member_page("view", writing="answer_items")
def checklists_bulk_assign(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Give the chosen rows an owner, a date, or both."""
    checklist = find(queries.checklists(by), pk)
    form = AssignForm(request.POST, by=by)
    return _done(
        request,
        by,
        checklist,
        form,
        lambda: bulk.assign(by=by, checklist=checklist, marks=form.marks, **form.given()),
    )


@member_page("view", writing="answer_items")
def checklists_bulk_not_applicable(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Say of the chosen rows that they are not applicable, with one reason."""
    checklist = find(queries.checklists(by), pk)
    form = NotApplicableForm(request.POST)

    def act() -> bulk.Done:
        reason = form.cleaned_data["reason"].replace("\r\n", "\n")
        return bulk.say_not_applicable(by=by, checklist=checklist, marks=form.marks, reason=reason)

    return _done(request, by, checklist, form, act)


@member_page("view", writing="answer_items")
def checklists_bulk_undo(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Take back an act on many rows."""
    act = find(BulkAct.objects.filter(checklist__in=queries.checklists(by)).select_related("checklist"), pk)
    if request.method == "POST":
        bulk.undo(by=by, act=act)
        count = len(act.rows)
        told = ngettext(
            "{count} row says again what it said before.", "{count} rows say again what they said before.", count
        )
        messages.success(request, told.format(count=count))
    return redirect(_address(by, act.checklist))


def _done(
    request: HttpRequest, by: Membership, checklist: Checklist, form: BulkForm, act: Callable[[], bulk.Done]
) -> HttpResponse:
    if request.method != "POST":  # whoever had to sign in in the middle comes back here
        return redirect(_address(by, checklist))
    if not form.is_valid():
        return _page(request, by, checklist, form)
    try:
        done = act()
    except Refused as refused:
        take_in(form, refused)
        return _page(request, by, checklist, form)
    count = len(done.act.rows)
    told = ngettext("{count} row is {done}.", "{count} rows are {done}.", count)
    messages.success(request, told.format(count=count, done=done.act.get_kind_display()))
    if done.left:
        sentences = " ".join(one.why for one in done.left[:NAMED])
        more = len(done.left) - NAMED
        rest = ngettext("And {count} more.", "And {count} more.", more).format(count=more) if more > 0 else ""
        left = _("Left as it is:")
        messages.warning(request, f"{left} {sentences} {rest}".strip())
    return redirect(_address(by, checklist))


def _page(request: HttpRequest, by: Membership, checklist: Checklist, form: BulkForm) -> HttpResponse:
    kinds = (BulkAct.Kind.ASSIGNED, BulkAct.Kind.NOT_APPLICABLE)
    found = {kind: bulk.chosen(by=by, checklist=checklist, marks=form.marks, kind=kind) for kind in kinds}
    held = zip(*found.values(), strict=True)
    rows = [(one, _row(checklist, one.id), one.why, other.why) for one, other in held]
    told: dict[str, Any] = {
        "checklist": checklist,
        "rows": rows,
        "marks": form.marks,
        "free": sum(not why for _one, _row, why, _other in rows),
        "free_not_applicable": sum(not why for _one, _row, _why, why in rows),
        "form": form,
        "assign": form if isinstance(form, AssignForm) else AssignForm(by=by),
        "not_applicable": form if isinstance(form, NotApplicableForm) else NotApplicableForm(),
        "why": rules.why_closed(checklist),
    }
    return render(request, "checklists/bulk.html", told, status=400 if form.errors else 200)


def _row(checklist: Checklist, id: str) -> Any:
    return checklist.catalogue.row(id) if id in checklist.catalogue else None


def _address(by: Membership, checklist: Checklist) -> str:
    return reverse("checklists_detail", kwargs={"org": by.organisation.slug, "pk": checklist.pk})
