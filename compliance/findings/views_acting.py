"""What is done about a finding: its cause, corrective actions, and living with it for a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.findings import actions, queries, rules
from compliance.findings.forms import AcceptanceForm, EndActionForm, ExplainForm, PlanForm, ReasonForm
from compliance.findings.models import CorrectiveAction, Finding
from compliance.findings.views import address, show
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.web.forms import take_in
from compliance.web.member import find, member_page


class Writing(NamedTuple):
    """A form on the page of a finding: how it is made from what was sent, what it does, and what is said then."""

    form: Callable[[Any, Membership, Finding], forms.Form]
    act: Callable[..., Any]
    told: Any


WRITING = {
    "explain": Writing(
        lambda data, _by, finding: ExplainForm(data, finding=finding),
        actions.explain,
        gettext_lazy("{finding} is saved."),
    ),
    "plan": Writing(
        lambda data, by, _finding: PlanForm(data, by=by), actions.plan, gettext_lazy("The action is planned.")
    ),
    "propose": Writing(
        lambda data, _by, _finding: AcceptanceForm(data, auto_id="propose_%s"),
        actions.propose_acceptance,
        gettext_lazy("It is proposed. A second person decides."),
    ),
}


def writing_view(move: str) -> Any:
    """Return the page that takes one form in and leads back to the finding, or shows the form with its errors."""
    make, act, told = WRITING[move]

    @member_page("view", writing=rules.MOVES[move][2])
    def view(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
        finding = find(queries.whole(by), pk)
        if request.method != "POST":  # whoever had to sign in in the middle comes back here
            return redirect(address(by, finding))
        form = make(request.POST, by, finding)
        if form.is_valid():
            try:
                act(by=by, finding=finding, **form.cleaned_data)
            except Refused as refused:
                take_in(form, refused)
            else:
                messages.success(request, str(told).format(finding=finding.name))
                return redirect(address(by, finding))
        return show(request, by, finding, **{move: form})

    view.__doc__ = f"Take in what is written on a finding: {move}."
    return view


@member_page("view", writing="act_on_findings")
def findings_end_action(request: HttpRequest, by: Membership, pk: UUID, action: UUID) -> HttpResponse:
    """Say that an action is done or dropped."""
    finding = find(queries.whole(by), pk)
    one = find(CorrectiveAction.objects.filter(finding=finding).select_related("owner__user", "finding"), action)
    form = EndActionForm(request.POST if request.method == "POST" else None, by=by, finding=finding)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_action(by=by, action=one, done="drop" not in request.POST, **form.cleaned_data)
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("The action is kept as ended."))
            return redirect(address(by, finding))
    why = rules.why_not("end_action", by=by, finding=finding)
    told = {"form": form, "finding": finding, "action": one, "why": why}
    return render(request, "findings/end_action.html", told, status=400 if form.errors else 200)


@member_page("view", writing="accept_risks")
def findings_decide(request: HttpRequest, by: Membership, pk: UUID, acceptance: UUID) -> HttpResponse:
    """Accept a risk, or refuse to, as the second person."""
    finding = find(queries.whole(by), pk)
    one = find(finding.acceptances.select_related("finding"), acceptance)
    if request.method != "POST":
        return redirect(address(by, finding))
    form = ReasonForm(request.POST, auto_id="decide_%s")
    form.is_valid()
    try:
        actions.decide_acceptance(by=by, acceptance=one, accept="accept" in request.POST, **form.cleaned_data)
    except Refused as refused:
        take_in(form, refused)
        return show(request, by, finding, decide=form)
    messages.success(request, _("Your decision is kept."))
    return redirect(address(by, finding))
