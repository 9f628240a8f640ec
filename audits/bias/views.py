"""Pages of bias audits: upload, say what the columns mean, wait, read the result, hand it on as evidence."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audits.bias import actions, queries, telling
from audits.bias.forms import ColumnsForm, MeaningForm, NewForm, columns_of, proposed_columns, stated_before
from audits.bias.models import BiasAudit
from audits.bias.plan import Plan
from audits.bias.profile import Profile
from audits.work.models import State
from audits.work.pages import progress_response, sent
from compliance.checklists import queries as checklist_queries
from compliance.checklists.models import Checklist
from compliance.evidence import blobs
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.rules import can, why_not
from compliance.systems import queries as system_queries
from compliance.web.forms import take_in
from compliance.web.member import find, member_page
from compliance.web.uploads import show_upload_problem

ABILITY = "run_bias_audits"


@member_page("view")
def bias_list(request: HttpRequest, by: Membership) -> HttpResponse:
    """All bias audits, or those of one AI system."""
    system = queries.chosen_system(by, request.GET.get("system", ""))
    found = queries.bias_audits(by)
    context = {
        "bias_audits": found.filter(system=system) if system else found,
        "system": system,
        "has_systems": system_queries.systems(by).exists(),
        "why": "" if can(by, ABILITY) else why_not(ABILITY),
    }
    return render(request, "bias/list.html", context)


@member_page(ABILITY)
def bias_new(request: HttpRequest, by: Membership) -> HttpResponse:
    """Take in a file of applicants."""
    system = queries.chosen_system(by, request.GET.get("system", ""))
    form = NewForm(by, *sent(request), initial={"system": system})
    show_upload_problem(form, request)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.open_audit(
                by=by,
                system=data["system"],
                title=data["title"],
                stream=data["file"].file,
                file_name=data["file"].name,
                encoding=data["encoding"] or None,
                delimiter=data["delimiter"] or None,
            )
        except Refused as refused:
            for problem in refused.problems:  # their columns are the file's, not the form's
                form.add_error("file", str(problem))
        else:
            return redirect("bias_map", org=by.organisation.slug, pk=made.pk)
    has_systems = system_queries.systems(by).exists()
    return render(
        request, "bias/new.html", {"form": form, "has_systems": has_systems}, status=422 if form.errors else 200
    )


@member_page(ABILITY)
def bias_map(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Show what is in the file, and ask what its columns and values mean."""
    bias_audit = find(queries.bias_audits(by), pk)
    if not bias_audit.can_be_mapped or bias_audit.profile is None:
        return redirect("bias_detail", org=by.organisation.slug, pk=pk)
    profile = Profile.from_json(bias_audit.profile)
    plan = Plan.from_json(bias_audit.plan) if bias_audit.plan else None
    initial = columns_of(plan) if plan else proposed_columns(profile)
    given = request.POST if request.method == "POST" else request.GET if "sex" in request.GET else None
    complete = {"sex", "race_ethnicity", "kind", "measure"} <= set(initial)
    columns = ColumnsForm(profile, given if given is not None else initial if complete else None, initial=initial)
    meaning = None
    if columns.is_bound and columns.is_valid():
        posted = request.POST if request.method == "POST" else None
        meaning = MeaningForm(profile, columns.cleaned_data, plan, posted, initial=stated_before(bias_audit.conduct))
        if posted is not None and meaning.is_valid():
            try:
                actions.start(by=by, bias_audit=bias_audit, plan=meaning.plan(), **meaning.gate())
            except Refused as refused:
                take_in(meaning, refused)
            else:
                return redirect("bias_detail", org=by.organisation.slug, pk=pk)
    context = {
        "bias_audit": bias_audit,
        "profile": profile,
        "columns": columns,
        "form": meaning if meaning is not None else columns,
        "meaning": meaning,
        "proposed": given is None and plan is None,
        "was_refused": bias_audit.state == State.FAILED,
    }
    return render(request, "bias/map.html", context)


@member_page("view")
def bias_detail(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Where a bias audit stands: to be mapped, at work, stopped, or finished with its result."""
    bias_audit = find(queries.bias_audits(by), pk)
    context: dict[str, Any] = {"bias_audit": bias_audit, "work": bias_audit}
    context["why"] = "" if can(by, ABILITY) else why_not(ABILITY)
    if bias_audit.state != State.FINISHED:
        context["problems"] = telling.problems(bias_audit.problems)
        return render(request, "bias/detail.html", context)
    result = actions.result_of(bias_audit)
    context |= telling.told(result)
    context["stale"] = queries.stale(bias_audit)
    context["checklists"] = [
        _evidenced(checklist, result)
        for checklist in checklist_queries.in_use(by).filter(system_id=bias_audit.system_id)
    ]
    return render(request, "bias/result.html", context)


def _evidenced(checklist: Checklist, result: Any) -> dict[str, Any]:
    catalogue = checklist.catalogue
    return {"checklist": checklist, "rows": actions.evidenced_rows(result, catalogue)}


@member_page("view")
def bias_progress(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """How far the work is, for the page that waits."""
    return progress_response(request, find(queries.bias_audits(by), pk))


@member_page("view")
def bias_result(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponseBase:
    """The exact bytes of the result document."""
    bias_audit = _finished(by, pk)
    data = blobs.read(by.organisation_id, bias_audit.result_sha256)
    return _download(data, "application/json", "bias-audit-result.json")


@member_page("view")
def bias_counts(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponseBase:
    """The counts that every number follows from, as a table for any spreadsheet."""
    counts = telling.counts_csv(actions.result_of(_finished(by, pk))["counts"])
    return _download(counts, "text/csv; charset=utf-8", "bias-audit-counts.csv")


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


def _finished(by: Membership, pk: UUID) -> BiasAudit:
    return find(queries.bias_audits(by).filter(state=State.FINISHED), pk)


def _download(data: bytes, media_type: str, name: str) -> FileResponse:
    return FileResponse(io.BytesIO(data), as_attachment=True, filename=name, content_type=media_type)
