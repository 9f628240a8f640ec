"""The PDF around the signatures: where each lies, which bytes it covers, and what it allows after it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pikepdf

from audits.dossiers.verification.report import Broken

_STREAM = re.compile(r"^stream <[^>]*>:? ?")
_HEX = re.compile(rb"[0-9A-F]+|[0-9a-f]+")
FIELDS_MOST = 100
_MOMENT = re.compile(r"D:(\d{14})(?:Z(?:00'?00'?)?|([+-])(\d\d)'?(\d\d)'?)?")


@dataclass(frozen=True, slots=True)
class Seal:
    """A signature, or a time stamp over the document, as the PDF describes it.

    `permits` is what a signature that certifies the document allows after it (1: nothing; 2: further signatures), None
    where it does not certify. `locks` is the same as the field of a later signature says it.
    """

    field: str
    is_stamp: bool
    byte_range: tuple[int, ...]
    contents: bytes
    name: str
    reason: str
    claimed_at: datetime | None
    permits: int | None
    locks: int | None

    @property
    def end(self) -> int:
        """Return where the bytes end that it covers."""
        return self.byte_range[2] + self.byte_range[3] if len(self.byte_range) == 4 else 0


@dataclass(frozen=True, slots=True)
class Covered:
    """The bytes that a signature covers, but for the gap from `before` to `after` that holds its container."""

    before: int
    after: int
    end: int
    container: bytes

    def digest(self, data: bytes, algorithm: str) -> bytes:
        """Return the digest of all that is covered."""
        view = memoryview(data)
        digest = hashlib.new(algorithm, view[: self.before])
        digest.update(view[self.after : self.end])
        return digest.digest()


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


def seals_of(document: pikepdf.Pdf) -> tuple[list[Seal], list[str]]:
    """Return all signatures and time stamps in the order of the bytes that they cover, and the fields still empty.

    Raises Broken where there is none, or where the form holds anything else.
    """
    form = document.Root.get("/AcroForm")
    fields: list[Any] = [] if form is None else list(form.get("/Fields", []))
    if len(fields) > FIELDS_MOST:
        raise Broken("The document holds more form fields than any dossier.", f"{len(fields)} fields")
    if any(one.get("/FT") != "/Sig" or "/Kids" in one for one in fields):
        raise Broken("The document holds a form field that is not for a signature.", f"{len(fields)} fields")
    names = [str(one.get("/T", "")) for one in fields]
    if len({one.objgen for one in fields}) != len(fields) or len(set(names)) != len(names):
        raise Broken("A field for a signature stands twice in the document.", ", ".join(names))
    signed = [(name, one) for name, one in zip(names, fields, strict=True) if "/V" in one]
    if not signed:
        raise Broken("The document is not signed.", "no signature")
    found = sorted((_seal(document, name, field) for name, field in signed), key=lambda one: one.end)
    return found, [name for name, one in zip(names, fields, strict=True) if "/V" not in one]


def field_names(document: pikepdf.Pdf) -> list[str]:
    """Return the names of all fields of the form, in order of names."""
    form = document.Root.get("/AcroForm")
    return sorted(str(one.get("/T", "")) for one in (form.get("/Fields", []) if form is not None else []))


def _seal(document: pikepdf.Pdf, name: str, field: Any) -> Seal:
    value = field["/V"]
    is_stamp = value.get("/Type") == "/DocTimeStamp"
    if value.get("/SubFilter") != ("/ETSI.RFC3161" if is_stamp else "/ETSI.CAdES.detached"):
        raise Broken("The signature is not a PAdES signature.", str(value.get("/SubFilter")))
    lock = field.get("/Lock")
    return Seal(
        field=name,
        is_stamp=is_stamp,
        byte_range=tuple(int(one) for one in value.ByteRange),
        contents=bytes(value.Contents),
        name=str(value.get("/Name", "")),
        reason=str(value.get("/Reason", "")),
        claimed_at=_moment(str(value.get("/M", ""))),
        permits=_permits(document, value),
        locks=int(lock["/P"]) if lock is not None and "/P" in lock else None,
    )


def covered(data: bytes, seal: Seal) -> Covered:
    """Return which bytes are signed; raise Broken unless only the container is left out, from the first byte on.

    The gap must hold `<`, the container in hexadecimal digits of one case, zeros, `>`: no digit of it is free.
    """
    expected = "one gap, which holds the signature's container and nothing else"
    if len(seal.byte_range) != 4:
        raise Broken(f"The signature must leave out {expected}.", str(seal.byte_range))
    start, before, after, rest = seal.byte_range
    end = after + rest
    got = f"bytes 0 to {before} and {after} to {end} of {len(data)}"
    if start != 0 or not 0 < before < after <= end <= len(data):
        raise Broken("The signature does not cover the file from its first byte on, or was cut off.", got)
    gap = data[before:after]
    if gap[:1] != b"<" or gap[-1:] != b">" or len(gap) % 2 or not _HEX.fullmatch(gap[1:-1]):
        raise Broken("The gap that the signature leaves out was changed.", got)
    held = bytes.fromhex(gap[1:-1].decode("ascii"))
    if held != seal.contents:
        raise Broken("The signature's container does not stand in the gap that the signature leaves out.", got)
    container = held[: _length(held)]
    if held[len(container) :].strip(b"\0"):
        raise Broken("Something stands behind the signature's container.", got)
    return Covered(before, after, end, container)


def _length(held: bytes) -> int:
    """Return the length that a DER sequence claims in its first bytes, in the shortest form."""
    if len(held) < 4 or held[0] != 0x30 or held[1] != 0x82:
        raise Broken("The signature's container cannot be read.", held[:4].hex())
    return 4 + int.from_bytes(held[2:4], "big")


def _permits(document: pikepdf.Pdf, value: Any) -> int | None:
    permissions = document.Root.get("/Perms")
    certified: Any = None if permissions is None else permissions.get("/DocMDP")
    if certified is None or certified.objgen != value.objgen:
        return None
    references: list[Any] = [one for one in value.get("/Reference", []) if one.get("/TransformMethod") == "/DocMDP"]
    if len(references) != 1:
        return None
    return int(references[0].TransformParams.P)


def _moment(text: str) -> datetime | None:
    found = _MOMENT.fullmatch(text)
    if not found:
        return None
    digits, sign, hours, minutes = found.groups()
    try:
        there = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    ahead = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return there + ahead if sign == "-" else there - ahead
