"""The steps of the first hour, each with what is there already. A thing that exists ticks a step, never a flag.

The other room says what its steps are when the application starts, so that this room need not know it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from compliance.checklists import queries as checklist_queries
from compliance.checklists.models import Decision, ItemEvidence, Review
from compliance.determinations import queries as determination_queries
from compliance.determinations.models import Determination
from compliance.discussion.models import Remark
from compliance.findings import queries as finding_queries
from compliance.guide.models import GuideAside
from compliance.people.models import Membership, Reach
from compliance.people.queries import active_members
from compliance.people.rules import can, why_not
from compliance.systems.queries import systems


@dataclass(frozen=True, slots=True)
class Done:
    """The thing that ticks a step: where it is to be looked at, and where known who made it and when."""

    url: str
    what: str
    who: str = ""
    when: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A step in words: what it is, what to press, and what that shows; the ability that it takes and its page."""

    title: Any
    press: Any
    shows: Any
    ability: str
    page: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step as one member sees it: `why` says in a sentence why they cannot do it themselves."""

    told: Told
    done: Done | None
    url: str
    why: str


Find = Callable[[Membership], Done | None]
_steps: list[tuple[int, Told, Find]] = []


def step(place: int, told: Told, find: Find) -> None:
    """Register a step at a place in the order; `find` returns what ticks it, in one query."""
    if all(one[1].title is not told.title for one in _steps):
        _steps.append((place, told, find))
        _steps.sort(key=lambda one: one[0])


def steps(by: Membership) -> list[Step]:
    """Return all steps in their order, in one query each."""
    return [_seen(by, told, find(by)) for _place, told, find in _steps]


def _seen(by: Membership, told: Told, done: Done | None) -> Step:
    return Step(told, done, address(by, told.page), "" if can(by, told.ability) else why_not(told.ability, by))


def is_aside(by: Membership) -> bool:
    """Say whether the member put the guide aside."""
    return GuideAside.objects.filter(membership=by).exists()


def address(by: Membership, page: str, **things: Any) -> str:
    """Return the address of a page of the member's organisation."""
    return reverse(page, kwargs={"org": by.organisation.slug, **things})


def _row(by: Membership, pk: Any) -> str:
    return address(by, "checklists_item", pk=pk)


def _system(by: Membership) -> Done | None:
    found = systems(by).select_related("registered_by__user").order_by("registered_at").first()
    if found is None:
        return None
    url = address(by, "systems_detail", pk=found.pk)
    return Done(url, str(found), found.registered_by.name, found.registered_at)


def _second_person(by: Membership) -> Done | None:
    found = list(active_members(by).exclude(user__is_service=True).order_by("since")[:2])
    return Done(address(by, "people_list"), found[1].name, when=found[1].since) if len(found) > 1 else None


def _signed(by: Membership) -> Done | None:
    signed = determination_queries.determinations(by).filter(state=Determination.State.SIGNED)
    found = signed.select_related("signed_by__user", "system").order_by("signed_at").first()
    if found is None or found.signed_by is None:
        return None
    url = address(by, "systems_determination", pk=found.pk)
    return Done(url, str(found), found.signed_by.name, found.signed_at)


def _checklist(by: Membership) -> Done | None:
    found = checklist_queries.in_use(by).order_by("opened_at").first()
    if found is None:
        return None
    url = address(by, "checklists_detail", pk=found.pk)
    return Done(url, str(found), found.opened_by.name, found.opened_at)


def _attached(by: Membership) -> Done | None:
    mine = ItemEvidence.objects.filter(item__checklist__organisation_id=by.organisation_id)
    found = mine.select_related("item", "evidence", "attached_by__user").order_by("pk").first()
    if found is None:
        return None
    return Done(_row(by, found.item_id), found.evidence.title, found.attached_by.name, found.attached_at)


def _assigned(by: Membership) -> Done | None:
    mine = checklist_queries.items(by).filter(owner__isnull=False, due_on__isnull=False).prefetch_related(None)
    found = mine.order_by("due_on").first()
    return Done(_row(by, found.pk), found.row_id) if found else None


def _submitted(by: Membership) -> Done | None:
    mine = checklist_queries.items(by).filter(submitted_at__isnull=False).prefetch_related(None)
    found = mine.order_by("submitted_at").first()
    if found is None or found.submitted_by is None:
        return None
    return Done(_row(by, found.pk), found.row_id, found.submitted_by.name, found.submitted_at)


def _accepted(by: Membership) -> Done | None:
    mine = Review.objects.filter(item__checklist__organisation_id=by.organisation_id, decision=Decision.ACCEPTED)
    found = mine.select_related("item", "reviewer__user").order_by("at").first()
    return Done(_row(by, found.item_id), found.item.row_id, found.reviewer.name, found.at) if found else None


def _discussed(by: Membership) -> Done | None:
    mine = Remark.objects.filter(item__checklist__organisation_id=by.organisation_id)
    found = mine.select_related("item", "by__user").order_by("at").first()
    return Done(f"{_row(by, found.item_id)}#discussion", found.item.row_id, found.by.name, found.at) if found else None


def _finding(by: Membership) -> Done | None:
    found = finding_queries.findings(by).order_by("raised_at").first()
    if found is None:
        return None
    url = address(by, "findings_detail", pk=found.pk)
    return Done(url, str(found), found.raised_by.name, found.raised_at)


def for_members(by: Membership) -> bool:
    """Say whether the guide is for this person: not for the guests of an engagement."""
    return by.reach == Reach.ALL


step(
    10,
    Told(
        gettext_lazy("Register an AI system"),
        gettext_lazy("Systems, then “Register an AI system”: its name, who made it, who uses it, since when."),
        gettext_lazy("The register. Checklists, evidence and bias audits belong to a system."),
        "register_systems",
        "systems_new",
    ),
    _system,
)
step(
    20,
    Told(
        gettext_lazy("Let a second person in"),
        gettext_lazy("People, then “Add a person”, with a role that reviews."),
        gettext_lazy("Who may do what. Nobody accepts what they prepared themselves, so it takes two."),
        "manage_people",
        "people_invite",
    ),
    _second_person,
)
step(
    30,
    Told(
        gettext_lazy("Say what the system is, and sign what binds it"),
        gettext_lazy("Systems, the system, its facts: answer the questions, draft the determination, sign it."),
        gettext_lazy("Which rows of the law apply, since when, and the chain of reasons of each."),
        "determine",
        "systems_list",
    ),
    _signed,
)
step(
    40,
    Told(
        gettext_lazy("Open a checklist"),
        gettext_lazy("Checklists, then “Open a checklist”: the system, and the law in its dated text."),
        gettext_lazy("Every row as a question, with its citation and the evidence that is expected."),
        "open_checklists",
        "checklists_new",
    ),
    _checklist,
)
step(
    60,
    Told(
        gettext_lazy("Attach evidence to a row"),
        gettext_lazy("The checklist, a row, “Evidence”: attach a piece of the library, a file, a link or a note."),
        gettext_lazy("The piece under its digest. One piece can serve many rows."),
        "answer_items",
        "checklists_list",
    ),
    _attached,
)
step(
    70,
    Told(
        gettext_lazy("Give a row an owner and a day"),
        gettext_lazy("On the checklist, the + beside a row, or choose rows and “Act on the chosen rows”."),
        gettext_lazy("The row comes to its owner's home page a week before the day, and into one mail a day."),
        "answer_items",
        "checklists_list",
    ),
    _assigned,
)
step(
    80,
    Told(
        gettext_lazy("Answer a row, and submit it"),
        gettext_lazy("The row, “What you found”, then “Save and submit for review”."),
        gettext_lazy("The row waits for review, and nobody changes it meanwhile."),
        "answer_items",
        "checklists_list",
    ),
    _submitted,
)
step(
    90,
    Told(
        gettext_lazy("Accept it as another person"),
        gettext_lazy("Review: the row that waits, then “Accept” or “Return” with a reason."),
        gettext_lazy(
            "The approval is bound to what was seen. Whatever changes later shows as “approved, then changed”."
        ),
        "review_items",
        "checklists_queue",
    ),
    _accepted,
)
step(
    100,
    Told(
        gettext_lazy("Ask a colleague something about a row"),
        gettext_lazy("The row, “Discussion”: write @ and a name, then “Say it”."),
        gettext_lazy("Whoever is named finds it on the home page, until they answer."),
        "view",
        "checklists_list",
    ),
    _discussed,
)
step(
    110,
    Told(
        gettext_lazy("Raise a finding"),
        gettext_lazy("The row, then “Raise a finding”: what is not as the row asks, and how grave it is."),
        gettext_lazy("What a breach may cost, a plan of actions, and that a second person verifies them."),
        "raise_findings",
        "checklists_list",
    ),
    _finding,
)
