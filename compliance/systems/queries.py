"""Find AI systems, always of one organisation."""

from __future__ import annotations

from django.db.models import QuerySet

from compliance.people.models import Membership
from compliance.people.reach import within
from compliance.systems.models import AISystem


def systems(by: Membership) -> QuerySet[AISystem]:
    """Return the AI systems that `by` may see."""
    return AISystem.objects.filter(within(by, system="pk")).select_related("organisation")
