"""Find dossiers, always of one organisation."""

from __future__ import annotations

from django.db.models import QuerySet

from audits.dossiers.models import Dossier
from compliance.people.models import Membership


def dossiers(by: Membership) -> QuerySet[Dossier]:
    """Return the dossiers that `by` may see, newest first."""
    return Dossier.objects.filter(organisation_id=by.organisation_id).select_related(
        "system", "checklist", "organisation", "frozen_by__user"
    )
