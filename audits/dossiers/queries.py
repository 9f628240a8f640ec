"""Find dossiers, always of one organisation."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from audits.dossiers.models import Dossier, Signature
from audits.dossiers.rules import ROLES
from compliance.people.models import Membership, Reach
from compliance.people.reach import within


def dossiers(by: Membership) -> QuerySet[Dossier]:
    """Return the dossiers that `by` may see, newest first."""
    open_ones = Signature.objects.filter(dossier=OuterRef("pk"), signed_at=None)
    found = Dossier.objects.filter(within(by, law="checklist__law")).annotate(waits=Exists(open_ones))
    return found.select_related("system", "checklist", "organisation", "frozen_by__user")


def members(by: Membership) -> QuerySet[Membership]:
    """Return the members of the organisation of `by`."""
    return Membership.objects.filter(organisation_id=by.organisation_id).select_related("user")


def may_sign_as(by: Membership, part: str) -> QuerySet[Membership]:
    """Return the members of the organisation of `by` whose role lets them sign as a part, by name."""
    found = Membership.objects.filter(organisation_id=by.organisation_id, is_active=True, role__in=ROLES[part])
    own = found.filter(reach=Reach.ALL, user__is_active=True, user__is_service=False)
    return own.select_related("user").order_by("user__name")


def signatures(dossier: Dossier) -> QuerySet[Signature]:
    """Return those who sign a dossier, in order."""
    return dossier.signatures.select_related("member__user").order_by("position")
