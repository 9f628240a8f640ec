"""A dossier that people sign, and the authority that knows them: what the tests of signatures share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from audits.dossiers import keys, render, signing, stamp
from audits.dossiers.levels import Proof
from tests.authority import Authority
from tests.dossiers.example import example_attachments, example_manifest

PASSWORD = "correct horse battery"
SIGNERS = (("Alice", "preparer"), ("Bob", "legal reviewer"), ("Charlie", "independent auditor"))


@dataclass(frozen=True, slots=True)
class Walk:
    """A dossier as it was printed, and after each signature."""

    prepared: bytes
    states: tuple[bytes, ...]

    @property
    def last(self) -> bytes:
        return self.states[-1]


def manifest_for(count: int, level: str, rows: int = 1) -> dict[str, Any]:
    """Return a manifest that asks the first so many of Alice, Bob and Charlie to sign."""
    asked = [{"field": f"Signature{n}", "name": who, "role": role} for n, (who, role) in enumerate(SIGNERS[:count], 1)]
    return {**example_manifest(rows), "signing": {"level": level, "signers": asked}}


def proof(level: str, house: Authority) -> Proof:
    return Proof(level, house.url, (house.root,), (house.root,))


def signer(house: Authority, label: str = "alice") -> keys.Signer:
    """Return a person's key as it comes out of their file, unchecked."""
    return keys.opened(house.pkcs12(label, PASSWORD), PASSWORD, f"{label}.p12")


def walk(house: Authority, count: int = 3, level: str = "B-LTA", rows: int = 1) -> Walk:
    """Print a dossier and have its signers sign, one after another."""
    prepared = render.render_in_child(manifest_for(count, level, rows), example_attachments())
    states: list[bytes] = []
    for place in range(1, count + 1):
        states.append(add(states[-1] if states else prepared, house, place, count, level))
    return Walk(prepared, tuple(states))


def add(pdf: bytes, house: Authority, place: int, count: int, level: str) -> bytes:
    """Sign in one place, with the visible block."""
    who, role = SIGNERS[place - 1]
    key, at, said = signer(house, who.lower()), datetime.now(UTC), f"{who} read every row."
    picture = stamp.picture(name=who, role=role, statement=said, at=at, signer=key, level=level)
    permits = None if place > 1 else 1 if count == 1 else 2
    where = signing.Place(f"Signature{place}", said, permits, picture)
    return signing.sign(pdf, key, name=who, at=at, place=where, proof=proof(level, house), whose=(who,))
