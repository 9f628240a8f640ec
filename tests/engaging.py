"""A firm, its people and its engagement at a client, made by the real actions."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from compliance.engagements import actions, asking, team
from compliance.engagements.models import Engagement, EvidenceRequest
from compliance.lib.independence import GENERAL, LIMBS
from compliance.people.models import Membership, Role, User
from compliance.systems.models import AISystem
from tests import build
from tests.people import PASSWORD, founder, member

LAW = build.LAW


@dataclass(frozen=True, slots=True)
class Firm:
    """A partner who runs the firm, and an auditor of hers."""

    partner: Membership
    auditor: Membership


def firm(name: str = "Audit Firm") -> Firm:
    """Make a firm with its people; of a second one, the people have its name before theirs."""
    prefix = "" if name == "Audit Firm" else f"{name.split()[0]}-"
    partner = founder(f"{prefix}Partner", name)
    return Firm(partner, member(partner, f"{prefix}Examiner", Role.AUDITOR))


def today(days: int = 0) -> datetime.date:
    """Return today, or a day so many days from it."""
    return timezone.now().date() + datetime.timedelta(days=days)


def prepared(by: Membership, scope: Collection[tuple[AISystem, str]] = (), **fields: Any) -> Engagement:
    """Prepare an engagement of 60 days that began yesterday."""
    given = {"title": "Bias audit 2026", "firm": "Audit Firm", "starts_on": today(-1), "ends_on": today(60), **fields}
    return actions.prepare(by=by, scope=scope, **given)


def opened(by: Membership, of: AISystem, who: Membership, *laws: str, **fields: Any) -> tuple[Engagement, Membership]:
    """Open an engagement about a system with one person on its team; return it and the person as a guest there."""
    engagement = prepared(by, [(of, law) for law in laws or (LAW,)], **fields)
    place = team.add(by=by, engagement=engagement, email=who.user.email, name=who.name, role=Role.AUDITOR, leads=True)
    return actions.open_(by=by, engagement=engagement), Membership.objects.get(pk=place.membership_id)


def declare(guest: Membership, engagement: Engagement) -> None:
    """Declare every sentence of independence."""
    team.declare(by=guest, engagement=engagement, statements=[*GENERAL, *LIMBS])


def asked(by: Membership, engagement: Engagement, name: str = "Engineer", **fields: Any) -> EvidenceRequest:
    """Ask somebody who does not belong to the organisation, and give them the tests' password."""
    given = {"title": "Log of the tool", "due_on": today(7), **fields}
    made = asking.ask(by=by, engagement=engagement, email=f"{name.lower()}@example.org", name=name, **given)
    user = User.objects.get(pk=made.asked.user_id)
    user.set_password(PASSWORD)
    user.save()
    made.asked.user = user
    return made
