"""Find bias audits, always of one organisation."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from audits.bias.models import BiasAudit
from compliance.people.models import Membership
from compliance.systems.models import AISystem
from compliance.systems.queries import systems


def bias_audits(by: Membership) -> QuerySet[BiasAudit]:
    """Return the bias audits that `by` may see, newest first."""
    return BiasAudit.objects.filter(organisation_id=by.organisation_id).select_related(
        "system", "organisation", "uploaded_by__user", "started_by__user", "evidence"
    )


def chosen_system(by: Membership, pk: str) -> AISystem | None:
    """Return the AI system that an address names, or None where it names none that `by` may see."""
    try:
        return systems(by).filter(pk=UUID(pk)).first()
    except ValueError:
        return None
