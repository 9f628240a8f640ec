"""Checklists as wholes: the list, opening one, and what waits for a decision."""

from __future__ import annotations

from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from compliance.checklists import actions, queries
from compliance.checklists.forms import OpenForm
from compliance.determinations.models import Determination
from compliance.determinations.queries import determinations
from compliance.frameworks import catalogues
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.rules import can, why_not
from compliance.systems.queries import systems
from compliance.web.forms import take_in
from compliance.web.member import member_page


@member_page("view")
def checklists_list(request: HttpRequest, by: Membership) -> HttpResponse:
    """Every checklist by AI system, with where its rows stand."""
    found = list(queries.in_use(by).order_by("system__name", "system__version", "title", "text_version"))
    counts = queries.counts_of(found)
    by_system = [
        (system, [(one, counts[one.pk]) for one in some]) for system, some in groupby(found, lambda one: one.system)
    ]
    told = {
        "by_system": by_system,
        "without": systems(by).filter(checklists=None),
        "put_aside": queries.put_aside(by).order_by("system__name", "title", "text_version"),
        "why": "" if can(by, "open_checklists") else why_not("open_checklists"),
    }
    return render(request, "checklists/list.html", told)


@member_page("open_checklists")
def checklists_new(request: HttpRequest, by: Membership) -> HttpResponse:
    """Open the checklist of a law for a system; with `?determination=`, of the rows that it says bind."""
    determination = _determination(request, by)
    if determination is not None and (open_already := queries.resting_on(by, determination).first()):
        return redirect("checklists_apply", org=by.organisation.slug, pk=open_already.pk)
    first = catalogues.offered(by.organisation)[-1]
    law = request.GET.get("law") or f"{first.law}/{first.text_version}"
    initial = {"system": request.GET.get("system"), "law": law}
    if determination is not None:
        initial = {
            "system": str(determination.system_id),
            "law": f"{determination.law}/{determination.text_version}",
        }
    form = OpenForm(request.POST or None, by=by, initial=initial)
    if request.method == "POST" and form.is_valid():
        law, version = form.cleaned_data["law"].split("/")
        try:
            checklist = actions.open_checklist(
                by=by,
                system=form.cleaned_data["system"],
                law=law,
                text_version=version,
                determination=determination,
            )
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("The checklist {checklist} is open.").format(checklist=checklist))
            return redirect("checklists_detail", org=by.organisation.slug, pk=checklist.pk)
    told = {"form": form, "has_systems": systems(by).exists(), "determination": determination}
    return render(request, "checklists/new.html", told, status=400 if form.errors else 200)


def _determination(request: HttpRequest, by: Membership) -> Determination | None:
    """Return the signed determination that the address names, or None where it names none."""
    try:
        pk = UUID(request.GET.get("determination", ""))
    except ValueError:
        return None
    return determinations(by).filter(pk=pk, state=Determination.State.SIGNED).first()
