"""Whether a certificate was revoked when it signed, told by what the file itself holds: nobody is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from audits.dossiers.verification.contents import inflate
from audits.dossiers.verification.state import Told

_BYTES_MOST = 32 * 1024 * 1024
_FILES_MOST = 1000


@dataclass(frozen=True, slots=True)
class Store:
    """What the file holds of authorities' answers (its document security store), each as DER."""

    certificates: list[bytes] = field(default_factory=list)
    responses: list[bytes] = field(default_factory=list)
    lists: list[bytes] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.responses or self.lists)


def store_of(document: pikepdf.Pdf) -> Store:
    """Read the document security store; an empty one where there is none."""
    found: Any = document.Root.get("/DSS")
    if found is None:
        return Store()
    left = _BYTES_MOST

    def held(name: str) -> list[bytes]:
        nonlocal left
        streams = list(found.get(name, []))[:_FILES_MOST]
        data = []
        for one in streams:
            data.append(inflate(one, left))
            left -= len(data[-1])
        return data

    return Store(held("/Certs"), held("/OCSPs"), held("/CRLs"))


def judge(
    certificates: Sequence[x509.Certificate], trusted: Sequence[x509.Certificate], store: Store, at: datetime
) -> Told:
    """Say whether `certificates[0]` or one that vouches for it was revoked at `at`, as far as the store tells."""
    if store.is_empty:
        return Told("cannot tell", "The file holds no answer of an authority, so revocation cannot be told offline.")
    if not trusted:
        return Told("cannot tell", "No certificate was given as trusted, so nobody's word on revocation counts.")
    return asyncio.run(_judged(certificates, trusted, store, at))


async def _judged(
    certificates: Sequence[x509.Certificate], trusted: Sequence[x509.Certificate], store: Store, at: datetime
) -> Told:
    from asn1crypto import crl, ocsp
    from asn1crypto import x509 as asn1_x509
    from pyhanko_certvalidator import CertificateValidator, ValidationContext
    from pyhanko_certvalidator.errors import InsufficientRevinfoError, PathBuildingError, RevokedError, ValidationError

    def loaded(some: Sequence[x509.Certificate]) -> list[Any]:
        return [asn1_x509.Certificate.load(one.public_bytes(serialization.Encoding.DER)) for one in some]

    mine, *others = loaded(certificates)
    asking = ValidationContext(
        trust_roots=loaded(trusted),
        other_certs=[*others, *(asn1_x509.Certificate.load(one) for one in store.certificates)],
        ocsps=[ocsp.OCSPResponse.load(one) for one in store.responses],
        crls=[crl.CertificateList.load(one) for one in store.lists],
        moment=at + timedelta(seconds=1),
        best_signature_time=at,
        revocation_mode="require",
    )
    name = mine.subject.native.get("common_name", "")
    try:
        await CertificateValidator(mine, validation_context=asking).async_validate_path()
    except RevokedError as error:
        when = f"{error.revocation_dt:%Y-%m-%d %H:%M} UTC"
        return Told("revoked", f"The certificate of {name}, or one that vouches for it, was revoked on {when}.")
    except InsufficientRevinfoError:
        return Told(
            "cannot tell", f"What the file holds does not tell whether the certificate of {name} was revoked then."
        )
    except (ValidationError, PathBuildingError) as error:
        return Told("cannot tell", f"Revocation of the certificate of {name} cannot be told: {error}"[:300])
    sentence = f"At {at:%Y-%m-%d %H:%M:%S} UTC nothing was revoked, as its authorities say in the file."
    return Told("not revoked", sentence)
