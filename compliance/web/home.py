"""What a member sees first: what is theirs today, each with what to do next, what runs, and how the house stands."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Min, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.catalogue.schema import Row
from compliance.checklists import queries as checklist_queries
from compliance.checklists.models import OPEN, Binding, Checklist, ChecklistItem
from compliance.determinations import queries as determination_queries
from compliance.determinations.models import Determination
from compliance.frameworks.words import day_in_words
from compliance.guide import steps
from compliance.guide.steps import Step
from compliance.people.models import Membership, Reach
from compliance.people.rules import can, why_not
from compliance.reminders import queries as reminders
from compliance.systems import queries as system_queries
from compliance.systems.models import AISystem

MOST = 10
FEW = 5


@dataclass(frozen=True, slots=True)
class Waiting:
    """A checklist row with its words from the law."""

    item: ChecklistItem
    row: Row


@dataclass(frozen=True, slots=True)
class Later:
    """The unfinished rows of a member that no reminder tells of: the first of them, and how many there are where."""

    count: int
    first: list[Waiting]
    where: list[tuple[Checklist, int]]
    elsewhere: int


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do where nothing waits: a sentence, and where a member may go from there."""

    sentence: str
    hint: str = ""
    url: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Guide:
    """What is left of the first hour: how many of its steps are done, and the next three."""

    steps: list[Step]
    done: int
    next: list[Step]


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


def later(by: Membership, today: date) -> Later:
    """Return the unfinished rows that `by` owns without a date or due in more than a week, in three queries."""
    mine = ChecklistItem.objects.filter(
        checklist_queries.reached(by), owner=by, progress__in=OPEN, checklist__in=checklist_queries.in_use(by)
    )
    mine = mine.exclude(binding=Binding.NO).exclude(due_on__lte=today + reminders.AHEAD)
    counts = list(
        mine.order_by()
        .values_list("checklist")
        .annotate(rows=Count("pk"), first=Min("due_on"))
        .order_by(F("first").asc(nulls_last=True), "-rows")
    )
    first = mine.select_related("checklist__system").order_by(F("due_on").asc(nulls_last=True), "checklist", "position")
    shown = checklist_queries.checklists(by).in_bulk([pk for pk, _rows, _first in counts[:MOST]])
    return Later(
        count=sum(rows for _pk, rows, _first in counts),
        first=_with_words(first),
        where=[(shown[pk], rows) for pk, rows, _first in counts[:MOST]],
        elsewhere=sum(rows for _pk, rows, _first in counts[MOST:]),
    )


def _with_words(items: QuerySet[ChecklistItem]) -> list[Waiting]:
    return [Waiting(item, item.checklist.catalogue.row(item.row_id)) for item in items[:FEW]]


def guide(by: Membership) -> Guide | None:
    """Return the first hour, unless the member put it aside or is a guest."""
    if not steps.for_members(by) or steps.is_aside(by):
        return None
    found = steps.steps(by)
    left = [one for one in found if one.done is None]
    return Guide(found, len(found) - len(left), left[:3])


def house(by: Membership) -> dict[str, int]:
    """Return how many AI systems and checklists in use there are, in two queries."""
    return {"systems": system_queries.systems(by).count(), "checklists": checklist_queries.in_use(by).count()}


def next_step(by: Membership, here: dict[str, int], mine: Later) -> NextStep:
    """Say what to do where nothing waits for a member, of what is there and what they may do."""
    if not here["systems"]:
        sentence = _("No AI system is registered yet.")
        hint = _("Checklists, evidence and bias audits belong to an AI system, so it comes first.")
        return _step(by, sentence, hint, "register_systems", "systems_new", _("Register an AI system"))
    if not here["checklists"]:
        sentence = _("Nothing waits for you, since no checklist is open yet.")
        hint = _("Each row of a checklist asks one question of a law about one of your AI systems.")
        return _step(by, sentence, hint, "open_checklists", "checklists_new", _("Open a checklist"))
    sentence = _("Nothing is due, and nobody waits for you.")
    if mine.count:
        return NextStep(sentence, _("Go on with the rows below that are yours."))
    if by.is_guest:
        return NextStep(sentence, "", _url(by, "checklists_list"), _("Go to the checklists"))
    hint = _("Take a row that nobody owns yet: what is late, open or in doubt stands under “What to do next”.")
    return NextStep(sentence, hint, _url(by, "progress_all") + "#next", _("See what to do next"))


def _step(by: Membership, sentence: str, hint: str, ability: str, page: str, action: str) -> NextStep:
    if can(by, ability):
        return NextStep(sentence, hint, _url(by, page), action)
    return NextStep(sentence, why_not(ability, by))


def _url(by: Membership, page: str) -> str:
    return reverse(page, kwargs={"org": by.organisation.slug})


def standings(by: Membership, **only: Any) -> list[Standing]:
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
