"""Pages on which files arrive, tables are chosen, sheets are asked for, and the sources of an audit are named."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from audits.bias import actions, arriving, databases, queries, telling
from audits.bias.arriving import Arrived
from audits.bias.forms_sources import NewForm, SheetsForm, SourcesForm, TableForm
from audits.bias.models import BiasAudit, BiasIntake
from audits.work.pages import progress_response, sent, waiting
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.rules import can, why_not
from compliance.systems import queries as system_queries
from compliance.uploads.actions import unfinished
from compliance.uploads.forms import Uploaded, keeping
from compliance.web.forms import take_in
from compliance.web.member import find, member_page
from compliance.web.uploads import show_upload_problem

ABILITY = "run_bias_audits"


@member_page(ABILITY)
def bias_new(request: HttpRequest, by: Membership) -> HttpResponse:
    """Take in files of applicants."""
    system = queries.chosen_system(by, request.GET.get("system", ""))
    form = NewForm(by, *sent(request), initial={"system": system})
    return _taking_in(request, by, form, None)


@member_page(ABILITY)
def bias_add(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Take in further files for an audit that did not run yet."""
    bias_audit = find(queries.bias_audits(by), pk)
    if not bias_audit.can_be_mapped:
        return redirect("bias_detail", org=by.organisation.slug, pk=pk)
    return _taking_in(request, by, NewForm(by, *sent(request), into=bias_audit), bias_audit)


def _taking_in(request: HttpRequest, by: Membership, form: NewForm, into: BiasAudit | None) -> HttpResponse:
    show_upload_problem(form, request)
    if request.method == "POST" and form.is_valid():
        try:
            made = _taken_in(by, form, into)
        except Refused as refused:
            if (intake := _sent_before(by, form)) and refused.code == "upload-taken":
                return redirect("bias_intake", org=by.organisation.slug, pk=intake.pk)
            for problem in refused.problems:  # their columns are the file's, not the form's
                form.add_error("file", str(problem))
        else:
            return _onwards(by, made)
    context = {
        "form": form,
        "into": into,
        "has_systems": into is not None or system_queries.systems(by).exists(),
        "databases": databases.offered(by),
        "unfinished": unfinished(by),
        "system": request.GET.get("system", ""),
    }
    return render(request, "bias/new.html", context, status=422 if form.errors else 200)


def _taken_in(by: Membership, form: NewForm, into: BiasAudit | None) -> BiasAudit | BiasIntake:
    data = form.cleaned_data
    with ExitStack() as stack:
        files = [stack.enter_context(keeping(file)) for file in data["file"]]
        arrived = [
            Arrived(
                file_name=file.name,
                size=file.size,
                stream=file.file,
                upload=file.upload if isinstance(file, Uploaded) else None,
                reading=form.reading(),
            )
            for file in files
        ]
        system, title = (into.system, into.title) if into else (data["system"], data["title"])
        made = arriving.take_in(by=by, system=system, title=title, arrived=arrived, into=into)
        for file in files:
            if isinstance(file, Uploaded):
                file.taken_over = isinstance(made, BiasIntake)
        return made


def _sent_before(by: Membership, form: NewForm) -> BiasIntake | None:
    """Return the intake that one of these uploads belongs to already."""
    uploads = [file.upload for file in form.cleaned_data.get("file", []) if isinstance(file, Uploaded)]
    return queries.intakes(by).filter(sources__upload__in=uploads).first()


def _onwards(by: Membership, made: BiasAudit | BiasIntake) -> HttpResponse:
    """Lead to the page that waits, to the labels of several sources, or to the mapping of one."""
    if isinstance(made, BiasIntake):
        return redirect("bias_intake", org=by.organisation.slug, pk=made.pk)
    page = "bias_sources" if made.sources.count() > 1 else "bias_map"
    page = page if can(by, ABILITY) else "bias_detail"
    return redirect(page, org=by.organisation.slug, pk=made.pk)


@member_page(ABILITY)
def bias_table(request: HttpRequest, by: Membership) -> HttpResponse:
    """Choose a table of a database that the operator named, for an audit of its own or as a further source of one."""
    into = None
    if request.GET.get("into"):
        into = queries.mappable(by, request.GET["into"])
        if into is None:
            return redirect("bias_list", org=by.organisation.slug)
    found, tables, problem = databases.offered(by), None, None
    name = request.GET.get("database") or (found[0].name if len(found) == 1 else "")
    queries_of = next((one.queries for one in found if one.name == name), {})
    if name:
        try:
            tables = databases.tables(by, name)
        except Refused as refused:
            problem = telling.problems([one.as_json() for one in refused.problems])[0]
    form = None
    if tables:
        system = queries.chosen_system(by, request.GET.get("system", ""))
        form = TableForm(by, tables, sent(request)[0], into=into, queries=bool(queries_of), initial={"system": system})
        if form.is_bound and form.is_valid():
            data = form.cleaned_data
            arrived = [Arrived(database=name, table=data["table"], label=data["label"])]
            of = (into.system, into.title) if into else (data["system"], data["title"])
            try:
                made = arriving.take_in(by=by, system=of[0], title=of[1], arrived=arrived, into=into)
            except Refused as refused:
                take_in(form, refused)
            else:
                return _onwards(by, made)
    context: dict[str, Any] = {"databases": found, "chosen": name, "tables": tables, "problem": problem, "form": form}
    context |= {
        "queries": queries_of,
        "into": into,
        "has_systems": into is not None or system_queries.systems(by).exists(),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "bias/table.html", {**context, "system": request.GET.get("system", "")}, status=status)


@member_page(ABILITY)
def bias_sources(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Name the sources of an audit, take some away, add others."""
    bias_audit = find(queries.bias_audits(by), pk)
    if not bias_audit.can_be_mapped:
        return redirect("bias_detail", org=by.organisation.slug, pk=pk)
    sources = list(bias_audit.sources.defer(None))
    form = SourcesForm(sources, sent(request)[0])
    if form.is_bound and form.is_valid():
        try:
            actions.arrange(by=by, bias_audit=bias_audit, labels=form.labels(), without=form.without())
        except Refused as refused:
            take_in(form, refused)
        else:
            return redirect("bias_map", org=by.organisation.slug, pk=pk)
    context = {"bias_audit": bias_audit, "form": form, "databases": databases.offered(by), "sources": sources}
    return render(request, "bias/sources.html", context, status=422 if form.errors else 200)


@member_page("view")
def bias_intake(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """How far a worker is with looking at what arrived, or what was wrong with it, or which sheet is meant."""
    intake = find(queries.intakes(by), pk)
    if intake.is_over and intake.bias_audit is not None and intake.state == "finished":
        return _onwards(by, intake.bias_audit)
    why = "" if can(by, ABILITY) else why_not(ABILITY)
    form = SheetsForm(list(intake.sources.all())) if intake.sheets_asked else None
    return _intake_page(request, intake, form, why)


@member_page(ABILITY)
def bias_intake_sheets(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Say which sheets of spreadsheets are meant."""
    intake = find(queries.intakes(by), pk)
    if request.method != "POST" or not intake.sheets_asked:
        return redirect("bias_intake", org=by.organisation.slug, pk=pk)
    form = SheetsForm(list(intake.sources.all()), request.POST)
    if form.is_valid():
        try:
            arriving.choose_sheets(by=by, intake=intake, sheets=form.sheets())
        except Refused as refused:
            take_in(form, refused)
        else:
            return redirect("bias_intake", org=by.organisation.slug, pk=pk)
    return _intake_page(request, intake, form, "")


def _intake_page(request: HttpRequest, intake: BiasIntake, form: Form | None, why: str) -> HttpResponse:
    sources: Sequence[Any] = list(intake.sources.all())
    context = {"intake": intake, "work": intake, "why": why, "form": form, "sources": sources, **waiting(intake)}
    problems = telling.problems(intake.problems)
    status = 422 if form is not None and form.errors else 200
    return render(request, "bias/intake.html", {**context, "problems": problems}, status=status)


@member_page("view")
def bias_intake_progress(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """How far the looking is, for the page that waits."""
    return progress_response(request, find(queries.intakes(by), pk))


@member_page(ABILITY)
def bias_intake_cancel(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Give up what is being looked at."""
    intake = find(queries.intakes(by), pk)
    if request.method == "POST":
        try:
            arriving.cancel(by=by, intake=intake)
        except Refused as refused:  # it came to its end a moment before
            messages.warning(request, str(refused))
        else:
            messages.success(request, _("Nothing of it was kept."))
    return redirect("bias_intake", org=by.organisation.slug, pk=pk)
