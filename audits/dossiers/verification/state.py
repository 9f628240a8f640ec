"""What the checks have learned of a file so far; a later check takes what an earlier one found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from audits.dossiers.manifest import Manifest
from audits.dossiers.verification.container import Container
from audits.dossiers.verification.envelope import Covered, Seal
from audits.dossiers.verification.loose import Token
from audits.dossiers.verification.report import Unknown

_T = TypeVar("_T")

#: Prints a manifest with its files anew: the unsigned bytes, which the signed file must begin with.
Reprint = Callable[[dict[str, Any], dict[str, bytes]], bytes]


@dataclass(slots=True)
class Told:
    """A word of a check, and the sentence that says why."""

    word: str = "cannot tell"
    sentence: str = "No check looked at it."


@dataclass(slots=True)
class Mark:
    """One signature or time stamp, with what was learned of it. `at` is when it was there, by `clock`."""

    seal: Seal
    covered: Covered | None = None
    container: Container | None = None
    token: Token | None = None
    at: datetime | None = None
    clock: str = ""
    stamp: Told = field(default_factory=Told)
    chain: Told = field(default_factory=Told)
    revocation: Told = field(default_factory=Told)
    after: str = ""

    @property
    def certificates(self) -> tuple[x509.Certificate, ...]:
        """Return the certificates that it holds, its maker's first."""
        held = self.token or self.container
        return held.certificates if held else ()


@dataclass(slots=True)
class File:
    """A file under check."""

    data: bytes
    trusted: Sequence[x509.Certificate]
    reprint: Reprint | None
    document: pikepdf.Pdf | None = None
    marks: list[Mark] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    is_intact: bool = False
    files: dict[str, bytes] | None = None
    value: dict[str, Any] = field(default_factory=dict)
    manifest: Manifest | None = None

    @property
    def signatures(self) -> list[Mark]:
        """Return the signatures of people and of the house, in order, without the time stamps over the document."""
        return [one for one in self.marks if not one.seal.is_stamp]

    @property
    def trusted_pem(self) -> list[bytes]:
        return [one.public_bytes(serialization.Encoding.PEM) for one in self.trusted]

    def stamp_after(self, mark: Mark) -> Mark | None:
        """Return the first time stamp over the document that came after a signature."""
        return next((one for one in self.marks if one.seal.is_stamp and one.seal.end > mark.seal.end), None)


def have(found: _T | None) -> _T:
    """Return what an earlier check found; raise Unknown where it found nothing."""
    if found is None:
        raise Unknown("This check rests on an earlier one that does not hold, so it was not made.", "not checked")
    return found
