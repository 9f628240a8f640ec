"""Find evidence, always of one organisation."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from compliance.evidence.models import Confidentiality, Evidence, EvidenceFile, EvidenceTag
from compliance.people.models import Membership
from compliance.people.reach import asked_for, within


def evidence(by: Membership) -> QuerySet[Evidence]:
    """Return the evidence that `by` may see, newest first.

    A guest sees what rows in their reach rest on, what was given when their team asked for it, and what they added
    themselves; what the organisation keeps beside these is not theirs to look through, and what is privileged neither.
    """
    mine = Q(organisation_id=by.organisation_id)
    if by.is_guest:
        rests = within(by, system="attachments__item__checklist__system_id", law="attachments__item__checklist__law")
        found = rests | asked_for(by, engagement="given_for__engagement_id")
        mine &= Q(added_by=by) | Q(pk__in=Evidence.objects.filter(found).values("pk"))
        mine &= Q(added_by=by) | ~Q(confidentiality=Confidentiality.PRIVILEGED)
    return (
        Evidence.objects.filter(mine)
        .select_related("organisation", "latest__added_by__user", "added_by__user")
        .prefetch_related("latest__files", "latest__speaks_of__system")
    )


def library(by: Membership) -> QuerySet[Evidence]:
    """Return the evidence with the number of checklist rows that each piece is attached to (`rows`)."""
    return evidence(by).annotate(rows=Count("attachments", distinct=True)).order_by("-added_at", "pk")


def containing(pieces: QuerySet[Evidence], text: str) -> QuerySet[Evidence]:
    """Narrow to the pieces that hold every word of `text` in title, source, file name, address, note or digest."""
    for word in text.replace("\0", " ").split():  # which PostgreSQL takes in no text
        files = EvidenceFile.objects.filter(Q(file_name__icontains=word) | Q(sha256__startswith=word.lower()))
        found = Q(latest__sha256__startswith=word.lower()) | Q(latest__in=files.values("version"))
        found |= Q(pk__in=EvidenceTag.objects.filter(tag__startswith=word.lower()).values("evidence"))
        for place in ("title", "latest__source", "latest__author", "latest__url", "latest__note"):
            found |= Q(**{f"{place}__icontains": word})
        pieces = pieces.filter(found)
    return pieces


def in_state(pieces: QuerySet[Evidence], state: str) -> QuerySet[Evidence]:
    """Narrow to what still counts ("live"), is "expired", "withdrawn", or attached nowhere ("unused")."""
    today = timezone.now().date()
    narrowed = {
        "": Q(),
        "live": Q(withdrawn_at=None) & (Q(latest__valid_until=None) | Q(latest__valid_until__gte=today)),
        "expired": Q(latest__valid_until__lt=today),
        "withdrawn": Q(withdrawn_at__isnull=False),
        "unused": Q(attachments=None),
    }
    return pieces.filter(narrowed[state])
