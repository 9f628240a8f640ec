"""Find bias audits, always of one organisation."""

from __future__ import annotations

from django.db.models import QuerySet

from audits.bias.models import BiasAudit
from compliance.people.models import Membership


def bias_audits(by: Membership) -> QuerySet[BiasAudit]:
    """Return the bias audits that `by` may see, newest first."""
    return BiasAudit.objects.filter(organisation_id=by.organisation_id).select_related(
        "system", "organisation", "uploaded_by__user", "started_by__user", "evidence"
    )
