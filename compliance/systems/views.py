"""The register of AI systems."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.rules import can, why_not
from compliance.systems import actions, queries
from compliance.systems.forms import SystemForm
from compliance.web.forms import take_in
from compliance.web.member import find, member_page


@member_page("view")
def systems_list(request: HttpRequest, by: Membership) -> HttpResponse:
    """All AI systems of the organisation."""
    why = "" if can(by, "register_systems") else why_not("register_systems")
    return render(request, "systems/list.html", {"systems": queries.systems(by), "why": why})


@member_page("register_systems")
def systems_new(request: HttpRequest, by: Membership) -> HttpResponse:
    """Register an AI system."""
    form = SystemForm(request.POST or None, initial={"deployer": by.organisation.name})
    if request.method == "POST" and form.is_valid():
        try:
            system = actions.register(by=by, **form.cleaned_data)
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("{system} is registered.").format(system=system))
            return redirect("systems_detail", org=by.organisation.slug, pk=system.pk)
    return render(request, "systems/new.html", {"form": form})


@member_page("view")
def systems_detail(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """What is known about an AI system, and the work on it."""
    system = find(queries.systems(by).select_related("registered_by__user"), pk)
    return render(request, "systems/detail.html", {"system": system, "query": f"?system={system.pk}"})


@member_page("register_systems")
def systems_edit(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Change what is known about an AI system."""
    system = find(queries.systems(by), pk)
    form = SystemForm(request.POST or None, instance=system)
    if request.method == "POST" and form.is_valid():
        try:
            system = actions.change(by=by, system=system, **form.cleaned_data)
        except Refused as refused:
            take_in(form, refused)
            if refused.code == "changed-meanwhile":
                form.overtaken()
        else:
            messages.success(request, _("{system} is saved.").format(system=system))
            return redirect("systems_detail", org=by.organisation.slug, pk=system.pk)
    return render(request, "systems/edit.html", {"form": form, "system": system})
