"""An organisation's AI systems by law and by state, and a map of article by system: counts, never a percentage."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils.translation import pgettext_lazy

from compliance.catalogue.articles import articles
from compliance.checklists import queries as checklist_queries
from compliance.checklists.footing import Footing
from compliance.checklists.models import Checklist
from compliance.frameworks.words import day_in_words
from compliance.people.models import Membership
from compliance.progress.queries import Standing
from compliance.systems.models import AISystem, Status

PRESSING: Final = (
    Footing.CONTRADICTED,
    Footing.STALE,
    Footing.NOT_ASSESSED,
    Footing.ASSERTED,
    Footing.UNDER_REVIEW,
    Footing.EVIDENCED,
    Footing.NOT_APPLICABLE,
)
"""The places in the order in which they ask something of somebody; the map shows the first that an article has."""
LETTERS: Final[dict[str, Any]] = {
    Footing.EVIDENCED: pgettext_lazy("letter for “evidenced”", "E"),
    Footing.ASSERTED: pgettext_lazy("letter for “asserted only”", "A"),
    Footing.UNDER_REVIEW: pgettext_lazy("letter for “under review”", "R"),
    Footing.STALE: pgettext_lazy("letter for “stale”", "S"),
    Footing.CONTRADICTED: pgettext_lazy("letter for “contradicted by a measurement”", "C"),
    Footing.NOT_APPLICABLE: pgettext_lazy("letter for “not applicable, with a reason”", "X"),
    Footing.NOT_ASSESSED: pgettext_lazy("letter for “not assessed”", "N"),
}
CODES: Final[dict[str, str]] = {
    Footing.EVIDENCED: "e",
    Footing.ASSERTED: "a",
    Footing.UNDER_REVIEW: "r",
    Footing.STALE: "s",
    Footing.CONTRADICTED: "c",
    Footing.NOT_APPLICABLE: "x",
    Footing.NOT_ASSESSED: "n",
}
"""What a place is called in the address and the look of a cell; the same in every language."""
SHORTEST: Final = 4  # digits of a checklist's id in the address of a cell


@dataclass(frozen=True, slots=True)
class Column:
    """A checklist of the map: `key` is as much of its id as tells it apart, `version` its text if they have several."""

    checklist: Checklist
    key: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What the rows of one article stand on in one checklist; `shown` is the place whose count the map gives."""

    counts: Counter[str]
    shown: Footing
    article: str
    key: str

    @property
    def number(self) -> int:
        return self.counts[self.shown]


@dataclass(frozen=True, slots=True)
class Map:
    """Articles down, checklists across; a cell is None where no row of the article counts there."""

    columns: list[Column]
    lines: list[tuple[str, list[Cell | None]]]


def by_law_and_status(by: Membership) -> list[tuple[str, str, dict[str, int]]]:
    """Return for each law how many AI systems with a checklist of it are in which state: (law, title, counts)."""
    groups = (
        checklist_queries.in_use(by)
        .order_by()
        .values_list("law", "title", "system__status")
        .annotate(systems=Count("system", distinct=True))
    )
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(Status.values, 0))
    for law, title, status, number in groups:
        found[law, title][status] += number
    return [(law, title, counts) for (law, title), counts in sorted(found.items(), key=lambda one: one[0][::-1])]


def without_checklist(systems: QuerySet[AISystem]) -> dict[str, int]:
    """Return how many of some AI systems have no checklist, by state."""
    rest = systems.filter(checklists=None).order_by()
    return dict.fromkeys(Status.values, 0) | dict(rest.values_list("status").annotate(Count("pk")))


def counted_by_checklist(rows: Iterable[Standing]) -> dict[UUID, Counter[str]]:
    """Return for each checklist how many of its rows stand where."""
    found: dict[UUID, Counter[str]] = defaultdict(Counter)
    for one in rows:
        found[one.checklist.pk][one.footing.value] += 1
    return found


def columns(checklists: Collection[Checklist]) -> list[Column]:
    """Return the columns of a map, by the names of the AI systems."""
    several = len({one.text_version for one in checklists}) > 1
    length = SHORTEST
    while len({one.pk.hex[:length] for one in checklists}) < len(checklists):
        length += 1
    ordered = sorted(checklists, key=lambda one: (one.system.name, one.system.version, one.text_version))
    return [Column(one, one.pk.hex[:length], day_in_words(one.text_version) if several else "") for one in ordered]


def heat_map(across: Sequence[Column], rows: Iterable[Standing], only: Footing | None = None) -> Map:
    """Return the map of some checklists of one law.

    A cell shows the first place in the order of :data:`PRESSING` that has a row, or where the rows of `only` are.
    """
    counts: dict[tuple[str, UUID], Counter[str]] = defaultdict(Counter)
    for one in rows:
        counts[one.article, one.checklist.pk][one.footing.value] += 1
    labels: dict[str, str] = {}
    texts = {(one.checklist.law, one.checklist.text_version): one.checklist.catalogue for one in across}
    for _text, law in sorted(texts.items(), reverse=True):  # the newest text says in which order they stand
        for name, article in articles(law).items():
            labels.setdefault(name, article.label)
    lines = []
    for name, label in labels.items():
        cells = [_cell(counts.get((name, one.checklist.pk)), name, one.key, only) for one in across]
        if any(cells):
            lines.append((label, cells))
    return Map(list(across), lines)


def _cell(counts: Counter[str] | None, article: str, key: str, only: Footing | None) -> Cell | None:
    if not counts:
        return None
    shown = only or next(one for one in PRESSING if counts[one.value])
    return Cell(counts, shown, article, key)
