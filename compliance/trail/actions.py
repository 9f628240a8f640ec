"""Add an entry to the trail: the one way in, always within the transaction of the act that it records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from compliance.lib.canonical import digest, dump
from compliance.trail import chain
from compliance.trail.models import TrailEntry, TrailHead


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
    if not connection.in_atomic_block:
        raise RuntimeError("The trail is written within the transaction of the act that it records.")
    head = hold(organisation_id)
    at = timezone.now()
    body = chain.body(
        organisation=str(organisation_id),
        seq=head.seq + 1,
        at=at,
        actor=actor,
        verb=verb,
        subject=subject,
        system=str(system_id) if system_id else None,
        data=data or {},
        prev=head.sha256,
    )
    head.seq, head.sha256 = head.seq + 1, digest(body)
    head.save(update_fields=["seq", "sha256"])
    return TrailEntry.objects.create(
        organisation_id=organisation_id,
        seq=head.seq,
        at=at,
        actor_id=actor["id"],
        actor_name=actor["name"],
        verb=verb,
        subject_type=subject["type"],
        subject_id=subject["id"],
        subject_label=subject["label"][:300],
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
