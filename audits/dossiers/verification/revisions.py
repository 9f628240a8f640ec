"""What was added to the file after each signature: further signatures and time stamps may be, and nothing else.

pyHanko compares the revisions; what it may approve of is what the first signature permits and the last one locks. Two
of its costs grow with the square of the document and are taken out here, with the same result: an object stream is read
once, and of all paths through the old document only those are walked that can lead to something that was replaced.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    CatalogModificationRule,
    DiffResult,
    ModificationLevel,
    StandardDiffPolicy,
    SuspiciousModification,
)
from pyhanko.sign.diff_analysis.constants import ROOT_EXEMPT_STRICT_COMPARISON
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation.status import SignatureCoverageLevel

from audits.dossiers import words
from audits.dossiers.verification.contents import XMP_MOST
from audits.dossiers.verification.metadata import FREE_INFORMATION, lasting
from audits.dossiers.verification.report import Broken
from audits.dossiers.verification.state import Mark
from audits.dossiers.verification.usages import usages

_KNOWN_MOST = 4
#: Before the first signature the same holds as after it, but that it may certify the document.
_FIRST = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(ignored_keys=ROOT_EXEMPT_STRICT_COMPARISON | {"/Perms"}),
        *DEFAULT_DIFF_POLICY.global_rules[1:],
    ],
    form_rule=DEFAULT_DIFF_POLICY.form_rule,
)


class Reader(PdfFileReader):
    """Reads an object stream once, and not again for each of its objects."""

    def __init__(self, data: bytes) -> None:
        self.unpacked: dict[tuple[int, int], dict[int, tuple[int, bytes]]] = {}
        super().__init__(BytesIO(data), strict=True)

    def object_stream(self, number: int) -> dict[int, tuple[int, bytes]]:
        """Return the objects of a stream by number: (place in the stream, bytes)."""
        stream: Any = generic.Reference(number, 0, self).get_object()
        key = (number, id(stream))
        if key not in self.unpacked:
            self.unpacked[key] = _taken_apart(stream)
        return self.unpacked[key]

    def _get_object_from_stream(self, idnum: int, stmnum: int, idx: int) -> Any:
        place, data = self.object_stream(stmnum).get(idnum, (-1, b""))
        if place != idx:
            raise ValueError("An object stands at another place than the document says.")
        found = generic.read_object(BytesIO(data + b" "), generic.Reference(idnum, 0, self))
        if isinstance(found, generic.StreamObject | generic.IndirectObject):
            raise ValueError("An object stream holds what may not stand in one.")
        return found


def _taken_apart(stream: Any) -> dict[int, tuple[int, bytes]]:
    if stream["/Type"] != "/ObjStm":
        raise ValueError("What the document calls an object stream is none.")
    data = bytes(stream.data)
    first, count = int(stream["/First"]), int(stream["/N"])
    head = [int(one) for one in data[:first].split()]
    if len(head) != 2 * count or len(set(head[::2])) != count:
        raise ValueError("An object stream does not list its objects in order.")
    starts = [first + one for one in head[1::2]]
    ends = [*starts[1:], len(data)]
    if sorted(starts) != starts:
        raise ValueError("An object stream does not list its objects in order.")
    return {
        number: (place, data[start:end])
        for place, (number, start, end) in enumerate(zip(head[::2], starts, ends, strict=True))
    }


def check(data: bytes, marks: list[Mark]) -> None:
    """Say of each signature what came after it; raise Broken where that is more than it permits."""
    reader = Reader(data)
    found = {one.field_name: one for one in reader.embedded_signatures}
    _check_words(reader)
    _check_first(reader, found.get(marks[0].seal.field))
    for mark in marks:
        embedded = found.get(mark.seal.field)
        if embedded is None or tuple(embedded.byte_range) != mark.seal.byte_range:
            raise Broken("Two readings of the file find different signatures in it.", mark.seal.field)
        embedded.compute_integrity_info(skip_diff=True)
        coverage = embedded.coverage
        if coverage < SignatureCoverageLevel.ENTIRE_REVISION:
            raise Broken(
                f"The signature {mark.seal.field} does not end where a state of the document ends.", coverage.name
            )
        if mark.seal.is_stamp:
            continue
        if coverage != SignatureCoverageLevel.ENTIRE_FILE:
            _review(reader, embedded, mark)
        mark.after = _after(mark, marks)


def allowed(data: bytes, base: bytes, *, is_first: bool) -> str:
    """Say what was added to `base` beside a signature, in a sentence; an empty text where it is nothing else.

    `data` begins with `base`; `is_first` says that nothing is signed in it yet.
    """
    reader = Reader(data)
    number = Reader(base).total_revisions - 1
    try:
        _check_words(reader)
        policy = _FIRST if is_first else DEFAULT_DIFF_POLICY
        _compared(reader, number, reader.total_revisions, None, None if is_first else MDPPerm.FILL_FORMS, policy)
    except Broken as broken:
        return f"{broken.sentence} ({broken.got})"
    return ""


def _check_words(reader: Reader) -> None:
    """Raise Broken where the document says something else of itself than when it was printed."""
    first = _words(reader, 0)
    for number in range(1, reader.total_revisions):
        if (now := _words(reader, number)) != first:
            named = sorted({name for name, _ in set(first) ^ set(now)})
            sentence = "What the document says of itself, such as its title, was changed after it was printed."
            raise Broken(sentence, ", ".join(named)[:200])


def _words(reader: Reader, number: int) -> list[tuple[str, str]]:
    untyped: Any = reader

    def held(value: Any) -> Any:
        return (
            untyped.get_object(value.reference, revision=number) if isinstance(value, generic.IndirectObject) else value
        )

    information = held(reader.trailer.raw_get("/Info", revision=number))
    said = [(str(key), str(held(information.raw_get(key)))) for key in information if key not in FREE_INFORMATION]
    data = bytes(held(reader.get_historical_root(number).raw_get("/Metadata")).data)
    if len(data) > XMP_MOST:
        raise Broken("The metadata are larger than any dossier's.", f"{len(data)} bytes")
    try:
        return sorted(said) + lasting(data)
    except ValueError as error:
        raise Broken(str(error)) from None


def _check_first(reader: Reader, first: Any) -> None:
    """Raise Broken where more than a signature lies between what was printed and the first signature."""
    if first is not None and "/AcroForm" in reader.get_historical_resolver(0).root:
        _compared(reader, 0, first.signed_revision + 1, None, None, _FIRST)


def _review(reader: Reader, embedded: Any, mark: Mark) -> None:
    permitted = embedded.docmdp_level
    result = _compared(
        reader, embedded.signed_revision, reader.total_revisions, embedded.fieldmdp, permitted, DEFAULT_DIFF_POLICY
    )
    most = permitted.value if permitted is not None else ModificationLevel.FORM_FILLING.value
    if result.modification_level.value > most:
        sentence = f"After the signature {mark.seal.field}, more was added than it permits."
        raise Broken(sentence, f"{_what(reader, embedded.signed_revision)}")


def _compared(
    reader: Reader, base: int, end: int, fields: Any, permitted: MDPPerm | None, policy: StandardDiffPolicy
) -> DiffResult:
    old = reader.get_historical_resolver(base)
    later = [reader.get_historical_resolver(one) for one in range(base + 1, end)]
    replaced = {ref for one in later for ref in one.explicit_refs_in_revision()}
    old._indirect_object_access_cache = usages(reader, old, replaced)  # what its own search would find of these
    worst, changed = ModificationLevel.NONE, set()
    for new in later:
        try:
            one = policy.apply(old, new, field_mdp_spec=fields, doc_mdp=permitted)
        except SuspiciousModification as error:
            since = "printed" if policy is _FIRST else "signed"
            sentence = f"The document was changed after it was {since}: {_what(reader, base)}."
            raise Broken(sentence, " ".join(str(error).split())[:300]) from None
        worst = max(worst, one.modification_level)
        changed |= one.changed_form_fields
    return DiffResult(worst, changed)


def _after(mark: Mark, marks: list[Mark]) -> str:
    later = [one for one in marks if one.seal.end > mark.seal.end]
    stamps = sum(1 for one in later if one.seal.is_stamp)
    told = [words.amount(len(later) - stamps, "signature", "signatures")] if len(later) > stamps else []
    told += [words.amount(stamps, "time stamp", "time stamps")] if stamps else []
    return f"After it: {' and '.join(told)}, and nothing else." if told else "Nothing was added after it."


def _what(reader: Reader, base: int) -> str:
    """Return in words which parts of the document were replaced or added after a revision."""
    touched = {
        ref
        for one in range(base + 1, reader.total_revisions)
        for ref in reader.get_historical_resolver(one).explicit_refs_in_revision()
    }
    found: dict[str, None] = {}
    for what, refs in _parts(reader, base):
        if refs & touched:
            found[what] = None
    if not found:
        return "parts that no reader shows"
    told = list(found)
    return ", ".join(told[:_KNOWN_MOST]) + (f" and {len(told) - _KNOWN_MOST} more" if len(told) > _KNOWN_MOST else "")


def _parts(reader: Reader, base: int) -> Iterator[tuple[str, set[Any]]]:
    root, old = reader.root, reader.get_historical_resolver(base)
    for number, page in enumerate(_pages(root["/Pages"]), 1):
        yield f"page {number}", {page.reference} | _refs(page.get_object(), "/Contents", "/Resources")
        notes = {one for one in _refs(page.get_object(), "/Annots") if _is_note(one)}
        yield f"notes on page {number}", notes
    listed: set[Any] = set()
    if "/Names" in root and "/EmbeddedFiles" in root["/Names"]:  # `get` would not follow the reference
        listed = _deep(root["/Names"].raw_get("/EmbeddedFiles"), 6)
    yield "embedded files", listed | _refs(root, "/AF")
    yield "the document's information", _refs(reader.trailer, "/Info")
    yield "the metadata", _refs(root, "/Metadata")
    if "/AcroForm" in old.root:
        yield "how a signature is shown", {one for one in _refs(old.root["/AcroForm"], "/Fields") if "/V" in old(one)}
    yield "what the document does when it is opened or printed", _refs(root, "/OpenAction", "/OCProperties", "/AA")


def _is_note(ref: Any) -> bool:
    """Say whether it is a note, and neither the list of them nor a field for a signature."""
    found = ref.get_object()
    return isinstance(found, generic.DictionaryObject) and not ("/FT" in found and found["/FT"] == "/Sig")


def _pages(node: Any) -> Iterator[Any]:
    for kid in node["/Kids"]:
        if "/Kids" in kid.get_object():
            yield from _pages(kid.get_object())
        else:
            yield kid


def _refs(holder: Any, *keys: str) -> set[Any]:
    """Return what the keys of a dictionary refer to, and what their lists hold."""
    found: set[Any] = set()
    for key in keys:
        try:
            value = holder.raw_get(key)
        except KeyError:
            continue
        if isinstance(value, generic.IndirectObject):
            found.add(value.reference)
            value = value.get_object()
        if isinstance(value, generic.ArrayObject):
            found |= {
                one.reference
                for one in map(value.raw_get, range(len(value)))
                if isinstance(one, generic.IndirectObject)
            }
    return found


def _deep(value: Any, left: int) -> set[Any]:
    found: set[Any] = set()
    if isinstance(value, generic.IndirectObject):
        found.add(value.reference)
        value = value.get_object()
    if left and isinstance(value, generic.DictionaryObject):
        for one in value:
            found |= _deep(value.raw_get(one), left - 1) if one != "/Parent" else set()
    elif left and isinstance(value, generic.ArrayObject):
        for place in range(len(value)):
            found |= _deep(value.raw_get(place), left - 1)
    return found
