"""Whose key signs: one made on this machine, or one in a PKCS#12 file; :mod:`audits.dossiers.hardware` adds PKCS#11.

A private key, a password and a PIN live only as long as one signature: they are never written, logged or told.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import pkcs12 as asn1_pkcs12
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from audits.dossiers.verification import container, trust
from audits.dossiers.verification.trust import may_sign
from compliance.lib.problems import Problem, Refused

LOCAL_NAME = "Probanda local signing key (untrusted, made on this machine)"
LOCAL_KEY = "local-signing-key.pem"
LOCAL_CERTIFICATE = "local-ca.pem"
PKCS12_MOST = 256 * 1024
_YEARS = 10


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its certificate and the rest of the chain. Its secrets never show in a representation."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    local: bool
    key: Any = field(repr=False)

    @property
    def label(self) -> str:
        """Return the common name of the certificate, or its whole subject."""
        found = self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(found[0].value) if found else self.certificate.subject.rfc4514_string()

    def sign(self, data: bytes) -> bytes:
        """Return the signature over `data`, with SHA-256."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(data, ec.ECDSA(hashes.SHA256()))
        return bytes(self.key.sign(data))  # one that stays where it is: see :mod:`audits.dossiers.hardware`

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the certificate, as 64 hexadecimal digits."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def local_signer(folder: Path) -> Signer:
    """Return the signer kept in `folder`, made there at the first call with files that only the owner can read.

    Its self-signed certificate, `local-ca.pem`, says in its name that nobody vouches for it.
    """
    kept, shown = folder / LOCAL_KEY, folder / LOCAL_CERTIFICATE
    if not kept.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_once(kept, _make_local())
    data = kept.read_bytes()  # key and certificate in one file, so that one is never there without the other
    try:
        key = serialization.load_pem_private_key(data, None)
        certificate = x509.load_pem_x509_certificate(data)
    except ValueError:
        key, certificate = None, None
    if certificate is None or not isinstance(key, rsa.RSAPrivateKey) or key.public_key() != certificate.public_key():
        sentence = f"The local signing key, {LOCAL_KEY}, cannot be read."
        hint = "Restore it from a backup; without one, move it away, and a new key is made."
        raise Refused(Problem("local-key-spoilt", sentence, hint))
    if not shown.exists():
        _write_once(shown, certificate.public_bytes(serialization.Encoding.PEM))
    return Signer(certificate, (), local=True, key=key)


def pkcs12_signer(path: Path, password: str, *, at: datetime | None = None) -> Signer:
    """Return the signer in a PKCS#12 file; raise Refused as :func:`opened` does, or with `pkcs12-missing`."""
    try:
        data = path.read_bytes()
    except OSError:
        sentence = f"The PKCS#12 file {path.name} cannot be read."
        raise Refused(Problem("pkcs12-missing", sentence, "Check the path and who may read it.")) from None
    return opened(data, password, path.name, at=at)


def opened(data: bytes, password: str, name: str, *, at: datetime | None = None) -> Signer:
    """Return the signer in the bytes of a PKCS#12 file; raise Refused if it is none, or may not sign at `at` (now).

    The codes are `pkcs12-password`, `pkcs12-unreadable`, `pkcs12-empty`, `certificate-expired`, `certificate-not-yet`,
    `certificate-purpose` and `key-kind`.
    """
    if len(data) > PKCS12_MOST or not _looks_like_pkcs12(data):
        sentence = f"The file {name} is not a PKCS#12 file."
        raise Refused(Problem("pkcs12-unreadable", sentence, "It usually ends in .p12 or .pfx and is not PEM text."))
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(data, password.encode())
    except ValueError:
        sentence = f"The password does not open the PKCS#12 file {name}."
        raise Refused(Problem("pkcs12-password", sentence, "Check the password; capitals and spaces count.")) from None
    if key is None or certificate is None:
        sentence = f"The PKCS#12 file {name} holds no private key with its certificate."
        raise Refused(Problem("pkcs12-empty", sentence, "Export it again together with the private key."))
    check_certificate(certificate, at or datetime.now(UTC))
    return Signer(certificate, ordered(certificate, others), local=False, key=key)


def _make_local() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, LOCAL_NAME)])
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365 * _YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return secret + certificate.public_bytes(serialization.Encoding.PEM)


def _write_once(path: Path, data: bytes) -> None:
    """Write a file that only the owner can read, whole or not at all; whoever comes second keeps what is there."""
    made = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):
            os.link(made, path)
    finally:
        made.unlink()


def _looks_like_pkcs12(data: bytes) -> bool:
    try:
        return bool(asn1_pkcs12.Pfx.load(data, strict=True)["version"].native == "v3")
    except (ValueError, TypeError, KeyError):
        return False


def check_certificate(certificate: x509.Certificate, at: datetime) -> None:
    """Raise Refused with every reason, told by the certificate itself, why it may not sign at `at`."""
    problems = []
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if at > end:
        sentence = f"The signing certificate expired on {end:%Y-%m-%d}."
        problems.append(Problem("certificate-expired", sentence, "Ask its issuer for a new one."))
    if at < start:
        sentence = f"The signing certificate is not valid before {start:%Y-%m-%d}."
        problems.append(Problem("certificate-not-yet", sentence, "Wait for that day, or check this machine's clock."))
    if not may_sign(certificate):
        sentence = "The signing certificate may not sign documents: its key usage does not say so."
        problems.append(Problem("certificate-purpose", sentence, "Ask for one with digital signature among its uses."))
    if not trust.is_strong(certificate):
        sentence = f"The key must be elliptic, or RSA of {trust.RSA_LEAST} bits or more."
        problems.append(Problem("key-kind", sentence, "Ask for a certificate with such a key."))
    if problems:
        raise Refused.all(problems)


def ordered(certificate: x509.Certificate, others: Iterable[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Return the issuers of `certificate` among `others`, each after the one that it issued, and nothing else."""
    chain: list[x509.Certificate] = []
    left = list(others)
    last = certificate
    while last.issuer != last.subject and len(chain) < container.CERTIFICATES_MOST - 1:
        issuer = next((one for one in left if one.subject == last.issuer), None)
        if issuer is None:
            break
        left.remove(issuer)
        chain.append(issuer)
        last = issuer
    return tuple(chain)
