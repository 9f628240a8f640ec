"""A key that never leaves its hardware: PKCS#11, through the extra `pkcs11`. The PIN is used once and not kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from audits.dossiers.keys import Signer, ordered
from audits.dossiers.levels import goes_by
from compliance.lib.problems import Problem, Refused


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A private key in an open session; it signs there."""

    key: Any = field(repr=False)
    is_rsa: bool

    def sign(self, data: bytes) -> bytes:
        from pkcs11 import Mechanism
        from pkcs11.util.ec import encode_ecdsa_signature

        if self.is_rsa:
            return bytes(self.key.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS))
        raw = self.key.sign(hashlib.sha256(data).digest(), mechanism=Mechanism.ECDSA)
        return bytes(encode_ecdsa_signature(raw))


@contextmanager
def token_signer(library: str, token: str, pin: str, whose: Sequence[str]) -> Iterator[Signer]:
    """Open the token and yield the signer whose certificate names one of `whose`, while the block lasts.

    The codes of what is refused are `token-software`, `token-missing`, `token-pin`, `token-failed` and
    `certificate-name`.
    """
    try:
        import pkcs11
        from pkcs11 import exceptions
    except ImportError:
        sentence = "The software that speaks to key hardware is not installed."
        raise Refused(Problem("token-software", sentence, "Install the extra pkcs11.")) from None
    try:
        session = pkcs11.lib(library).get_token(token_label=token).open(user_pin=pin)
    except (exceptions.PinIncorrect, exceptions.PinInvalid, exceptions.PinLenRange, exceptions.PinLocked):
        sentence = f"The PIN does not open the token {token}."
        raise Refused(Problem("token-pin", sentence, "Check the PIN; most tokens lock after a few tries.")) from None
    except (exceptions.PKCS11Error, RuntimeError) as error:
        sentence = f"The token {token} cannot be opened ({type(error).__name__})."
        raise Refused(
            Problem("token-missing", sentence, "Check that it is connected, and the operator's settings.")
        ) from None
    try:
        yield _found(session, token, whose)
    except exceptions.PKCS11Error as error:
        sentence = f"The token {token} did not sign ({type(error).__name__})."
        raise Refused(Problem("token-failed", sentence, "Nothing was signed. Try again.")) from None
    finally:
        session.close()


def _found(session: Any, token: str, whose: Sequence[str]) -> Signer:
    from pkcs11 import Attribute, ObjectClass

    held = {
        bytes(one[Attribute.ID]): x509.load_der_x509_certificate(bytes(one[Attribute.VALUE]))
        for one in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
    }
    for id, certificate in held.items():
        if not goes_by(certificate, whose):
            continue
        for key in session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: id}):
            is_rsa = isinstance(certificate.public_key(), rsa.RSAPublicKey)
            others = [one for one in held.values() if one != certificate]
            return Signer(certificate, ordered(certificate, others), local=False, key=TokenKey(key, is_rsa))
    sentence = f"The token {token} holds no key with a certificate that names {whose[0]}."
    raise Refused(Problem("certificate-name", sentence, "Ask the operator whose keys it holds."))
