"""What is done about a finding: its cause, corrective actions, and living with it for a time."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from compliance.findings import actions, queries, rules
from compliance.findings.forms import AcceptanceForm, EndActionForm, ExplainForm, PlanForm, ReasonForm
from compliance.findings.models import CorrectiveAction
from compliance.findings.views import address, show
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.web.forms import take_in
from compliance.web.member import find, member_page


@member_page("view", writing="act_on_findings")
def findings_explain(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Say what caused it, and what is known of an incident, a risk and the extent."""
    finding = find(queries.whole(by), pk)
    if request.method != "POST":
        return redirect(address(by, finding))
    form = ExplainForm(request.POST, finding=finding)
    if form.is_valid():
        try:
            actions.explain(by=by, finding=finding, **form.cleaned_data)
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("{finding} is saved.").format(finding=finding.name))
            return redirect(address(by, finding))
    return show(request, by, finding, explain=form)


@member_page("view", writing="act_on_findings")
def findings_plan(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Plan a corrective action."""
    finding = find(queries.whole(by), pk)
    if request.method != "POST":
        return redirect(address(by, finding))
    form = PlanForm(request.POST, by=by)
    if form.is_valid():
        try:
            actions.plan(by=by, finding=finding, **form.cleaned_data)
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("The action is planned."))
            return redirect(address(by, finding))
    return show(request, by, finding, plan=form)


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


@member_page("view", writing="act_on_findings")
def findings_propose(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Propose to live with a finding until a day."""
    finding = find(queries.whole(by), pk)
    if request.method != "POST":
        return redirect(address(by, finding))
    form = AcceptanceForm(request.POST, auto_id="propose_%s")
    if form.is_valid():
        try:
            actions.propose_acceptance(by=by, finding=finding, **form.cleaned_data)
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("It is proposed. A second person decides."))
            return redirect(address(by, finding))
    return show(request, by, finding, propose=form)


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
