"""One checklist: all its rows on one page, which of them apply, and taking that over from a determination."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.catalogue.chapters import in_chapters
from compliance.checklists import binding, bulk, moving, queries, rules, saved_views, statement
from compliance.checklists.filters import RowFilter
from compliance.checklists.lines import bindings_in, counts_in, footings_in, lines
from compliance.checklists.models import Binding, Checklist, Verdict
from compliance.checklists.table import Table
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.queries import members
from compliance.people.rules import can
from compliance.web.forms import take_in
from compliance.web.member import find, member_page


@member_page("view")
def checklists_detail(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """All rows of a checklist on one page: those that bind by the law's sections, the others by their ground."""
    checklist = find(queries.checklists(by), pk)
    law = checklist.catalogue
    sections = lines(by, checklist)
    people = list(members(by))
    filters = RowFilter(
        request.GET,
        by=by,
        people=people,
        law=law,
        bindings={line.item.binding for _section, some in sections for line in some},
        again=any(line.item.confirm_again for _section, some in sections for line in some),
    )
    narrowed = filters.narrow(sections)
    asked = [(section, [one for one in some if one.counts]) for section, some in narrowed]
    aside = [one for _section, some in narrowed for one in some if not one.counts]
    determined = checklist.determination_id is not None
    standing = _standing(by, checklist, sections)
    choosing = can(by, "answer_items") and not standing["closed"]
    table = Table(law, by.organisation.slug, {one.pk: one.name for one in people}, determined, choosing)
    told = {
        "checklist": checklist,
        "catalogue": law,
        "counts": counts_in(sections, law),
        "footings": footings_in(sections, law.progress_kinds),
        "bindings": bindings_in(sections) if determined else None,
        "filters": filters,
        "views": saved_views.saved_views(by, law.law),
        "table": table,
        "sections": [
            (chapter, section, table.rows(some)) for chapter, section, some in in_chapters(law, asked) if some
        ],
        "aside": [(ground, table.links(some)) for ground, some in statement.lines_by_ground(aside)],
        "aside_total": len(aside),
        "shown": sum(len(some) for _section, some in narrowed),
        "all": len(law.rows),
        "undoable": bulk.undoable(by, checklist, sections),
        **standing,
    }
    response = render(request, "checklists/detail.html", told)
    if "HX-Request" in request.headers:
        response.headers["HX-Replace-Url"] = f"{request.path}?{filters.query}" if filters.query else request.path
    return response


def _standing(by: Membership, checklist: Checklist, sections: Any) -> dict[str, Any]:
    """What the page says above the rows: a newer text, a newer determination, what waits to be confirmed again."""
    closed = checklist.undone_at is not None or checklist.successor is not None
    law = binding.can_be_determined(checklist)
    newest = None if closed or not law else binding.latest(by, checklist)
    newer = moving.newer_texts(by, checklist)
    return {
        "closed": closed,
        "newer": newer[-1] if newer and not closed else "",
        "newest": newest if newest and newest.pk != checklist.determination_id else None,
        "classify": law and not closed and newest is None and checklist.determination_id is None,
        "to_confirm": sum(bool(line.item.confirm_again) for _section, some in sections for line in some),
        "no_longer_asked": queries.no_longer_asked(checklist),
        "why_not_undo": rules.why_not_undo(checklist) if checklist.moved_from_id and not closed else "",
    }


@member_page("view")
def checklists_applicability(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """The statement of applicability: every row, with its ground; made to be printed."""
    checklist = find(queries.checklists(by), pk)
    stated = statement.statement(checklist.catalogue, checklist.items.all())
    told = {
        "checklist": checklist,
        "catalogue": checklist.catalogue,
        "stated": stated,
        "groups": [(name, label, stated[name]) for name, label in _headings() if stated[name]],
        "grounds": statement.by_ground(stated[Binding.NO]),
        "by_hand": [one for some in stated.values() for one in some if one.item.verdict == Verdict.NOT_APPLICABLE],
        "why_classify": binding.can_be_determined(checklist),
    }
    return render(request, "checklists/applicability.html", told)


def _headings() -> list[tuple[str, str]]:
    return [
        (Binding.APPLIES.value, _("Applies")),
        (Binding.LATER.value, _("Will apply")),
        (Binding.UNDETERMINED.value, _("Undetermined")),
        ("", _("Not determined")),
    ]


@member_page("view", writing="open_checklists")
def checklists_apply(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Show what the newest signed determination changes on a checklist; a POST takes it over."""
    checklist = find(queries.checklists(by), pk)
    determination = binding.latest(by, checklist)
    form = forms.Form(request.POST if request.method == "POST" else None)
    back = reverse("checklists_detail", kwargs={"org": by.organisation.slug, "pk": checklist.pk})
    if request.method == "POST" and determination is not None:
        try:
            rules.check_seen(request.POST.get("determination", ""), determination)
            binding.apply_determination(by=by, checklist=checklist, determination=determination)
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("The checklist says now which rows apply. Every answer stays."))
            return redirect(back)
    told = {
        "checklist": checklist,
        "form": form,
        "determination": determination,
        "impact": binding.preview(checklist, determination) if determination else None,
        "applied": determination is not None and determination.pk == checklist.determination_id,
        "numbers": binding.numbers(determination) if determination else {},
        "why": rules.why_closed(checklist),
    }
    return render(request, "checklists/apply.html", told, status=400 if form.errors else 200)
