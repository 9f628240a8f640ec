"""Find dossiers, always of one organisation."""

from __future__ import annotations

from django.db.models import QuerySet

from audits.dossiers.models import Dossier
from compliance.people.models import Membership
from compliance.people.reach import within


def dossiers(by: Membership) -> QuerySet[Dossier]:
    """Return the dossiers that `by` may see, newest first."""
    return Dossier.objects.filter(within(by, law="checklist__law")).select_related(
        "system", "checklist", "organisation", "frozen_by__user"
    )
