"""The PDF around the signature: one signature, where it lies, and which bytes it covers."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pikepdf

from audits.dossiers.verification.report import Broken

_STREAM = re.compile(r"^stream <[^>]*>:? ?")
_HEX = re.compile(rb"[0-9A-F]+")
_MOMENT = re.compile(r"D:(\d{14})(?:Z|\+00'?00'?)?")


@dataclass(frozen=True, slots=True)
class Seal:
    """The one signature of a document, as the PDF describes it."""

    byte_range: tuple[int, ...]
    contents: bytes
    name: str
    claimed_at: datetime | None
    locked: bool


def open_pdf(data: bytes) -> pikepdf.Pdf:
    """Open the document, or raise Broken: whatever a reader must mend was not written so by us."""
    if not data.startswith(b"%PDF-"):
        raise Broken("The file is not a PDF.", f"the file begins with {data[:8]!r}")
    try:
        document = pikepdf.open(BytesIO(data), suppress_warnings=True, attempt_recovery=False)
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, RuntimeError) as error:
        raise Broken("The PDF is damaged and cannot be read.", _said(error)) from None
    if warnings := document.get_warnings():
        raise Broken("The PDF is damaged.", _said(warnings[0]))
    return document


def _said(error: object) -> str:
    """Return what qpdf said without the place in memory of what it read, which differs at each run."""
    return _STREAM.sub("", str(error))


def seal_of(document: pikepdf.Pdf) -> Seal:
    """Return the one signature; raise Broken where there is none, or more than one."""
    form = document.Root.get("/AcroForm")
    fields: list[Any] = [] if form is None else list(form.get("/Fields", []))
    signed = [one for one in fields if one.get("/FT") == "/Sig" and "/V" in one]
    if not signed:
        raise Broken("The document is not signed.", "no signature")
    if len(signed) != 1 or len(fields) != 1:
        raise Broken("The document holds more than one signature or form field.", f"{len(fields)} fields")
    value = signed[0]["/V"]
    if value.get("/SubFilter") != "/ETSI.CAdES.detached":
        raise Broken("The signature is not a PAdES signature.", str(value.get("/SubFilter")))
    return Seal(
        byte_range=tuple(int(one) for one in value.ByteRange),
        contents=bytes(value.Contents),
        name=str(value.get("/Name", "")),
        claimed_at=_moment(str(value.get("/M", ""))),
        locked=_locked(document, value),
    )


def covered(data: bytes, seal: Seal) -> tuple[bytes, bytes]:
    """Return (the SHA-256 of all bytes that are signed, the container); raise Broken unless only it is left out.

    The gap must hold `<`, the container in capital hexadecimal digits, zeros, `>`: the one form that we write.
    """
    expected = "one gap, which holds the signature's container and nothing else"
    if len(seal.byte_range) != 4:
        raise Broken(f"The signature must leave out {expected}.", str(seal.byte_range))
    start, before, after, rest = seal.byte_range
    got = f"bytes 0 to {before} and {after} to {after + rest} of {len(data)}"
    if start != 0 or not 0 < before < after <= len(data) or after + rest != len(data):
        raise Broken("The signature does not cover the whole file; something was added or cut off.", got)
    gap = data[before:after]
    if gap[:1] != b"<" or gap[-1:] != b">" or len(gap) % 2 or not _HEX.fullmatch(gap[1:-1]):
        raise Broken("The gap that the signature leaves out was changed.", got)
    held = bytes.fromhex(gap[1:-1].decode("ascii"))
    if held != seal.contents:
        raise Broken("The signature's container does not stand in the gap that the signature leaves out.", got)
    container = held[: _length(held)]
    if held[len(container) :].strip(b"\0"):
        raise Broken("Something stands behind the signature's container.", got)
    return hashlib.sha256(data[:before] + data[after:]).digest(), container


def _length(held: bytes) -> int:
    """Return the length that a DER sequence claims in its first bytes, in the shortest form."""
    if len(held) < 4 or held[0] != 0x30 or held[1] != 0x82:
        raise Broken("The signature's container cannot be read.", held[:4].hex())
    return 4 + int.from_bytes(held[2:4], "big")


def _locked(document: pikepdf.Pdf, value: Any) -> bool:
    permissions = document.Root.get("/Perms")
    certified: Any = None if permissions is None else permissions.get("/DocMDP")
    if certified is None or certified.objgen != value.objgen:
        return False
    references: list[Any] = list(value.get("/Reference", []))
    if len(references) != 1 or references[0].TransformMethod != "/DocMDP":
        return False
    return bool(references[0].TransformParams.P == 1)


def _moment(text: str) -> datetime | None:
    found = _MOMENT.fullmatch(text)
    if not found:
        return None
    try:
        return datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
