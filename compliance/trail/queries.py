"""Read the trail, always of one organisation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from compliance.lib import canonical
from compliance.trail import chain, verbs
from compliance.trail.models import TrailEntry, TrailHead

UNREADABLE = gettext_lazy("This entry cannot be read any more: it was changed.")


def entries(organisation_id: UUID, *, system_id: UUID | None = None) -> QuerySet[TrailEntry]:
    """Return the entries of an organisation, oldest first; of one AI system when it is given."""
    found = TrailEntry.objects.filter(organisation_id=organisation_id).order_by("seq")
    return found.filter(system_id=system_id) if system_id else found


def of_subject(organisation_id: UUID, subject: Mapping[str, str]) -> QuerySet[TrailEntry]:
    """Return what happened to one thing, newest first; `subject` is as the trail names it."""
    found = entries(organisation_id).filter(subject_type=subject["type"], subject_id=subject["id"])
    return found.order_by("-seq")


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as a sentence, with what it changed: (field, before, after)."""

    entry: TrailEntry
    sentence: str
    changes: list[tuple[str, str, str]]


def told(rows: Iterable[TrailEntry]) -> list[Told]:
    """Tell entries as sentences. The words come from what was hashed, not from the columns that repeat it."""
    return [_told(row) for row in rows]


def _told(row: TrailEntry) -> Told:
    body = _body(row)
    try:
        sentence, data = verbs.sentence(body), body.get("data", {})
    except (KeyError, TypeError, AttributeError):
        return Told(row, str(UNREADABLE), [])
    before, after = data.get("before"), data.get("after")
    changes = []
    if isinstance(before, dict) and isinstance(after, dict):
        changes = [(name.replace("_", " "), before[name] or "", after.get(name) or "") for name in before]
    return Told(row, sentence, changes)


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
