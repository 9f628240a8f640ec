"""Find people, always within one organisation."""

from __future__ import annotations

from django.db.models import QuerySet

from compliance.people.models import Membership, User


def memberships(user: User) -> QuerySet[Membership]:
    """Return the organisations that a person belongs to now."""
    return (
        Membership.objects.filter(user=user, is_active=True, user__is_active=True)
        .select_related("organisation", "user")
        .order_by("organisation__name")
    )


def membership(user: User, slug: str) -> Membership | None:
    """Return the person's membership in the organisation, or None (a stranger learns nothing more)."""
    return memberships(user).filter(organisation__slug=slug).first()


def members(by: Membership) -> QuerySet[Membership]:
    """Return everybody who is or was in the organisation of `by`."""
    return Membership.objects.filter(organisation_id=by.organisation_id).select_related("user", "organisation")


def active_members(by: Membership) -> QuerySet[Membership]:
    """Return everybody who is in the organisation of `by` now."""
    return members(by).filter(is_active=True, user__is_active=True)
