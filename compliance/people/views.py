"""Who belongs to the organisation, and what each may do."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from compliance.lib.problems import Refused
from compliance.people import actions, invitations, queries, rules
from compliance.people.forms import InvitationForm, RemovalForm, RoleForm
from compliance.people.models import Membership, Role
from compliance.trail import queries as trail_queries
from compliance.web.forms import take_in
from compliance.web.member import find, member_page


@member_page("view")
def people_list(request: HttpRequest, by: Membership) -> HttpResponse:
    """Everybody who is here, everybody who was, and the table of roles."""
    people = list(queries.members(by))
    abilities = [
        (rules.TOLD[ability], [role in rules.ABILITIES[ability] for role in Role]) for ability in rules.ABILITIES
    ]
    told = {
        "here": [one for one in people if one.is_active],
        "gone": [one for one in people if not one.is_active],
        "roles": Role,
        "abilities": abilities,
        "why_not_manage": "" if rules.can(by, "manage_people") else rules.why_not("manage_people"),
    }
    return render(request, "people/list.html", told)


@member_page("manage_people")
def people_invite(request: HttpRequest, by: Membership) -> HttpResponse:
    """Add a person; then show how they come in."""
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            member = actions.add_member(by=by, **form.cleaned_data)
        except Refused as refused:
            take_in(form, refused)
        else:
            _tell_mail(request, by, member)
            return redirect("people_link", org=by.organisation.slug, pk=member.pk)
    return render(request, "people/invite.html", {"form": form})


@member_page("manage_people")
def people_link(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """The link to hand over to a person who cannot sign in yet."""
    member = find(queries.active_members(by), pk)
    link = ""
    if rules.may_hand_over_link(by, member):
        actions.record_link(by=by, member=member)
        link = invitations.password_link(member.user)
    return render(request, "people/link.html", {"member": member, "link": link})


@member_page("view", writing="manage_people")
def people_detail(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """One member: the role, which an administrator changes here."""
    member = find(queries.members(by), pk)
    form = RoleForm(request.POST or None, member=member)
    if request.method == "POST" and form.is_valid():
        try:
            member = actions.change_role(by=by, member=member, role=form.cleaned_data["role"])
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            role = member.get_role_display()
            messages.success(request, _("{name} has the role {role}.").format(name=member.name, role=role))
            return redirect("people_list", org=by.organisation.slug)
    told = {"form": form, "member": member, "has_link": rules.may_hand_over_link(by, member)}
    return render(request, "people/detail.html", told)


@member_page("manage_people")
def people_end(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Ask once, then end the membership."""
    member = find(queries.active_members(by), pk)
    refused: Refused | None = None
    if request.method == "POST":
        try:
            actions.end_membership(by=by, member=member)
        except Refused as error:
            refused = error
        else:
            messages.success(request, _("The membership of {name} has ended.").format(name=member.name))
            if member.user_id == by.user_id:
                return redirect("home")
            return redirect("people_list", org=by.organisation.slug)
    told = {"member": member, "problems": refused.problems if refused else ()}
    return render(request, "people/end.html", told, status=409 if refused else 200)


@member_page("manage_people")
def people_restore(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Let a person back in with the role they had."""
    if request.method != "POST":  # whoever had to sign in in the middle comes back here
        return redirect("people_list", org=by.organisation.slug)
    member = find(queries.members(by).filter(is_active=False), pk)
    member = actions.add_member(by=by, email=member.user.email, name=member.name, role=member.role)
    _tell_mail(request, by, member)
    return redirect("people_list", org=by.organisation.slug)


@member_page("manage_people")
def people_remove(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Say what is removed and what stays, ask for the reason, then remove the personal data of a person who left."""
    member = find(queries.members(by), pk)
    form = RemovalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.remove_personal_data(by=by, member=member, reason=form.cleaned_data["reason"])
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("The personal data is removed. Every entry of the trail still holds."))
            return redirect("people_list", org=by.organisation.slug)
    told = {
        "form": form,
        "member": member,
        "why": rules.why_not_removable(member),
        "elsewhere": Membership.objects.filter(user=member.user).exclude(pk=member.pk).exists(),
        "old_entries": trail_queries.naming(by.organisation_id, str(member.user_id)),
    }
    return render(request, "people/remove.html", told, status=400 if form.errors else 200)


def _tell_mail(request: HttpRequest, by: Membership, member: Membership) -> None:
    if invitations.send_invitation(by, member):
        sentence = _("{name} now belongs to {organisation}; a mail to {email} says so.")
        level = messages.SUCCESS
    else:
        sentence = _("{name} now belongs to {organisation}, but no mail could be sent to {email}. Tell them yourself.")
        level = messages.WARNING
    told = sentence.format(name=member.name, organisation=by.organisation.name, email=member.user.email)
    messages.add_message(request, level, told)
