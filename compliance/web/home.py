"""What a member sees first: what waits for them, where each system stands, what runs, what to do next."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from compliance.catalogue.schema import Row
from compliance.checklists import queries as checklist_queries
from compliance.checklists.models import ChecklistItem, Progress
from compliance.determinations import queries as determination_queries
from compliance.determinations.models import Determination
from compliance.frameworks.words import day_in_words
from compliance.people.models import Membership, Reach
from compliance.people.rules import can
from compliance.systems import queries as system_queries
from compliance.systems.models import AISystem

MOST = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """A checklist row with its words from the law."""

    item: ChecklistItem
    row: Row


@dataclass(slots=True)
class Standing:
    """An AI system, and the counts by progress of each of its checklists: (title, id, counts)."""

    system: AISystem
    checklists: list[tuple[str, UUID, Counter[str]]] = field(default_factory=list)


def first_page(by: Membership) -> str:
    """Return the name of the page where a member begins: whoever was only asked for evidence sees nothing else."""
    return "requests_list" if by.reach == Reach.REQUESTS else "org_home"


def to_sign(by: Membership) -> list[Determination]:
    """Return the drafts that wait for a signature, newest first, for a member who may sign them."""
    if not can(by, "sign_determinations"):
        return []
    return list(determination_queries.determinations(by).filter(state=Determination.State.DRAFT)[:MOST])


def waiting(items: QuerySet[ChecklistItem]) -> list[Waiting]:
    """Return the first rows of a list with their words."""
    found = items.prefetch_related(None)[:MOST]
    return [Waiting(item, item.checklist.catalogue.row(item.row_id)) for item in found]


def owned(by: Membership) -> QuerySet[ChecklistItem]:
    """Return the unfinished rows that `by` owns: those that are due first, then those without a date."""
    open_ = [Progress.TO_DO, Progress.IN_PROGRESS]
    mine = checklist_queries.items(by).filter(owner=by, progress__in=open_, checklist__in=checklist_queries.in_use(by))
    return mine.order_by(F("due_on").asc(nulls_last=True), "checklist", "position")


def standings(by: Membership, **only: object) -> list[Standing]:
    """Return the AI systems (`only` narrows them) with the counts of their checklists, in three queries.

    Counted are the rows that bind: an option that nobody uses is not unfinished work.
    """
    found = {system.pk: Standing(system) for system in system_queries.systems(by).filter(**only)}
    checklists = list(checklist_queries.in_use(by).filter(system__in=found))
    counts = checklist_queries.counts_of(checklists)
    alike = Counter((one.system_id, one.title) for one in checklists)
    for one in checklists:
        title = one.title
        if alike[one.system_id, title] > 1:
            title = _("{law}, text of {version}").format(law=title, version=day_in_words(one.text_version))
        found[one.system_id].checklists.append((title, one.pk, counts[one.pk].progress))
    return list(found.values())
