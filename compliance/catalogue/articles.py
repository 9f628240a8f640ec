"""Which article a row stands under: the whole provision of what it cites first, so that each row has exactly one."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field

from compliance.catalogue.provisions import above
from compliance.catalogue.schema import Catalogue, Row


@dataclass(frozen=True, slots=True)
class Article:
    """An article, annex or section of a law: `name` for addresses, `label` without the law's mark, and its rows."""

    name: str
    label: str
    rows: list[Row] = field(default_factory=list)


def articles(law: Catalogue) -> Mapping[str, Article]:
    """Return the articles that rows which count stand under, by name, in the order of the law.

    >>> from compliance.catalogue.loader import load
    >>> found = articles(load("eu-ai-act"))
    >>> found["art-26"].label, len(found["art-26"].rows), found["annex-iv"].label
    ('Art 26', 19, 'Annex IV')
    >>> list(articles(load("nyc-ll144")))[:2]
    ['nyc-administrative-code-20-871', '6-rcny-5-300']
    """
    whole = {row.id: _whole(row) for row in law.counted_rows}
    mark = _common_words(whole.values())
    found: dict[str, Article] = {}
    names: dict[str, str] = {}
    for row in law.counted_rows:
        label = whole[row.id].removeprefix(mark)
        if label not in names:
            names[label] = _name(label, found)
            found[names[label]] = Article(names[label], label)
        found[names[label]].rows.append(row)
    return found


def _name(label: str, taken: Container[str]) -> str:
    """Return a name that an address can hold and nobody else has: a framework's own citations may be anything."""
    name = re.sub(r"[^a-z0-9]+", "-", label.casefold()).strip("-") or "article"
    free = name
    number = 1
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free


def _whole(row: Row) -> str:
    return [row.citation[0], *above(row.citation[0])][-1]


def _common_words(labels: Iterable[str]) -> str:
    """Return the words that all labels begin with, as long as a word is left of each.

    >>> _common_words(["AI Act Art 4", "AI Act Annex IV"]), _common_words(["6 RCNY § 5-300", "Code § 20"])
    ('AI Act ', '')
    """
    split = [label.split() for label in labels]
    common: list[str] = []
    for words in zip(*(one[:-1] for one in split), strict=False):
        if len(set(words)) > 1:
            break
        common.append(words[0])
    return " ".join([*common, ""])
