"""The pass between printing and signing: mends what the printer leaves open, and keeps the bytes deterministic.

- XMP: PDF/UA-1 beside PDF/A-3a, and the digest of the manifest, in one RDF block with its extension schemas;
- names, destinations and embedded files become objects of their own, so that a signature rewrites little;
- each embedded file is listed once as associated file, with the media type that the manifest states;
- a link says in words where it leads, for a screen reader;
- each person who is to sign has an empty field, tagged, where the page leaves room for it;
- object streams of a hundred objects, for one with all of them takes other readers quadratic time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, SubElement, fromstring, register_namespace, tostring

import pikepdf

NAMESPACE = "urn:probanda:dossier:1"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_UA = "{http://www.aiim.org/pdfua/ns/id/}"
_OURS = f"{{{NAMESPACE}}}"
_EXTENSION = "{http://www.aiim.org/pdfa/ns/extension/}"
_SCHEMA = "{http://www.aiim.org/pdfa/ns/schema#}"
_PROPERTY = "{http://www.aiim.org/pdfa/ns/property#}"
INFO_KEY = "/ProbandaManifestSHA256"


#: The block in which a signature is shown, in points: 166 by 44 mm, as print.css leaves room for it.
BLOCK = (470.55, 124.72)


@dataclass(frozen=True, slots=True)
class Field:
    """A field for one signature, in the block that the page names `anchor`; the last one locks all of `names`."""

    name: str
    title: str
    anchor: str
    locks: tuple[str, ...] = ()


def prepare(pdf: bytes, *, digest: str, media_types: dict[str, str], fields: Sequence[Field] = ()) -> bytes:
    """Return `pdf` ready to be signed, bound to the manifest's `digest`; the same input gives the same bytes."""
    with pikepdf.open(BytesIO(pdf)) as document:
        root = document.Root
        _bind(document, digest)
        _name_apart(document)
        _associate(root, media_types)
        _say_links(document)
        _make_fields(document, fields)
        out = BytesIO()
        document.save(
            out,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
            linearize=False,
        )
    return out.getvalue()


def accessible(rdf: bytes) -> bytes:
    """Add PDF/UA-1 and the digest to the RDF block of the XMP metadata, with the schemas that PDF/A wants for them."""
    register_namespace("pdfaExtension", _EXTENSION[1:-1])
    register_namespace("pdfaSchema", _SCHEMA[1:-1])
    register_namespace("pdfaProperty", _PROPERTY[1:-1])
    register_namespace("probanda", NAMESPACE)
    block = fromstring(rdf)  # noqa: S314 - our own printer wrote it
    claim = SubElement(block, f"{_RDF}Description", {f"{_RDF}about": ""})
    SubElement(claim, f"{_UA}part").text = "1"
    bound = SubElement(block, f"{_RDF}Description", {f"{_RDF}about": ""})
    SubElement(bound, f"{_OURS}manifestSHA256").text = "@@digest@@"
    schemas = SubElement(block, f"{_RDF}Description", {f"{_RDF}about": ""})
    bag = SubElement(SubElement(schemas, f"{_EXTENSION}schemas"), f"{_RDF}Bag")
    _schema(bag, "PDF/UA identification", _UA[1:-1], "pdfuaid", "part", "Integer", "Part of ISO 14289")
    _schema(bag, "Probanda dossier", NAMESPACE, "probanda", "manifestSHA256", "Text", "SHA-256 of manifest.json")
    return bytes(tostring(block, encoding="utf-8"))


def _schema(bag: Element, title: str, uri: str, prefix: str, name: str, kind: str, text: str) -> None:
    item = SubElement(bag, f"{_RDF}li", {f"{_RDF}parseType": "Resource"})
    SubElement(item, f"{_SCHEMA}schema").text = title
    SubElement(item, f"{_SCHEMA}namespaceURI").text = uri
    SubElement(item, f"{_SCHEMA}prefix").text = prefix
    properties = SubElement(SubElement(item, f"{_SCHEMA}property"), f"{_RDF}Seq")
    one = SubElement(properties, f"{_RDF}li", {f"{_RDF}parseType": "Resource"})
    SubElement(one, f"{_PROPERTY}name").text = name
    SubElement(one, f"{_PROPERTY}valueType").text = kind
    SubElement(one, f"{_PROPERTY}category").text = "internal"
    SubElement(one, f"{_PROPERTY}description").text = text


def _bind(document: pikepdf.Pdf, digest: str) -> None:
    metadata = document.Root.Metadata
    metadata.write(metadata.read_bytes().replace(b"@@digest@@", digest.encode()))
    document.docinfo[INFO_KEY] = pikepdf.String(digest)


def _name_apart(document: pikepdf.Pdf) -> None:
    root = document.Root
    if "/Names" not in root:
        return
    for key in list(root.Names.keys()):
        if not root.Names[key].is_indirect:
            root.Names[key] = document.make_indirect(root.Names[key])
    if not root.Names.is_indirect:
        root.Names = document.make_indirect(root.Names)


def _associate(root: pikepdf.Object, media_types: dict[str, str]) -> None:
    seen: set[tuple[int, int]] = set()
    once = []
    for spec in root.get("/AF", []):
        if spec.objgen in seen:
            continue
        seen.add(spec.objgen)
        once.append(spec)
        name = str(spec.UF)
        spec.EF.F.Subtype = pikepdf.Name("/" + media_types[name])
    if once:
        root.AF = pikepdf.Array(once)


def _make_fields(document: pikepdf.Pdf, fields: Sequence[Field]) -> None:
    """Make the form, with an empty and tagged field for each signature.

    Lists that a later signature or time stamp adds to are objects of their own, so that no page is written anew: a page
    is used all over the structure tree, and whoever compares the revisions would have to walk it.
    """
    page = document.pages[0].obj
    page.Annots = document.make_indirect(page.get("/Annots", pikepdf.Array()))
    if not fields:
        return
    places = _places(document)
    made = [_make_field(document, one, places[one.anchor]) for one in fields]
    form = pikepdf.Dictionary(Fields=document.make_indirect(pikepdf.Array(made)), SigFlags=3)
    document.Root.AcroForm = document.make_indirect(form)


def _places(document: pikepdf.Pdf) -> dict[str, Any]:
    pairs: list[Any] = list(document.Root.Names.Dests.Names)
    return {str(name): place for name, place in zip(pairs[::2], pairs[1::2], strict=True)}


def _make_field(document: pikepdf.Pdf, field: Field, place: Any) -> pikepdf.Object:
    page, left, top = place[0], float(place[2]), float(place[3])
    width, height = BLOCK
    empty = document.make_stream(b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form)
    empty.BBox = pikepdf.Array([0, 0, _number(width), _number(height)])
    empty.Resources = pikepdf.Dictionary()
    root = document.Root.StructTreeRoot
    number = _next_parent(document)
    widget = document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            FT=pikepdf.Name.Sig,
            T=field.name,
            TU=field.title,
            F=132,
            P=page,
            Rect=[_number(one) for one in (left, top - height, left + width, top)],
            AP=pikepdf.Dictionary(N=empty),
            StructParent=number,
        )
    )
    if field.locks:
        names = pikepdf.Array([pikepdf.String(one) for one in field.locks])
        widget.Lock = document.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.SigFieldLock, Action=pikepdf.Name.Include, Fields=names, P=1)
        )
    above = root.K[0] if isinstance(root.K, pikepdf.Array) else root.K
    # A single object reference, not a list of one: pyHanko takes a changed list for a suspicious modification.
    element = document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.StructElem,
            S=pikepdf.Name.Form,
            P=above,
            Pg=page,
            K=pikepdf.Dictionary(Type=pikepdf.Name.OBJR, Obj=widget, Pg=page),
        )
    )
    above.K.append(element)
    listed: list[Any] = [number, element]
    root.ParentTree.Nums.extend(listed)
    if "/Annots" in page:
        page.Annots = document.make_indirect(page.Annots) if not page.Annots.is_indirect else page.Annots
        page.Annots.append(widget)
    else:
        page.Annots = document.make_indirect(pikepdf.Array([widget]))
    return widget


def _next_parent(document: pikepdf.Pdf) -> int:
    return 1 + max(int(one) for one in list(document.Root.StructTreeRoot.ParentTree.Nums)[::2])


def _number(value: float) -> Decimal:
    return Decimal(f"{value:.3f}")


def _say_links(document: pikepdf.Pdf) -> None:
    for page in document.pages:
        for note in page.get("/Annots", []):
            if note.get("/Subtype") == "/Link" and "/Contents" in note:
                note.Contents = pikepdf.String(_destination(str(note.Contents)))


def _destination(anchor: str) -> str:
    kind, _, rest = anchor.partition("-")
    named = {"evidence": f"To evidence E{rest}", "section": f"To part {rest} of row by row"}
    return named[kind] if rest and kind in named else f"To {anchor.replace('-', ' ').replace('_', ' ')}"
