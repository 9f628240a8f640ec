"""The chain itself, pure: how an entry's body is built, hashed and checked, for page, command and dossier alike.

An entry is a JSON object, its `body`. Its digest is the SHA-256 of the body as canonical JSON (RFC 8785), and the next
entry's body holds that digest as `prev`. What is personal stands in the body as `{"sealed": DIGEST}` alone; DIGEST is
that of `{"salt": SALT, "value": TEXT}`, and both are kept beside the chain until somebody removes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from compliance.lib.canonical import digest

FIRST_PREV = ""
MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"
SCHEMA = "probanda/trail/2"  # 1 had neither `origin` nor anything sealed
SEALED = "sealed"
GONE = "[removed]"


def body(
    *,
    organisation: str,
    seq: int,
    at: datetime,
    actor: Mapping[str, Any],
    verb: str,
    subject: Mapping[str, Any],
    system: str | None,
    origin: Mapping[str, Any],
    data: Mapping[str, Any],
    prev: str,
) -> dict[str, Any]:
    """Return the object that is hashed for one entry; `at` must be aware and is written in UTC with microseconds."""
    return {
        "schema": SCHEMA,
        "organisation": organisation,
        "seq": seq,
        "at": at.astimezone(UTC).strftime(MOMENT),
        "actor": dict(actor),
        "verb": verb,
        "subject": dict(subject),
        "system": system,
        "origin": dict(origin),
        "data": dict(data),
        "prev": prev,
    }


def seal_of(salt: str, value: str) -> str:
    """Return the digest under which a personal text stands in an entry."""
    return digest({"salt": salt, "value": value})


def seals(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Yield (JSON pointer, digest) for everything sealed in a body.

    >>> list(seals({"actor": {"id": "7", "name": {"sealed": "ab"}}}))
    [('/actor/name', 'ab')]
    """
    if isinstance(value, Mapping):
        if value.keys() == {SEALED} and isinstance(value[SEALED], str):
            yield pointer, value[SEALED]
            return
        for name, one in value.items():
            yield from seals(one, f"{pointer}/{name}")
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from seals(one, f"{pointer}/{place}")


def opened(value: Any, texts: Mapping[str, str]) -> Any:
    """Return a body with each sealed digest replaced by its text in `texts`, or by words that say it is gone.

    >>> opened({"name": {"sealed": "ab"}}, {"ab": "Alice"})
    {'name': 'Alice'}
    """
    if isinstance(value, Mapping):
        if value.keys() == {SEALED} and isinstance(value[SEALED], str):
            return texts.get(value[SEALED], GONE)
        return {name: opened(one, texts) for name, one in value.items()}
    if isinstance(value, list):
        return [opened(one, texts) for one in value]
    return value


class Fault(NamedTuple):
    """Something that is not as it was written: at which entry, a word for machines, and a sentence."""

    entry: int
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Link:
    """One entry as stored: its place, the digest it claims and its body."""

    seq: int
    prev: str
    sha256: str
    body: Mapping[str, Any]


def breaks(links: Iterable[Link], *, head_seq: int, head_sha256: str) -> Iterator[Fault]:
    """Yield everything wrong in a whole chain, given in order, against its head.

    >>> one = {"seq": 1, "prev": "", "verb": "x"}
    >>> good = Link(1, "", digest(one), one)
    >>> list(breaks([good], head_seq=1, head_sha256=digest(one)))
    []
    >>> [fault.sentence for fault in breaks([], head_seq=1, head_sha256=digest(one))]
    ['Entries 1 to 1 are missing: the chain should end at 1 and ends at 0.']
    """
    place, prev = 0, FIRST_PREV
    for link in links:
        if link.seq > place + 1:
            yield Fault(place + 1, "missing", f"Entries {place + 1} to {link.seq - 1} are missing.")
        elif link.seq <= place:
            yield Fault(link.seq, "inserted", f"Entry {link.seq} stands after entry {place}.")
        yield from _own_faults(link)
        if link.prev != prev:
            yield Fault(
                link.seq,
                "not-continued",
                f"Entry {link.seq} does not continue entry {place}: one of them was replaced or moved.",
            )
        place, prev = link.seq, link.sha256
    if place < head_seq:
        sentence = (
            f"Entries {place + 1} to {head_seq} are missing: the chain should end at {head_seq} and ends at {place}."
        )
        yield Fault(place + 1, "missing", sentence)
    elif place > head_seq:
        yield Fault(place, "inserted", f"Entry {place} stands after the recorded end of the chain at {head_seq}.")
    elif prev != head_sha256:
        sentence = f"The last entry {place} is not the one that the recorded end of the chain names."
        yield Fault(place, "other-end", sentence)


def cut(place: int, end: int) -> Fault:
    """Say that a chain ends too early."""
    sentence = f"Entries {place + 1} to {end} are missing: the chain should end at {end} and ends at {place}."
    return Fault(place + 1, "missing", sentence)


def _own_faults(link: Link) -> Iterator[Fault]:
    """Yield what is wrong with one entry by itself."""
    if digest(link.body) != link.sha256:
        sentence = f"Entry {link.seq} was changed: its content does not give the digest that it carries."
        yield Fault(link.seq, "changed", sentence)
    written = link.body.get("seq")
    if written != link.seq and isinstance(written, int):
        yield Fault(link.seq, "moved", f"Entry {link.seq} was written as entry {written}: it was moved.")
    elif written != link.seq or link.body.get("prev") != link.prev:
        sentence = f"Entry {link.seq} carries another place or another predecessor than its content names."
        yield Fault(link.seq, "moved", sentence)


def against_note(seq: int, noted: str, found: str | None, *, end: int) -> Fault | None:
    """Hold an entry's digest as it was noted elsewhere against the one `found` now, or None where there is no entry.

    Whoever owns the database can cut off the end of a chain and write it anew; an earlier note shows that.
    """
    if found is None and seq > end:
        sentence = (
            f"Entries {end + 1} to {seq} are missing: an earlier note names entry {seq}, and the chain ends at {end}."
        )
        return Fault(end + 1, "missing", sentence)
    if found is None:
        return Fault(seq, "missing", f"Entry {seq} is missing, and an earlier note names it.")
    if found != noted:
        sentence = f"Entry {seq} is not the one that an earlier note names ({noted}): the chain was written anew."
        return Fault(seq, "other-than-noted", sentence)
    return None
