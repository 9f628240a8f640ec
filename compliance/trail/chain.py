"""The chain itself, pure: how an entry's body is built, hashed and checked, for page, command and dossier alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from compliance.lib.canonical import digest

FIRST_PREV = ""
MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"


def body(
    *,
    organisation: str,
    seq: int,
    at: datetime,
    actor: Mapping[str, str],
    verb: str,
    subject: Mapping[str, str],
    system: str | None,
    data: Mapping[str, Any],
    prev: str,
) -> dict[str, Any]:
    """Return the object that is hashed for one entry; `at` must be aware and is written in UTC with microseconds."""
    return {
        "schema": "probanda/trail/1",
        "organisation": organisation,
        "seq": seq,
        "at": at.astimezone(UTC).strftime(MOMENT),
        "actor": dict(actor),
        "verb": verb,
        "subject": dict(subject),
        "system": system,
        "data": dict(data),
        "prev": prev,
    }


@dataclass(frozen=True, slots=True)
class Link:
    """One entry as stored: its place, the digest it claims and its body."""

    seq: int
    prev: str
    sha256: str
    body: Mapping[str, Any]


def breaks(links: Iterable[Link], *, head_seq: int, head_sha256: str) -> Iterable[tuple[int, str]]:
    """Yield (place, sentence) for everything wrong in a whole chain, given in order, against its head.

    >>> one = {"seq": 1, "prev": "", "verb": "x"}
    >>> good = Link(1, "", digest(one), one)
    >>> list(breaks([good], head_seq=1, head_sha256=digest(one)))
    []
    >>> list(breaks([], head_seq=1, head_sha256=digest(one)))
    [(1, 'Entries 1 to 1 are missing: the chain should end at 1 and ends at 0.')]
    """
    place, prev = 0, FIRST_PREV
    for link in links:
        if link.seq > place + 1:
            yield place + 1, f"Entries {place + 1} to {link.seq - 1} are missing."
        elif link.seq <= place:
            yield link.seq, f"Entry {link.seq} stands after entry {place}."
        if digest(link.body) != link.sha256:
            yield link.seq, f"Entry {link.seq} was changed: its content does not give the digest that it carries."
        if link.body.get("seq") != link.seq or link.body.get("prev") != link.prev:
            yield link.seq, f"Entry {link.seq} carries another place or another predecessor than its content names."
        if link.prev != prev:
            yield link.seq, f"Entry {link.seq} does not continue entry {place}: one of them was replaced or moved."
        place, prev = link.seq, link.sha256
    if place < head_seq:
        yield (
            place + 1,
            (f"Entries {place + 1} to {head_seq} are missing: the chain should end at {head_seq} and ends at {place}."),
        )
    elif place > head_seq:
        yield place, f"Entry {place} stands after the recorded end of the chain at {head_seq}."
    elif prev != head_sha256:
        yield place, f"The last entry {place} is not the one that the recorded end of the chain names."
