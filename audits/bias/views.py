"""Pages of bias audits: the list of them, and where each stands."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from audits.bias import actions, queries, telling
from audits.bias.forms_list import ListFilter
from audits.bias.views_result import result_page
from audits.work.models import State
from audits.work.pages import progress_response, waiting
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.rules import can, why_not
from compliance.systems import queries as system_queries
from compliance.web.member import find, member_page

A_PAGE = 50
ABILITY = "run_bias_audits"


@member_page("view")
def bias_list(request: HttpRequest, by: Membership) -> HttpResponse:
    """All bias audits, or those of one AI system or in one state, newest first."""
    filters = ListFilter(request.GET, by=by)
    page = Paginator(filters.narrow(queries.bias_audits(by).defer("plan", "conduct")), A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "filters": filters,
        "some": bool(page.object_list) or queries.bias_audits(by).exists(),
        "system": queries.chosen_system(by, request.GET.get("system", "")),
        "has_systems": system_queries.systems(by).exists(),
        "why": "" if can(by, ABILITY) else why_not(ABILITY),
    }
    return render(request, "bias/list.html", context)


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
