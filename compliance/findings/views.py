"""Findings: the list, one of them, raising and the moves it may make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.catalogue.exposure import exposure
from compliance.checklists.queries import items
from compliance.findings import actions, queries, rules
from compliance.findings.forms import EU, AcceptanceForm, ExplainForm, FindingFilter, PlanForm, ReasonForm, WordsForm
from compliance.findings.models import Finding
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.trail import presenters
from compliance.trail import queries as trail_queries
from compliance.web.forms import take_in
from compliance.web.member import find, member_page

A_PAGE = 50


def not_effective(*, by: Membership, finding: Finding, reason: str) -> Any:
    return actions.verify(by=by, finding=finding, reason=reason, effective=False)


# move in the address: (in the rules, what the button says, what it does, what is said when it is done)
MOVES: dict[str, tuple[str, Any, Callable[..., Any], Any]] = {
    "hand-in": ("hand_in", gettext_lazy("Hand in for verification"), actions.hand_in, gettext_lazy("Handed in.")),
    "verify": ("verify", gettext_lazy("It helped: close"), actions.verify, gettext_lazy("Verified and closed.")),
    "return": ("return", gettext_lazy("It did not help: return"), not_effective, gettext_lazy("Returned.")),
    "withdraw": ("withdraw", gettext_lazy("Withdraw the finding"), actions.withdraw, gettext_lazy("Withdrawn.")),
    "reopen": ("reopen", gettext_lazy("Reopen"), actions.reopen, gettext_lazy("Open again.")),
}
WITH_REASON = frozenset(MOVES) - {"hand-in"}


@member_page("view")
def findings_list(request: HttpRequest, by: Membership) -> HttpResponse:
    """The findings, newest first."""
    filters = FindingFilter(request.GET, by=by)
    page = Paginator(filters.narrow(queries.listed(by)), A_PAGE).get_page(request.GET.get("page"))
    some = bool(page.object_list) or queries.findings(by).exists()
    return render(request, "findings/list.html", {"filters": filters, "page": page, "some": some})


@member_page("raise_findings")
def findings_new(request: HttpRequest, by: Membership, item: UUID) -> HttpResponse:
    """Raise a finding on a row."""
    row = find(items(by), item)
    form = WordsForm(request.POST if request.method == "POST" else None, by=by, item=row)
    if request.method == "POST" and form.is_valid():
        try:
            finding = actions.raise_(by=by, item=row, **form.cleaned_data)
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("{finding} is raised.").format(finding=finding.name))
            return redirect(address(by, finding))
    law = row.checklist.catalogue
    told = {"form": form, "item": row, "row": law.row(row.row_id)}
    return render(request, "findings/new.html", told, status=400 if form.errors else 200)


@member_page("view")
def findings_detail(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """One finding: what was found, what it may cost, what is done, who saw that it helped."""
    return show(request, by, find(queries.whole(by), pk))


@member_page("raise_findings")
def findings_reword(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Say otherwise what was found."""
    finding = find(queries.whole(by), pk)
    form = WordsForm(request.POST if request.method == "POST" else None, by=by, item=finding.item, finding=finding)
    if request.method == "POST" and form.is_valid():
        try:
            actions.reword(by=by, finding=finding, **form.cleaned_data)
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("{finding} is saved.").format(finding=finding.name))
            return redirect(address(by, finding))
    told = {"form": form, "finding": finding, "item": finding.item}
    return render(request, "findings/reword.html", told, status=400 if form.errors else 200)


def move_view(move: str) -> Any:
    """Return the page that makes one move and leads back to the finding."""
    rule, _label, act, told = MOVES[move]

    @member_page("view", writing=rules.MOVES[rule][2])
    def view(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
        finding = find(queries.whole(by), pk)
        if request.method != "POST":  # whoever had to sign in in the middle comes back here
            return redirect(address(by, finding))
        form = ReasonForm(request.POST, auto_id=f"{rule}_%s") if move in WITH_REASON else forms.Form(request.POST)
        form.is_valid()
        try:
            act(by=by, finding=finding, **form.cleaned_data)
        except Refused as refused:
            take_in(form, refused)
            return show(request, by, finding, **{rule: form})
        messages.success(request, str(told))
        return redirect(address(by, finding))

    view.__doc__ = f"Make the move {move!r} on a finding."
    return view


def show(request: HttpRequest, by: Membership, finding: Finding, **in_hand: forms.Form) -> HttpResponse:
    """Show a finding; `in_hand` holds the form that was refused, under the name of its move."""
    law = finding.item.checklist.catalogue
    row = law.row(finding.item.row_id)
    acting = next(iter(in_hand.values()), None)
    reasons = {rule: in_hand.get(rule) or ReasonForm(auto_id=f"{rule}_%s") for rule, *_rest in MOVES.values()}
    told = {
        "finding": finding,
        "item": finding.item,
        "row": row,
        "exposure": exposure(row, law),
        "is_eu": law.law == EU,
        "duties": [one for one in law.rows if one.id.startswith(("EUAIA-73.", "EUAIA-79."))] if law.law == EU else [],
        "explain": in_hand.get("explain") or ExplainForm(finding=finding),
        "plan": in_hand.get("plan") or PlanForm(by=by),
        "propose": in_hand.get("propose") or AcceptanceForm(auto_id="propose_%s"),
        "reasons": reasons,
        "acts": {
            rule: (str(label), address(by, finding, f"findings_{rule}"), rules.why_not(rule, by=by, finding=finding))
            for rule, label, _act, _told in MOVES.values()
        },
        "why_not": {
            move: rules.why_not(move, by=by, finding=finding) for move in ("reword", "explain", "plan", "propose")
        },
        "why_not_end": rules.why_not("end_action", by=by, finding=finding),
        "acceptances": [(one, rules.why_not_decide(by, one)) for one in finding.acceptances.all()],
        "acting": acting,
        "form": acting,
        "trail": presenters.told(
            trail_queries.of_subject(finding.organisation_id, finding.subject), by.organisation.slug, here=finding.pk
        ),
    }
    return render(request, "findings/detail.html", told, status=400 if acting is not None and acting.errors else 200)


def address(by: Membership, finding: Finding, page: str = "findings_detail") -> str:
    return reverse(page, kwargs={"org": by.organisation.slug, "pk": finding.pk})
