"""Engagements as the firm sees them: it takes them on, keeps clients without an account, and may end its part."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.engagements import actions, queries
from compliance.engagements.forms import ClientForm, FirmForm
from compliance.engagements.views import close
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.queries import memberships
from compliance.web.forms import take_in
from compliance.web.member import find, member_page


@member_page("manage_engagements")
def engagements_client(request: HttpRequest, by: Membership) -> HttpResponse:
    """Make the organisation of a client that has no account, and go on to its first engagement."""
    form = ClientForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            kept = actions.keep_client(by=by, name=form.cleaned_data["name"])
        except Refused as refused:
            take_in(form, refused)
        else:
            sentence = _("{client} is an organisation of its own now. Register its AI systems, then prepare the audit.")
            messages.success(request, sentence.format(client=kept.organisation.name))
            page = reverse("engagements_new", kwargs={"org": kept.organisation.slug})
            return redirect(f"{page}?{urlencode({'firm': by.organisation.name})}")
    return render(request, "engagements/client.html", {"form": form}, status=400 if form.errors else 200)


@member_page("view")
def engagements_at_client(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """What the firm itself may know of an engagement: that it is, with whom, until when; the rest is at the client."""
    engagement = find(queries.as_firm(by), pk)
    told = {
        "engagement": engagement,
        "team": engagement.team.filter(ended_at=None).select_related("membership__user"),
        "there": memberships(by.user).filter(organisation=engagement.organisation_id).first(),
    }
    return render(request, "engagements/at_client.html", told)


@member_page("manage_engagements")
def engagements_firm_close(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Ask for the reason, then end the engagement from the firm's side."""
    engagement = find(queries.as_firm(by), pk)
    back = reverse("engagements_at_client", kwargs={"org": by.organisation.slug, "pk": pk})
    return close(request, by, engagement, back)


@member_page("view")
def engagements_take_on(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Take an engagement on for an organisation that one administers."""
    engagement = find(queries.whole(by), pk)
    if not queries.firms(by).exists():
        raise Http404(_("There is no such page."))
    form = FirmForm(request.POST or None, by=by)
    if request.method == "POST" and form.is_valid():
        try:
            actions.take_on(by=by, engagement=engagement, firm=form.cleaned_data["firm"])
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("The engagement is taken on. Your firm sees it, and can end it from there."))
            return redirect("engagements_detail", org=by.organisation.slug, pk=pk)
    told = {"form": form, "engagement": engagement}
    return render(request, "engagements/take_on.html", told, status=400 if form.errors else 200)
