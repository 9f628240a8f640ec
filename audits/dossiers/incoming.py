"""A file that was signed on somebody's own machine: is it ours, with the expected signature and nothing else?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from audits.dossiers.keys import Signer
from audits.dossiers.verification import envelope, revisions, signed
from audits.dossiers.verification.report import Broken
from audits.dossiers.verification.state import File, Mark
from compliance.lib.problems import Problem, Refused

_AHEAD = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Incoming:
    """Whose signature it is (the certificate; the key stayed where it is), when by their clock, and what they state."""

    signer: Signer
    at: datetime
    statement: str


def check(base: bytes, pdf: bytes, field: str, permits: int | None, now: datetime) -> Incoming:
    """Return what was signed; raise Refused, in a sentence that says what else differs, unless it is as expected.

    `base` is the file that was handed out, `permits` what the signature must permit after it if it certifies.
    """
    if pdf == base:
        raise _refused("upload-unsigned", "This is the file as it was handed out: it holds no new signature.")
    if not pdf.startswith(base):
        raise _other(base, pdf)
    try:
        mark = _new(base, pdf, field)
        signed.strict(File(pdf, (), None, marks=[mark]))
        signed.intact(File(pdf, (), None, marks=[mark]))
        if mark.seal.permits != permits:
            raise _refused("upload-permits", _PERMITS[permits])
        if found := _beside(base, pdf):
            raise _refused("upload-more", f"More than a signature was added. {found}")
    except Broken as broken:
        raise _refused("upload-broken", broken.sentence) from None
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a damaged file provokes, it is refused
        raise _refused("upload-broken", f"The file is damaged and cannot be read ({type(error).__name__}).") from None
    at = mark.seal.claimed_at
    if at is None or at > now + _AHEAD:
        raise _refused("upload-time", "The signature claims no moment, or one that is yet to come.")
    certificate, *chain = mark.certificates
    return Incoming(Signer(certificate, tuple(chain), local=False, key=None), at, mark.seal.reason)


_PERMITS = {
    None: "The document is certified already: sign it with an ordinary signature, not a certifying one.",
    1: "The signature must certify the document and permit no change after it.",
    2: "The first signature must certify the document and permit signing after it (form filling and signing).",
}


def _new(base: bytes, pdf: bytes, field: str) -> Mark:
    """Return the one signature that was added; raise Refused for none, for more, and for one in another field."""
    document = envelope.open_pdf(pdf)
    seals, _ = envelope.seals_of(document)
    if envelope.field_names(document) != envelope.field_names(envelope.open_pdf(base)):
        raise _refused("upload-field", f"The file holds a field that was not there; yours is {field}.")
    added = [one for one in seals if one.end > len(base)]
    people = [one for one in added if not one.is_stamp]
    if not people:
        raise _refused("upload-unsigned", "The file holds no new signature.")
    if len(added) > 1:
        names = ", ".join(one.field for one in added)
        raise _refused("upload-several", f"The file holds more than one new signature or time stamp: {names}.")
    (seal,) = people
    if seal.field != field:
        raise _refused("upload-field", f"The signature stands in the field {seal.field}, and yours is {field}.")
    found = envelope.covered(pdf, seal)
    if found.end != len(pdf):
        sentence = "Something was added after the signature, or it does not cover the whole file."
        raise _refused("upload-uncovered", sentence)
    return Mark(seal, covered=found)


def _beside(base: bytes, pdf: bytes) -> str:
    """Say what was added beside the signature; an empty text where it is nothing."""
    seals, _ = envelope.seals_of(envelope.open_pdf(pdf))
    is_first = all(one.end > len(base) for one in seals)
    if found := revisions.allowed(pdf, base, is_first=is_first):
        return found
    if not is_first:
        revisions.check(pdf, [Mark(one) for one in seals])
    return ""


def _other(base: bytes, pdf: bytes) -> Refused:
    if not pdf.startswith(b"%PDF-"):
        return _refused("upload-no-pdf", "The file is not a PDF.")
    if base.startswith(pdf):
        return _refused("upload-older", "The file is an earlier state of the dossier, or was cut off.")
    place = next(number for number, (one, other) in enumerate(zip(base, pdf, strict=False)) if one != other)
    sentence = f"The file is not the one that was handed out: it differs from byte {place + 1:,} of {len(base):,} on."
    hint = "Sign the very file that you downloaded here, with a program that adds to a PDF and does not save it anew."
    return Refused(Problem("upload-other", sentence, hint))


def _refused(code: str, sentence: str) -> Refused:
    return Refused(Problem(code, sentence, "Download the file again and sign it in the field that is yours."))
