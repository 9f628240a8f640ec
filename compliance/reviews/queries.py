"""Read the rules for reviews and the delegations, always of one organisation."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from compliance.people.models import Membership
from compliance.people.reach import only_members
from compliance.people.rules import ABILITIES
from compliance.reviews.models import Delegation, ReviewRule
from compliance.reviews.quorum import Quorum


def review_rules(by: Membership) -> dict[str, ReviewRule]:
    """Return the rules that were set, by law."""
    found = ReviewRule.objects.filter(organisation_id=by.organisation_id).select_related("changed_by__user")
    return {one.law: one for one in found}


def quorum_for(organisation_id: UUID, law: str) -> Quorum:
    """Return what a row of a law needs when it is submitted now."""
    found = {one.law: one for one in ReviewRule.objects.filter(organisation_id=organisation_id, law__in=("", law))}
    rule = found.get(law) or found.get("")
    return rule.quorum if rule else Quorum()


def delegations(by: Membership) -> QuerySet[Delegation]:
    """Return the delegations that `by` may see: those of the organisation; a guest sees none."""
    found = Delegation.objects.filter(only_members(by, organisation="of__organisation_id"))
    return found.select_related("of__user", "of__organisation", "to__user", "to__organisation")


def stands_in_for(by: Membership) -> list[Membership]:
    """Return in whose place `by` may decide today (in UTC): only of people who still review here themselves."""
    today = timezone.now().date()
    live = Delegation.objects.filter(to=by, ended_at=None, since__lte=today, until__gte=today)
    found = live.filter(of__is_active=True, of__user__is_active=True, of__role__in=ABILITIES["review_items"])
    people = {one.of_id: one.of for one in found.select_related("of__user", "of__organisation")}
    return sorted(people.values(), key=lambda one: one.name)
