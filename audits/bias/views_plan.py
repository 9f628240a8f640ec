"""Pages of plans that are locked before a run, and of declarations of independence."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from audits.bias import locking, queries
from audits.bias.compared import FIELD_NAMES, choice_in_words
from audits.bias.forms_plan import DeclarationForm, PlanForm, written
from audits.bias.models import BiasPlan
from audits.metrics.conduct import FIELDS
from audits.timestamps.check import judge
from compliance.lib.canonical import digest, dump
from compliance.lib.independence import LIMBS
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.rules import can, why_not
from compliance.systems.queries import systems
from compliance.web.forms import take_in
from compliance.web.member import find, member_page

A_PAGE = 50
ABILITY = "run_bias_audits"
APPROVE = "review_items"
DECLARE = "declare_independence"


@member_page("view")
def bias_plans(request: HttpRequest, by: Membership) -> HttpResponse:
    """Every plan, with its digest where it is locked."""
    context = {
        "page": Paginator(queries.bias_plans(by), A_PAGE).get_page(request.GET.get("page")),
        "has_systems": systems(by).exists(),
        "why": "" if can(by, ABILITY) else why_not(ABILITY),
    }
    return render(request, "bias/plans.html", context)


@member_page(ABILITY)
def bias_plan_new(request: HttpRequest, by: Membership) -> HttpResponse:
    """Write a plan; it binds nobody until it is locked."""
    system = queries.chosen_system(by, request.GET.get("system", ""))
    form = PlanForm(by, request.POST or None, initial={"system": system})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            plan = locking.draft_plan(
                by=by, system=data["system"], title=data["title"], document=form.document(data["system"])
            )
        except Refused as refused:
            take_in(form, refused)
        else:
            return redirect("bias_plan", org=by.organisation.slug, pk=plan.pk)
    context = {"form": form, "has_systems": systems(by).exists()}
    return render(request, "bias/plan_form.html", context, status=422 if form.errors else 200)


@member_page(ABILITY)
def bias_plan_change(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Change a draft."""
    plan = find(queries.bias_plans(by), pk)
    if plan.is_locked:
        return redirect("bias_plan", org=by.organisation.slug, pk=pk)
    given, overtaken = request.POST if request.method == "POST" else None, False
    initial = {"system": plan.system, "title": plan.title, "revision": plan.revision, **written(plan.document)}
    form = PlanForm(by, given, initial=initial, thresholds=len(plan.document["thresholds"]))
    for name in ("system", "title"):
        form.fields[name].disabled = True
    if given is not None and form.is_valid():
        try:
            read = form.cleaned_data["revision"]
            locking.change_plan(by=by, plan=plan, document=form.document(plan.system, plan.document), revision=read)
        except Refused as refused:
            take_in(form, refused)
            overtaken = any(problem.code == "changed-meanwhile" for problem in refused.problems)
            if overtaken:  # keeping it again replaces what the other wrote, knowingly
                plan.refresh_from_db()
                again = request.POST.copy()
                again["revision"] = str(plan.revision)
                form.data = again
        else:
            return redirect("bias_plan", org=by.organisation.slug, pk=pk)
    context = {"form": form, "has_systems": True, "plan": plan, "overtaken": overtaken, "choices": _promised(plan)}
    return render(request, "bias/plan_form.html", context, status=422 if form.errors else 200)


@member_page("view")
def bias_plan(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """One plan, what it leaves open, its digest, and the audits that ran under it."""
    plan = find(queries.bias_plans(by), pk)
    context = {**_shown(plan, by), "offer_unstamped": request.GET.get("unstamped") == "offered"}
    return render(request, "bias/plan.html", context)


def _timestamp(plan: BiasPlan) -> str:
    if not plan.is_locked:
        return ""
    if not plan.timestamp:
        return _("None: only our own clock says when it was locked.")
    return judge(bytes(plan.timestamp), plan.sha256, locking.trusted_authorities()).sentence


def _promised(plan: BiasPlan) -> list[tuple[Any, str]]:
    choices = plan.document["choices"]
    return [(FIELD_NAMES[name], choice_in_words(name, choices[name])) for name in FIELDS if name in choices]


def _shown(plan: BiasPlan, by: Membership) -> dict[str, Any]:
    choices = plan.document["choices"]
    why_approve = "" if can(by, APPROVE) else why_not(APPROVE)
    if not why_approve and str(by.pk) in plan.author_ids:
        why_approve = _("You wrote in this plan, so somebody else has to approve it.")
    why_lock = "" if can(by, ABILITY) else why_not(ABILITY)
    if not why_lock and plan.document["thresholds"] and plan.approved_by_id is None:
        why_lock = _("A plan with thresholds is approved by a second person before it is locked.")
    return {
        "plan": plan,
        "seen": digest(plan.document),
        "choices": _promised(plan),
        "timestamp": _timestamp(plan),
        "left_open": [str(FIELD_NAMES[name]) for name in FIELDS if name not in choices],
        "bias_audits": queries.bias_audits(by).filter(under=plan),
        "why": "" if can(by, ABILITY) else why_not(ABILITY),
        "why_approve": why_approve,
        "why_lock": why_lock,
    }


@member_page(APPROVE)
def bias_plan_approve(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Agree to a draft as a second person."""
    if request.method == "POST":
        locking.approve_plan(by=by, plan=find(queries.bias_plans(by), pk), seen=request.GET.get("seen"))
        messages.success(request, _("You approved the plan as it stands. A change takes the approval away."))
    return redirect("bias_plan", org=by.organisation.slug, pk=pk)


@member_page(ABILITY)
def bias_plan_lock(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Lock a plan; it is never changed again."""
    if request.method == "POST":
        unstamped = request.GET.get("unstamped") == "yes"
        found, seen = find(queries.bias_plans(by), pk), request.GET.get("seen")
        try:
            locking.lock_plan(by=by, plan=found, seen=seen, unstamped=unstamped)
        except Refused as refused:
            if not refused.code.startswith("authority-"):
                raise
            messages.error(request, str(refused))
            return redirect(reverse("bias_plan", args=[by.organisation.slug, pk]) + "?unstamped=offered")
        messages.success(request, _("The plan is locked. Name it when you start a bias audit of the same AI system."))
    return redirect("bias_plan", org=by.organisation.slug, pk=pk)


@member_page("view")
def bias_plan_file(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponseBase:
    """The locked plan as a file, for the command and for whoever looks at it elsewhere."""
    data = dump(locking.exported(find(queries.bias_plans(by), pk)))
    return FileResponse(
        io.BytesIO(data), as_attachment=True, filename="bias-plan.json", content_type="application/json"
    )


@member_page("view")
def bias_declarations(request: HttpRequest, by: Membership) -> HttpResponse:
    """Who declared to be independent, for which system."""
    context = {
        "page": Paginator(queries.declarations(by), A_PAGE).get_page(request.GET.get("page")),
        "limbs": LIMBS,
        "why": "" if can(by, DECLARE) else why_not(DECLARE),
    }
    return render(request, "bias/declarations.html", context)


@member_page(DECLARE)
def bias_declare(request: HttpRequest, by: Membership) -> HttpResponse:
    """Declare the three limbs of 6 RCNY § 5-300 for one AI system."""
    system = queries.chosen_system(by, request.GET.get("system", ""))
    form = DeclarationForm(by, request.POST or None, initial={"system": system, "auditor": by.name})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            locking.declare_independence(
                by=by, system=data["system"], auditor=data["auditor"], limbs=form.limbs(), note=data["note"]
            )
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("The declaration is kept. Name it when the bias audit is started."))
            return redirect("bias_declarations", org=by.organisation.slug)
    context = {"form": form, "has_systems": systems(by).exists()}
    return render(request, "bias/declare.html", context, status=422 if form.errors else 200)
