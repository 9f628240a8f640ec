"""Find evidence, always of one organisation."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from compliance.evidence.models import Evidence
from compliance.people.models import Membership


def evidence(by: Membership) -> QuerySet[Evidence]:
    """Return the evidence that `by` may see, newest first."""
    return Evidence.objects.filter(organisation_id=by.organisation_id).select_related(
        "organisation", "system", "added_by__user"
    )


def library(by: Membership) -> QuerySet[Evidence]:
    """Return the evidence with the number of checklist rows that each piece is attached to (`rows`)."""
    return evidence(by).annotate(rows=Count("attachments", distinct=True))
