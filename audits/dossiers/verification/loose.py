"""Containers that others made: a time authority's token, or a signature that a person's own tool put into the file.

They need not be in the one form of :mod:`audits.dossiers.verification.container`, but no byte of them may be free. Each
is taken apart and put together again from what is signed, what follows from it, and certificates that vouch for each
other; what stands in the file must equal that, byte for byte. What no signature could notice is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms
from asn1crypto import tsp as _tsp  # noqa: F401 - teaches asn1crypto the kinds of RFC 3161
from asn1crypto import x509 as asn1_x509
from cryptography import x509

from audits.dossiers.verification import trust
from audits.dossiers.verification.container import CERTIFICATES_MOST, Container, signed_data_of, stamp_in

DIGESTS = ("sha256", "sha384", "sha512")


@dataclass(frozen=True, slots=True)
class Token:
    """A time stamp in order: over which digest, when, and whose, the authority's certificate first."""

    imprint: bytes
    digest: str
    at: datetime
    certificates: tuple[x509.Certificate, ...]


def read(container: bytes) -> Container:
    """Take a person's container apart as :func:`container.read` does; raise ValueError with a sentence."""
    data, info, held = _parts(container, "data", "v1")
    stamp = stamp_in(info)
    _check_form(container, data, info, held[0], stamp)
    digest = info["digest_algorithm"]["algorithm"].native
    message_digest = _message_digest(info)
    _check_signature(info, held[0], "data", message_digest)
    certificates = _certificates(held)
    return Container(message_digest, certificates, bytes(info["signature"].native), stamp, digest)


def read_token(token: bytes) -> Token:
    """Take a time stamp apart and check all that is in it but who may vouch; raise ValueError with a sentence."""
    data, info, held = _parts(token, "tst_info", "v3")
    if info["unsigned_attrs"].native is not None:
        raise ValueError("The time stamp holds a part that nothing signs.")
    _check_form(token, data, info, held[0], b"")
    content = data["encap_content_info"]["content"]
    digest = info["digest_algorithm"]["algorithm"].native
    _check_signature(info, held[0], "tst_info", hashlib.new(digest, bytes(content)).digest())
    told = content.parsed
    imprint = told["message_imprint"]
    return Token(
        bytes(imprint["hashed_message"].native),
        imprint["hash_algorithm"]["algorithm"].native,
        told["gen_time"].native,
        _certificates(held),
    )


def _parts(container: bytes, kind: str, version: str) -> tuple[Any, Any, list[asn1_x509.Certificate]]:
    data = signed_data_of(container)
    if data["encap_content_info"]["content_type"].native != kind or data["version"].native != version:
        raise ValueError("The container is not of the kind that belongs here.")
    if len(data["signer_infos"]) != 1:
        raise ValueError("The container does not hold exactly one signature.")
    found = list(data["certificates"]) if data["certificates"].native is not None else []
    if not 1 <= len(found) <= CERTIFICATES_MOST or any(one.name != "certificate" for one in found):
        raise ValueError(f"The container does not hold between 1 and {CERTIFICATES_MOST} certificates.")
    info = data["signer_infos"][0]
    if info["sid"].name != "issuer_and_serial_number":
        raise ValueError("The container does not name its signer by issuer and number.")
    named = info["sid"].chosen
    certificates = [one.chosen for one in found]
    mine = [
        one
        for one in certificates
        if one.issuer == named["issuer"] and one.serial_number == named["serial_number"].native
    ]
    if len(mine) != 1:
        raise ValueError("The container does not hold its signer's certificate once.")
    return data, info, [mine[0], *(one for one in certificates if one is not mine[0])]


def _check_form(container: bytes, data: Any, info: Any, signer: asn1_x509.Certificate, stamp: bytes) -> None:
    """Raise ValueError unless the container is what its parts give when they are put together again."""
    named = cms.IssuerAndSerialNumber({"issuer": signer.issuer, "serial_number": signer.serial_number})
    again = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": named}),
            "digest_algorithm": info["digest_algorithm"],
            "signature_algorithm": info["signature_algorithm"],
            "signed_attrs": info["signed_attrs"],
            "signature": info["signature"].native,
        }
    )
    if stamp:
        again["unsigned_attrs"] = [
            cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [cms.ContentInfo.load(stamp)]})
        ]
    algorithms = data["digest_algorithms"]
    digest = info["digest_algorithm"]["algorithm"].native
    if digest not in DIGESTS or [one["algorithm"].native for one in algorithms] != [digest]:
        raise ValueError("The container does not name one known digest, and the same throughout.")
    if any(one["parameters"].native is not None for one in (*algorithms, info["digest_algorithm"])):
        raise ValueError("The container gives its digest parameters that it does not take.")
    put = cms.SignedData(
        {
            "version": data["version"].native,
            "digest_algorithms": algorithms,
            "encap_content_info": data["encap_content_info"],
            "certificates": data["certificates"],
            "signer_infos": [again],
        }
    )
    if cms.ContentInfo({"content_type": "signed_data", "content": put}).dump() != container:
        raise ValueError("The container holds bytes that nothing signs; they were changed or added.")


def _check_signature(info: Any, signer: asn1_x509.Certificate, kind: str, digest: bytes) -> None:
    from pyhanko.sign.general import CMSStructuralError
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    if not any(one["type"].native in ("signing_certificate", "signing_certificate_v2") for one in info["signed_attrs"]):
        raise ValueError("The signature does not name the certificate that it was made with.")
    try:
        intact, valid = validate_sig_integrity(info, signer, kind, digest)
    except (SignatureValidationError, CMSStructuralError) as error:
        raise ValueError(f"The signature's attributes are not in order: {error}"[:200]) from error
    if not (intact and valid):
        raise ValueError("The signature does not belong to the signed attributes and the signer's key.")


def _message_digest(info: Any) -> bytes:
    found = [one for one in info["signed_attrs"] if one["type"].native == "message_digest"]
    if len(found) != 1 or len(found[0]["values"]) != 1:
        raise ValueError("The signed attributes do not hold one digest of the covered bytes.")
    return bytes(found[0]["values"][0].native)


def _certificates(held: Sequence[asn1_x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Return the certificates, the signer's first; raise ValueError where one vouches for none of the others."""
    found = tuple(x509.load_der_x509_certificate(one.dump()) for one in held)
    for one in found[1:]:
        if not any(other != one and trust.issued(one, other) for other in found):
            raise ValueError("The container holds a certificate that vouches for nothing in it.")
        if one.issuer == one.subject and not trust.issued(one, one):
            raise ValueError("The container holds a certificate that was changed.")
    return found
