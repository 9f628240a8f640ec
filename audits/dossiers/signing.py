"""Who signs, and how: PAdES B-B by a key made on this machine, or by the operator's PKCS#12.

The signature certifies the document and allows no change after it. Its container is written in one fixed form, in
which every byte is either signed or follows from what is signed (see :mod:`audits.dossiers.verification.container`):
the signed attributes name every certificate that the container holds, in order.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from asn1crypto import pkcs12 as asn1_pkcs12
from asn1crypto import x509 as asn1_x509
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
FIELD = "Dossier"
REASON = "Certifies that these are the records as frozen; no opinion on compliance"
_YEARS = 10
_ROOM = 2048  # bytes of a container beside its certificates; an RSA-4096 signature takes 512 of them


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
    """Return the signer in a PKCS#12 file; raise Refused if it cannot be read or may not sign at `at` (default: now).

    The codes are `pkcs12-missing`, `pkcs12-password`, `pkcs12-unreadable`, `pkcs12-empty`, `certificate-expired`,
    `certificate-not-yet`, `certificate-purpose` and `key-kind`.
    """
    try:
        data = path.read_bytes()
    except OSError:
        sentence = f"The PKCS#12 file {path.name} cannot be read."
        raise Refused(Problem("pkcs12-missing", sentence, "Check the path and who may read it.")) from None
    if not _looks_like_pkcs12(data):
        sentence = f"The file {path.name} is not a PKCS#12 file."
        raise Refused(Problem("pkcs12-unreadable", sentence, "It usually ends in .p12 or .pfx and is not PEM text."))
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(data, password.encode())
    except ValueError:
        sentence = f"The password does not open the PKCS#12 file {path.name}."
        raise Refused(Problem("pkcs12-password", sentence, "Check the password; capitals and spaces count.")) from None
    if key is None or certificate is None:
        sentence = f"The PKCS#12 file {path.name} holds no private key with its certificate."
        raise Refused(Problem("pkcs12-empty", sentence, "Export it again together with the private key."))
    _check(certificate, key, at or datetime.now(UTC))
    return Signer(certificate, _ordered(certificate, others), local=False, key=key)


def sign(pdf: bytes, signer: Signer, *, name: str, at: datetime) -> bytes:
    """Return `pdf` with one PAdES B-B signature over all of it that allows no change after it.

    `name` is who signs, `at` the moment (aware) that the signature claims; both are covered by the signature.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    encoded = [one.public_bytes(serialization.Encoding.DER) for one in (signer.certificate, *signer.chain)]
    # Out of sight, but marked for print and out of bounds: PDF/A forbids a hidden field, PDF/UA an untagged seen one.
    unseen = fields.InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True)
    engine = signers.PdfSigner(
        signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
            name=name,
            reason=REASON,
            embed_validation_info=False,
        ),
        # Places the signature only: the container is our own, for pyHanko's leaves some of its bytes unsigned.
        signers.ExternalSigner(asn1_x509.Certificate.load(encoded[0]), SimpleCertificateStore()),
        new_field_spec=fields.SigFieldSpec(FIELD, invis_sig_settings=unseen, readable_field_name="Signature"),
    )

    class Writer(IncrementalPdfFileWriter):
        def _update_meta(self) -> None:
            # It would write the metadata anew in its own way, with the clock's time: the document keeps its own.
            return

    session = engine.init_signing_session(Writer(BytesIO(pdf), strict=True))
    session.system_time = at
    prepared = session.prepare_tbs_document(None, bytes_reserved=2 * (_ROOM + sum(map(len, encoded))))
    digest, out = prepared.digest_tbs_document()
    signed = container.attributes(digest.document_digest, encoded)
    signature = _raw_signature(signer.key, container.to_sign(signed))
    digest.fill_with_cms(out, container.assemble(signed, encoded, signature))
    out.seek(0)
    return bytes(out.read())


def _raw_signature(key: Any, data: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    return bytes(key.sign(data, ec.ECDSA(hashes.SHA256())))


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


def _check(certificate: x509.Certificate, key: Any, at: datetime) -> None:
    problems = []
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if at > end:
        sentence = f"The signing certificate expired on {end:%Y-%m-%d}."
        problems.append(Problem("certificate-expired", sentence, "Ask its issuer for a new one."))
    if at < start:
        sentence = f"The signing certificate is not valid before {start:%Y-%m-%d}."
        problems.append(Problem("certificate-not-yet", sentence, "Wait for that day, or check this machine's clock."))
    if not may_sign(certificate):
        sentence = "The certificate in the PKCS#12 file may not sign documents: its key usage does not say so."
        problems.append(Problem("certificate-purpose", sentence, "Ask for one with digital signature among its uses."))
    strong = isinstance(key, ec.EllipticCurvePrivateKey) or (
        isinstance(key, rsa.RSAPrivateKey) and key.key_size >= trust.RSA_LEAST
    )
    if not strong:
        sentence = f"The key must be elliptic, or RSA of {trust.RSA_LEAST} bits or more."
        problems.append(Problem("key-kind", sentence, "Ask for a certificate with such a key."))
    if problems:
        raise Refused.all(problems)


def _ordered(certificate: x509.Certificate, others: Iterable[x509.Certificate]) -> tuple[x509.Certificate, ...]:
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
