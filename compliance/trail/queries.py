"""Read the trail, always of one organisation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from compliance.lib import canonical
from compliance.trail import chain
from compliance.trail.models import TrailEntry, TrailHead, TrailPersonal

MOST_TEXTS = 200


def entries(organisation_id: UUID, *, system_id: UUID | None = None) -> QuerySet[TrailEntry]:
    """Return the entries of an organisation, oldest first; of one AI system when it is given."""
    found = TrailEntry.objects.filter(organisation_id=organisation_id).order_by("seq")
    return found.filter(system_id=system_id) if system_id else found


def of_subject(organisation_id: UUID, subject: Mapping[str, str]) -> QuerySet[TrailEntry]:
    """Return what happened to one thing, newest first; `subject` is as the trail names it."""
    found = entries(organisation_id).filter(subject_type=subject["type"], subject_id=subject["id"])
    return found.order_by("-seq")


def containing(found: QuerySet[TrailEntry], organisation_id: UUID, text: str) -> QuerySet[TrailEntry]:
    """Narrow to the entries that hold every word of `text`, in what was hashed or in a personal text beside it."""
    for word in text.replace("\0", " ").split():  # which PostgreSQL takes in no text
        kept = TrailPersonal.objects.filter(organisation_id=organisation_id, value__icontains=word)
        # A body is JSON, where a quotation mark or a backslash stands behind a backslash.
        fits = Q(body__icontains=canonical.dump(word).decode()[1:-1])
        for sha256 in kept.values_list("sha256", flat=True)[:MOST_TEXTS]:
            fits |= Q(body__contains=sha256)
        found = found.filter(fits)
    return found


def body_of(row: TrailEntry) -> dict[str, Any]:
    """Return the object that was hashed; what is not the one spelling of an object cannot give the entry's digest."""
    if canonical.is_canonical(row.body.encode(errors="replace")):
        body = canonical.load(row.body.encode())
        if isinstance(body, dict):
            return body
    return {"unreadable": row.body}


def personal_of(organisation_id: UUID, bodies: Iterable[Mapping[str, Any]]) -> dict[str, TrailPersonal]:
    """Return what is kept under each digest that some bodies hold, in one query."""
    digests = {sha256 for body in bodies for _pointer, sha256 in chain.seals(body)}
    kept = TrailPersonal.objects.filter(organisation_id=organisation_id, sha256__in=digests) if digests else ()
    return {one.sha256: one for one in kept}


def naming(organisation_id: UUID, person: str) -> int:
    """Return how many entries hold the person's name in what was hashed: those from before texts were kept apart."""
    return entries(organisation_id).filter(actor_id=person).exclude(actor_name="").count()


def head(organisation_id: UUID) -> tuple[int, str]:
    """Return (place, digest) of the last entry; (0, "") where nothing was recorded yet."""
    found = TrailHead.objects.filter(organisation_id=organisation_id).first()
    return (found.seq, found.sha256) if found else (0, chain.FIRST_PREV)


def breaks(organisation_id: UUID, noted: Iterable[tuple[int, str]] = ()) -> Iterator[chain.Fault]:
    """Yield each fault of the organisation's chain, read in pieces; `noted` are (place, digest) kept elsewhere."""
    rows = TrailEntry.objects.filter(organisation_id=organisation_id).order_by("seq", "pk")
    personal = _Personal(organisation_id)
    seq, sha256 = head(organisation_id)
    links = (_link(row) for row in rows.iterator(chunk_size=1000))
    yield from chain.breaks(personal.passing(links), head_seq=seq, head_sha256=sha256)
    yield from personal.faults()
    for place, digest in noted:
        found = TrailEntry.objects.filter(organisation_id=organisation_id, seq=place).values_list("sha256", flat=True)
        last = entries(organisation_id).values_list("seq", flat=True).last()
        fault = chain.against_note(place, digest, found.first(), end=last or 0)
        if fault is not None:
            yield fault


class _Personal:
    """Holds what entries say under a digest against what is kept beside them."""

    def __init__(self, organisation_id: UUID):
        self.kept = {one.sha256: one for one in TrailPersonal.objects.filter(organisation_id=organisation_id)}
        self.wanted: dict[str, tuple[int, str]] = {}  # digest: the first entry that holds it, and where
        self.removed: dict[tuple[int, str], None] = {}  # what entries say was removed: (their place, digest)

    def passing(self, links: Iterable[chain.Link]) -> Iterator[chain.Link]:
        """Hand the links on, and note what they hold."""
        for link in links:
            for pointer, sha256 in chain.seals(link.body):
                self.wanted.setdefault(sha256, (link.seq, pointer))
            if link.body.get("verb") == "person.removed":
                self.removed |= dict.fromkeys((link.seq, one) for one in link.body["data"].get("sealed", ()))
            yield link

    def faults(self) -> Iterator[chain.Fault]:
        """Yield what is missing, changed, or removed without an entry that says so; once the links have passed."""
        for sha256, (seq, pointer) in self.wanted.items():
            one = self.kept.get(sha256)
            if one is None or (one.removed_seq is None and not one.salt):
                sentence = f"Entry {seq} lacks its personal text at {pointer}, and no entry says that it was removed."
                yield chain.Fault(seq, "personal-missing", sentence)
            elif one.removed_seq is not None:
                if (one.removed_seq, sha256) not in self.removed:
                    sentence = f"The personal text at {pointer} of entry {seq} was removed, and no entry says so."
                    yield chain.Fault(seq, "personal-missing", sentence)
            elif chain.seal_of(one.salt, one.value) != sha256:
                sentence = f"The personal text at {pointer} of entry {seq} was changed: it does not give its digest."
                yield chain.Fault(seq, "personal-changed", sentence)


def _link(row: TrailEntry) -> chain.Link:
    body = body_of(row)
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
    repeated = _columns(body)
    if columns != repeated and body.get("seq") == row.seq:
        body = {**body, "columns": columns}
    return chain.Link(seq=row.seq, prev=row.prev, sha256=row.sha256, body=body)


def _columns(body: Mapping[str, Any]) -> dict[str, Any]:
    actor, subject = (part if isinstance(part := body.get(name), dict) else {} for name in ("actor", "subject"))
    name, label = (one if isinstance(one, str) else "" for one in (actor.get("name"), subject.get("label")))
    return {
        **{one: body.get(one) for one in ("organisation", "seq", "at", "verb", "system", "prev")},
        "actor": [actor.get("id"), name],
        "subject": [subject.get("type"), subject.get("id"), label[:300]],
    }
