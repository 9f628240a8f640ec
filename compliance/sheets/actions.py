"""Take in what a sheet says, row by row and by the action that a person on the page would take."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from compliance.checklists import actions as checklist_actions
from compliance.checklists.models import Checklist, ChecklistItem
from compliance.checklists.queries import items
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.queries import active_members
from compliance.people.rules import check_can
from compliance.sheets.reading import Change, Refusal


def apply(*, by: Membership, checklist: Checklist, changes: Iterable[Change]) -> tuple[int, list[Refusal]]:
    """Change each row as if on its page; returns how many changed, and the lines that were refused, with the sentence.

    Each row is a change of its own: one that somebody else changed since, or that may not be changed now, is left as it
    is and named, and the others are changed all the same.
    """
    check_can(by, "answer_items")
    rows = {str(one.pk): one for one in items(by).filter(checklist=checklist)}
    people = {str(one.pk): one for one in active_members(by)}
    done, refused = 0, []
    for change in changes:
        item = rows.get(change.item)
        try:
            if item is not None:
                checklist_actions.change(by=by, item=item, revision=change.revision, **_given(change, people))
                done += 1
        except Refused as error:
            refused.append(Refusal(change.place, change.row, str(error.problems[0])))
    return done, refused


def _given(change: Change, people: dict[str, Membership]) -> dict[str, Any]:
    found: dict[str, Any] = dict(change.given)
    if "owner" in found:
        found["owner"] = people[found["owner"]] if found["owner"] else None
    if found.get("due_on"):
        found["due_on"] = datetime.date.fromisoformat(found["due_on"])
    return found


def current(by: Membership, checklist: Checklist) -> list[ChecklistItem]:
    """Return the rows that a sheet is compared with."""
    return list(items(by).filter(checklist=checklist).prefetch_related(None))
