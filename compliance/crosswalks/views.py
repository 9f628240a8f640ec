"""Decide on a proposal from a row's page."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.checklists import queries as checklist_queries
from compliance.crosswalks import actions
from compliance.evidence import queries as evidence_queries
from compliance.lib.problems import Forbidden, Refused
from compliance.people.models import Membership
from compliance.web import errors
from compliance.web.member import find, member_page


@member_page("view", writing="answer_items")
def crosswalks_decide(request: HttpRequest, by: Membership, pk: UUID, other: UUID) -> HttpResponse:
    """Take over, take note or decline, and lead back to the row."""
    item = find(checklist_queries.items(by), pk)
    tied = find(checklist_queries.items(by), other)
    address = reverse("checklists_item", kwargs={"org": by.organisation.slug, "pk": item.pk})
    if request.method != "POST":
        return redirect(f"{address}#tied")
    decision = request.POST.get("decision", "")
    try:
        if decision == "take":
            chosen = [one for one in request.POST.getlist("evidence") if _is_id(one)]
            pieces = list(evidence_queries.evidence(by).filter(pk__in=chosen))
            actions.take(by=by, item=item, other=tied, pieces=pieces)
            told = _("The evidence of {other} is attached to {row} too.")
        elif decision == "note":
            actions.note(by=by, item=item, other=tied)
            told = _("It is remembered that you took note of {other} for {row}.")
        elif decision == "decline":
            actions.decline(by=by, item=item, other=tied, reason=request.POST.get("reason", "")[:2000])
            told = _("It is remembered that you declined {other} for {row}.")
        else:
            raise Http404(_("There is no such page."))
    except Forbidden:
        raise
    except Refused as refused:
        shown = {"problems": refused.problems, "item": item, "typed": errors.typed(request)}
        return render(request, "crosswalks/refused.html", shown, status=400)
    messages.success(request, told.format(other=tied.row_id, row=item.row_id))
    return redirect(f"{address}#tied")


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
