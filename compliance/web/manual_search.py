"""Search in the manual: every section of every page, ranked, with the words shown where they stand."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it.token import Token

from compliance.laws.citations import plain

MOST = 20
_WORD = re.compile(r"[\w-]+")
_TITLE, _HEADING, _TEXT = 8.0, 5.0, 1.0
ROOM = 180  # characters of a snippet


@dataclass(frozen=True)
class Section:
    """A part of a page under one heading: `anchor` is its id, empty for what stands before the first heading."""

    part: str
    page: str
    title: str
    heading: str
    anchor: str
    text: str

    @cached_property
    def words(self) -> Counter[str]:
        return Counter(_WORD.findall(plain(self.text)))

    @cached_property
    def heading_words(self) -> frozenset[str]:
        return frozenset(_WORD.findall(plain(self.heading)))

    @cached_property
    def title_words(self) -> frozenset[str]:
        return frozenset(_WORD.findall(plain(self.title)))


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that was found, with a snippet in which the words are marked."""

    section: Section
    snippet: SafeString


def sections(part: str, page: str, title: str, tokens: Sequence[Token]) -> list[Section]:
    """Take a page apart by its headings; `tokens` are those of markdown-it, whose headings have ids already."""
    found: list[Section] = []
    heading, anchor, texts = "", "", list[str]()
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            found.append(Section(part, page, title, heading, anchor, " ".join(texts)))
            heading, anchor, texts = _text(tokens[number + 1]), str(token.attrGet("id") or ""), []
        elif token.type == "inline" and tokens[number - 1].type != "heading_open":
            texts.append(_text(token))
        elif token.type in ("fence", "code_block"):
            texts.append(token.content)
    found.append(Section(part, page, title, heading, anchor, " ".join(texts)))
    return [one for one in found if one.heading or one.text]


def search(some: Iterable[Section], query: str) -> list[Hit]:
    """Return the sections that hold each word of a query, or a word that begins with it, the best first.

    A word in the title of a page or in a heading counts more than one in the text, a rare word more than a common one.

    >>> page = [Section("how-to", "a", "Keep evidence", "Legal hold", "legal-hold", "Nobody may withdraw it.")]
    >>> [(hit.section.anchor, str(hit.snippet)) for hit in search(page, "withd")]
    [('legal-hold', 'Nobody may <mark>withdraw</mark> it.')]
    >>> search(page, "hold dossier")
    []
    """
    some, words = list(some), _WORD.findall(plain(query))
    if not words:
        return []
    held = {word: [_weight(one, word) for one in some] for word in words}
    rare = {word: math.log(1 + len(some) / max(1, sum(map(bool, weights)))) for word, weights in held.items()}
    scores = [
        sum(held[word][place] * rare[word] for word in words) if all(held[word][place] for word in words) else 0.0
        for place in range(len(some))
    ]
    best = sorted((place for place, score in enumerate(scores) if score), key=lambda place: (-scores[place], place))
    return [Hit(some[place], _snippet(some[place].text, words)) for place in best[:MOST]]


@lru_cache(maxsize=4096)
def _weight(one: Section, word: str) -> float:
    in_text = sum(count for other, count in one.words.items() if other.startswith(word))
    return (
        _TITLE * any(other.startswith(word) for other in one.title_words)
        + _HEADING * any(other.startswith(word) for other in one.heading_words)
        + _TEXT * (1 + math.log(in_text) if in_text else 0)
    )


def _snippet(text: str, words: Sequence[str]) -> SafeString:
    """Return the text around the first place where a word stands, with every such word marked."""
    spots = [spot for spot in _WORD.finditer(text) if plain(spot.group()).startswith(tuple(words))]
    start = max(0, spots[0].start() - ROOM // 3) if spots else 0
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = len(text) if len(text) <= start + ROOM else max(text.rfind(" ", 0, start + ROOM), start + ROOM // 2)
    told, at = ["… " if start else ""], start
    for spot in spots:
        if start <= spot.start() and spot.end() <= end:
            told += [escape(text[at : spot.start()]), f"<mark>{escape(spot.group())}</mark>"]
            at = spot.end()
    told += [escape(text[at:end]), " …" if end < len(text) else ""]
    return mark_safe("".join(told))  # noqa: S308 - each part is escaped


def _text(token: Token) -> str:
    """Return the words of a run of text, without its marks."""
    runs = (child for child in token.children or [] if child.type != "image")
    return "".join(" " if child.type in ("softbreak", "hardbreak") else child.content for child in runs)
