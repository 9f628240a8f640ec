"""A row looked at and changed within its list: owner, date and note, its evidence and its last review."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.checklists import actions, queries, rules
from compliance.checklists.footing import MEANING
from compliance.checklists.forms import QuickForm
from compliance.checklists.lines import Line, line_of
from compliance.checklists.models import ChecklistItem
from compliance.checklists.table import Table
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.queries import members
from compliance.people.rules import can
from compliance.web.forms import take_in
from compliance.web.member import find, member_page

PART = "X-Part"  # the list's script asks with this header for a part of the page


@member_page("view", writing="answer_items")
def checklists_quick(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Show a row in short, with a form; a POST saves it and answers with the row as the list shows it."""
    item = find(queries.items(by), pk)
    form = QuickForm(request.POST if request.method == "POST" else None, by=by, item=item)
    if request.method == "POST" and form.is_valid():
        try:
            item = actions.change(by=by, item=item, **form.answer())
        except Refused as refused:
            take_in(form, refused)
            if refused.code == "changed-meanwhile":
                form.overtaken()
        else:
            if PART in request.headers:
                return HttpResponse(_row(by, line_of(by, item)))
            messages.success(request, _("{row} is saved.").format(row=item.row_id))
            back = reverse("checklists_detail", kwargs={"org": by.organisation.slug, "pk": item.checklist_id})
            return redirect(f"{back}#{item.row_id}")
    return _page(request, by, item, form)


def _page(request: HttpRequest, by: Membership, item: ChecklistItem, form: QuickForm) -> HttpResponse:
    line = line_of(by, item)
    why = rules.why_not("change", by=by, item=item)
    told = {
        "item": item,
        "row": line.row,
        "line": line,
        "meaning": MEANING[line.footing],
        "review": max(item.reviews.all(), key=lambda review: review.at, default=None),
        "form": form,
        "why_not_change": why,
        "why_not_submit": rules.why_not("submit", by=by, item=item) or rules.why_incomplete(item),
        "is_part": PART in request.headers,
    }
    template = "checklists/_quick.html" if PART in request.headers else "checklists/quick.html"
    return render(request, template, told, status=400 if form.errors else 200)


def _row(by: Membership, line: Line) -> str:
    people = {one.pk: one.name for one in members(by)}
    checklist = line.item.checklist
    choosing = can(by, "answer_items")
    table = Table(checklist.catalogue, by.organisation.slug, people, checklist.determination_id is not None, choosing)
    return table.rows([line])
