"""What the document says of itself: its information and its XMP metadata, whichever program wrote them down."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, fromstring

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
#: What a program that adds a signature may write anew: when, and that it was it. Schemas say nothing of the document.
_FREE = {
    f"{_XMP}ModifyDate",
    f"{_XMP}MetadataDate",
    "{http://ns.adobe.com/pdf/1.3/}Producer",
    "{http://www.aiim.org/pdfa/ns/extension/}schemas",
}
FREE_INFORMATION = {"/ModDate", "/Producer"}


def properties(xmp: bytes) -> list[tuple[str, str]]:
    """Return each property with its text, in order of names; raise ValueError where it cannot be read.

    RDF may write a property as an attribute or as an element; both are read alike.

    >>> properties(b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description xmlns:a="urn:a" '
    ...     b'a:b="1"><a:c><r:Alt><r:li>two</r:li></r:Alt></a:c></r:Description></r:RDF>')
    [('{urn:a}b', '1'), ('{urn:a}c', 'two')]
    """
    if b"<!" in xmp:
        raise ValueError("The metadata declares more than it should.")
    try:
        root = fromstring(xmp)  # noqa: S314 - nothing is declared in it, so nothing can swell
    except ParseError as error:
        raise ValueError(f"The metadata cannot be read: {error}") from None
    return sorted(_found(root))


def _found(root: Element) -> Iterator[tuple[str, str]]:
    for block in root.iter(f"{_RDF}RDF"):
        for one in block.findall(f"{_RDF}Description"):
            yield from ((name, value) for name, value in one.attrib.items() if not name.startswith(_RDF))
            for child in one:
                yield child.tag, "".join(child.itertext()).strip()


def lasting(xmp: bytes) -> list[tuple[str, str]]:
    """Return the properties that no signature may change."""
    return [(name, text) for name, text in properties(xmp) if name not in _FREE]
