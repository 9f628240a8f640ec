"""Where in a revision of a PDF the objects are used that a later one replaces.

The same search as pyHanko's `HistoricalResolver._load_reverse_xref_cache`, whose rules for the page tree and the
structure tree it keeps, but it goes into no object that cannot lead to one of those asked for. Which objects lead
where is read from the bytes of the object streams without taking each object apart; where the bytes could mislead, it
is taken apart. A test holds the result against pyHanko's own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.reader import RawPdfPath

_REF = re.compile(rb"(\d+)\s+(\d+)\s+R\b")
_UPWARD = re.compile(rb"/(Parent|P)\s+\d+\s+\d+\s+R\b")
_PARENT = re.compile(rb"/Parent\s+\d+\s+\d+\s+R\b")
_SIMPLE = re.compile(rb"\([\w .:-]*\)|(?<!<)<[0-9A-Fa-f\s]*>(?!>)")
_UNCLEAR = re.compile(rb"[(%#]")  # strings with anything else in them, comments, escaped names
_NAMED = re.compile(rb"\[[^\[\]<>]*/")
_INNER = re.compile(rb"<<[^<>\[\]]*>>|\[[^\[\]<>]*\]")
_DICTIONARY = re.compile(rb"<<[^<>]*>>")
_KIDS = re.compile(rb"/K\s*(?:\[([^\]]*)\]|(\d+\s+\d+\s+R\b))")
_ELEMENT = re.compile(rb"/Type\s*/StructElem\b")
_TYPE = re.compile(rb"/Type\b")


def usages(reader: Any, old: Any, asked: Iterable[Reference]) -> dict[Reference, set[Any]]:
    """Return for each object asked for the paths, from the trailer, on which the revision `old` uses it."""
    wanted = {(one.idnum, one.generation) for one in asked}
    graph = _Graph(reader, old)
    walk = _Walk(old, graph, graph.leading_to(wanted))
    walk.into(old.trailer_view, misc.ConsList.empty(), misc.ConsList.empty(), in_structure=False)
    return {
        ref: {RawPdfPath(*reversed(list(path))) for path in paths}
        for ref, paths in walk.found.items()
        if (ref.idnum, ref.generation) in wanted
    }


_Key = tuple[int, int]


def _plain(data: bytes) -> bytes | None:
    """Return the bytes of an object without its strings; None where what they mean is not seen at a glance.

    A list that holds a name could hold `/P 7 0 R` as two things, where it looks like a key with its value.

    >>> _plain(b"<< /A << /Headers [ (1-2) ] >> /K [ 5 0 R ] /P 4 0 R >>")
    b'<< /A << /Headers [ 0 ] >> /K [ 5 0 R ] /P 4 0 R >>'
    >>> _plain(b"<< /X [ [ 1 ] /P 7 0 R ] >>") is None, _plain(rb"<< /T (a\\)b) >>") is None
    (True, True)
    """
    kept = _SIMPLE.sub(b"0", data)
    if _UNCLEAR.search(kept):
        return None
    left = kept
    while b"[" in left:
        if _NAMED.search(left):
            return None
        left, done = _INNER.subn(b" 0 ", left)
        if not done:
            return None
    return kept


def _top(data: bytes) -> bytes:
    """Return a plain dictionary without the dictionaries in it."""
    left, done = data.strip()[2:-2], 1
    while done:
        left, done = _DICTIONARY.subn(b" 0 ", left)
    return left


class _Graph:
    """Which object of a revision refers to which, as far as pyHanko's search would follow."""

    def __init__(self, reader: Any, old: Any) -> None:
        self.reader, self.old = reader, old
        plain = ((key, _plain(data)) for key, data in _packed(reader, old))
        self.packed = {key: data for key, data in plain if data is not None}
        self.pages = dict(_page_tree(old))
        self.elements = set(self._elements())

    def leading_to(self, wanted: set[_Key]) -> set[_Key]:
        """Return those from which one of `wanted` can be reached, and `wanted`."""
        users: dict[_Key, set[_Key]] = defaultdict(set)
        page_keys = {(one.idnum, one.generation) for one in self.pages}
        nodes = page_keys | {(self.old.root_ref.idnum, self.old.root_ref.generation)}
        for key in self._all():
            for one in self._refs(key):
                if one in page_keys and one not in wanted and key not in nodes:
                    continue  # a page is entered by the page tree alone
                users[one].add(key)
        found, left = set(wanted), list(wanted)
        while left:
            for user in users[left.pop()]:
                if user not in found:
                    found.add(user)
                    left.append(user)
        return found

    def _all(self) -> Iterator[_Key]:
        xrefs = self.reader.xrefs
        seen: set[_Key] = set()
        for revision in range(self.old.revision + 1):
            for ref in xrefs.explicit_refs_in_revision(revision):
                key = (ref.idnum, ref.generation)
                if key not in seen:
                    seen.add(key)
                    yield key

    def _refs(self, key: _Key) -> Iterator[_Key]:
        data = self.packed.get(key)
        if data is None:
            skipped = ("/Parent", "/P") if key in self.elements else ("/Parent",)
            yield from _held(self.old.get_object(Reference(*key, self.old)), skipped)
            return
        for number, generation in _REF.findall((_UPWARD if key in self.elements else _PARENT).sub(b"", data)):
            yield int(number), int(generation)

    def _elements(self) -> Iterator[_Key]:
        """Return the elements of the structure tree: those reached by /K from its root."""
        try:
            left = [self.old.root.raw_get("/StructTreeRoot").reference]
        except (KeyError, AttributeError):
            return
        root, seen = left[0], set()
        while left:
            ref = left.pop()
            key = (ref.idnum, ref.generation)
            if key in seen:
                raise misc.PdfReadError("The structure of the document leads back into itself.")
            seen.add(key)
            if ref is not root:
                yield key
            left.extend(Reference(*one, self.old) for one in self._kids(key))

    def _kids(self, key: _Key) -> Iterator[_Key]:
        data = self.packed.get(key)
        found = _KIDS.findall(_top(data)) if data is not None and data.lstrip().startswith(b"<<") else []
        if data is not None and data.count(b"/K") == len(found) <= 1:
            for number, generation in _REF.findall(b"".join(found[0])) if found else ():
                kid = (int(number), int(generation))
                if self._is_element(kid):
                    yield kid
            return
        yield from (one for one in _kids_of(self.old.get_object(Reference(*key, self.old))))

    def _is_element(self, key: _Key) -> bool:
        data = self.packed.get(key)
        if data is not None and data.lstrip().startswith(b"<<"):
            top = _top(data)
            if _ELEMENT.search(top) or not _TYPE.search(top):
                return True
        found = self.old.get_object(Reference(*key, self.old))
        return _is_element(found)


def _is_element(found: Any) -> bool:
    """Say whether a dictionary is an element of the structure, which need not say so itself."""
    return isinstance(found, generic.DictionaryObject) and ("/Type" not in found or found["/Type"] == "/StructElem")


def _kids_of(element: Any) -> Iterator[_Key]:
    try:
        kids = element["/K"]
    except (KeyError, TypeError):
        return
    held = [kids] if not isinstance(kids, generic.ArrayObject) else [kids.raw_get(one) for one in range(len(kids))]
    if not isinstance(kids, generic.ArrayObject):
        held = [element.raw_get("/K")]
    for kid in held:
        found = kid.get_object() if isinstance(kid, generic.IndirectObject) else kid
        if not _is_element(found):
            continue
        if isinstance(kid, generic.IndirectObject):
            yield kid.idnum, kid.generation
        else:
            yield from _kids_of(found)


def _held(value: Any, skipped: tuple[str, ...]) -> Iterator[_Key]:
    if isinstance(value, generic.IndirectObject):
        yield value.idnum, value.generation
    elif isinstance(value, generic.DictionaryObject):
        for key in value:
            if key not in skipped:
                yield from _held(value.raw_get(key), skipped)
    elif isinstance(value, generic.ArrayObject):
        for place in range(len(value)):
            yield from _held(value.raw_get(place), skipped)


def _packed(reader: Any, old: Any) -> Iterator[tuple[_Key, bytes]]:
    """Return the bytes of what stands in object streams, as it was in the revision."""
    from pyhanko.pdf_utils.xref import ObjStreamRef

    xrefs = reader.xrefs
    for revision in range(old.revision + 1):
        for ref in xrefs.explicit_refs_in_revision(revision):
            if xrefs.get_last_change(ref) > old.revision:
                continue  # replaced later: it is read as it was then
            place = xrefs.get_historical_ref(ref, old.revision)
            if isinstance(place, ObjStreamRef):
                held = reader.object_stream(place.obj_stream_id).get(ref.idnum)
                if held is not None:
                    yield (ref.idnum, ref.generation), held[1]


def _page_tree(old: Any) -> Iterator[tuple[Reference, Any]]:
    path = misc.ConsList.sing("/Root").cons("/Pages")
    top = old.root.raw_get("/Pages")
    if isinstance(top, generic.IndirectObject):
        yield top.reference, path
    yield from _page_nodes(top.get_object(), path)


def _page_nodes(node: Any, path: Any) -> Iterator[tuple[Reference, Any]]:
    for place, kid in enumerate(node["/Kids"]):
        below = path.cons("/Kids").cons(place)
        if isinstance(kid, generic.IndirectObject):
            yield kid.reference, below
        found = kid.get_object()
        if "/Type" in found and found["/Type"] == "/Pages":
            yield from _page_nodes(found, below)


class _Walk:
    """The search itself, over those objects alone that lead to one asked for."""

    def __init__(self, old: Any, graph: _Graph, leading: set[_Key]) -> None:
        self.old, self.leading = old, leading
        self.pages, self.elements = graph.pages, graph.elements
        self.found: dict[Reference, set[Any]] = defaultdict(set)

    def into(self, value: Any, path: Any, above: Any, *, in_structure: bool) -> None:
        if isinstance(value, generic.IndirectObject):
            ref = value.reference
            key = (ref.idnum, ref.generation)
            if key not in self.leading or ref in above:
                return
            self.found[ref].add(path)
            above = above.cons(ref)
            value = self.old(ref)
            if path != self.pages.get(ref, path) or (not in_structure and key in self.elements):
                return
        if isinstance(value, generic.DictionaryObject):
            for key, one in value.items():
                if key == "/Parent" or (in_structure and key == "/P"):
                    continue
                at_root = path.head == "/StructTreeRoot" and path.tail == misc.ConsList.sing("/Root")
                self.into(one, path.cons(key), above, in_structure=in_structure or (at_root and key == "/K"))
        elif isinstance(value, generic.ArrayObject):
            for place, one in enumerate(value):
                self.into(one, path.cons(place), above, in_structure=in_structure)
