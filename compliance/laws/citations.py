"""One key for the many spellings of a provision, so that a search for any of them finds it.

>>> key("AI Act Art 26(7)") == key("Article 26 (7)") == key("art. 26 7") == key("26(7)")
True
>>> key("6 RCNY § 5-301(b)(2)"), key("§5-301 (b)")
(('5-301', 'b', '2'), ('5-301', 'b'))
>>> key("AI Act Annex VIII Section B point 7"), key("annex viii b 7")
(('annex', 'viii', 'b', '7'), ('annex', 'viii', 'b', '7'))
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

Key = tuple[str, ...]

_TOKEN = re.compile(r"\d+[a-z]*-\d+|\d+[a-z]*|[a-z]+")
# Words that name a kind of provision and nothing more; an annex is another thing than an article of the same number.
_NOISE = frozenset(
    "art arts article articles section sections sec point points para paras paragraph paragraphs subpara subparagraph"
    " subparas subparagraphs letter of the and".split()
)
_MARKS = frozenset("eu ai act nyc administrative admin code rcny usc cfr new york city ll144".split())
_TITLES = frozenset({"6 rcny", "42 usc", "29 cfr"})
_NUMBER = re.compile(r"\d+[a-z]{0,2}|\d+[a-z]*-\d+")
_PART = re.compile(r"\d+[a-z]{0,2}|[a-z]{1,2}|[ivxlc]+|last")
_IN_TEXT = re.compile(
    r"Annex\s+[IVX]+(?:,?\s+(?:Section\s+[A-Z]\b|point\s+\w+(?:\(\w+\))*))*"
    r"|(?:Articles?|Art\.?|§§?)\s*\d[\w-]*(?:\(\w+\))*"
)


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return text without case and accents.

    >>> plain("Contrôle de l'État")
    "controle de l'etat"
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in apart if not unicodedata.combining(one))


def key(citation: str) -> Key:
    """Return what a citation names, without the law's mark and the words between the numbers."""
    tokens = _TOKEN.findall(plain(citation))
    if " ".join(tokens[:2]) in _TITLES:
        tokens = tokens[2:]
    while tokens and tokens[0] in _MARKS:
        tokens = tokens[1:]
    return tuple(token for token in tokens if token not in _NOISE)


def asked(query: str) -> Key:
    """Return the key of a query that is a citation and nothing else; empty for any other.

    >>> asked("Art 26"), asked("annex III 4"), asked("deployer logs"), asked("26 deployer")
    (('26',), ('annex', 'iii', '4'), (), ())
    """
    found = key(query)
    first, rest = (found[:1], found[1:]) if found[:1] != ("annex",) else (found[1:2], found[2:])
    pattern = _NUMBER if found[:1] != ("annex",) else _PART
    if not first or not pattern.fullmatch(first[0]):
        return ()
    return found if all(_PART.fullmatch(part) for part in rest) else ()


def mentioned(text: str) -> Iterator[Key]:
    """Yield the key of each provision that a sentence names.

    >>> list(mentioned("It has ten days, in Article 73(4); Annex III point 5(b) is another case."))
    [('73', '4'), ('annex', 'iii', '5', 'b')]
    """
    return (key(found) for found in _IN_TEXT.findall(text))
