"""Find evidence, always of one organisation."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from compliance.evidence import words
from compliance.evidence.keeping import LegalHold
from compliance.evidence.models import Confidentiality, Evidence, EvidenceFile, EvidenceTag, EvidenceVersion
from compliance.evidence.rules import READS_PRIVILEGED
from compliance.people.models import Membership
from compliance.people.reach import asked_for, within

SOON = 60  # days before its last valid day in which a piece is about to expire


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


def containing(by: Membership, pieces: QuerySet[Evidence], text: str) -> QuerySet[Evidence]:
    """Narrow to the pieces that hold a word beginning with each word of `text`: in title, tags, origin, names of files,
    digests, and in the text inside their newest files. Words inside what `by` may not read find nothing."""
    if not words.words(text):
        return pieces
    found = words.holding(pieces, by.organisation_id, text)
    if by.is_guest or by.role not in READS_PRIVILEGED:
        found = found.exclude(~Q(added_by=by), confidentiality=Confidentiality.PRIVILEGED)
    return found


def in_state(pieces: QuerySet[Evidence], state: str) -> QuerySet[Evidence]:
    """Narrow to what still counts ("live"), is "expired", "withdrawn", attached nowhere ("unused"), under a legal
    hold ("held"), or about to expire ("expiring")."""
    today = timezone.now().date()
    narrowed = {
        "": Q(),
        "live": Q(withdrawn_at=None) & (Q(latest__valid_until=None) | Q(latest__valid_until__gte=today)),
        "expired": Q(latest__valid_until__lt=today),
        "withdrawn": Q(withdrawn_at__isnull=False),
        "unused": Q(attachments=None),
        "held": Q(pk__in=LegalHold.objects.filter(lifted_at=None).values("evidence")),
        "expiring": Q(latest__valid_until__range=(today, today + timedelta(days=SOON))),
    }
    return pieces.filter(narrowed[state])


def tags(by: Membership) -> list[str]:
    """Return the tags in use, in order."""
    mine = EvidenceTag.objects.filter(evidence__in=evidence(by).order_by().prefetch_related(None).values("pk"))
    return list(mine.order_by("tag").values_list("tag", flat=True).distinct()[:200])


def same_bytes(by: Membership, one: EvidenceVersion) -> QuerySet[Evidence]:
    """Return the other pieces that `by` may see which hold the same bytes in any of their versions."""
    digests = [file.sha256 for file in one.kept]
    holding = EvidenceFile.objects.filter(sha256__in=digests, version__evidence__organisation_id=by.organisation_id)
    return evidence(by).filter(pk__in=holding.values("version__evidence")).exclude(pk=one.evidence_id)
