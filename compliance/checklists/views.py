"""Checklists as wholes: the list, opening one, its rows on one page, and what waits for a decision."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _

from compliance.checklists import actions, queries
from compliance.checklists.filters import COMPUTED, KINDS, RowFilter
from compliance.checklists.forms import OpenForm
from compliance.checklists.models import ChecklistItem
from compliance.checklists.queries import Line
from compliance.frameworks import catalogues
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.queries import members
from compliance.people.rules import can, why_not
from compliance.systems.queries import systems
from compliance.web.forms import take_in
from compliance.web.member import find, member_page

A_PAGE = 50


@member_page("view")
def checklists_list(request: HttpRequest, by: Membership) -> HttpResponse:
    """Every checklist by AI system, with where its rows stand."""
    found = list(queries.checklists(by).order_by("system__name", "system__version", "title", "text_version"))
    counts = queries.counts_of(found)
    by_system = [
        (system, [(one, counts[one.pk]) for one in some]) for system, some in groupby(found, lambda one: one.system)
    ]
    told = {
        "by_system": by_system,
        "without": systems(by).filter(checklists=None),
        "why": "" if can(by, "open_checklists") else why_not("open_checklists"),
    }
    return render(request, "checklists/list.html", told)


@member_page("open_checklists")
def checklists_new(request: HttpRequest, by: Membership) -> HttpResponse:
    """Open the checklist of a law for a system."""
    first = catalogues.offered(by.organisation)[-1]
    initial = {"system": request.GET.get("system"), "law": f"{first.law}/{first.text_version}"}
    form = OpenForm(request.POST or None, by=by, initial=initial)
    if request.method == "POST" and form.is_valid():
        law, version = form.cleaned_data["law"].split("/")
        try:
            checklist = actions.open_checklist(by=by, system=form.cleaned_data["system"], law=law, text_version=version)
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("The checklist {checklist} is open.").format(checklist=checklist))
            return redirect("checklists_detail", org=by.organisation.slug, pk=checklist.pk)
    told = {"form": form, "has_systems": systems(by).exists()}
    return render(request, "checklists/new.html", told, status=400 if form.errors else 200)


@member_page("view")
def checklists_detail(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """All rows of a checklist on one page, by the law's sections."""
    checklist = find(queries.checklists(by), pk)
    catalogue = checklist.catalogue
    sections = queries.lines(by, checklist)
    people = list(members(by))
    filters = RowFilter(request.GET, by=by, people=people, kinds={row.kind for row in catalogue.rows})
    shown = filters.narrow(sections)
    told = {
        "checklist": checklist,
        "catalogue": catalogue,
        "counts": queries.counts_in(sections, catalogue),
        "filters": filters,
        "sections": [(section, [_shown(line) for line in lines]) for section, lines in shown],
        "shown": sum(len(lines) for _section, lines in shown),
        "all": len(catalogue.rows),
    }
    return render(request, "checklists/detail.html", told)


@member_page("view")
def checklists_queue(request: HttpRequest, by: Membership) -> HttpResponse:
    """What waits for a decision by the member, the oldest first."""
    page = Paginator(queries.review_queue(by), A_PAGE).get_page(request.GET.get("page"))
    rows = [(item.checklist.catalogue.row(item.row_id), item) for item in page]
    why = "" if can(by, "review_items") else why_not("review_items")
    return render(request, "checklists/queue.html", {"page": page, "rows": rows, "why": why})


def _shown(line: Line) -> dict[str, Any]:
    """What the page shows of one row, worked out here so that the template stays quick for hundreds of rows."""
    item, row = line.item, line.row
    live, expired = _evidence(item)
    reviews = item.reviews.all()
    return {
        "row": row,
        "item": item,
        "kind": KINDS[row.kind],
        "computed": COMPUTED.get(row.computed, ""),
        "owner": item.owner.name if item.owner else "",
        "evidence": live,
        "expired": expired,
        "review": reviews[len(reviews) - 1] if reviews else None,
        "late": bool(item.due_on and item.due_on < now().date() and item.progress in ("to_do", "in_progress")),
    }


def _evidence(item: ChecklistItem) -> tuple[int, int]:
    live = [one.evidence for one in item.attachments.all() if one.evidence.withdrawn_at is None]
    return len(live), sum(piece.is_expired for piece in live)
