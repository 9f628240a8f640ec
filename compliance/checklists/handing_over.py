"""Hand the work of somebody who leaves over to others: the rows they own, the reviews they began, their delegations,
and what slices above this one say they have in hand (:func:`also_handed_over`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.checklists import deciding, queries
from compliance.checklists.models import Checklist, ChecklistItem, Progress
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.queries import active_members
from compliance.people.rules import can, check_can
from compliance.reviews.actions import end_delegation
from compliance.reviews.models import Delegation
from compliance.trail.actions import Act, hold, write, write_all
from compliance.trail.changes import since, snapshot


class Give(Protocol):
    """Give what `member` has in hand to another, within the caller's transaction, and write it into the trail."""

    def __call__(self, *, by: Membership, member: Membership, to: Membership | None) -> None: ...


@dataclass(frozen=True, slots=True)
class InHand:
    """Something else that people have in hand. It goes to the new owner or the new reviewer, and with `always` to
    somebody in any case: it has no place for nobody. `lock` locks what other acts lock before the trail."""

    label: object
    goes_to: Literal["owner", "reviewer"]
    count: Callable[[Membership, Membership], int]
    give: Give
    always: bool
    lock: Callable[[Membership, Membership], object] | None = None


_further: dict[str, InHand] = {}


def also_handed_over(name: str, in_hand: InHand) -> None:
    """Register something of a slice above."""
    _further[name] = in_hand


@dataclass(frozen=True, slots=True)
class Work:
    """What somebody has in hand: rows they own (`open_rows` of them not done), reviews they began, delegations; and by
    name what other slices count."""

    rows: int
    open_rows: int
    reviews: int
    delegations: int
    further: dict[str, int] = field(default_factory=dict)

    @property
    def anything(self) -> bool:
        return bool(self.rows or self.reviews or self.delegations or any(self.further.values()))

    @property
    def all(self) -> int:
        """How many things are handed over; delegations end."""
        return self.rows + self.reviews + sum(self.further.values())

    @property
    def further_told(self) -> list[tuple[str, int]]:
        """What other slices count, with its label."""
        return [(str(_further[name].label), count) for name, count in self.further.items()]


def work_of(by: Membership, member: Membership) -> Work:
    """Return the counts that are shown first."""
    owned = _owned(by, member)
    return Work(
        owned.count(),
        owned.exclude(progress=Progress.DONE).count(),
        _taken(by, member).count(),
        _delegations(member).count(),
        {name: one.count(by, member) for name, one in _further.items()},
    )


@transaction.atomic
def hand_over(*, by: Membership, member: Membership, owner: Membership | None, reviewer: Membership | None) -> Work:
    """Give the rows and what else is owned a new owner, and the reviews that were begun a new reviewer, or nobody; end
    the delegations.

    A row that the new reviewer prepared a part of goes back to whoever takes it.
    """
    check_can(by, "manage_people")
    for further in _further.values():
        if further.lock is not None:
            further.lock(by, member)
    hold(by.organisation_id)
    for one, column in ((owner, "owner"), (reviewer, "reviewer")):
        _check_taker(by, member, one, column)
    found = work_of(by, member)
    if not found.anything:
        raise Refused(Problem("nothing-in-hand", _("{name} has nothing in hand.").format(name=member.name)))
    takers = {"owner": owner, "reviewer": reviewer}
    for name, count in found.further.items():
        if count and _further[name].always and takers[_further[name].goes_to] is None:
            sentence = _("{label} cannot be left to nobody: choose who takes them over.")
            told = sentence.format(label=_further[name].label)
            raise Refused(Problem("needs-a-taker", told, column=_further[name].goes_to))
    acts: dict[UUID, list[Act]] = defaultdict(list)
    for items, column, to in ((_owned(by, member), "owner", owner), (_taken(by, member), "taken_by", reviewer)):
        rows = items.select_for_update(of=("self",), no_key=True).select_related(f"{column}__user", "checklist")
        rows = rows.prefetch_related("preparers").order_by("checklist", "position")
        _give(list(rows), column, to, acts)
    for delegation in _delegations(member):
        end_delegation(by=by, delegation=delegation)
    for system_id, some in acts.items():
        write_all(organisation_id=by.organisation_id, actor=by.actor, acts=some, system_id=system_id)
    for name, count in found.further.items():
        if count:
            _further[name].give(by=by, member=member, to=takers[_further[name].goes_to])
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb="work.handed_over",
        subject=member.subject,
        data={
            "count": found.all,
            "owner": owner.personal_name if owner else None,
            "reviewer": reviewer.personal_name if reviewer else None,
        },
    )
    return found


def _give(items: list[ChecklistItem], column: str, to: Membership | None, acts: dict[UUID, list[Act]]) -> None:
    for item in items:
        before = snapshot(item, [column])
        takes = to if column == "owner" or (to and to.pk not in deciding.preparers(item)) else None
        setattr(item, column, takes)
        item.revision += 1
        data = {"checklist": str(item.checklist_id), **(since(item, before) or {})}
        acts[item.checklist.system_id].append(Act("item.changed", item.subject, data))
    ChecklistItem.objects.bulk_update(items, [column, "revision"], batch_size=200)


def _check_taker(by: Membership, member: Membership, one: Membership | None, column: str) -> None:
    if one is None:
        return
    if one.pk == member.pk or not active_members(by).filter(pk=one.pk).exists():
        sentence = _("The work goes to another person who belongs to the organisation now.")
        raise Refused(Problem("not-a-taker", sentence, column=column))
    if column == "reviewer" and not can(one, "review_items"):
        sentence = _("{name} does not review here.").format(name=one.name)
        raise Refused(Problem("taker-reviews-not", sentence, column=column))


def _owned(by: Membership, member: Membership) -> QuerySet[ChecklistItem]:
    return ChecklistItem.objects.filter(queries.reached(by), owner=member, checklist__in=_in_use(by))


def _taken(by: Membership, member: Membership) -> QuerySet[ChecklistItem]:
    return ChecklistItem.objects.filter(queries.reached(by), taken_by=member, checklist__in=_in_use(by))


def _in_use(by: Membership) -> QuerySet[Checklist]:
    return queries.in_use(by).order_by().select_related(None).only("pk")


def _delegations(member: Membership) -> QuerySet[Delegation]:
    live = Q(ended_at=None, until__gte=timezone.now().date())
    return Delegation.objects.filter(live, Q(of=member) | Q(to=member))
