"""The signature container: CMS signed data in one fixed form, made and checked by the same code.

CMS leaves bytes outside the signature: version numbers, the list of digests, further certificates, unsigned
attributes, loose encodings. A dossier's container has none of that freedom. It is :func:`assemble` of three things,
the signed attributes, the certificates and the signature; the signed attributes name the digest of every certificate
in order; and what stands in the file must equal what is assembled, byte for byte. A time stamp over the signature may
be added: it is signed by its authority, and :mod:`audits.dossiers.verification.loose` holds its bytes to account.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

CERTIFICATES_MOST = 8


@dataclass(frozen=True, slots=True)
class Container:
    """What a container in order holds: the digest that was signed, and the signer's certificate before its chain.

    `stamp` is the token of a time authority over `signature`, or empty; `digest` names the algorithm of the digest.
    """

    message_digest: bytes
    certificates: tuple[x509.Certificate, ...]
    signature: bytes = b""
    stamp: bytes = b""
    digest: str = "sha256"


def attributes(message_digest: bytes, certificates: Sequence[bytes]) -> cms.CMSAttributes:
    """Return the attributes to sign: the content type, the digest of the covered bytes, and each certificate's digest.

    The order is that of DER, so that the same attributes have one encoding (RFC 5652, 5.3; ETSI EN 319 142-1, 6.3).
    """
    named = [_certificate_id(one) for one in certificates]
    found = [
        cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
        cms.CMSAttribute({"type": "message_digest", "values": [message_digest]}),
        cms.CMSAttribute({"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": named})]}),
    ]
    return cms.CMSAttributes(sorted(found, key=lambda one: bytes(one.dump())))


def to_sign(signed: cms.CMSAttributes) -> bytes:
    """Return the bytes that the key signs: the attributes as a plain SET."""
    return bytes(signed.untag().dump())


def assemble(signed: cms.CMSAttributes, certificates: Sequence[bytes], signature: bytes, stamp: bytes = b"") -> bytes:
    """Return the container in its one form. The first certificate is the signer's; `stamp` a token over `signature`."""
    signer = asn1_x509.Certificate.load(certificates[0])
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {
                    "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                        {"issuer": signer.issuer, "serial_number": signer.serial_number}
                    )
                }
            ),
            "digest_algorithm": sha256,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": _algorithm(signer)}),
            "signed_attrs": signed,
            "signature": signature,
        }
    )
    if stamp:
        info["unsigned_attrs"] = [
            cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [cms.ContentInfo.load(stamp)]})
        ]
    data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [sha256],
            "encap_content_info": {"content_type": "data"},
            "certificates": [asn1_x509.Certificate.load(one) for one in certificates],
            "signer_infos": [info],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": data}).dump())


def read(container: bytes) -> Container:
    """Take a container apart and check all that is in it but the covered bytes; raise ValueError with a sentence."""
    signed_data = signed_data_of(container)
    if len(signed_data["signer_infos"]) != 1:
        raise ValueError("The container does not hold exactly one signature.")
    info = signed_data["signer_infos"][0]
    held = signed_data["certificates"]
    if not 1 <= len(held) <= CERTIFICATES_MOST:
        raise ValueError(f"The container does not hold between 1 and {CERTIFICATES_MOST} certificates.")
    encoded = [bytes(one.dump()) for one in held]
    digest = _message_digest(info)
    signed = attributes(digest, encoded)
    signature = bytes(info["signature"].native)
    stamp = stamp_in(info)
    if assemble(signed, encoded, signature, stamp) != container:
        raise ValueError("The container is not in the one form of a dossier's signature; bytes were changed or added.")
    certificates = tuple(x509.load_der_x509_certificate(one) for one in encoded)
    _verify(certificates[0], signature, to_sign(signed))
    return Container(digest, certificates, signature, stamp)


def stamp_in(info: Any) -> bytes:
    """Return the one token that a signature carries beside it, or nothing; raise ValueError for anything else there."""
    unsigned = info["unsigned_attrs"]
    if unsigned.native is None:
        return b""
    if len(unsigned) != 1 or unsigned[0]["type"].native != "signature_time_stamp_token":
        raise ValueError("The container holds a part that nothing signs, and that is no time stamp.")
    if len(unsigned[0]["values"]) != 1:
        raise ValueError("The container holds more than one time stamp.")
    return bytes(unsigned[0]["values"][0].dump())


def signed_data_of(container: bytes) -> Any:
    """Return the CMS signed data of a container; raise ValueError with a sentence where it holds none."""
    try:
        outer = cms.ContentInfo.load(container, strict=True)
        if outer["content_type"].native != "signed_data":
            raise ValueError("The container holds no signature.")
        return outer["content"]
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"The container cannot be read: {error}"[:200]) from None


def _message_digest(info: Any) -> bytes:
    for one in info["signed_attrs"]:
        if one["type"].native == "message_digest":
            return bytes(one["values"][0].native)
    raise ValueError("The signed attributes hold no digest of the covered bytes.")


def _verify(certificate: x509.Certificate, signature: bytes, signed: bytes) -> None:
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
        else:
            raise ValueError("The signer's key is neither RSA nor elliptic.")
    except InvalidSignature:
        raise ValueError("The signature does not belong to the signed attributes and the signer's key.") from None


def _certificate_id(certificate: bytes) -> tsp.ESSCertIDv2:
    # SHA-256 is the default of RFC 5035 and DER leaves a default out.
    return tsp.ESSCertIDv2({"cert_hash": core.OctetString(hashlib.sha256(certificate).digest())})


def _algorithm(certificate: asn1_x509.Certificate) -> str:
    kind = certificate.public_key.algorithm
    if kind not in ("rsa", "ec"):
        raise ValueError("The signer's key is neither RSA nor elliptic.")
    return "sha256_rsa" if kind == "rsa" else "sha256_ecdsa"
