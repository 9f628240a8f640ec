"""Find evidence, always of one organisation."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from compliance.evidence.models import Evidence
from compliance.people.models import Membership


def evidence(by: Membership) -> QuerySet[Evidence]:
    """Return the evidence that `by` may see, newest first."""
    return Evidence.objects.filter(organisation_id=by.organisation_id).select_related(
        "organisation", "system", "added_by__user"
    )


def library(by: Membership) -> QuerySet[Evidence]:
    """Return the evidence with the number of checklist rows that each piece is attached to (`rows`)."""
    return evidence(by).annotate(rows=Count("attachments", distinct=True)).order_by("-added_at", "pk")


def containing(pieces: QuerySet[Evidence], text: str) -> QuerySet[Evidence]:
    """Narrow to the pieces that hold every word of `text` in title, source, file name, address, note or digest."""
    for word in text.replace("\0", " ").split():  # which PostgreSQL takes in no text
        places = ("title", "source", "file_name", "url", "note")
        found = Q(sha256__startswith=word.lower())
        for place in places:
            found |= Q(**{f"{place}__icontains": word})
        pieces = pieces.filter(found)
    return pieces


def in_state(pieces: QuerySet[Evidence], state: str) -> QuerySet[Evidence]:
    """Narrow to what still counts ("live"), is "expired", "withdrawn", or attached nowhere ("unused")."""
    today = timezone.now().date()
    narrowed = {
        "": Q(),
        "live": Q(withdrawn_at=None) & (Q(valid_until=None) | Q(valid_until__gte=today)),
        "expired": Q(valid_until__lt=today),
        "withdrawn": Q(withdrawn_at__isnull=False),
        "unused": Q(attachments=None),
    }
    return pieces.filter(narrowed[state])
