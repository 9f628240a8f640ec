"""Count what the rows stand on, by law, article, system and owner; and read how that was on earlier days."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from compliance.catalogue.articles import articles
from compliance.catalogue.schema import Catalogue, Section
from compliance.checklists import queries as checklist_queries
from compliance.checklists.filters import overdue
from compliance.checklists.footing import Footing
from compliance.checklists.lines import pieces_of, stands
from compliance.checklists.models import Binding, Checklist, ChecklistItem
from compliance.frameworks.words import day_in_words
from compliance.people.models import Membership
from compliance.people.queries import members
from compliance.progress.models import ProgressSnapshot


@dataclass(frozen=True, slots=True)
class Standing:
    """A row that counts: its checklist, its section and article, its owner, what it stands on, whether it is late."""

    checklist: Checklist
    section: Section
    place: int
    article: str
    owner: UUID | None
    footing: Footing
    again: bool
    late: bool
    binding: str


Counts = Counter[str]
Grouped = list[tuple[str, Counts]]


def standings(by: Membership, checklists: Collection[Checklist], today: datetime.date) -> list[Standing]:
    """Return every row of these checklists that counts, in a few queries whatever their number."""
    of = {one.pk: one for one in checklists}
    texts = {(one.law, one.text_version): one.catalogue for one in of.values()}
    placed = {text: _places(law) for text, law in texts.items()}
    laws = {one.pk: placed[one.law, one.text_version] for one in of.values()}
    items = (
        ChecklistItem.objects.filter(checklist_queries.reached(by), checklist__in=of)
        .exclude(binding=Binding.NO)
        .order_by()
    )
    pieces = pieces_of(by, items)
    names = ("pk", "checklist_id", "row_id", "owner_id", "verdict", "progress", "confirm_again", "stale_since")
    found = []
    for pk, checklist, row, owner, verdict, progress, confirm, changed, due_on, binding in items.values_list(
        *names, "due_on", "binding"
    ):
        again = confirm or changed
        section = laws[checklist].get(row)
        if section is not None:
            on = stands(verdict, progress, again, pieces.get(pk, ()))
            late = overdue(due_on, progress, today)
            found.append(Standing(of[checklist], *section, owner, on, bool(again), late, binding))
    return found


def counted(rows: Iterable[Standing]) -> Counts:
    """Return how many rows stand where."""
    return Counter(one.footing.value for one in rows)


def by_law(rows: Iterable[Standing]) -> Grouped:
    """Group by law or framework, each text on its own."""
    return _grouped(
        rows,
        lambda one: _("{law}, text of {version}").format(
            law=one.checklist.title, version=day_in_words(one.checklist.text_version)
        ),
    )


def by_system(rows: Iterable[Standing]) -> Grouped:
    """Group by AI system."""
    return _grouped(rows, lambda one: str(one.checklist.system))


def by_article(rows: Iterable[Standing], *, one_law: bool) -> Grouped:
    """Group by the sections of the law, in the law's order; over several laws each is named."""
    rows = sorted(rows, key=lambda one: (one.checklist.title, one.checklist.text_version, one.place))
    return _grouped(
        rows, lambda one: one.section.title if one_law else f"{one.checklist.title}: {one.section.title}", ordered=False
    )


def by_owner(by: Membership, rows: Iterable[Standing]) -> Grouped:
    """Group by owner; rows that nobody owns come last."""
    names = {one.pk: one.name for one in members(by)}
    nobody = _("nobody")
    found = _grouped(rows, lambda one: names.get(one.owner, nobody) if one.owner else nobody)
    return sorted(found, key=lambda one: one[0] == nobody)


def course(by: Membership, since: datetime.date, of: Checklist | None = None) -> list[tuple[datetime.date, Counts]]:
    """Return the counts of each day since a day, of one checklist or of all; a day that nobody counted is left out.

    Only checklists in use are counted on a day, so one that was moved to a newer text goes on in its successor.
    """
    kept = ProgressSnapshot.objects.filter(checklist__in=checklist_queries.checklists(by), day__gte=since)
    if of is not None:
        kept = kept.filter(checklist__in=_line_of_texts(of))
    days: dict[datetime.date, Counts] = {}
    for day, counts in kept.order_by("day").values_list("day", "counts"):
        days.setdefault(day, Counter()).update(counts)
    return sorted(days.items())


def _line_of_texts(of: Checklist) -> list[UUID]:
    """Return the checklist and those that it was moved from, text by text, in one query."""
    same = Checklist.objects.filter(system_id=of.system_id, law=of.law).values_list("pk", "moved_from_id")
    before = dict(same)
    found: list[UUID] = []
    one: UUID | None = of.pk
    while one is not None:
        found.append(one)
        one = before.get(one)
    return found


def _places(law: Catalogue) -> dict[str, tuple[Section, int, str]]:
    """Return for each row that counts its section, the place of that section, and its article."""
    named = {section.id: (section, place) for place, section in enumerate(law.sections)}
    return {row.id: (*named[row.section], one.name) for one in articles(law).values() for row in one.rows}


def _grouped(rows: Iterable[Standing], name: Callable[[Standing], str], *, ordered: bool = True) -> Grouped:
    found: dict[str, Counts] = {}
    for one in rows:
        found.setdefault(name(one), Counter())[one.footing.value] += 1
    return sorted(found.items()) if ordered else list(found.items())
