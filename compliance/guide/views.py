"""The first hour as a page, put aside and brought back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from compliance.guide import actions, steps
from compliance.people.models import Membership
from compliance.web.member import member_page


@member_page("view")
def guide(request: HttpRequest, by: Membership) -> HttpResponse:
    """All steps, with what is there of each."""
    found = steps.steps(by)
    told = {"steps": found, "done": sum(one.done is not None for one in found), "aside": steps.is_aside(by)}
    return render(request, "guide/page.html", told)


@member_page("view")
def guide_aside(request: HttpRequest, by: Membership) -> HttpResponse:
    """Put the guide aside."""
    if request.method == "POST":
        actions.put_aside(by=by)
        messages.success(request, _("The first hour is put away. The link at the foot of this page leads to it."))
    return redirect("org_home", org=by.organisation.slug)


@member_page("view")
def guide_back(request: HttpRequest, by: Membership) -> HttpResponse:
    """Bring the guide back."""
    if request.method == "POST":
        actions.bring_back(by=by)
        messages.success(request, _("The first hour is on your home page again."))
    return redirect("org_home", org=by.organisation.slug)
