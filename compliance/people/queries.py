"""Find people, always within one organisation."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from compliance.people.models import Grant, Membership, Reach, User
from compliance.people.reach import live


def memberships(user: User) -> QuerySet[Membership]:
    """Return the organisations that a person belongs to now; as a guest only while an engagement lets them in."""
    let_in = Q(reach=Reach.ALL) | Exists(Grant.objects.filter(live(), membership=OuterRef("pk")))
    return (
        Membership.objects.filter(let_in, user=user, is_active=True, user__is_active=True)
        .select_related("organisation", "user")
        .order_by("organisation__name")
    )


def membership(user: User, slug: str) -> Membership | None:
    """Return the person's membership in the organisation, or None (a stranger learns nothing more)."""
    return memberships(user).filter(organisation__slug=slug).first()


def members(by: Membership) -> QuerySet[Membership]:
    """Return everybody who is or was in the organisation of `by`, guests included."""
    return Membership.objects.filter(organisation_id=by.organisation_id).select_related("user", "organisation")


def active_members(by: Membership) -> QuerySet[Membership]:
    """Return everybody who is in the organisation of `by` now as a member of its own; guests own no work."""
    return members(by).filter(is_active=True, user__is_active=True, reach=Reach.ALL)
