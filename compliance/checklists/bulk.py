"""Act on many rows of a checklist at once: assign them, or say that they are not applicable; and take that back.

Each row is held against the same rules as alone. What a rule refuses is left as it is, and named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.catalogue.schema import Section
from compliance.checklists import queries, rules
from compliance.checklists.actions import prepared
from compliance.checklists.lines import Line
from compliance.checklists.models import BulkAct, Checklist, ChecklistItem, Progress, Verdict
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.queries import active_members
from compliance.people.rules import check_can
from compliance.trail.actions import Act, hold, write_all
from compliance.trail.changes import since, snapshot

_KEEP: Any = object()
_FIELDS = ("owner", "due_on", "verdict", "reason")
Sections = Iterable[tuple[Section, list[Line]]]
_COLUMNS = ("owner_id", "due_on", "verdict", "reason", "progress")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A row that somebody chose; `why` is the sentence why nothing is done to it, or empty."""

    id: str
    item: ChecklistItem | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an act: the act as it is kept, and the rows that were left as they are."""

    act: BulkAct
    left: tuple[Chosen, ...]


def chosen(*, by: Membership, checklist: Checklist, marks: Iterable[str], kind: str = "") -> list[Chosen]:
    """Return the rows that `marks` name, in the law's order. A mark is a row and the revision that was read: `A-1@3`.

    With `kind` the rules of that act are looked at too.
    """
    seen = dict(mark.rpartition("@")[::2] for mark in marks)
    items = ChecklistItem.objects.filter(queries.reached(by), checklist=checklist)
    return _held(by, checklist, items.filter(row_id__in=seen), seen, kind)


@transaction.atomic
def assign(
    *,
    by: Membership,
    checklist: Checklist,
    marks: Sequence[str],
    owner: Membership | None = _KEEP,
    due_on: date | None = _KEEP,
) -> Done:
    """Give rows an owner, a date, or both; what is not given stays as it is on each row."""
    given: dict[str, Any] = {"owner": owner, "due_on": due_on}
    given = {name: value for name, value in given.items() if value is not _KEEP}
    if not given:
        raise Refused(Problem("nothing-to-assign", _("Choose an owner or a date, or both.")))
    if given.get("owner") and not active_members(by).filter(pk=given["owner"].pk).exists():
        raise Refused(Problem("owner-not-a-member", _("The owner is not a member here."), column="owner"))
    return _apply(by, checklist, marks, BulkAct.Kind.ASSIGNED, given)


@transaction.atomic
def say_not_applicable(*, by: Membership, checklist: Checklist, marks: Sequence[str], reason: str) -> Done:
    """Say of rows on which nobody has said anything yet that they are not applicable, for one reason."""
    rules.check_answer(Verdict.NOT_APPLICABLE, reason)
    given = {"verdict": Verdict.NOT_APPLICABLE.value, "reason": reason.strip()}
    return _apply(by, checklist, marks, BulkAct.Kind.NOT_APPLICABLE, given)


def undoable(by: Membership, checklist: Checklist, sections: Sections) -> BulkAct | None:
    """Return the member's last act on many rows of a checklist while it can still be undone; reads one act."""
    last = BulkAct.objects.filter(checklist=checklist, by=by).select_related("checklist", "by__user").first()
    if last is None:
        return None
    last.checklist = checklist
    revisions = {str(line.item.pk): line.item.revision for _section, some in sections for line in some}
    return last if rules.can_undo_bulk(by=by, act=last, revisions=revisions) else None


@transaction.atomic
def undo(*, by: Membership, act: BulkAct) -> BulkAct:
    """Put the rows of an act back to what they said before, all of them or none."""
    check_can(by, "answer_items")
    hold(by.organisation_id)
    act = BulkAct.objects.select_for_update(of=("self",), no_key=True).select_related("checklist__system").get(
        pk=act.pk, checklist__in=queries.checklists(by)
    )  # fmt: skip
    items = list(_locked(by, act.checklist, act.checklist.items.filter(pk__in=act.rows)))
    rules.check_undo_bulk(by=by, act=act, revisions={str(item.pk): item.revision for item in items})
    acts = []
    for item in items:
        before = snapshot(item, _FIELDS)
        for name, value in act.rows[str(item.pk)]["before"].items():
            setattr(item, name, date.fromisoformat(value) if name == "due_on" and value else value)
        item.revision += 1
        acts.append(_told(item, {**(since(item, before) or {}), "undone": str(act.pk)}))
    ChecklistItem.objects.bulk_update(items, [*_COLUMNS, "revision"])
    act.undone_at = timezone.now()
    act.save(update_fields=["undone_at"])
    _record(by, act.checklist, acts, "checklist.rows_undone", act=str(act.pk))
    return act


def _apply(
    by: Membership, checklist: Checklist, marks: Sequence[str], kind: BulkAct.Kind, given: Mapping[str, Any]
) -> Done:
    check_can(by, "answer_items")
    hold(by.organisation_id)
    rules.check_in_use(checklist)
    seen = dict(mark.rpartition("@")[::2] for mark in marks)
    found = _held(by, checklist, _locked(by, checklist, checklist.items.filter(row_id__in=seen)), seen, kind)
    free = [one.item for one in found if one.item is not None and not one.why]
    rows, acts = {}, []
    for item in free:
        told, columns = snapshot(item, given), {name: getattr(item, name) for name in _COLUMNS}
        for name, value in given.items():
            setattr(item, name, value)
        if changed := since(item, told):
            rows[str(item.pk)] = {"row": item.row_id, "revision": item.revision + 1, "before": _stored(columns)}
            acts.append(_told(item, changed))
    if not rows:
        raise Refused.all(_why_nothing(found))
    ChecklistItem.objects.filter(pk__in=rows).update(**given, progress=Progress.IN_PROGRESS, revision=F("revision") + 1)
    if "verdict" in given:
        prepared(by, [one for one in free if str(one.pk) in rows])
    act = BulkAct.objects.create(checklist=checklist, kind=kind, rows=rows, by=by)
    more = {"reason": given["reason"]} if "reason" in given else {}
    for one in acts:
        one.data["act"] = str(act.pk)  # type: ignore[index]
    _record(by, checklist, acts, f"checklist.rows_{kind}", act=str(act.pk), **more)
    return Done(act, tuple(one for one in found if one.why))


def _held(
    by: Membership, checklist: Checklist, items: Iterable[ChecklistItem], seen: Mapping[str, str], kind: str
) -> list[Chosen]:
    """Hold each row against the rules. The rows share one checklist, so that it is looked at once."""
    found = {}
    for item in items:
        item.checklist = checklist
        why = rules.why_not_bulk(kind, by=by, item=item, seen=seen[item.row_id])
        found[item.row_id] = Chosen(item.row_id, item, why)
    for id in seen:
        if id not in found:
            found[id] = Chosen(id, None, _("This checklist has no row {row}.").format(row=id[:60]))
    return sorted(found.values(), key=lambda one: one.item.position if one.item else 10**6)


def _locked(by: Membership, checklist: Checklist, items: Any) -> Iterable[ChecklistItem]:
    found: Iterable[ChecklistItem] = (
        items.filter(queries.reached(by))
        .select_related("owner__user", "submitted_by__user")
        .select_for_update(of=("self",), no_key=True)
        .order_by("position")
    )
    return found


def _why_nothing(found: Iterable[Chosen]) -> list[Problem]:
    problems = [Problem("row-left", one.why) for one in found if one.why]
    return problems or [Problem("nothing-changes", _("Every chosen row says that already, or none is chosen."))]


def _stored(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, (UUID, date)) else value for name, value in columns.items()}


def _told(item: ChecklistItem, data: Mapping[str, Any]) -> Act:
    return Act("item.changed", item.subject, {"checklist": str(item.checklist_id), **data})


def _record(by: Membership, checklist: Checklist, acts: Sequence[Act], verb: str, **data: str) -> None:
    rows = [act.subject["label"] for act in acts]
    whole = Act(verb, checklist.subject, {"count": len(rows), "rows": rows, **data})
    write_all(
        organisation_id=by.organisation_id,
        actor=by.actor,
        acts=[whole, *acts],
        system_id=checklist.system_id,
    )
