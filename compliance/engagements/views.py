"""Engagements as the client sees them: the list, one of them, what it says, opening and closing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.engagements import actions, queries, rules
from compliance.engagements.forms import EngagementForm, ReasonForm
from compliance.engagements.models import Engagement, State
from compliance.frameworks import catalogues
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.queries import memberships
from compliance.people.rules import can, why_not
from compliance.trail import presenters
from compliance.trail import queries as trail_queries
from compliance.web.forms import take_in
from compliance.web.member import find, member_page

A_PAGE = 50
MANAGE = "manage_engagements"


@member_page("view")
def engagements_list(request: HttpRequest, by: Membership) -> HttpResponse:
    """The engagements here, and those that this organisation took on at its clients."""
    page = Paginator(queries.listed(by), A_PAGE).get_page(request.GET.get("page"))
    told = {
        "page": page,
        "at_clients": list(queries.as_firm(by)[:A_PAGE]),
        "reached": {one.organisation_id: one.organisation.slug for one in memberships(by.user)},
        "asked": queries.asked_of(by).filter(state="open").count(),
        "why": "" if can(by, MANAGE) else why_not(MANAGE, by),
    }
    return render(request, "engagements/list.html", told)


@member_page(MANAGE)
def engagements_new(request: HttpRequest, by: Membership) -> HttpResponse:
    """Prepare an engagement."""
    form = EngagementForm(request.POST or None, by=by, initial={"firm": request.GET.get("firm", "")[:200]})
    if request.method == "POST" and form.is_valid():
        try:
            engagement = actions.prepare(by=by, **form.given())
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("“{title}” is prepared. Add the team, then open it.").format(title=engagement))
            return redirect(_address(by, engagement))
    return render(request, "engagements/form.html", {"form": form}, status=400 if form.errors else 200)


@member_page("view")
def engagements_detail(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """One engagement: scope, team, requests, where the rows in scope stand, findings, and what happened."""
    engagement = find(queries.whole(by), pk)
    return render(request, "engagements/detail.html", _shown(by, engagement))


def _shown(by: Membership, engagement: Engagement) -> dict[str, Any]:
    team = queries.team(engagement)
    place = queries.place(by, engagement)
    asked = list(queries.requests(by).filter(engagement=engagement)[: A_PAGE + 1])
    return {
        "engagement": engagement,
        "progress": [(one, law_title(one.scope.law)) for one in queries.progress(by, engagement)],
        "team": [(one, ", ".join(map(law_title, one.lacks))) for one in team],
        "undeclared": [one.member.membership.name for one in team if not one.declared],
        "place": place,
        "must_declare": any(one.member == place and not one.declared for one in team),
        "requests": asked[:A_PAGE],
        "more_requests": len(asked) > A_PAGE,
        "why_not_ask": rules.why_not_ask(by, engagement),
        "why_not_change": rules.why_not("change", by=by, engagement=engagement),
        "why_not_open": rules.why_not("open", by=by, engagement=engagement),
        "why_not_close": rules.why_not("close", by=by, engagement=engagement),
        "may_take_on": not engagement.firm_organisation_id
        and engagement.state != State.CLOSED
        and (place is not None or can(by, MANAGE))
        and queries.firms(by).exists(),
        "trail": presenters.told(
            trail_queries.of_subject(engagement.organisation_id, engagement.subject)[:A_PAGE],
            by.organisation.slug,
            here=engagement.pk,
        ),
    }


@member_page(MANAGE)
def engagements_change(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Change what an engagement says."""
    engagement = find(queries.whole(by), pk)
    form = EngagementForm(request.POST or None, by=by, engagement=engagement)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(by=by, engagement=engagement, **form.given())
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("The engagement is saved."))
            return redirect(_address(by, engagement))
    told = {"form": form, "engagement": engagement}
    return render(request, "engagements/form.html", told, status=400 if form.errors else 200)


@member_page("view", writing=MANAGE)
def engagements_open(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Open it."""
    engagement = find(queries.whole(by), pk)
    if request.method == "POST":
        actions.open_(by=by, engagement=engagement)
        messages.success(request, _("The engagement is open. Its team reaches what is in scope."))
    return redirect(_address(by, engagement))


@member_page(MANAGE)
def engagements_close(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Ask for the reason, then close it."""
    engagement = find(queries.engagements(by), pk)
    return close(request, by, engagement, _address(by, engagement))


def close(request: HttpRequest, by: Membership, engagement: Engagement, back: str) -> HttpResponse:
    """Show the page that closes an engagement, from either side."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.close(by=by, engagement=engagement, reason=form.cleaned_data["reason"])
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("The engagement is closed. Its guests reach nothing by it any more."))
            return redirect(back)
    told = {"form": form, "engagement": engagement, "back": back}
    return render(request, "engagements/close.html", told, status=400 if form.errors else 200)


def law_title(law: str) -> str:
    """Return the short title of a law's newest text."""
    return catalogues.catalogue(law).short_title


def _address(by: Membership, engagement: Engagement) -> str:
    return reverse("engagements_detail", kwargs={"org": by.organisation.slug, "pk": engagement.pk})
