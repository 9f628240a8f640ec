"""Pages on which categories below 2 % are proposed to be left out, and a second person accepts or refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from audits.bias import actions, again, leaving_out, queries
from audits.bias.compared import named
from audits.bias.forms_exclusions import ExclusionsForm
from audits.bias.models import BiasAudit, ExclusionProposal
from audits.bias.rules import why_not_decide
from audits.work.models import State
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.rules import can, why_not
from compliance.web.forms import take_in
from compliance.web.member import find, member_page

ABILITY = "run_bias_audits"


@member_page("view")
def bias_leave_out(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Propose which categories below 2 % are left out of the ratios, and see what was decided about it."""
    bias_audit = _finished(by, pk)
    result = actions.result_of(bias_audit)
    told = told_proposals(by, bias_audit, result)
    held = {one["name"] for one in told if one["proposal"].decision != ExclusionProposal.Decision.REFUSED}
    form = ExclusionsForm(result, held, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            leaving_out.propose(by=by, bias_audit=bias_audit, exclusions=form.exclusions())
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("It is proposed. Nothing is left out before somebody else accepts it."))
            return redirect("bias_leave_out", org=by.organisation.slug, pk=pk)
    context = {
        "bias_audit": bias_audit,
        "form": form,
        "base": result["method"]["share_base"],
        "proposals": told,
        "to_compute": any(one["waits_to_be_applied"] for one in told),
        "why": "" if can(by, ABILITY) else why_not(ABILITY),
    }
    return render(request, "bias/leave_out.html", context, status=422 if form.errors else 200)


@member_page("review_items")
def bias_exclusion_decide(request: HttpRequest, by: Membership, pk: UUID, proposal: UUID) -> HttpResponse:
    """Accept or refuse, as a second person and with a reason, to leave out one category."""
    if request.method == "POST":
        found = find(queries.proposals(by, _finished(by, pk)), proposal)
        accept = request.POST.get("decision") == "accept"
        try:
            leaving_out.decide(by=by, proposal=found, accept=accept, reason=request.POST.get("reason", "")[:2000])
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Your decision is kept."))
    return redirect("bias_leave_out", org=by.organisation.slug, pk=pk)


@member_page(ABILITY)
def bias_exclusion_compute(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Compute the same file again, with the categories left out that a second person accepted."""
    if request.method != "POST":
        return redirect("bias_leave_out", org=by.organisation.slug, pk=pk)
    try:
        made = leaving_out.compute(by=by, bias_audit=_finished(by, pk))
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("bias_leave_out", org=by.organisation.slug, pk=pk)
    if lost := again.declaration_lost(by, find(queries.bias_audits(by), pk)):
        messages.warning(request, lost)
    return redirect("bias_detail", org=by.organisation.slug, pk=made.pk)


def told_proposals(by: Membership, bias_audit: BiasAudit, result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every proposal about an audit, with its name, why `by` may not decide it, and whether it is applied."""
    applied = {named(one) for one in result["method"]["exclusions"]}
    found = []
    for one in queries.proposals(by, bias_audit):
        name = queries.named_proposal(one)
        accepted = one.decision == ExclusionProposal.Decision.ACCEPTED
        found.append(
            {
                "proposal": one,
                "name": name,
                "why": why_not_decide(by, one),
                "waits_to_be_applied": accepted and name not in applied,
            }
        )
    return found


def _finished(by: Membership, pk: UUID) -> BiasAudit:
    return find(queries.bias_audits(by).filter(state=State.FINISHED), pk)
