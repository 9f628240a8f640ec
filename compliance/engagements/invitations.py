"""Mails to those whom an engagement lets in or asks for something."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.engagements.models import EvidenceRequest, TeamMember
from compliance.people.invitations import password_link, send
from compliance.people.language import speaking_to
from compliance.people.models import Membership


def send_to_team(by: Membership, place: TeamMember) -> bool:
    """Mail a person that they are on a team; False when no mail leaves this machine."""
    told = {"by": by, "place": place, "engagement": place.engagement, **_way_in(place.membership)}
    with speaking_to(place.membership.user):
        subject = _("You are on the team of “{title}”").format(title=place.engagement.title)
        text = render_to_string("engagements/mail_team.txt", told)
    return send(place.membership.user, subject, text)


def send_request(by: Membership, request: EvidenceRequest) -> bool:
    """Mail a person what they are asked for; False when no mail leaves this machine."""
    page = reverse("requests_detail", kwargs={"org": by.organisation.slug, "pk": request.pk})
    told = {"by": by, "request": request, "page": f"{settings.BASE_URL}{page}", **_way_in(request.asked)}
    with speaking_to(request.asked.user):
        subject = _("{organisation} asks you for: {title}")
        subject = subject.format(organisation=by.organisation.name, title=request.title)
        text = render_to_string("engagements/mail_request.txt", told)
    return send(request.asked.user, subject, text)


def tell(request: HttpRequest, member: Membership, sent: bool, sentence: str) -> None:
    """Say on the next page what was done, and whether a mail went out."""
    done = sentence.format(name=member.name)
    if sent:
        messages.success(request, _("{done} A mail to {email} says so.").format(done=done, email=member.user.email))
    else:
        warning = _("{done} No mail could be sent to {email}: tell them yourself.")
        messages.warning(request, warning.format(done=done, email=member.user.email))


def _way_in(member: Membership) -> dict[str, Any]:
    # Mail goes to the person's own address, so the link may be in it for everybody who has no password yet.
    return {
        "member": member,
        "link": "" if member.user.has_usable_password() else password_link(member.user),
        "sign_in": f"{settings.BASE_URL}{reverse('account_login')}",
    }
