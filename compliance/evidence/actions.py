"""Add evidence, add newer versions of it, say how it is handled, withdraw it. Nothing is ever overwritten."""

from __future__ import annotations

import mimetypes
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.evidence import blobs, captures, rules, texts, words
from compliance.evidence.models import (
    Confidentiality,
    Evidence,
    EvidenceFile,
    EvidenceTag,
    EvidenceVersion,
    Kind,
    SpeaksOf,
    only,
)
from compliance.lib.bundle import bundle_digest
from compliance.lib.canonical import dump
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.rules import check_can
from compliance.systems.models import AISystem
from compliance.trail.actions import hold, write

Then = Callable[[Evidence], object]
OCTETS = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file on its way in."""

    stream: IO[bytes]
    file_name: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a version holds, with its bytes kept already: `files` are (name, media type, digest and size)."""

    kind: Kind
    sha256: str
    files: tuple[tuple[str, str, blobs.Kept], ...]
    url: str = ""
    note: str = ""

    @property
    def size(self) -> int:
        return sum(kept.size for _name, _type, kept in self.files)


def add_file(*, by: Membership, title: str, stream: IO[bytes], file_name: str, **fields: Any) -> Evidence:
    """Keep one file as evidence; see :func:`add_files`."""
    return add_files(by=by, title=title, files=[Incoming(stream, file_name)], **fields)


def add_files(*, by: Membership, title: str, files: Sequence[Incoming], **fields: Any) -> Evidence:
    """Keep files as one piece of evidence: the bytes first (whole, or not at all), then the rows and their entry in
    the trail. `fields` are those of :func:`_add`."""
    check_can(by, "add_evidence")
    names = [clean_file_name(one.file_name) for one in files]
    title = title.strip() or (names[0] if names else "")
    rules.check_title(title)
    _check(fields)
    return _add(by, title, _keep_files(by, names, files), **fields)


def add_link(*, by: Membership, title: str, url: str, **fields: Any) -> Evidence:
    """Keep an address as evidence; the digest is over the address and title, not over the page behind it."""
    check_can(by, "add_evidence")
    rules.check_title(title.strip())
    _check(fields)
    return _add(by, title.strip(), _keep_link(by, title.strip(), url), **fields)


def add_note(*, by: Membership, title: str, note: str, **fields: Any) -> Evidence:
    """Keep a written note as evidence."""
    check_can(by, "add_evidence")
    rules.check_title(title.strip())
    _check(fields)
    return _add(by, title.strip(), _keep_note(by, note), **fields)


def add_version_of_files(
    *, by: Membership, evidence: Evidence, files: Sequence[Incoming], **fields: Any
) -> EvidenceVersion:
    """Keep files as the newest version of a piece. `fields` are those of :func:`_add_version`."""
    check_can(by, "add_evidence")
    _check(fields)
    names = [clean_file_name(one.file_name) for one in files]
    return _add_version(by, evidence, _keep_files(by, names, files), **fields)


def add_version_of_link(*, by: Membership, evidence: Evidence, url: str, **fields: Any) -> EvidenceVersion:
    """Keep an address as the newest version of a piece."""
    check_can(by, "add_evidence")
    _check(fields)
    return _add_version(by, evidence, _keep_link(by, evidence.title, url), **fields)


def add_version_of_note(*, by: Membership, evidence: Evidence, note: str, **fields: Any) -> EvidenceVersion:
    """Keep a note as the newest version of a piece."""
    check_can(by, "add_evidence")
    _check(fields)
    return _add_version(by, evidence, _keep_note(by, note), **fields)


@transaction.atomic
def handle(
    *,
    by: Membership,
    evidence: Evidence,
    title: str | None = None,
    confidentiality: str | None = None,
    tags: Iterable[str] | None = None,
) -> Evidence:
    """Change what a piece is called and how it is handled; what it shows stays as it is."""
    check_can(by, "add_evidence")
    evidence = _locked(by, evidence)
    before = {"title": evidence.title, "confidentiality": evidence.confidentiality, "tags": _tags_told(evidence)}
    if title is not None:
        rules.check_title(title.strip())
        evidence.title = title.strip()
    if confidentiality is not None:
        rules.check_confidentiality(confidentiality)
        evidence.confidentiality = confidentiality
    evidence.save(update_fields=["title", "confidentiality"])
    if tags is not None:
        _tag(evidence, rules.clean_tags(tags))
    after = {"title": evidence.title, "confidentiality": evidence.confidentiality, "tags": _tags_told(evidence)}
    changed = [name for name in before if before[name] != after[name]]
    if changed:
        words.index([evidence])
        _record(
            by,
            evidence,
            "evidence.changed",
            fields=", ".join(changed),
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return evidence


@transaction.atomic
def withdraw(*, by: Membership, evidence: Evidence, reason: str) -> Evidence:
    """Say that a piece no longer counts; its bytes and its places in checklists stay visible."""
    check_can(by, "add_evidence")
    evidence = _locked(by, evidence)
    rules.check_withdraw(evidence, reason)
    evidence.withdrawn_at, evidence.withdrawn_reason = timezone.now(), reason.strip()
    evidence.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    rows = list(evidence.attachments.order_by("item__row_id").values_list("item__row_id", flat=True).distinct())
    _record(by, evidence, "evidence.withdrawn", reason=reason.strip(), sha256=evidence.sha256, rows=rows)
    return evidence


@transaction.atomic
def restore(*, by: Membership, evidence: Evidence) -> Evidence:
    """Undo the withdrawing of a piece: it counts again where it is attached. The trail keeps that it was."""
    check_can(by, "add_evidence")
    evidence = _locked(by, evidence)
    rules.check_restore(evidence)
    reason, evidence.withdrawn_at, evidence.withdrawn_reason = evidence.withdrawn_reason, None, ""
    evidence.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    rows = list(evidence.attachments.order_by("item__row_id").values_list("item__row_id", flat=True).distinct())
    _record(by, evidence, "evidence.restored", reason=reason, sha256=evidence.sha256, rows=rows)
    return evidence


@transaction.atomic
def record_download(*, by: Membership, version: EvidenceVersion, sha256: str) -> None:
    """Write into the trail that a member took a copy."""
    _record(by, version.evidence, "evidence.downloaded", version=version.number, sha256=sha256)


def clean_file_name(name: str) -> str:
    """Return a name without folders, control or direction characters, at most 200 characters.

    >>> clean_file_name("../../etc/pass\\u202ewd.txt")
    'passwd.txt'
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C").strip(". ")
    stem, dot, ending = clean.rpartition(".")
    return f"{stem[: 199 - len(ending)]}.{ending}" if dot and len(clean) > 200 and len(ending) < 20 else clean[:200]


def _check(fields: dict[str, Any]) -> None:
    rules.check_dates(fields.get("effective_on"), fields.get("valid_until"))
    rules.check_confidentiality(fields.get("confidentiality", Confidentiality.INTERNAL))
    rules.clean_tags(fields.get("tags", ()))


def _keep_files(by: Membership, names: Sequence[str], files: Sequence[Incoming]) -> Content:
    rules.check_files(names)
    kept = []
    for name, one in zip(names, files, strict=True):
        there = blobs.store().put(by.organisation_id, one.stream, limit=settings.MAX_EVIDENCE_BYTES)
        if there.size == 0:
            raise Refused(Problem("empty-file", _("The file {name} is empty.").format(name=name), column="file"))
        kept.append((name, mimetypes.guess_type(name)[0] or OCTETS, there))
    total = kept[0][2].sha256
    if len(kept) > 1:
        total = bundle_digest((name, there.sha256, there.size) for name, _type, there in kept)
    return Content(Kind.FILE, total, tuple(kept))


def _keep_link(by: Membership, title: str, url: str) -> Content:
    rules.check_address(url.strip())
    data = dump({"schema": "probanda/link/1", "title": title, "url": url.strip()})
    there = blobs.put_bytes(by.organisation_id, data)
    return Content(Kind.LINK, there.sha256, (("", "application/json", there),), url=url.strip())


def _keep_note(by: Membership, note: str) -> Content:
    if not note.strip():
        raise Refused(Problem("empty-note", _("The note is empty."), column="note"))
    note = note.strip().replace("\r\n", "\n")
    there = blobs.put_bytes(by.organisation_id, note.encode())
    return Content(Kind.NOTE, there.sha256, (("", "text/plain; charset=utf-8", there),), note=note)


def _add(
    by: Membership,
    title: str,
    content: Content,
    *,
    confidentiality: str = Confidentiality.INTERNAL,
    tags: Iterable[str] = (),
    then: Then | None = None,
    **fields: Any,
) -> Evidence:
    """Make a piece with its first version; `fields` are those of :func:`_make_version`.

    `then` is done with the new piece in the same transaction, which does not wait for the bytes; what it refuses
    leaves no piece behind.
    """
    with transaction.atomic():
        evidence = Evidence.objects.create(
            organisation=by.organisation, title=title, confidentiality=confidentiality, added_by=by
        )
        _tag(evidence, rules.clean_tags(tags))
        version = _make_version(by, evidence, 1, content, **fields)
        _record(by, evidence, "evidence.added", **_told(version, content))
        if then is not None:
            then(evidence)
    return evidence


def _add_version(
    by: Membership, evidence: Evidence, content: Content, *, then: Then | None = None, **fields: Any
) -> EvidenceVersion:
    """Make the newest version of a piece; `then` as in :func:`_add`."""
    with transaction.atomic():
        evidence = _locked(by, evidence)
        before = evidence.newest
        rules.check_new_version(evidence, differs=_differs(before, content, fields))
        version = _make_version(by, evidence, before.number + 1, content, **fields)
        told = _told(version, content) | {"reason": version.reason, "before": before.sha256}
        _record(by, evidence, "evidence.version_added", **told)
        if then is not None:
            then(evidence)
    return version


def _differs(before: EvidenceVersion, content: Content, fields: dict[str, Any]) -> bool:
    """Say whether bytes, days, origin or AI systems are other than those of the version before."""
    names = ("source", "author", "effective_on", "valid_until")
    same = all((fields.get(name) or None) == (getattr(before, name) or None) for name in names)
    systems = {(one.pk, one.version) for one in fields.get("systems", ())}
    return (
        not same
        or before.sha256 != content.sha256
        or systems != set(before.speaks_of.values_list("system", "system_version"))
    )


def _make_version(
    by: Membership,
    evidence: Evidence,
    number: int,
    content: Content,
    *,
    systems: Collection[AISystem] = (),
    source: str = "",
    author: str = "",
    effective_on: date | None = None,
    valid_until: date | None = None,
    reason: str = "",
) -> EvidenceVersion:
    """`systems` are spoken of as they are now: each with its present version."""
    if any(one.organisation_id != by.organisation_id for one in systems):
        raise ValueError("The AI system belongs to another organisation.")
    version = EvidenceVersion.objects.create(
        evidence=evidence,
        number=number,
        kind=content.kind,
        source=source.strip(),
        author=author.strip(),
        effective_on=effective_on,
        valid_until=valid_until,
        url=content.url,
        note=content.note,
        reason=reason.strip(),
        sha256=content.sha256,
        size=content.size,
        added_by=by,
    )
    EvidenceFile.objects.bulk_create(
        EvidenceFile(
            version=version, position=place, file_name=name, media_type=type, sha256=kept.sha256, size=kept.size
        )
        for place, (name, type, kept) in enumerate(content.files)
    )
    SpeaksOf.objects.bulk_create(
        SpeaksOf(version=version, system=one, system_version=one.version) for one in dict.fromkeys(systems)
    )
    evidence.latest = version
    evidence.save(update_fields=["latest"])
    texts.ask(version)
    captures.ask(version)
    words.index([evidence])
    return version


def _told(version: EvidenceVersion, content: Content) -> dict[str, Any]:
    names = ", ".join(name for name, _type, _kept in content.files)
    told: dict[str, Any] = {"kind": str(version.kind), "sha256": version.sha256, "size": version.size}
    told |= {"short": version.sha256[:12], "file_name": names, "version": version.number}
    if len(content.files) > 1:
        told["files"] = [kept.sha256 for _name, _type, kept in content.files]
    return told


def _locked(by: Membership, evidence: Evidence) -> Evidence:
    hold(by.organisation_id)
    pieces = Evidence.objects.select_for_update(of=("self",), no_key=True).select_related("latest")
    if by.is_guest:  # who changes what they brought, and leaves alone what is the organisation's
        pieces = pieces.filter(added_by=by)
    return pieces.get(pk=evidence.pk, organisation_id=by.organisation_id)


def _tag(evidence: Evidence, tags: Collection[str]) -> None:
    evidence.tags.exclude(tag__in=tags).delete()
    EvidenceTag.objects.bulk_create((EvidenceTag(evidence=evidence, tag=tag) for tag in tags), ignore_conflicts=True)


def _tags_told(evidence: Evidence) -> str:
    return ", ".join(evidence.tags.order_by("tag").values_list("tag", flat=True))


def _record(by: Membership, evidence: Evidence, verb: str, **data: Any) -> None:
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb=verb,
        subject=evidence.subject,
        system_id=_system(evidence),
        data=data,
    )


def _system(evidence: Evidence) -> UUID | None:
    return only(SpeaksOf.objects.filter(version=evidence.latest_id).values_list("system_id", flat=True))
