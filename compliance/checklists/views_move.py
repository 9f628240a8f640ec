"""From one text of the law to the next: the impact, the move, the way back, and what is confirmed again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.catalogue.comparing import Comparison, compare, words_stay
from compliance.checklists import actions, moving, queries, rules
from compliance.checklists.models import Checklist, ChecklistItem
from compliance.frameworks import catalogues, changes
from compliance.frameworks.words import day_in_words
from compliance.lib.problems import Forbidden, Refused
from compliance.people.models import Membership
from compliance.web.forms import take_in
from compliance.web.member import find, member_page


@member_page("view", writing="open_checklists")
def checklists_move(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Show what a move to a newer text does; a POST makes it."""
    checklist = find(queries.checklists(by), pk)
    newer = moving.newer_texts(by, checklist)
    to = request.POST.get("to") or request.GET.get("to") or (newer[-1] if newer else "")
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            new = moving.move(by=by, checklist=checklist, text_version=to)
        except Refused as refused:
            take_in(form, refused)
        else:
            done = _("The checklist is moved to the text of {version}; nothing that was said is lost.")
            messages.success(request, done.format(version=day_in_words(new.text_version)))
            return redirect(_address(by, new))
    why = moving.why_not_move(checklist, to)
    found = moving.impact(checklist, to) if to in newer and not why else None
    asked_again = found.asked_again if found else ()
    told = {
        "checklist": checklist,
        "form": form,
        "newer": newer,
        "to": to,
        "impact": found,
        "asked_again": [{"row": one, "changed": changes.kinds_in_words(one.changes)} for one in asked_again],
        "why": why,
    }
    return render(request, "checklists/move.html", told, status=400 if form.errors else 200)


@member_page("view", writing="open_checklists")
def checklists_undo_move(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Take a move back; whoever looks is led to the checklist."""
    checklist = find(queries.checklists(by), pk)
    if request.method != "POST":
        return redirect(_address(by, checklist))
    try:
        old = moving.undo_move(by=by, checklist=checklist)
    except Forbidden:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(_address(by, checklist))
    told = _("The move is undone; the checklist of the text of {version} is in use again.")
    messages.success(request, told.format(version=day_in_words(old.text_version)))
    return redirect(_address(by, old))


@member_page("view", writing="answer_items")
def checklists_confirm_again(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """The rows whose answers are to be confirmed again; those whose words stay can be confirmed many at a time."""
    checklist = find(queries.checklists(by), pk)
    rows = _to_confirm(by, checklist)
    form = forms.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        chosen = set(request.POST.getlist("item"))
        done = 0
        form.is_valid()
        for one in rows:
            if str(one["item"].pk) in chosen or ("all" in request.POST and one["words_stay"]):
                try:
                    actions.confirm(by=by, item=one["item"])
                    done += 1
                except Refused as refused:
                    take_in(form, refused)
        if done:
            told = ngettext("{count} row is confirmed.", "{count} rows are confirmed.", done)
            messages.success(request, told.format(count=done))
            rows = _to_confirm(by, checklist)
        elif not form.errors:
            form.add_error(None, _("Choose at least one row."))
        if not form.errors:
            return redirect(request.path)
    context = {
        "checklist": checklist,
        "form": form,
        "many": [one for one in rows if one["words_stay"]],
        "single": [one for one in rows if not one["words_stay"]],
        "why": rules.why_closed(checklist),
    }
    return render(request, "checklists/confirm.html", context, status=400 if form.errors else 200)


def difference(item: ChecklistItem) -> dict[str, Any] | None:
    """Return what changed under an answer that is to be confirmed: old and new wording, and dates; None without."""
    old = item
    while old.confirm_again and old.carried_from is not None:
        old = old.carried_from
    if old is item:
        return None
    law = item.checklist.law
    found = compare(catalogues.catalogue(law, old.checklist.text_version), item.checklist.catalogue)
    changed = found.by_row.get(item.row_id, ())
    return {
        "old": old,
        "before": found.before.row(item.row_id),
        "fields": [field for one in changed for field in changes.told(one, found)],
        "dates": _dates(found, item.row_id),
        "terms": [changes.term(one, found) for one in found.terms if item.row_id in {row.id for row in one.rows}],
    }


def _dates(found: Comparison, row_id: str) -> changes.Redated | None:
    shared = next((one for one in found.dates if row_id in {row.id for row in one.rows}), None)
    return changes.redated(shared, found) if shared else None


def _to_confirm(by: Membership, checklist: Checklist) -> list[dict[str, Any]]:
    """Return the rows to be confirmed again, each with whether its question reads as before."""
    law, found = checklist.catalogue, []
    for item in queries.items(by).filter(checklist=checklist).exclude(confirm_again=""):
        stays = False
        if item.carried_from is not None:
            old = catalogues.catalogue(checklist.law, item.carried_from.checklist.text_version)
            stays = not item.carried_from.confirm_again and words_stay(compare(old, law).by_row.get(item.row_id, ()))
        found.append({"item": item, "row": law.row(item.row_id), "words_stay": stays})
    return found


def _address(by: Membership, checklist: Checklist) -> str:
    return reverse("checklists_detail", kwargs={"org": by.organisation.slug, "pk": checklist.pk})
