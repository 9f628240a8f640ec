"""How far a membership reaches: the one place where the queries of every slice learn what a guest may see.

A client is an organisation of its own, so what one client keeps is never in the same organisation as another's. Within
an organisation a guest, whom an engagement let in, reaches the systems and laws that its grants name, while they last.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from compliance.people.models import Grant, Membership


def live() -> Q:
    """Narrow grants to those that count today (in UTC)."""
    today = timezone.now().date()
    return Q(starts_on__lte=today, ends_on__gte=today)


def within(
    by: Membership, *, organisation: str = "organisation_id", system: str = "system_id", law: str | None = None
) -> Q:
    """Return the condition that rows are of the organisation of `by` and, for a guest, of a system in their reach.

    The names are those of the columns that hold the organisation, the system and the law of a row. Without `law`, a
    system that is in reach under any law counts. It adds no query: a guest's grants are looked up within the one asked.
    """
    mine = Q(**{organisation: by.organisation_id})
    if not by.is_guest:
        return mine
    grants = Grant.objects.filter(live(), membership=by, system_id=OuterRef(system))
    return mine & Q(Exists(grants.filter(law=OuterRef(law)) if law else grants))


def asked_for(by: Membership, *, engagement: str) -> Q:
    """Return the condition that rows belong to an engagement on whose team a guest is."""
    grants = Grant.objects.filter(live(), membership=by, engagement_id=OuterRef(engagement))
    return Q(Exists(grants.exclude(system_id=None)))


def only_members(by: Membership, *, organisation: str = "organisation_id") -> Q:
    """Return the condition for rows that concern an organisation as a whole: a guest sees none of them."""
    return Q(pk__in=()) if by.is_guest else Q(**{organisation: by.organisation_id})


def laws(by: Membership) -> frozenset[str] | None:
    """Return the laws that a guest reaches; None means every law."""
    if not by.is_guest:
        return None
    return frozenset(Grant.objects.filter(live(), membership=by).exclude(law="").values_list("law", flat=True))


def may_review(by: Membership, *, system_id: UUID, law: str) -> bool:
    """Say whether a guest declared their independence for a system under a law; a member needs none here."""
    found = Grant.objects.filter(live(), membership=by, system_id=system_id, law=law, may_review=True)
    return not by.is_guest or found.exists()
