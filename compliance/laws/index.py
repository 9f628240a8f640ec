"""A search over the rows of all laws, and how many rows each choice of a filter would show.

The words of a law are taken apart once; a thousand rows are then looked through in a few milliseconds, in plain Python.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from compliance.catalogue.schema import Catalogue, Row
from compliance.laws.citations import Key, asked, key, mentioned, plain

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_KEPT = 64
# What people type for words that the rows spell out.
_SPELT_OUT = {
    "aedt": "automated employment decision tool",
    "dpia": "data protection impact assessment",
    "fria": "fundamental rights impact assessment",
    "gpai": "general purpose",
    "msa": "market surveillance authority",
    "qms": "quality management",
    "rbi": "remote biometric identification",
}


class Rank(IntEnum):
    """How well a row fits what was asked; the lowest comes first."""

    EXACT = 0  # the row's id, or a provision that it cites
    WITHIN = 1  # a part of the provision asked for
    AROUND = 2  # the provision that the one asked for is a part of
    TITLE = 3
    QUESTION = 4
    TEXT = 5
    MENTIONED = 6  # the provision is named in the row's words


@dataclass(frozen=True, eq=False)
class Entry:
    """One row of one text of a law, with its words made ready to be searched; it is equal to itself alone."""

    law: str
    text_version: str
    short_title: str
    row: Row
    section: str
    roles: tuple[str, ...]
    keys: tuple[Key, ...]
    mentions: frozenset[Key]
    id_words: str
    title_words: str
    question_words: str
    all_words: str
    days: tuple[datetime.date, ...]

    @property
    def first_day(self) -> datetime.date | None:
        """The earliest day from which the row binds anyone; none where the row has no dates."""
        return min(self.days, default=None)


@dataclass(frozen=True, slots=True)
class Found:
    """The rows that fit, best first, and for each filter how many rows each of its values would show."""

    entries: list[Entry]
    counts: Mapping[str, Counter[str]]
    ranks: Mapping[Entry, Rank] = field(default_factory=dict)


def words(text: str) -> str:
    """Return text as words without case, accents and marks, with a space around each.

    >>> words("Who may see the log? (Art 26)")
    ' who may see the log art 26 '
    """
    return f" {_NOT_WORD.sub(' ', plain(text)).strip()} "


def _entry(row: Row, law: Catalogue, section: str) -> Entry:
    own = (row.why, row.applies_when, row.timing, row.note, row.computed_how, *row.evidence)
    texts = (row.title, row.question, *own)
    keys = tuple(key(one) for one in row.citation)
    return Entry(
        law=law.law,
        text_version=law.text_version,
        short_title=law.short_title,
        row=row,
        section=section,
        roles=tuple(law.roles[role].split(",")[0] for role in row.roles),
        keys=keys,
        mentions=frozenset(found for text in texts for found in mentioned(text)) - set(keys),
        id_words=words(row.id),
        title_words=words(row.title),
        question_words=words(f"{row.title} {row.question}"),
        all_words=words(" ".join((row.id, row.citation_text, section, *texts))),
        days=tuple(row.dates.in_force_from.values()) if row.dates else (),
    )


_entries: OrderedDict[int, tuple[Catalogue, tuple[Entry, ...]]] = OrderedDict()


def entries(law: Catalogue) -> tuple[Entry, ...]:
    """Return the rows of a law ready to be searched, in its order; made once in a process for each law."""
    kept = _entries.get(id(law))
    if kept is not None:
        return kept[1]
    titles = {section.id: section.title for section in law.sections}
    made = tuple(_entry(row, law, titles[row.section]) for row in law.rows)
    _entries[id(law)] = (law, made)  # the law is kept beside it, so that its id names no other
    while len(_entries) > _KEPT:
        _entries.popitem(last=False)
    return made


def search(among: Iterable[Entry], query: str) -> dict[Entry, Rank]:
    """Return the rows that fit a query with how well they do; all rows for an empty one.

    A query that is a citation in any spelling finds the rows that cite the provision, its parts, or what it is a part
    of, and those whose words name it; where there is none, and for all others, each word must begin a word of the row.

    >>> from compliance.catalogue.loader import load
    >>> rows = entries(load("nyc-ll144"))
    >>> [(entry.row.id, rank.name) for entry, rank in search(rows, "5-301(b)(2)").items()][:2]
    [('LL144-SEL-02', 'EXACT')]
    >>> [entry.row.id for entry in search(rows, "ll144-not-01")]
    ['LL144-NOT-01']
    """
    rows, provision = list(among), asked(query)
    found = _by_citation(rows, provision) if provision else _by_id(rows, words(query).rstrip())
    return found or _by_words(rows, words(query).split())


def _by_id(among: Iterable[Entry], start: str) -> dict[Entry, Rank]:
    """Return the rows with this id, or whose ids go on from it; a single word is no id."""
    if start.count(" ") < 2:
        return {}
    going_on = [entry for entry in among if entry.id_words.startswith(f"{start} ")]
    return {entry: Rank.EXACT if entry.id_words == f"{start} " else Rank.WITHIN for entry in going_on}


def _by_citation(among: Iterable[Entry], provision: Key) -> dict[Entry, Rank]:
    size, found = len(provision), {}
    for entry in among:
        ranks = [
            Rank.EXACT if one == provision else Rank.WITHIN if one[:size] == provision else Rank.AROUND
            for one in entry.keys
            if one[:size] == provision or provision[: len(one)] == one
        ]
        if ranks:
            found[entry] = min(ranks)
        elif any(one[:size] == provision for one in entry.mentions):
            found[entry] = Rank.MENTIONED
    return found


def _by_words(among: Iterable[Entry], asked_for: Sequence[str]) -> dict[Entry, Rank]:
    starts = [(f" {word}", f" {_SPELT_OUT.get(word, word)}") for word in asked_for]
    found = {}
    for entry in among:
        if not _all_in(entry.all_words, starts):
            continue
        if not starts:
            rank = Rank.TEXT
        elif _all_in(entry.title_words, starts):
            rank = Rank.TITLE
        else:
            rank = Rank.QUESTION if _all_in(entry.question_words, starts) else Rank.TEXT
        found[entry] = rank
    return found


def _all_in(text: str, starts: Sequence[tuple[str, str]]) -> bool:
    return all(short in text or spelt_out in text for short, spelt_out in starts)


Values = Callable[[Entry], tuple[str, ...]]


def narrow(ranked: Mapping[Entry, Rank], filters: Mapping[str, Values], chosen: Mapping[str, str]) -> Found:
    """Return the rows that have every chosen value, best first and then in the law's order, and the counts.

    A value's count is how many rows would show if it were chosen in its filter, with all other choices as they are.
    """
    counts: dict[str, Counter[str]] = {name: Counter() for name in filters}
    wanted = [(name, values, chosen.get(name, "")) for name, values in filters.items()]
    fitting = []
    for entry in ranked:
        has = [(name, values(entry), value) for name, values, value in wanted]
        missed = [name for name, found, value in has if value and value not in found]
        if not missed:
            fitting.append(entry)
        if len(missed) > 1:
            continue
        for name, found, _value in has:
            if not missed or missed[0] == name:
                counts[name].update(found)
    fitting.sort(key=lambda entry: ranked[entry])  # stable: what ranks the same stays in the law's order
    return Found(fitting, counts, ranked)


def grouped(found: Found) -> list[tuple[tuple[str, str, str], list[Entry]]]:
    """Return the rows by (short title of the law, text version, section); the group with the best row comes first."""
    groups: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in found.entries:
        groups.setdefault((entry.short_title, entry.text_version, entry.section), []).append(entry)
    return list(groups.items())
