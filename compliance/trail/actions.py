"""Add an entry to the trail: the one way in, always within the transaction of the act that it records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.dispatch import Signal
from django.utils import timezone

from compliance.lib.canonical import digest, dump
from compliance.trail import chain
from compliance.trail.models import TrailEntry, TrailHead, TrailPersonal
from compliance.trail.origin import origin
from compliance.trail.personal import seal

REMOVED = "person.removed"

acted = Signal()
"""Sent within the transaction of every act, after its entries (`entries`) were written: what is worked out from the
data is brought up to date here, so that no act can forget it."""


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
    What is :class:`~compliance.trail.personal.Personal` in them is hashed under a digest of its own, so that it can be
    removed later.
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
    told = [
        {"actor": actor, "verb": one.verb, "subject": one.subject, "origin": origin(actor), "data": one.data}
        for one in acts
    ]
    entries = [_entry(head, at, one, system_id) for one in seal(organisation_id, told)]
    head.save(update_fields=["seq", "sha256"])
    made = TrailEntry.objects.bulk_create(entries, batch_size=200)
    acted.send(sender=TrailEntry, entries=made)
    return made


def _entry(head: TrailHead, at: datetime, told: Mapping[str, Any], system_id: UUID | None) -> TrailEntry:
    """Return the next entry, and move the end of the chain on to it; what is personal in `told` is sealed by now."""
    body = chain.body(
        organisation=str(head.organisation_id),
        seq=head.seq + 1,
        at=at,
        system=str(system_id) if system_id else None,
        prev=head.sha256,
        **told,
    )
    head.seq, head.sha256 = head.seq + 1, digest(body)
    return TrailEntry(
        organisation_id=head.organisation_id,
        seq=head.seq,
        at=at,
        actor_id=body["actor"]["id"],
        actor_name=open_text(body["actor"]["name"]),
        verb=body["verb"],
        subject_type=body["subject"]["type"],
        subject_id=body["subject"]["id"],
        subject_label=open_text(body["subject"]["label"])[:300],
        system_id=system_id,
        body=dump(body).decode(),
        prev=body["prev"],
        sha256=head.sha256,
    )


def open_text(value: Any) -> str:
    """Return what a column of an entry repeats: the text, or nothing where it is sealed."""
    return value if isinstance(value, str) else ""


def hold(organisation_id: UUID) -> TrailHead:
    """Lock the end of the chain until the transaction ends.

    So that no two acts wait for each other, rows of checklists are locked after this and everything else before it, and
    no lock is one on a key (`no_key`), which an act that holds this may refer to.

    Every act writes an entry before it commits, so while the lock is held no other act of this organisation can be
    kept: all that is read now is as it stood at one moment.
    """
    TrailHead.objects.get_or_create(organisation_id=organisation_id)
    return TrailHead.objects.select_for_update(no_key=True).get(organisation_id=organisation_id)


def remove_person(*, organisation_id: UUID, actor: Mapping[str, str], person: str, reason: str) -> int:
    """Empty every text that the trail keeps of a person, and return how many there were.

    Their entries stay and still give their digests. The entry that is added names every digest whose text is gone, so
    that a text that is missing without one shows as a fault. Within the caller's transaction.
    """
    hold(organisation_id)
    kept = TrailPersonal.objects.filter(organisation_id=organisation_id, person=person, removed_seq=None)
    digests = sorted(kept.values_list("sha256", flat=True))
    entry = write(
        organisation_id=organisation_id,
        actor=actor,
        verb=REMOVED,
        subject={"type": "person", "id": person, "label": person[:8]},
        data={"reason": reason, "sealed": digests},
    )
    _overwrite_on_disk()
    kept.filter(sha256__in=digests).update(salt="", value="", removed_seq=entry.seq)
    return len(digests)


def _overwrite_on_disk() -> None:
    """Let SQLite put zeros in the place of what is removed; PostgreSQL does so when it vacuums."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")
