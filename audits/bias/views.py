"""Pages of bias audits: upload, say what the columns mean, wait, read the result, hand it on as evidence."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from audits.bias import actions, arriving, queries, telling
from audits.bias.forms import ColumnsForm, MeaningForm, NewForm, columns_of, proposed_columns, stated_before
from audits.bias.forms_choices import Offered
from audits.bias.models import BiasAudit, BiasIntake
from audits.bias.plan import Plan
from audits.bias.profile import Profile
from audits.bias.views_result import result_page
from audits.work.models import State
from audits.work.pages import progress_response, sent, waiting
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.rules import can, why_not
from compliance.systems import queries as system_queries
from compliance.uploads.forms import Uploaded, keeping
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
            with keeping(data["file"]) as file:
                upload = file.upload if isinstance(file, Uploaded) else None
                made = arriving.take_in(
                    by=by,
                    system=data["system"],
                    title=data["title"],
                    stream=file.file,
                    file_name=file.name,
                    size=file.size,
                    upload=upload,
                    encoding=data["encoding"] or None,
                    delimiter=data["delimiter"] or None,
                    sheet=data["sheet"] or None,
                )
                if upload is not None:
                    file.taken_over = isinstance(made, BiasIntake)
        except Refused as refused:
            for problem in refused.problems:  # their columns are the file's, not the form's
                form.add_error("file", str(problem))
        else:
            page = "bias_intake" if isinstance(made, BiasIntake) else "bias_map"
            return redirect(page, org=by.organisation.slug, pk=made.pk)
    has_systems = system_queries.systems(by).exists()
    return render(
        request, "bias/new.html", {"form": form, "has_systems": has_systems}, status=422 if form.errors else 200
    )


@member_page("view")
def bias_intake(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """How far a worker is with looking at a large file, or what was wrong with it."""
    intake = find(queries.intakes(by), pk)
    if intake.bias_audit_id:
        return redirect("bias_map", org=by.organisation.slug, pk=intake.bias_audit_id)
    why = "" if can(by, ABILITY) else why_not(ABILITY)
    context = {"intake": intake, "work": intake, "why": why, **waiting(intake)}
    return render(request, "bias/intake.html", {**context, "problems": telling.problems(intake.problems)})


@member_page("view")
def bias_intake_progress(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """How far the looking is, for the page that waits."""
    return progress_response(request, find(queries.intakes(by), pk))


@member_page(ABILITY)
def bias_intake_cancel(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Give up a large file."""
    intake = find(queries.intakes(by), pk)
    if request.method == "POST":
        try:
            arriving.cancel(by=by, intake=intake)
        except Refused as refused:  # it came to its end a moment before
            messages.warning(request, str(refused))
    return redirect("bias_intake", org=by.organisation.slug, pk=pk)


@member_page(ABILITY)
def bias_map(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Show what is in the file, and ask what its columns and values mean."""
    bias_audit = find(queries.bias_audits(by), pk)
    if not bias_audit.can_be_mapped or bias_audit.profile is None:
        return redirect("bias_detail", org=by.organisation.slug, pk=pk)
    profile = Profile.from_json(bias_audit.profile)
    plan = Plan.from_json(bias_audit.plan) if bias_audit.plan else None
    before = None if plan else queries.confirmed_before(by, bias_audit)
    taken = before[1] if before else None
    known = plan or taken
    initial = columns_of(known) if known else proposed_columns(profile)
    given = request.POST if request.method == "POST" else request.GET if "sex" in request.GET else None
    complete = {"sex", "race_ethnicity", "kind", "measure"} <= set(initial)
    columns = ColumnsForm(profile, given if given is not None else initial if complete else None, initial=initial)
    meaning = None
    if columns.is_bound and columns.is_valid():
        posted = request.POST if request.method == "POST" else None
        about = offered(by, bias_audit)
        stated = stated_before(bias_audit, about)
        chosen = columns.cleaned_data
        meaning = MeaningForm(profile, chosen, plan, posted, offered=about, taken=taken, initial=stated)
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
        "proposed": given is None and known is None,
        "taken_from": before[0] if before else None,
        "was_refused": bias_audit.state == State.FAILED,
    }
    return render(request, "bias/map.html", context)


def offered(by: Membership, bias_audit: BiasAudit) -> Offered:
    """Return the locked plans, declarations and finished audits of the system that an audit is about."""
    of = {"system_id": bias_audit.system_id}
    return Offered(
        list(queries.bias_plans(by).filter(**of, locked_at__isnull=False)),
        list(queries.declarations(by).filter(**of)),
        list(queries.bias_audits(by).filter(**of, state=State.FINISHED)),
    )


@member_page("view")
def bias_detail(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Where a bias audit stands: to be mapped, at work, stopped, or finished with its result."""
    bias_audit = find(queries.bias_audits(by), pk)
    context: dict[str, Any] = {"bias_audit": bias_audit, "work": bias_audit, **waiting(bias_audit)}
    context["why"] = "" if can(by, ABILITY) else why_not(ABILITY)
    if bias_audit.state != State.FINISHED:
        context["problems"] = telling.problems(bias_audit.problems)
        return render(request, "bias/detail.html", context)
    return result_page(request, by, bias_audit, context)


@member_page("view")
def bias_progress(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """How far the work is, for the page that waits."""
    return progress_response(request, find(queries.bias_audits(by), pk))


@member_page(ABILITY)
def bias_cancel(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """End an audit that waits or runs."""
    bias_audit = find(queries.bias_audits(by), pk)
    if request.method == "POST":
        try:
            actions.cancel(by=by, bias_audit=bias_audit)
        except Refused as refused:  # it came to its end a moment before
            messages.warning(request, str(refused))
    return redirect("bias_detail", org=by.organisation.slug, pk=pk)
