"""What waits for a decision by the member: what is due first, then what waits longest; many rows decided in one go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from compliance.checklists import actions, deciding, queries
from compliance.checklists.many import ACCEPT, RETURN, Choice, decide, id_of
from compliance.checklists.models import ChecklistItem
from compliance.people.models import Membership
from compliance.people.queries import active_members
from compliance.people.rules import can, why_not
from compliance.reviews.queries import stands_in_for
from compliance.systems.queries import systems
from compliance.web.member import member_page

A_PAGE = 25
ANY = ("", gettext_lazy("any"))


class QueueFilter(forms.Form):
    """Which rows of the queue are shown. A value that is not offered filters nothing."""

    system = forms.ChoiceField(label=gettext_lazy("AI system"), required=False)
    law = forms.ChoiceField(label=gettext_lazy("Law"), required=False)
    due = forms.ChoiceField(
        label=gettext_lazy("Due"),
        required=False,
        choices=[ANY, ("overdue", gettext_lazy("overdue")), ("week", gettext_lazy("within a week"))],
    )
    taken = forms.ChoiceField(
        label=gettext_lazy("Reviewed by"),
        required=False,
        choices=[ANY, ("me", gettext_lazy("me")), ("nobody", gettext_lazy("nobody yet"))],
    )

    def __init__(self, data: Any, *, by: Membership, waiting: QuerySet[ChecklistItem]):
        super().__init__(data)
        self.by = by
        laws = waiting.order_by("checklist__title").values_list("checklist__law", "checklist__title").distinct()
        self.fields["system"].choices = [ANY, *((str(one.pk), str(one)) for one in systems(by))]  # type: ignore[attr-defined]
        self.fields["law"].choices = [ANY, *laws]  # type: ignore[attr-defined]

    def narrow(self, waiting: QuerySet[ChecklistItem]) -> QuerySet[ChecklistItem]:
        self.is_valid()
        chosen, today = self.cleaned_data, timezone.localdate()
        wanted: dict[str, Any] = {
            "checklist__system_id": chosen.get("system"),
            "checklist__law": chosen.get("law"),
        }
        if chosen.get("due"):
            wanted["due_on__lte"] = today + timedelta(days=-1 if chosen["due"] == "overdue" else 7)
        if chosen.get("taken"):
            wanted |= {"taken_by": self.by} if chosen["taken"] == "me" else {"taken_by__isnull": True}
        return waiting.filter(**{name: value for name, value in wanted.items() if value})


@member_page("view", writing="review_items")
def checklists_queue(request: HttpRequest, by: Membership) -> HttpResponse:
    """Show the queue; a POST takes one decision on each chosen row. Rows that are refused stay, with their sentence."""
    refused: dict[str, str] = {}
    typed: dict[str, tuple[str, str]] = {}
    if request.method == "POST":
        choices = _choices(request)
        done = decide(by=by, choices=choices)
        refused = {str(one.item): sentence for one, sentence in done.refused}
        typed = {str(one.item): (one.decision, one.reason) for one, _sentence in done.refused}
        _say(request, done.accepted, done.agreed, done.returned, len(refused))
        if not refused:
            return redirect(reverse("checklists_queue", kwargs={"org": by.organisation.slug}) + _query(request))
    waiting = queries.review_queue(by)
    filters = QueueFilter(request.GET, by=by, waiting=waiting)
    page = Paginator(filters.narrow(waiting.select_related("taken_by__user")), A_PAGE).get_page(request.GET.get("page"))
    told = {
        "page": page,
        "rows": _rows(by, list(page), refused, typed),
        "filters": filters,
        "refused": refused,
        "gone": _gone(by, refused, {str(one.pk) for one in page}),
        "why": "" if can(by, "review_items") else why_not("review_items", by),
        "stands_in_for": stands_in_for(by),
    }
    return render(request, "checklists/queue.html", told, status=409 if refused else 200)


def _rows(
    by: Membership, items: list[ChecklistItem], refused: dict[str, str], typed: dict[str, tuple[str, str]]
) -> list[dict[str, Any]]:
    digests = actions.subject_digests(items)
    reviewers, others = deciding.reviewers_of(active_members(by)), stands_in_for(by)
    found = []
    for item in items:
        now = deciding.standing(item, digests[item.pk])
        seats = deciding.seats(by, others, now)
        decision, reason = typed.get(str(item.pk), ("", ""))
        found.append(
            {
                "item": item,
                "row": item.checklist.catalogue.row(item.row_id),
                "standing": now,
                "why": "" if seats else deciding.why_not_accept(by, now),
                "place": next((one for one in seats if one is not None), None) if None not in seats else None,
                "nobody": deciding.why_nobody(now, reviewers),
                "refused": refused.get(str(item.pk), ""),
                "decision": decision,
                "reason": reason,
            }
        )
    return found


def _gone(by: Membership, refused: dict[str, str], shown: set[str]) -> list[tuple[ChecklistItem | None, str]]:
    """The refused rows that this page of the queue does not show, such as one that another took away meanwhile."""
    lacking = {one: sentence for one, sentence in refused.items() if one not in shown}
    ids = [pk for one in lacking if (pk := id_of(one))]
    items = {str(one.pk): one for one in queries.items(by).filter(pk__in=ids)} if ids else {}
    return [(items.get(one), sentence) for one, sentence in lacking.items()]


def _choices(request: HttpRequest) -> list[Choice]:
    """Read what was chosen: `decide-ID` with `accept` or `return`, `reason-ID`, `seen-ID`, `place-ID`."""
    found = []
    for name, value in request.POST.items():
        mark, _dash, id = name.partition("-")
        if mark == "decide" and value in (ACCEPT, RETURN):
            more = {part: str(request.POST.get(f"{part}-{id}", "")) for part in ("reason", "seen", "place")}
            found.append(Choice(id, str(value), more["reason"], more["seen"], more["place"]))
    return found


def _say(request: HttpRequest, accepted: int, agreed: int, returned: int, refused: int) -> None:
    told = []
    if accepted:
        told.append(ngettext("{n} row is accepted.", "{n} rows are accepted.", accepted).format(n=accepted))
    if agreed:
        sentence = ngettext(
            "{n} acceptance is kept; others still decide.", "{n} acceptances are kept; others still decide.", agreed
        )
        told.append(sentence.format(n=agreed))
    if returned:
        told.append(ngettext("{n} row is returned.", "{n} rows are returned.", returned).format(n=returned))
    if told:
        messages.success(request, " ".join(told))
    elif not refused:
        messages.warning(request, _("No decision was chosen."))


def _query(request: HttpRequest) -> str:
    return f"?{request.GET.urlencode()}" if request.GET else ""
