"""Add an entry to the trail: the one way in, always within the transaction of the act that it records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from compliance.lib.canonical import digest, dump
from compliance.trail import chain
from compliance.trail.models import TrailEntry, TrailHead


@dataclass(frozen=True, slots=True)
class Act:
    """One of several acts that are recorded at once: `subject` and `data` as :func:`write` takes them."""

    verb: str
    subject: Mapping[str, str]
    data: Mapping[str, Any] = field(default_factory=dict)


def write(
    *,
    organisation_id: UUID,
    actor: Mapping[str, str],
    verb: str,
    subject: Mapping[str, str],
    system_id: UUID | None = None,
    data: Mapping[str, Any] | None = None,
) -> TrailEntry:
    """Append one entry to the organisation's chain.

    `actor` is `{"id", "name"}`, `subject` is `{"type", "id", "label"}`; `data` holds strings, integers, lists and null.
    Raises RuntimeError outside a transaction, since an act and its entry must be kept or lost together.
    """
    acts = [Act(verb, subject, data or {})]
    [entry] = write_all(organisation_id=organisation_id, actor=actor, acts=acts, system_id=system_id)
    return entry


def write_all(
    *, organisation_id: UUID, actor: Mapping[str, str], acts: Iterable[Act], system_id: UUID | None = None
) -> list[TrailEntry]:
    """Append an entry for each of several acts of one moment, in their order, at the cost of one."""
    if not connection.in_atomic_block:
        raise RuntimeError("The trail is written within the transaction of the act that it records.")
    head, at = hold(organisation_id), timezone.now()
    entries = [_entry(head, at, actor, act, system_id) for act in acts]
    head.save(update_fields=["seq", "sha256"])
    return TrailEntry.objects.bulk_create(entries, batch_size=200)


def _entry(head: TrailHead, at: datetime, actor: Mapping[str, str], act: Act, system_id: UUID | None) -> TrailEntry:
    """Return the next entry, and move the end of the chain on to it."""
    body = chain.body(
        organisation=str(head.organisation_id),
        seq=head.seq + 1,
        at=at,
        actor=actor,
        verb=act.verb,
        subject=act.subject,
        system=str(system_id) if system_id else None,
        data=act.data,
        prev=head.sha256,
    )
    head.seq, head.sha256 = head.seq + 1, digest(body)
    return TrailEntry(
        organisation_id=head.organisation_id,
        seq=head.seq,
        at=at,
        actor_id=actor["id"],
        actor_name=actor["name"],
        verb=act.verb,
        subject_type=act.subject["type"],
        subject_id=act.subject["id"],
        subject_label=act.subject["label"][:300],
        system_id=system_id,
        body=dump(body).decode(),
        prev=body["prev"],
        sha256=head.sha256,
    )


def hold(organisation_id: UUID) -> TrailHead:
    """Lock the end of the chain until the transaction ends.

    So that no two acts wait for each other, rows of checklists are locked after this and everything else before it, and
    no lock is one on a key (`no_key`), which an act that holds this may refer to.

    Every act writes an entry before it commits, so while the lock is held no other act of this organisation can be
    kept: all that is read now is as it stood at one moment.
    """
    TrailHead.objects.get_or_create(organisation_id=organisation_id)
    return TrailHead.objects.select_for_update(no_key=True).get(organisation_id=organisation_id)
