"""Pages beside a finished bias audit: its bins of scores, and a reference population to compare its people with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from audits.bias import actions, again, drift_shown, queries, telling
from audits.bias.forms_reference import ReferenceForm
from audits.bias.views_result import download, finished
from audits.metrics.run_drift import drifted
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.web.forms import take_in
from compliance.web.member import member_page

ABILITY = "run_bias_audits"


@member_page("view")
def bias_bins(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponseBase:
    """The bins of scores that calibration follows from, as a table for any spreadsheet."""
    bias_audit = finished(by, pk)
    outcomes = actions.result_of(bias_audit).get("outcomes")
    if not outcomes or not outcomes["edges"]:
        messages.info(request, _("This result has no bins of scores beside true outcomes."))
        return redirect("bias_detail", org=by.organisation.slug, pk=pk)
    return download(telling.bins_csv(outcomes), "text/csv; charset=utf-8", "bias-audit-bins.csv")


@member_page("view")
def bias_drift(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """This run beside another finished one of the same system: what moved, with its test."""
    bias_audit = finished(by, pk)
    runs = list(queries.other_runs(by, bias_audit))
    named = request.GET.get("with", "")
    other = next((one for one in runs if str(one.pk) == named), runs[0] if runs else None)
    context: dict[str, Any] = {"bias_audit": bias_audit, "runs": runs, "other": other}
    if other is not None:
        earlier, later = sorted((other, bias_audit), key=queries.ended)
        try:
            found = drifted(actions.result_of(earlier), actions.result_of(later))
            context |= {"drift": drift_shown.shown(found), "earlier": earlier, "later": later}
        except (Refused, ValueError) as error:
            context["problem"] = str(error)
    return render(request, "bias/drift.html", context)


@member_page(ABILITY)
def bias_reference(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Give a reference population, and run the same file again with it."""
    bias_audit = finished(by, pk)
    result = actions.result_of(bias_audit)
    before = result["method"].get("reference")
    form = ReferenceForm(before, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = again.with_reference(by=by, bias_audit=bias_audit, reference=form.reference())
        except Refused as refused:
            take_in(form, refused)
        else:
            return redirect("bias_detail", org=by.organisation.slug, pk=made.pk)
    context = {"bias_audit": bias_audit, "form": form}
    return render(request, "bias/reference.html", context, status=422 if form.errors else 200)
