"""The team of an engagement, its declarations of independence, and what it asks for."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from compliance.engagements import asking, invitations, queries, team
from compliance.engagements.forms import AskForm, PersonForm, StatementsForm
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.web.forms import take_in
from compliance.web.member import find, member_page


@member_page("manage_engagements")
def engagements_team_add(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Put a person on the team."""
    engagement = find(queries.whole(by), pk)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            place = team.add(by=by, engagement=engagement, **form.cleaned_data)
        except Refused as refused:
            take_in(form, refused)
        else:
            sent = invitations.send_to_team(by, place)
            invitations.tell(request, place.membership, sent, _("{name} is on the team."))
            return redirect("engagements_detail", org=by.organisation.slug, pk=pk)
    told = {"form": form, "engagement": engagement}
    return render(request, "engagements/team_add.html", told, status=400 if form.errors else 200)


@member_page("view")
def engagements_team_end(request: HttpRequest, by: Membership, pk: UUID, member: UUID) -> HttpResponse:
    """Ask once, then end a place on the team: one's own, or as an administrator anybody's."""
    engagement = find(queries.whole(by), pk)
    place = find(engagement.team.filter(ended_at=None).select_related("membership__user", "engagement"), member)
    if request.method == "POST":
        team.end(by=by, member=place)
        messages.success(request, _("{name} is no longer on the team.").format(name=place.membership.name))
        if place.membership_id == by.pk and by.is_guest:
            return redirect("home")
        return redirect("engagements_detail", org=by.organisation.slug, pk=pk)
    return render(request, "engagements/team_end.html", {"engagement": engagement, "place": place})


@member_page("view")
def engagements_declare(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Declare one's own independence for the scope as it is."""
    engagement = find(queries.whole(by), pk)
    form = StatementsForm(request.POST or None, engagement=engagement)
    if request.method == "POST" and form.is_valid():
        try:
            team.declare(by=by, engagement=engagement, **form.cleaned_data)
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("Your declaration is kept."))
            return redirect("engagements_detail", org=by.organisation.slug, pk=pk)
    told = {
        "form": form,
        "engagement": engagement,
        "place": queries.place(by, engagement),
        "kept": [(one, who.membership.name) for who in engagement.team.all() for one in who.declarations.all()],
    }
    return render(request, "engagements/declare.html", told, status=400 if form.errors else 200)


@member_page("request_evidence")
def engagements_ask(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Ask a person for evidence."""
    engagement = find(queries.whole(by), pk)
    form = AskForm(request.POST or None, by=by, initial={"item": request.GET.get("row", "")})
    if request.method == "POST" and form.is_valid():
        try:
            made = asking.ask(by=by, engagement=engagement, **form.cleaned_data)
        except Refused as refused:
            take_in(form, refused)
        else:
            sent = invitations.send_request(by, made)
            invitations.tell(request, made.asked, sent, _("{name} is asked for it."))
            return redirect("engagements_detail", org=by.organisation.slug, pk=pk)
    told = {"form": form, "engagement": engagement}
    return render(request, "engagements/ask.html", told, status=400 if form.errors else 200)
