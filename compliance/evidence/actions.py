"""Add evidence and withdraw it. Nothing is ever overwritten."""

from __future__ import annotations

import mimetypes
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.evidence import blobs
from compliance.evidence.models import Evidence, Kind
from compliance.evidence.rules import check_address, check_dates, check_file_name, check_title, check_withdraw
from compliance.lib.canonical import dump
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.rules import check_can
from compliance.systems.models import AISystem
from compliance.trail.actions import write

Then = Callable[[Evidence], object]


def add_file(
    *,
    by: Membership,
    title: str,
    stream: IO[bytes],
    file_name: str,
    system: AISystem | None = None,
    source: str = "",
    effective_on: date | None = None,
    valid_until: date | None = None,
    then: Then | None = None,
) -> Evidence:
    """Keep a file as evidence: the bytes first (whole, or not at all), then the row and its entry in the trail.

    `then` is done with the new piece in the same transaction, which does not wait for the bytes; what it refuses
    leaves no piece behind. It may be given for every kind of evidence.
    """
    check_can(by, "add_evidence")
    name = clean_file_name(file_name)
    title = title.strip() or name
    check_title(title)
    check_file_name(name)
    check_dates(effective_on, valid_until)
    kept = blobs.store().put(by.organisation_id, stream, limit=settings.MAX_EVIDENCE_BYTES)
    if kept.size == 0:
        raise Refused(Problem("empty-file", _("The file {name} is empty.").format(name=name), column="file"))
    return _add(
        by,
        kept,
        kind=Kind.FILE,
        title=title,
        file_name=name,
        media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        system=system,
        source=source.strip(),
        effective_on=effective_on,
        valid_until=valid_until,
        then=then,
    )


def add_link(*, by: Membership, title: str, url: str, system: AISystem | None = None, **fields: Any) -> Evidence:
    """Keep an address as evidence; the digest is over the address and title, not over the page behind it."""
    check_can(by, "add_evidence")
    check_title(title.strip())
    check_address(url.strip())
    check_dates(fields.get("effective_on"), fields.get("valid_until"))
    data = dump({"schema": "probanda/link/1", "title": title.strip(), "url": url.strip()})
    kept = blobs.put_bytes(by.organisation_id, data)
    return _add(
        by,
        kept,
        kind=Kind.LINK,
        title=title.strip(),
        url=url.strip(),
        media_type="application/json",
        system=system,
        **fields,
    )


def add_note(*, by: Membership, title: str, note: str, system: AISystem | None = None, **fields: Any) -> Evidence:
    """Keep a written note as evidence."""
    check_can(by, "add_evidence")
    check_title(title.strip())
    check_dates(fields.get("effective_on"), fields.get("valid_until"))
    if not note.strip():
        raise Refused(Problem("empty-note", _("The note is empty."), column="note"))
    note = note.strip().replace("\r\n", "\n")
    kept = blobs.put_bytes(by.organisation_id, note.encode())
    return _add(
        by,
        kept,
        kind=Kind.NOTE,
        title=title.strip(),
        note=note,
        media_type="text/plain; charset=utf-8",
        system=system,
        **fields,
    )


@transaction.atomic
def withdraw(*, by: Membership, evidence: Evidence, reason: str) -> Evidence:
    """Say that a piece no longer counts; its bytes and its places in checklists stay visible."""
    check_can(by, "add_evidence")
    evidence = Evidence.objects.select_for_update(no_key=True).get(pk=evidence.pk, organisation_id=by.organisation_id)
    check_withdraw(evidence, reason)
    evidence.withdrawn_at, evidence.withdrawn_reason = timezone.now(), reason.strip()
    evidence.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb="evidence.withdrawn",
        subject=evidence.subject,
        system_id=evidence.system_id,
        data={"reason": reason.strip(), "sha256": evidence.sha256},
    )
    return evidence


@transaction.atomic
def record_download(*, by: Membership, evidence: Evidence) -> None:
    """Write into the trail that a member took a copy."""
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb="evidence.downloaded",
        subject=evidence.subject,
        system_id=evidence.system_id,
        data={"sha256": evidence.sha256},
    )


def clean_file_name(name: str) -> str:
    """Return a name without folders, control or direction characters, at most 200 characters.

    >>> clean_file_name("../../etc/pass\\u202ewd.txt")
    'passwd.txt'
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C").strip(". ")
    stem, dot, ending = clean.rpartition(".")
    return f"{stem[: 199 - len(ending)]}.{ending}" if dot and len(clean) > 200 and len(ending) < 20 else clean[:200]


def _add(by: Membership, kept: blobs.Kept, *, then: Then | None = None, **fields: Any) -> Evidence:
    system: AISystem | None = fields.get("system")
    if system is not None and system.organisation_id != by.organisation_id:
        raise ValueError("The AI system belongs to another organisation.")
    with transaction.atomic():
        evidence = Evidence.objects.create(
            organisation=by.organisation, sha256=kept.sha256, size=kept.size, added_by=by, **fields
        )
        write(
            organisation_id=by.organisation_id,
            actor=by.actor,
            verb="evidence.added",
            subject=evidence.subject,
            system_id=evidence.system_id,
            data={
                "kind": str(evidence.kind),
                "sha256": kept.sha256,
                "size": kept.size,
                "short": kept.sha256[:12],
                "file_name": evidence.file_name,
            },
        )
        if then is not None:
            then(evidence)
    return evidence
