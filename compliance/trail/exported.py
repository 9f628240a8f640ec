"""The trail as lines of JSON, pure: how they are written, and how they are checked with nothing but the file.

The first line says what the file is: `{"schema", "organisation", "head": {"seq", "sha256"}, "filters"}`. Each further
line is an entry: `{"sha256", "body", "personal": [{"sha256", "salt", "value"}]}`; `personal` lacks what was removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from compliance.lib.canonical import digest, load
from compliance.trail import chain
from compliance.trail.chain import Fault

SCHEMA = "probanda/trail-export/1"


def header(organisation: str, head: tuple[int, str], filters: Mapping[str, str]) -> dict[str, Any]:
    """Return the first line; `head` is the end of the whole chain when the file was made, filtered or not."""
    named = {"seq": head[0], "sha256": head[1]}
    return {"schema": SCHEMA, "organisation": organisation, "head": named, "filters": dict(filters)}


def noted(first: Mapping[str, Any]) -> tuple[str, int, str]:
    """Return (organisation, place, digest) of the end of the chain that a first line names; ValueError otherwise."""
    if first.get("schema") != SCHEMA:
        raise ValueError(f"The file's first line names the schema {first.get('schema')!r}, not {SCHEMA!r}.")
    return str(first["organisation"]), int(first["head"]["seq"]), str(first["head"]["sha256"])


class Check:
    """Reads the lines of a file: `faults()` yields what is wrong, after which `entries` says how many there were.

    Where a filter left entries out, each of those that are there is checked, and each that follows its predecessor.
    """

    def __init__(self, lines: Iterable[bytes]):
        self.lines, self.entries, self.whole = iter(lines), 0, False

    def faults(self) -> Iterator[Fault]:
        first = load(next(self.lines, b"{}"))
        organisation, seq, sha256 = noted(first if isinstance(first, dict) else {})
        self.whole = not first.get("filters")
        last: chain.Link | None = None
        for line in self.lines:
            entry = load(line)
            link = chain.Link(entry["body"].get("seq"), entry["body"].get("prev"), entry["sha256"], entry["body"])
            self.entries += 1
            yield from self._of_one(link, entry.get("personal", ()), organisation)
            yield from self._of_two(last, link)
            last = link
        yield from self._of_end(last, seq, sha256)

    def _of_one(self, link: chain.Link, personal: Iterable[Mapping[str, str]], organisation: str) -> Iterator[Fault]:
        if digest(link.body) != link.sha256:
            sentence = f"Entry {link.seq} was changed: its content does not give the digest that it carries."
            yield Fault(link.seq, "changed", sentence)
        if link.body.get("organisation") != organisation:
            yield Fault(link.seq, "other-organisation", f"Entry {link.seq} belongs to another organisation.")
        sealed = {sha256 for _pointer, sha256 in chain.seals(link.body)}
        for one in personal:
            if one["sha256"] not in sealed or chain.seal_of(one["salt"], one["value"]) != one["sha256"]:
                sentence = f"A personal text of entry {link.seq} was changed: it does not give its digest."
                yield Fault(link.seq, "personal-changed", sentence)

    def _of_two(self, before: chain.Link | None, link: chain.Link) -> Iterator[Fault]:
        place, prev = (before.seq, before.sha256) if before else (0, chain.FIRST_PREV)
        if link.seq <= place:
            yield Fault(link.seq, "inserted", f"Entry {link.seq} stands after entry {place}.")
        elif link.seq == place + 1 and link.prev != prev:
            sentence = f"Entry {link.seq} does not continue entry {place}: one of them was replaced or moved."
            yield Fault(link.seq, "not-continued", sentence)
        elif link.seq > place + 1 and self.whole:
            yield Fault(place + 1, "missing", f"Entries {place + 1} to {link.seq - 1} are missing.")

    def _of_end(self, last: chain.Link | None, seq: int, sha256: str) -> Iterator[Fault]:
        place = last.seq if last else 0
        if place > seq:
            yield Fault(place, "inserted", f"Entry {place} stands after the recorded end of the chain at {seq}.")
        elif self.whole and place < seq:
            yield chain.cut(place, seq)
        elif last and place == seq and last.sha256 != sha256:
            sentence = f"The last entry {place} is not the one that the recorded end of the chain names."
            yield Fault(place, "other-end", sentence)
