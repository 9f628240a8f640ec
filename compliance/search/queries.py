"""What holds every word that was typed: each kind of thing by the query of its own slice, limited to `by`.

However many rows there are, a search costs a fixed number of queries. The words of a row's law are in memory; the
database is asked which rows of which checklists these are, and what people wrote on them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.checklists import queries as checklist_queries
from compliance.checklists.models import Checklist, ChecklistItem
from compliance.evidence import queries as evidence_queries
from compliance.findings import queries as finding_queries
from compliance.frameworks.catalogues import catalogue
from compliance.people import queries as people_queries
from compliance.people.models import Membership
from compliance.systems import queries as system_queries

MOST = 8
ALONE = 200  # of one kind, when it is asked for alone
LONGEST = 200
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found, and where it leads."""

    title: str
    about: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """All hits of one kind: their number, the first of them, and where all of them are.

    `places` are the lists that hold them, as (label, count, address): of rows, the checklists with that filter.
    """

    name: str
    label: str
    count: int
    hits: list[Hit]
    url: str
    places: list[tuple[str, int, str]] = field(default_factory=list)

    @property
    def more(self) -> int:
        return self.count - len(self.hits)


def words_of(text: str) -> list[str]:
    """Return the words that are searched for.

    >>> words_of("  Risk  Sortwell ")
    ['Risk', 'Sortwell']
    """
    return text.replace("\0", " ")[:LONGEST].split()[:MOST_WORDS]


def search(by: Membership, text: str, only: str = "") -> list[Group]:
    """Return what holds all words, by kind; empty kinds are left out. `only` asks for one kind, and more of it."""
    words = words_of(text)
    if not words:
        return []
    chosen = [KINDS[only]] if only in KINDS else KINDS.values()
    found = [one(by, words, ALONE if only in KINDS else MOST) for one in chosen]
    return [group for group in found if group.count]


def holding(word: str, *places: str) -> Q:
    """Return the condition that one of the columns holds a word.

    SQLite folds the case of ASCII letters alone, so a word with others is looked for in its usual spellings.
    """
    spellings = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
    found = Q()
    for place in places:
        for spelling in sorted(spellings):
            found |= Q(**{f"{place}__icontains": spelling})
    return found


def _all(words: Iterable[str], *places: str) -> Q:
    found = Q()
    for word in words:
        found &= holding(word, *places)
    return found


def _systems(by: Membership, words: list[str], most: int) -> Group:
    places = ("name", "version", "vendor", "deployer", "intended_purpose", "positions")
    found = system_queries.systems(by).filter(_all(words, *places)).order_by("name", "version")
    hits = [Hit(str(one), one.vendor, _to(by, "systems_detail", one.pk)) for one in found[:most]]
    return Group("systems", _("AI systems"), _number(found, hits, most), hits, _alone(by, words, "systems"))


def _rows(by: Membership, words: list[str], most: int) -> Group:
    lists = {one.pk: one for one in checklist_queries.in_use(by)}
    wanted = _of_rows(lists.values(), words)
    found = ChecklistItem.objects.filter(wanted, checklist__in=list(lists))
    counts = dict(found.order_by().values_list("checklist").annotate(Count("pk")))
    total = sum(counts.values())
    places, hits = [], []
    for pk, number in sorted(counts.items(), key=lambda one: (-one[1], str(lists[one[0]]))):
        address = f"{_to(by, 'checklists_detail', pk)}?{urlencode({'q': ' '.join(words)})}"
        places.append((str(lists[pk]), number, address))
    some = found.order_by("checklist__title", "checklist", "position").defer("grounds", "stale_reasons")[:most]
    for item in some if total else ():
        of = lists[item.checklist_id]
        row = of.catalogue.row(item.row_id)
        hits.append(Hit(f"{row.title} ({row.id})", str(of), _to(by, "checklists_item", item.pk)))
    return Group("rows", _("Rows of checklists"), total, hits, _alone(by, words, "rows"), places)


def _of_rows(lists: Iterable[Checklist], words: list[str]) -> Q:
    """Return the condition that a row holds each word: in the words of its law, or in what people wrote on it."""
    by_text: dict[tuple[str, str], list[object]] = {}
    for one in lists:
        by_text.setdefault((one.law, one.text_version), []).append(one.pk)
    found = Q()
    for word in words:
        fold, holds = word.casefold(), holding(word, "reason", "note")
        for (law, version), pks in by_text.items():
            texts = _texts(law, version)
            rows = [row for row, text in texts if fold in text]
            if len(rows) == len(texts):
                holds |= Q(checklist__in=pks)
            elif rows:
                holds |= Q(checklist__in=pks, row_id__in=rows)
        found &= holds
    return found


@lru_cache(maxsize=64)
def _texts(law: str, version: str) -> tuple[tuple[str, str], ...]:
    """Return each row of a text with its words as the filter of a checklist looks through them."""
    of = catalogue(law, version)
    sections = {section.id: section.title for section in of.sections}
    return tuple(
        (
            row.id,
            " ".join((sections.get(row.section, ""), row.id, row.title, row.question, row.citation_text)).casefold(),
        )
        for row in of.rows
    )


def _evidence(by: Membership, words: list[str], most: int) -> Group:
    found = evidence_queries.containing(by, evidence_queries.evidence(by), " ".join(words)).order_by("-added_at", "pk")
    found = found if any(one.isalnum() for one in "".join(words)) else found.none()  # marks alone are no words there
    pieces = found.prefetch_related(None)[:most]
    hits = [Hit(one.title, one.source, _to(by, "evidence_detail", one.pk)) for one in pieces]
    return Group("evidence", _("Evidence"), _number(found, hits, most), hits, _filtered(by, "evidence_list", words))


def _findings(by: Membership, words: list[str], most: int) -> Group:
    found = finding_queries.findings(by)
    for word in words:
        found = finding_queries.holding(found, word)
    hits = [Hit(str(one), str(one.item.checklist), _to(by, "findings_detail", one.pk)) for one in found[:most]]
    return Group("findings", _("Findings"), _number(found, hits, most), hits, _filtered(by, "findings_list", words))


def _people(by: Membership, words: list[str], most: int) -> Group:
    found = people_queries.members(by).filter(_all(words, "user__name", "user__email")).order_by("user__name", "pk")
    found = found.none() if by.is_guest else found  # who belongs to the organisation is not for its guests
    some = list(found[:most])
    hits = [Hit(one.name, str(one.get_role_display()), _to(by, "people_detail", one.pk)) for one in some]
    return Group("people", _("People"), _number(found, hits, most), hits, _alone(by, words, "people"))


KINDS: dict[str, Callable[[Membership, list[str], int], Group]] = {
    "systems": _systems,
    "rows": _rows,
    "evidence": _evidence,
    "findings": _findings,
    "people": _people,
}


def _number(found: QuerySet[Any], hits: list[Hit], most: int) -> int:
    return len(hits) if len(hits) < most else found.count()


def _to(by: Membership, name: str, pk: object) -> str:
    return reverse(name, kwargs={"org": by.organisation.slug, "pk": pk})


def _alone(by: Membership, words: list[str], kind: str) -> str:
    address = reverse("search", kwargs={"org": by.organisation.slug})
    return f"{address}?{urlencode({'q': ' '.join(words), 'only': kind})}"


def _filtered(by: Membership, name: str, words: list[str]) -> str:
    return f"{reverse(name, kwargs={'org': by.organisation.slug})}?{urlencode({'q': ' '.join(words)})}"
