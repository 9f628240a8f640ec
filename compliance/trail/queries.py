"""Read the trail, always of one organisation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from compliance.lib import canonical
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
    body = _body(row)
    # The columns repeat the body for filters; a changed column is a changed entry too.
    columns = {
        "organisation": str(row.organisation_id),
        "seq": row.seq,
        "at": row.at.astimezone(UTC).strftime(chain.MOMENT),
        "actor": [row.actor_id, row.actor_name],
        "verb": row.verb,
        "subject": [row.subject_type, row.subject_id, row.subject_label],
        "system": str(row.system_id) if row.system_id else None,
        "prev": row.prev,
    }
    if columns != _columns(body):
        body = {**body, "columns": columns}
    return chain.Link(seq=row.seq, prev=row.prev, sha256=row.sha256, body=body)


def _body(row: TrailEntry) -> dict[str, Any]:
    """Return the object that was hashed; what is not the one spelling of an object cannot give the entry's digest."""
    if canonical.is_canonical(row.body.encode(errors="replace")):
        body = canonical.load(row.body.encode())
        if isinstance(body, dict):
            return body
    return {"unreadable": row.body}


def _columns(body: Mapping[str, Any]) -> dict[str, Any]:
    actor, subject = (part if isinstance(part := body.get(name), dict) else {} for name in ("actor", "subject"))
    return {
        **{name: body.get(name) for name in ("organisation", "seq", "at", "verb", "system", "prev")},
        "actor": [actor.get("id"), actor.get("name")],
        "subject": [subject.get("type"), subject.get("id"), str(subject.get("label"))[:300]],
    }
