"""What the document carries: its embedded files, the manifest among them, and the digest that it was bound to."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import pikepdf

from audits.dossiers.manifest import MANIFEST_NAME, Manifest, validate
from audits.dossiers.presign import INFO_KEY, NAMESPACE
from audits.dossiers.verification.metadata import properties
from audits.dossiers.verification.report import Broken
from compliance.lib import canonical
from compliance.lib.problems import Refused

FILES_MOST = 500
BYTES_MOST = 256 * 1024 * 1024
XMP_MOST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bound:
    """The digests of the manifest that the document itself states."""

    information: str
    metadata: str


def embedded_files(document: pikepdf.Pdf) -> dict[str, bytes]:
    """Return every embedded file by name; raise Broken if one is hidden elsewhere, doubled, or too large."""
    names = document.Root.get("/Names")
    tree: Any = None if names is None else names.get("/EmbeddedFiles")
    if tree is None:
        return {}
    if "/Kids" in tree:
        raise Broken("The list of embedded files is not in the form that we write.", "a tree with branches")
    pairs: list[Any] = list(tree.get("/Names", []))
    if len(pairs) > 2 * FILES_MOST:
        raise Broken(f"The document embeds more than {FILES_MOST} files.", f"{len(pairs) // 2} files")
    found: dict[str, bytes] = {}
    listed, left = set(), BYTES_MOST
    for spec in pairs[1::2]:
        name, stream = str(spec.UF), spec.EF.F
        if name in found or str(spec.F) != name or "/UF" in spec.EF:
            raise Broken("An embedded file is doubled, or has two names.", name)
        found[name] = inflate(stream, left)
        left -= len(found[name])
        listed.add(stream.objgen)
    for one in document.objects:
        if isinstance(one, pikepdf.Dictionary) and "/EF" in one and one.EF.F.objgen not in listed:
            raise Broken("The document holds an embedded file that its list does not name.", str(one.get("/UF", "")))
    return found


def inflate(stream: Any, most: int) -> bytes:
    """Return the bytes of a stream that is plain or deflated, of `most` bytes at most: it may be made to swell."""
    raw = bytes(stream.read_raw_bytes())
    filters = stream.get("/Filter")
    if filters is None:
        data = raw
    elif filters == "/FlateDecode" and "/DecodeParms" not in stream:
        engine = zlib.decompressobj()
        data = engine.decompress(raw, most + 1)
        if not engine.eof and len(data) <= most:
            raise Broken("An embedded file is cut off.", f"{len(data)} bytes")
    else:
        raise Broken("An embedded file is packed in a way that we do not write.", str(filters))
    if len(data) > most:
        raise Broken("The embedded files are larger than any dossier's.", f"more than {BYTES_MOST} bytes")
    return data


def bound_digest(document: pikepdf.Pdf) -> Bound:
    """Return what the document information and the XMP metadata state as the manifest's digest."""
    try:
        said = properties(inflate(document.Root.Metadata, XMP_MOST))
    except ValueError as error:
        raise Broken(str(error)) from None
    stated = [text for name, text in said if name == f"{{{NAMESPACE}}}manifestSHA256"]
    return Bound(str(document.docinfo.get(INFO_KEY, "")), stated[0] if len(stated) == 1 else "")


def read_manifest(files: dict[str, bytes]) -> tuple[dict[str, Any], Manifest]:
    """Return the manifest as it stands and typed; raise Broken if it is missing, not canonical or not in order."""
    data = files.get(MANIFEST_NAME)
    if data is None:
        raise Broken(f"The document embeds no {MANIFEST_NAME}.", ", ".join(sorted(files)) or "no embedded file")
    if not canonical.is_canonical(data):
        raise Broken("The manifest is not canonical JSON.", f"{len(data)} bytes")
    value = canonical.load(data)
    if not isinstance(value, dict):
        raise Broken("The manifest is not a JSON object.", type(value).__name__)
    try:
        return value, validate(value)
    except Refused as refused:
        raise Broken("The manifest is not in order.", str(refused)) from None
