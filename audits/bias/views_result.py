"""Pages of a finished bias audit: its tables, readings and tests, its downloads, and handing it on as evidence."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audits.bias import actions, again, beyond_shown, compared, queries, telling, tested
from audits.bias.models import BiasAudit
from audits.bias.over_time import MOST
from audits.bias.parts import MOST_CLASSES, class_shown
from audits.bias.views_exclusions import told_proposals
from audits.metrics.result import class_results_of
from audits.work.models import State
from compliance.checklists import queries as checklist_queries
from compliance.checklists.models import Checklist
from compliance.evidence import blobs
from compliance.people.models import Membership
from compliance.web.member import find, member_page

ABILITY = "run_bias_audits"


def result_page(request: HttpRequest, by: Membership, bias_audit: BiasAudit, context: dict[str, Any]) -> HttpResponse:
    """The tables first, then what else their counts say, how they came about, and how to perform it again."""
    result = actions.result_of(bias_audit)
    context |= telling.told(result)
    context["stale"] = queries.stale(bias_audit)
    context["outcomes"] = beyond_shown.outcomes(result, drawn=False)
    context["beside_reference"] = beyond_shown.reference(result)
    context["compared"] = compared.compared(result["readings"])
    context["tested"] = tested.in_tables(result["tests"])
    context["may_be_left_out"] = [
        {**one["row"], "name": compared.named({**one["row"], **one})} for one in again.below(result)
    ]
    context["proposals"] = told_proposals(by, bias_audit, result)
    context["departures"] = list(compared.departures(result["conduct"]["deviations"]))
    context["thresholds"] = list(compared.thresholds(result["conduct"]["thresholds"]))
    context["runs"] = queries.runs_up_to(by, bias_audit, MOST)
    plan, declared = result["conduct"]["plan"], result["conduct"]["independence"]
    context["locked_at"] = datetime.fromisoformat(plan["locked_at"]) if plan else None
    context["declared_at"] = datetime.fromisoformat(declared["declared_at"]) if declared else None
    classes = class_results_of(result)
    context["classes"] = [
        class_shown(number, name, one, drawn=False)
        if len(classes) <= MOST_CLASSES
        else {"name": name, "number": number}
        for number, (name, one) in enumerate(classes, start=1)
    ]
    context["checklists"] = [
        _evidenced(checklist, result)
        for checklist in checklist_queries.in_use(by).filter(system_id=bias_audit.system_id)
    ]
    return render(request, "bias/result.html", context)


def _evidenced(checklist: Checklist, result: Any) -> dict[str, Any]:
    catalogue = checklist.catalogue
    return {"checklist": checklist, "rows": actions.evidenced_rows(result, catalogue)}


@member_page("view")
def bias_result(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponseBase:
    """The exact bytes of the result document."""
    bias_audit = finished(by, pk)
    data = blobs.read(by.organisation_id, bias_audit.result_sha256)
    return download(data, "application/json", "bias-audit-result.json")


@member_page("view")
def bias_counts(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponseBase:
    """The counts that every number follows from, as a table for any spreadsheet."""
    counts = telling.counts_of(actions.result_of(finished(by, pk)))
    return download(counts, "text/csv; charset=utf-8", "bias-audit-counts.csv")


@member_page(ABILITY)
def bias_publish(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Make the result a piece of evidence."""
    if request.method != "POST":  # whoever had to sign in in the middle comes back here
        return redirect("bias_detail", org=by.organisation.slug, pk=pk)
    evidence = actions.publish(by=by, bias_audit=find(queries.bias_audits(by), pk))
    messages.success(request, _("The result is kept as the evidence “{title}”.").format(title=evidence.title))
    return redirect("bias_detail", org=by.organisation.slug, pk=pk)


@member_page(ABILITY)
def bias_link(request: HttpRequest, by: Membership, pk: UUID, checklist: UUID) -> HttpResponse:
    """Publish the result, if it is not yet, and attach it to the open rows of a checklist that it evidences."""
    if request.method != "POST":
        return redirect("bias_detail", org=by.organisation.slug, pk=pk)
    bias_audit = find(queries.bias_audits(by), pk)
    chosen = find(checklist_queries.in_use(by).filter(system_id=bias_audit.system_id), checklist)
    linked = actions.link_to_rows(by=by, bias_audit=bias_audit, checklist=chosen)
    rows = ", ".join(item.row_id for item in linked)
    if linked:
        sentence = ngettext("Attached to {count} row: {rows}.", "Attached to {count} rows: {rows}.", len(linked))
        messages.success(request, sentence.format(count=len(linked), rows=rows))
    else:
        messages.warning(request, _("No row was open: rows in review or done stay as they are."))
    return redirect("bias_detail", org=by.organisation.slug, pk=pk)


@member_page(ABILITY)
def bias_again(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Take the same file again, with other choices."""
    if request.method != "POST":
        return redirect("bias_detail", org=by.organisation.slug, pk=pk)
    made = again.take_again(by=by, bias_audit=find(queries.bias_audits(by), pk))
    messages.success(request, _("This is another audit of the same file; change what you want and start it."))
    return redirect("bias_map", org=by.organisation.slug, pk=made.pk)


def finished(by: Membership, pk: UUID) -> BiasAudit:
    """Return a finished audit that `by` may see, or answer that there is none."""
    return find(queries.bias_audits(by).filter(state=State.FINISHED), pk)


def download(data: bytes, media_type: str, name: str) -> FileResponse:
    """Return bytes as a file to keep."""
    return FileResponse(io.BytesIO(data), as_attachment=True, filename=name, content_type=media_type)
