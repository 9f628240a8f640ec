"""How long a signature can be checked: the levels of PAdES (ETSI EN 319 142-1), and what each of them needs.

- B-B: the signature and its certificates; the time is the signer's own claim.
- B-T: a time authority says when it was there.
- B-LT: the file also holds what said then that no certificate was revoked, so that it can be checked offline.
- B-LTA: a time stamp over all of that, renewed before it ages, keeps it provable when keys and certificates end.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID

from audits.dossiers.keys import Signer, check_certificate
from audits.dossiers.verification import trust
from compliance.lib.problems import Problem, Refused

LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
SECONDS = 10


@dataclass(frozen=True, slots=True)
class Proof:
    """The level asked for, where time stamps come from, and the certificates (PEM) that signers and stamps lead to."""

    level: str = "B-B"
    url: str = ""
    signers: tuple[bytes, ...] = ()
    stamps: tuple[bytes, ...] = ()

    @property
    def stamped(self) -> bool:
        return self.level != "B-B"

    @property
    def kept(self) -> bool:
        """Whether the file is to hold what is needed to check it offline."""
        return self.level in ("B-LT", "B-LTA")

    @property
    def archived(self) -> bool:
        return self.level == "B-LTA"


def check_level(proof: Proof, *, local: bool = False) -> None:
    """Refuse a level that cannot be reached with what the operator has set, or with the key made on this machine."""
    if proof.level not in LEVELS:
        sentence = f"There is no level {proof.level!r} of signatures."
        raise Refused(Problem("level-unknown", sentence, f"Write one of {', '.join(LEVELS)}."))
    if proof.stamped and not proof.url:
        sentence = f"Level {proof.level} needs a time authority, and none is set."
        raise Refused(Problem("level-authority", sentence, "Set PROBANDA_TIMESTAMP_URL, or choose level B-B."))
    if proof.kept and local:
        sentence = f"Level {proof.level} needs a certificate that somebody vouches for; this machine's own has nobody."
        raise Refused(Problem("level-local", sentence, "Set PROBANDA_SIGNING_PKCS12, or choose level B-B or B-T."))
    if proof.kept and not (proof.signers and proof.stamps):
        sentence = f"Level {proof.level} needs the certificates that signers and the time authority lead to."
        hint = "Set PROBANDA_SIGNING_TRUST and PROBANDA_TIMESTAMP_TRUST, or choose level B-B or B-T."
        raise Refused(Problem("level-trust", sentence, hint))


def context(proof: Proof) -> Any:
    """Return what pyHanko checks certificates with: it may ask their authorities whether they were revoked."""
    from pyhanko_certvalidator import ValidationContext

    return ValidationContext(
        trust_roots=_loaded((*proof.signers, *proof.stamps)),
        allow_fetching=True,
        revocation_mode="require" if proof.kept else "hard-fail",
    )


async def admit(signer: Signer, *, whose: Sequence[str], at: datetime, proof: Proof, asking: Any) -> Any:
    """Refuse a certificate that may not sign here, with the reason, before its key is used; return its path or None.

    `whose` are the names and addresses that the person goes by; empty for the house's own key. Authorities are asked
    only about a certificate that leads to one of the operator's: nobody else's certificate says where we connect to.
    """
    if signer.local:  # made here a moment ago, for nobody in particular
        return None
    check_certificate(signer.certificate, at)
    if whose and not goes_by(signer.certificate, whose):
        told = ", ".join(sorted(shown(signer.certificate))) or "nobody"
        sentence = f"The certificate is {told}'s, and this signature is {whose[0]}'s."
        raise Refused(Problem("certificate-name", sentence, f"Sign with a certificate that names {whose[0]}."))
    if not proof.signers:
        return None
    roots = [one for pem in proof.signers for one in trust.read_pem(pem)]
    found = trust.judge((signer.certificate, *signer.chain), roots, at)
    if found.state != "trusted":
        hint = "Sign with a certificate of an authority that the operator trusts."
        raise Refused(Problem("certificate-untrusted", found.sentence, hint))
    return await _not_revoked(signer, asking)


async def _not_revoked(signer: Signer, asking: Any) -> Any:
    from pyhanko_certvalidator import CertificateValidator
    from pyhanko_certvalidator.errors import InsufficientRevinfoError, PathBuildingError, RevokedError, ValidationError

    mine, *others = _loaded(
        [one.public_bytes(serialization.Encoding.PEM) for one in (signer.certificate, *signer.chain)]
    )
    try:
        return await CertificateValidator(mine, others, asking).async_validate_path()
    except RevokedError as error:
        why = error.reason.human_friendly if error.reason else "no reason was given"
        sentence = f"The signing certificate was revoked on {error.revocation_dt:%Y-%m-%d %H:%M} UTC ({why})."
        raise Refused(Problem("certificate-revoked", sentence, "Ask its issuer for a new one.")) from None
    except InsufficientRevinfoError:
        sentence = "Whether the signing certificate was revoked could not be learned from its authority."
        raise Refused(
            Problem("revocation-unknown", sentence, "Try again later; at level B-B nothing needs it.")
        ) from None
    except (ValidationError, PathBuildingError) as error:
        sentence = "The signing certificate does not hold."
        raise Refused(Problem("certificate-invalid", sentence, str(error)[:200])) from None


def goes_by(certificate: x509.Certificate, whose: Sequence[str]) -> bool:
    """Say whether a certificate gives its holder one of these names or addresses; case and spaces do not count."""
    held = {_plain(one) for one in (*shown(certificate), *_addresses(certificate))}
    return bool(held & {_plain(one) for one in whose})


def shown(certificate: x509.Certificate) -> set[str]:
    """Return the names as they stand in the certificate: the common name, and given name with surname."""

    def of(oid: x509.ObjectIdentifier) -> str:
        return " ".join(str(one.value) for one in certificate.subject.get_attributes_for_oid(oid))

    return {one for one in (of(NameOID.COMMON_NAME), f"{of(NameOID.GIVEN_NAME)} {of(NameOID.SURNAME)}".strip()) if one}


def _addresses(certificate: x509.Certificate) -> list[str]:
    found = [str(one.value) for one in certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)]
    try:
        other = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return found
    return [*found, *(str(one) for one in other.get_values_for_type(x509.RFC822Name))]


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _loaded(pems: Sequence[bytes]) -> list[Any]:
    from asn1crypto import pem as armor
    from asn1crypto import x509 as asn1_x509

    return [asn1_x509.Certificate.load(der) for one in pems for _, _, der in armor.unarmor(one, multiple=True)]


def unreachable(url: str, why: object) -> Refused:
    """Return the refusal for an authority that gave no answer; an address may hold what nobody else should read."""
    told = re.sub(r", url=.*", "", str(why))[:200].rstrip(".")
    sentence = f"The time authority at {urlsplit(url).hostname} gave no time stamp: {told}."
    return Refused(Problem("authority-unreachable", sentence, "Nothing was signed. Try again later."))
