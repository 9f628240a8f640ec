"""Whether the signer is one whom the reader trusts: the chain, its dates and its purpose, all offline.

Whether a certificate was revoked is judged by :mod:`audits.dossiers.verification.revocation`, where the file tells it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtensionOID, NameOID

RSA_LEAST = 2048
_CHAIN_MOST = 8
_HELD = {ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, ExtensionOID.EXTENDED_KEY_USAGE}
"""The conditions that are held against a chain; one of another kind that calls itself critical leaves it open."""

#: Any use, e-mail, client, document signing (IETF, Adobe, Microsoft). The key of a server signs no document.
_SIGNING = {
    "2.5.29.37.0",
    "1.3.6.1.5.5.7.3.4",
    "1.3.6.1.5.5.7.3.2",
    "1.3.6.1.5.5.7.3.36",
    "1.2.840.113583.1.1.5",
    "1.3.6.1.4.1.311.10.3.12",
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """`trusted` when a chain in order leads to a trusted certificate, `untrusted` when it leads to none of those given,
    `unknown` when that cannot be told, `broken` when a certificate says itself that this signature is not right."""

    state: Literal["trusted", "untrusted", "unknown", "broken"]
    sentence: str
    got: str


def read_pem(data: bytes) -> list[x509.Certificate]:
    """Read the certificates of one PEM file; raise ValueError when there is none."""
    return x509.load_pem_x509_certificates(data)


def may_sign(certificate: x509.Certificate) -> bool:
    """Say whether the key usages, where stated, allow to sign documents (RFC 5280, 4.2.1.3 and 4.2.1.12; RFC 9336)."""
    try:
        usages = {one.oid: one.value for one in certificate.extensions}
    except ValueError:
        return False
    plain, extended = usages.get(ExtensionOID.KEY_USAGE), usages.get(ExtensionOID.EXTENDED_KEY_USAGE)
    if isinstance(plain, x509.KeyUsage) and not (plain.digital_signature or plain.content_commitment):
        return False
    return not isinstance(extended, x509.ExtendedKeyUsage) or bool({one.dotted_string for one in extended} & _SIGNING)


def judge(
    certificates: Sequence[x509.Certificate], trusted: Sequence[x509.Certificate], at: datetime | None
) -> Judgement:
    """Judge the signer, `certificates[0]`, with the rest of the container's certificates, at the claimed moment."""
    signer = certificates[0]
    got = f"{_name(signer)}, SHA-256 {signer.fingerprint(hashes.SHA256()).hex()}"
    if fault := _fault(signer, at):
        return Judgement("broken", fault, got)
    chain = _chain(signer, certificates[1:], trusted)
    if chain is None:
        why = (
            "is not vouched for by any certificate that was given as trusted"
            if trusted
            else ("cannot be judged, since no certificate was given as trusted")
        )
        own = " It is self-signed." if signer.issuer == signer.subject else f" Its issuer is {_issuer(signer)}."
        return Judgement("untrusted" if trusted else "unknown", f"The signer {why}.{own}", got)
    for below, issuer in enumerate(chain[1:]):
        if fault := _issuer_fault(issuer, below, at):
            return Judgement("unknown", fault, got)
    for one in chain:
        if unheld := [kind.oid.dotted_string for kind in one.extensions if kind.critical and kind.oid not in _HELD]:
            sentence = f"The certificate {_name(one)} carries a condition that this check does not know ({unheld[0]})."
            return Judgement("unknown", sentence, got)
    sentence = f"The signer leads to the trusted certificate {_name(chain[-1])}."
    return Judgement("trusted", sentence, got)


def _chain(
    signer: x509.Certificate, held: Sequence[x509.Certificate], trusted: Sequence[x509.Certificate]
) -> list[x509.Certificate] | None:
    chain = [signer]
    while len(chain) <= _CHAIN_MOST:
        last = chain[-1]
        if last in trusted:
            return chain
        issuer = next((one for one in (*trusted, *held) if one not in chain and issued(one, last)), None)
        if issuer is None:
            return None
        chain.append(issuer)
    return None


def issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    """Say whether the one signed the other: its name, and its key."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _fault(signer: x509.Certificate, at: datetime | None) -> str:
    if at is None:
        return "The signature claims no moment, so the certificate's dates cannot be held against it."
    if not signer.not_valid_before_utc <= at <= signer.not_valid_after_utc:
        return (
            f"The signer's certificate was not valid at the moment that the signature claims, {at:%Y-%m-%d %H:%M} UTC."
        )
    if not may_sign(signer):
        return "The signer's certificate may not sign documents: its key usage does not say so."
    if not is_strong(signer):
        return f"The signer's key is weak: neither elliptic nor RSA of {RSA_LEAST} bits or more."
    return ""


def _issuer_fault(issuer: x509.Certificate, below: int, at: datetime | None) -> str:
    """Say why `issuer` may not vouch here (RFC 5280, 6.1.4); `below` issuing certificates stand under it."""
    if at is not None and not issuer.not_valid_before_utc <= at <= issuer.not_valid_after_utc:
        return f"The issuing certificate {_name(issuer)} was not valid at the moment that the signature claims."
    try:
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = next((one.value for one in issuer.extensions if one.oid == ExtensionOID.KEY_USAGE), None)
        if not constraints.ca or (isinstance(usage, x509.KeyUsage) and not usage.key_cert_sign):
            return f"The certificate {_name(issuer)} may not issue others."
        if constraints.path_length is not None and below > constraints.path_length:
            return f"The certificate {_name(issuer)} may not stand above so many others."
    except (x509.ExtensionNotFound, ValueError):
        return f"The certificate {_name(issuer)} does not say that it may issue others."
    return "" if is_strong(issuer) else f"The key of the issuing certificate {_name(issuer)} is weak."


def is_strong(certificate: x509.Certificate) -> bool:
    """Say whether the key is elliptic, or RSA of enough bits."""
    key = certificate.public_key()
    return isinstance(key, ec.EllipticCurvePublicKey) or (
        isinstance(key, rsa.RSAPublicKey) and key.key_size >= RSA_LEAST
    )


def _name(certificate: x509.Certificate) -> str:
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else certificate.subject.rfc4514_string()


def _issuer(certificate: x509.Certificate) -> str:
    return certificate.issuer.rfc4514_string()
