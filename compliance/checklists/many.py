"""Decide on many rows in one go, with one decision each.

Each row is held against the same rules as alone. One that is refused, for instance because it changed since it was
looked at, is named with its sentence and left as it is; the others go through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from compliance.checklists import actions, queries
from compliance.checklists.models import ChecklistItem, Progress
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.queries import active_members
from compliance.people.rules import check_can
from compliance.trail.actions import hold

ACCEPT, RETURN = "accept", "return"
MOST = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen for one row: `seen` is the digest of what was looked at, `place` who is stood in for, if any."""

    item: str
    decision: str
    reason: str = ""
    seen: str = ""
    place: str = ""


@dataclass(slots=True)
class Done:
    """What came of it: rows that are accepted now, acceptances that others still add to, rows returned, and refused."""

    accepted: int = 0
    agreed: int = 0
    returned: int = 0
    refused: list[tuple[Choice, str]] = field(default_factory=list)


@transaction.atomic
def decide(*, by: Membership, choices: Sequence[Choice]) -> Done:
    """Take each decision by itself; what is refused undoes nothing of the others."""
    check_can(by, "review_items")
    if len(choices) > MOST:
        sentence = _("At most {most} rows are decided on at once.").format(most=MOST)
        raise Refused(Problem("too-many-rows", sentence, found=str(len(choices))))
    hold(by.organisation_id)
    ids = [pk for one in choices if (pk := id_of(one.item))]
    items = {str(one.pk): one for one in queries.items(by).filter(pk__in=ids)}
    people = {str(one.pk): one for one in active_members(by)}
    done = Done()
    for one in choices:
        try:
            _decide(by, one, items.get(one.item), people, done)
        except Refused as refused:
            done.refused.append((one, str(refused.problems[0])))
    return done


def _decide(by: Membership, one: Choice, item: ChecklistItem | None, people: dict[str, Membership], done: Done) -> None:
    if item is None:
        raise Refused(Problem("no-such-row", _("There is no such row here.")))
    if not one.seen:
        raise Refused(Problem("not-seen", _("It was not said what of the row was looked at.")))
    place = people.get(one.place) if one.place else None
    if one.place and place is None:
        raise Refused(Problem("no-delegation", _("There is no such person here to stand in for.")))
    if one.decision == RETURN:
        actions.give_back(by=by, item=item, reason=one.reason, seen=one.seen, in_place_of=place)
        done.returned += 1
        return
    review = actions.accept(by=by, item=item, reason=one.reason, seen=one.seen, in_place_of=place)
    if review.item.progress == Progress.DONE:
        done.accepted += 1
    else:
        done.agreed += 1


def id_of(text: str) -> UUID | None:
    """Return the id that a text is, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None
