"""Whether a time stamp holds, offline: broken, untrusted, cannot tell and fine are four different answers."""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

State = Literal["fine", "untrusted", "cannot tell", "broken"]
LARGEST = 64 * 1024
"""Bytes of a token; one of an authority with its whole chain has about eight thousand."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """`fine` where a trusted authority says that the digest was there at `at`; else why not, in a full sentence."""

    state: State
    sentence: str
    at: datetime | None = None
    authority: str = ""


def judge(token: str | bytes, sha256: str, trusted: Sequence[bytes] = ()) -> Judgement:
    """Judge a token (DER, or Base64 of it) over a digest; `trusted` are PEM files that the reader trusts.

    Whether a certificate was revoked cannot be learned without a connection, and is not looked up.

    >>> judge("AAAA", "00" * 32).state
    'broken'
    """
    try:
        der = base64.b64decode(token, validate=True) if isinstance(token, str) else token
        signed = _signed_data(der)
        info = signed["encap_content_info"]["content"].parsed
        stamped, at = info["message_imprint"], info["gen_time"].native
        same = stamped["hashed_message"].native == bytes.fromhex(sha256)
        if stamped["hash_algorithm"]["algorithm"].native != "sha256" or not same:
            return Judgement("broken", "The time stamp is over another digest.", at)
        roots = _roots(trusted)
        status = asyncio.run(_validated(signed, sha256, roots, at))
        authority = _name(status.signing_cert)
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error) as error:
        return Judgement("broken", f"The time stamp cannot be read: {error}"[:300])
    if not (status.intact and status.valid):
        return Judgement("broken", "The signature of the time stamp does not hold.", at, authority)
    when = f"{at:%Y-%m-%d %H:%M:%S} UTC, by {authority}"
    if not roots:
        sentence = f"A time stamp says {when}; no certificate was given as trusted, so the authority cannot be judged."
        return Judgement("cannot tell", sentence, at, authority)
    if not status.trusted:
        sentence = f"A time stamp says {when}, whom no certificate that was given as trusted vouches for."
        return Judgement("untrusted", sentence, at, authority)
    sentence = f"A trusted time stamp says that the digest was there on {when}. Revocation was not looked up, offline."
    return Judgement("fine", sentence, at, authority)


def _signed_data(der: bytes) -> Any:
    from asn1crypto import cms, tsp

    if len(der) > LARGEST:
        raise ValueError(f"it has more than {LARGEST} bytes")
    content = cms.ContentInfo.load(der, strict=True)
    if content["content_type"].native != "signed_data":
        raise ValueError("it holds no signature")
    signed = content["content"]
    if not isinstance(signed["encap_content_info"]["content"].parsed, tsp.TSTInfo):
        raise ValueError("it holds no time")
    return signed


def _roots(trusted: Sequence[bytes]) -> list[Any]:
    from asn1crypto import pem, x509

    return [x509.Certificate.load(der) for one in trusted for _, _, der in pem.unarmor(one, multiple=True)]


async def _validated(signed: Any, sha256: str, roots: Sequence[Any], at: datetime) -> Any:
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
    from pyhanko.sign.validation.status import TimestampSignatureStatus
    from pyhanko_certvalidator import ValidationContext

    context = ValidationContext(
        trust_roots=list(roots), allow_fetching=False, moment=at, best_signature_time=at, revocation_mode="soft-fail"
    )
    quiet = logging.getLogger("pyhanko.sign.validation.generic_cms")
    before, quiet.disabled = quiet.disabled, True  # an authority that nobody trusts is an answer here, and no warning
    try:
        kwargs = await validate_tst_signed_data(signed, context, lambda name: bytes.fromhex(sha256))
    except SignatureValidationError as error:
        raise ValueError(str(error)) from error
    finally:
        quiet.disabled = before
    return TimestampSignatureStatus(**kwargs)


def _name(certificate: Any) -> str:
    found = certificate.subject.native
    return str(found.get("common_name") or certificate.subject.human_friendly)
