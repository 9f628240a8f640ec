"""Put a signature into the file: PAdES from B-B to B-LTA, one after another, without a byte that nothing covers.

The container of a signature is written in one fixed form, in which every byte is either signed or follows from what is
signed (see :mod:`audits.dossiers.verification.container`). What a later reader needs, the answers of authorities, is
written into the file together with the signature and before each time stamp, so that whatever comes last, signature or
time stamp, covers the whole file: any byte added later is noticed.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, TypeVar

from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import serialization

from audits.dossiers.keys import Signer
from audits.dossiers.levels import SECONDS, Proof, admit, check_level, context, unreachable
from audits.dossiers.verification import container, envelope, loose
from compliance.lib.problems import Problem, Refused

FIELD = "Dossier"
REASON = "Certifies that these are the records as frozen; no opinion on compliance"
_ROOM = 2048  # bytes of a container beside its certificates and time stamp; an RSA-4096 signature takes 512 of them
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a signature stands and what it allows after it.

    `permits` is that of the signature that certifies the document (1: nothing; 2: further signatures), None for one
    that does not certify. `appearance` is a PDF of one page, shown in the field; without one the field is out of sight.
    """

    field: str = FIELD
    reason: str = REASON
    permits: int | None = 1
    appearance: bytes = b""


SEAL = Place()


def sign(
    pdf: bytes,
    signer: Signer,
    *,
    name: str,
    at: datetime,
    place: Place = SEAL,
    proof: Proof = Proof(),  # noqa: B008 - frozen
    whose: Sequence[str] = (),
) -> bytes:
    """Return `pdf` with one more signature over all of it, and what its level adds.

    `name` is who signs, `at` the moment (aware) that the signature claims; both are covered by the signature. `whose`
    are the names that the certificate may bear; empty for the house's own seal. Raises Refused, before the key is used,
    for a certificate that may not sign, a level that cannot be reached, and an authority that does not answer.
    """
    check_level(proof, local=signer.local)
    return _run(proof, lambda asking: _signed(pdf, signer, name, at, place, proof, whose, asking))


def archive(pdf: bytes, proof: Proof) -> bytes:
    """Return `pdf` with one more time stamp over all of it, and with what is needed to check the one before."""
    check_level(proof)

    async def work(asking: Any) -> bytes:
        return await _archived(pdf, proof, asking, await _path_of_last_stamp(pdf, asking, proof))

    return _run(proof, work)


def complete(pdf: bytes, signer: Signer, *, whose: Sequence[str], at: datetime, proof: Proof) -> bytes:
    """Add to a signature that was made elsewhere what its level needs; `signer` is its certificate, without a key.

    Raises Refused for a certificate that may not sign here.
    """
    check_level(proof)

    async def work(asking: Any) -> bytes:
        path = await admit(signer, whose=whose, at=at, proof=proof, asking=asking)
        return await _archived(pdf, proof, asking, [path] if path else []) if proof.stamped else pdf

    return _run(proof, work)


def stamp_ends_at(pdf: bytes) -> datetime | None:
    """Return when the certificate ends of the time stamp that covers the whole file; None where none does."""
    last = envelope.seals_of(envelope.open_pdf(pdf))[0][-1]
    if not last.is_stamp:
        return None
    return loose.read_token(envelope.covered(pdf, last).container).certificates[0].not_valid_after_utc


def _run(proof: Proof, work: Callable[[Any], Awaitable[_T]]) -> _T:
    async def whole() -> _T:
        asking = context(proof)
        try:
            return await work(asking)
        finally:
            await asking.aclose()

    return asyncio.run(whole())


async def _signed(
    pdf: bytes, signer: Signer, name: str, at: datetime, place: Place, proof: Proof, whose: Sequence[str], asking: Any
) -> bytes:
    await admit(signer, whose=whose, at=at, proof=proof, asking=asking)
    encoded = [one.public_bytes(serialization.Encoding.DER) for one in (signer.certificate, *signer.chain)]
    stamper = _stamper(proof) if proof.stamped else None
    room = _ROOM + sum(map(len, encoded)) + (len(await _token(stamper, b"", proof)) + 512 if stamper else 0)
    writer = _writer(pdf)
    session = _engine(encoded, name, place, proof, asking, stamper).init_signing_session(writer)
    session.system_time = at
    known = await _known(session, writer, proof)
    prepared = session.prepare_tbs_document(known, bytes_reserved=2 * room)
    digest, out = prepared.digest_tbs_document()
    attributes = container.attributes(digest.document_digest, encoded)
    signature = signer.sign(container.to_sign(attributes))
    stamp = await _token(stamper, signature, proof) if stamper else b""
    digest.fill_with_cms(out, container.assemble(attributes, encoded, signature, stamp))
    out.seek(0)
    made = bytes(out.read())
    return await _archived(made, proof, asking) if proof.archived else made


def _engine(encoded: list[bytes], name: str, place: Place, proof: Proof, asking: Any, stamper: Any) -> Any:
    """Return what places the signature: the container is our own, for pyHanko's leaves some of its bytes unsigned."""
    from pyhanko.sign import fields, signers
    from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    mine, *others = [asn1_x509.Certificate.load(one) for one in encoded]
    # Out of sight, but marked for print and out of bounds: PDF/A forbids a hidden field, PDF/UA an untagged seen one.
    unseen = fields.InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True)
    return signers.PdfSigner(
        signers.PdfSignatureMetadata(
            field_name=place.field,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            certify=place.permits is not None,
            docmdp_permissions=fields.MDPPerm(place.permits or 1),
            name=name,
            reason=place.reason,
            embed_validation_info=proof.kept,
            use_pades_lta=proof.archived,
            validation_context=asking if proof.kept else None,
            signer_key_usage=set(),
            dss_settings=DSSContentSettings(
                include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
            ),
        ),
        signers.ExternalSigner(mine, SimpleCertificateStore.from_certs(others)),
        timestamper=stamper,
        stamp_style=_style(place.appearance),
        new_field_spec=fields.SigFieldSpec(place.field, invis_sig_settings=unseen, readable_field_name="Signature")
        if not place.appearance
        else None,
    )


def _style(appearance: bytes) -> Any:
    if not appearance:
        return None
    from pyhanko.pdf_utils.content import PdfContent
    from pyhanko.pdf_utils.layout import BoxConstraints
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.stamp import StaticStampStyle

    class Picture(PdfContent):
        """The one page of the appearance; pyHanko's own reads from a path alone."""

        def render(self) -> bytes:
            page = self._ensure_writer.import_page_as_xobject(PdfFileReader(BytesIO(appearance)))
            self.resources.xobject["/Picture"] = page
            left, bottom, right, top = page.get_object()["/BBox"]
            self.box = BoxConstraints(width=abs(right - left), height=abs(top - bottom))
            return b"/Picture Do"

    return StaticStampStyle(background=Picture(), border_width=0, background_opacity=1.0)


async def _known(session: Any, writer: Any, proof: Proof) -> Any:
    """Return what authorities say now of the signer and of the time authority, for the file to keep."""
    if not proof.kept:
        return None
    from pyhanko.sign.general import SigningError
    from pyhanko.sign.timestamps.common_utils import TimestampRequestError
    from pyhanko_certvalidator.errors import PathBuildingError, ValidationError

    try:
        return await session.perform_presign_validation(writer)
    except TimestampRequestError as error:
        raise unreachable(proof.url, error.__cause__ or error) from error
    except (SigningError, ValidationError, PathBuildingError) as error:
        sentence = f"Level {proof.level} cannot be reached: a certificate could not be checked for keeping."
        raise Refused(Problem("level-unreached", sentence, str(error.__cause__ or error)[:300])) from error


def _stamper(proof: Proof) -> Any:
    from pyhanko.sign.timestamps.aiohttp_client import HTTPTimeStamper

    return HTTPTimeStamper(proof.url, timeout=SECONDS)


async def _token(stamper: Any, data: bytes, proof: Proof) -> bytes:
    """Return the authority's token over `data`, in a form in which nothing is left open."""
    from pyhanko.sign.timestamps.common_utils import TimestampRequestError

    digest = hashlib.sha256(data).digest()
    try:
        token = bytes((await stamper.async_timestamp(digest, "sha256")).dump())
    except TimestampRequestError as error:
        raise unreachable(proof.url, error.__cause__ or error) from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise unreachable(proof.url, str(error) or type(error).__name__) from error
    _check_token(token, digest, proof)
    return token


def _check_token(token: bytes, digest: bytes, proof: Proof) -> None:
    try:
        found = loose.read_token(token)
    except ValueError as error:
        raise unreachable(proof.url, f"its token is not in order: {error}") from error
    if found.imprint != digest:
        raise unreachable(proof.url, "its token is over another digest")


async def _path_of_last_stamp(pdf: bytes, asking: Any, proof: Proof) -> list[Any]:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko_certvalidator import CertificateValidator
    from pyhanko_certvalidator.errors import PathBuildingError, ValidationError

    found = PdfFileReader(BytesIO(pdf)).embedded_timestamp_signatures
    if not found or not proof.kept:
        return []
    last = found[-1]
    checking = CertificateValidator(last.signer_cert, last.other_embedded_certs, asking)
    try:
        return [await checking.async_validate_usage(set(), extended_key_usage={"time_stamping"})]
    except (ValidationError, PathBuildingError) as error:
        sentence = "The certificate of the last time stamp does not hold any more, so a new one over it proves nothing."
        raise Refused(Problem("stamp-aged", sentence, str(error)[:300])) from error


async def _archived(pdf: bytes, proof: Proof, asking: Any, paths: Sequence[Any] = ()) -> bytes:
    from pyhanko.sign import fields
    from pyhanko.sign.general import SigningError
    from pyhanko.sign.signers.pdf_signer import PdfTimeStamper, TimestampDSSContentSettings
    from pyhanko.sign.timestamps.common_utils import TimestampRequestError
    from pyhanko_certvalidator.errors import PathBuildingError, ValidationError

    writer = _writer(pdf)
    stamper = PdfTimeStamper(
        _stamper(proof),
        field_name=f"Timestamp{_stamps(writer) + 1}",
        invis_settings=fields.InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True),
        readable_field_name="Time stamp",
    )
    out = BytesIO()
    try:
        await stamper.async_timestamp_pdf(
            writer,
            "sha256",
            asking if proof.kept else None,
            validation_paths=list(paths),
            output=out,
            dss_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True),
        )
    except TimestampRequestError as error:
        raise unreachable(proof.url, error.__cause__ or error) from error
    except (SigningError, ValidationError, PathBuildingError) as error:
        sentence = f"The certificate of the time authority could not be checked, as level {proof.level} needs."
        raise Refused(Problem("level-unreached", sentence, str(error.__cause__ or error)[:300])) from error
    return out.getvalue()


def _stamps(writer: Any) -> int:
    from pyhanko.sign.fields import enumerate_sig_fields

    return sum(1 for name, *_ in enumerate_sig_fields(writer.prev) if name.startswith("Timestamp"))


def _writer(pdf: bytes) -> Any:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    class Writer(IncrementalPdfFileWriter):
        def _update_meta(self) -> None:
            # It would write the metadata anew in its own way, with the clock's time: the document keeps its own.
            return

    return Writer(BytesIO(pdf), strict=True)
