"""Write a workpaper, write it anew, review it; where it is read is the row's own page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.checklists.models import ChecklistItem
from compliance.checklists.queries import items
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.web.forms import take_in
from compliance.web.member import find, member_page
from compliance.workpapers import actions, queries, rules
from compliance.workpapers.forms import ReviewForm, WorkpaperForm


@member_page("view", writing="answer_items")
def workpapers_new(request: HttpRequest, by: Membership, item: UUID) -> HttpResponse:
    """Write a new workpaper of a row."""
    row = find(items(by), item)
    form = WorkpaperForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.prepare(by=by, item=row, **form.words())
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("{paper} is kept.").format(paper=made.workpaper))
            return redirect(_back(by, row))
    return _page(request, by, row, form)


@member_page("view", writing="answer_items")
def workpapers_edit(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Write a new version of a workpaper."""
    paper = find(queries.workpapers(by), pk)
    newest = paper.versions.all()[0]
    said = {name: getattr(newest, name) for name in actions.WORDS}
    form = WorkpaperForm(request.POST if request.method == "POST" else None, initial={**said, "seen": newest.number})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.revise(by=by, paper=paper, seen=form.cleaned_data["seen"] or 0, **form.words())
        except Refused as refused:
            take_in(form, refused)
            if refused.code == "changed-meanwhile":  # saving again goes on from that version, knowingly
                form.data = {**dict(form.data.items()), "seen": str(newest.number)}
                return _page(request, by, paper.item, form, paper=paper, overtaken=newest)
        else:
            messages.success(request, _("{paper} is kept.").format(paper=made))
            return redirect(_back(by, paper.item))
    return _page(request, by, paper.item, form, paper=paper)


@member_page("view", writing="review_items")
def workpapers_review(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Stand behind what somebody else prepared."""
    paper = find(queries.workpapers(by), pk)
    form = ReviewForm(request.POST)
    if request.method == "POST" and form.is_valid():
        seen, remark = form.cleaned_data["seen"], form.cleaned_data["remark"]
        made = actions.review(by=by, paper=paper, seen=seen, remark=remark)
        messages.success(request, _("{paper} is reviewed.").format(paper=made))
    return redirect(_back(by, paper.item))


def _page(request: HttpRequest, by: Membership, item: ChecklistItem, form: WorkpaperForm, **more: Any) -> HttpResponse:
    told = {
        "item": item,
        "row": item.checklist.catalogue.row(item.row_id),
        "form": form,
        "why": rules.why_not_prepare(by=by, item=item),
        **more,
    }
    return render(request, "workpapers/edit.html", told, status=400 if form.errors else 200)


def _back(by: Membership, item: ChecklistItem) -> str:
    return reverse("checklists_item", kwargs={"org": by.organisation.slug, "pk": item.pk}) + "#workpapers"


def shown(by: Membership, item: ChecklistItem) -> dict[str, Any]:
    """Return what the row's page shows of its workpapers: each with its newest version, the older ones, and why not."""
    papers = []
    for paper in queries.of_row(by, item):
        newest, *older = paper.versions.all()
        here = paper.item_id == item.pk
        if here:  # whether the checklist is in use is looked up once
            paper.item.checklist = item.checklist
        why = rules.why_not_review(by=by, paper=paper, version=newest) if here else ""
        papers.append((paper, newest, older, why))
    return {"papers": papers, "why_not_prepare": rules.why_not_prepare(by=by, item=item)}
