"""Read the trail, always of one organisation."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet

from compliance.lib.canonical import load
from compliance.trail import chain
from compliance.trail.models import TrailEntry, TrailHead


def entries(organisation_id: UUID, *, system_id: UUID | None = None) -> QuerySet[TrailEntry]:
    """Return the entries of an organisation, oldest first; of one AI system when it is given."""
    found = TrailEntry.objects.filter(organisation_id=organisation_id).order_by("seq")
    return found.filter(system_id=system_id) if system_id else found


def head(organisation_id: UUID) -> tuple[int, str]:
    """Return (place, digest) of the last entry; (0, "") where nothing was recorded yet."""
    found = TrailHead.objects.filter(organisation_id=organisation_id).first()
    return (found.seq, found.sha256) if found else (0, chain.FIRST_PREV)


def breaks(organisation_id: UUID) -> Iterator[tuple[int, str]]:
    """Yield (place, sentence) for each fault of the organisation's chain, reading it in pieces."""
    rows = TrailEntry.objects.filter(organisation_id=organisation_id).order_by("seq", "pk")
    links = (_link(row) for row in rows.iterator(chunk_size=1000))
    seq, sha256 = head(organisation_id)
    yield from chain.breaks(links, head_seq=seq, head_sha256=sha256)


def _link(row: TrailEntry) -> chain.Link:
    try:
        body = load(row.body.encode())
    except ValueError:
        body = {"unreadable": row.body}
    shown = {"verb": row.verb, "seq": row.seq, "prev": row.prev}
    # The columns repeat the body for filters; a changed column is a changed entry too.
    if isinstance(body, dict) and any(body.get(key) != value for key, value in shown.items()):
        body = {**body, "columns": shown}
    return chain.Link(seq=row.seq, prev=row.prev, sha256=row.sha256, body=body)
