"""Which rows of a checklist bind its system, as a signed determination says; and what taking it over changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from compliance.catalogue.schema import Row
from compliance.checklists import rules
from compliance.checklists.models import Binding, Checklist, ChecklistItem, Progress, Verdict
from compliance.determinations import queries as determinations
from compliance.determinations.models import Determination
from compliance.determinations.result import RowFound
from compliance.frameworks.words import day_in_words
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.reach import within
from compliance.people.rules import check_can
from compliance.trail.actions import hold, write

BINDS = (Binding.APPLIES, Binding.LATER)
_LISTS = ("appear", "go", "dates", "open", "settled")
_OPEN = (Progress.TO_DO, Progress.IN_PROGRESS)
_KEPT = ["binding", "since", "grounds", "confirm_again", "progress", "submitted_by", "submitted_at"]


@dataclass(frozen=True, slots=True)
class Rebound:
    """A row that comes out otherwise: how it stood on the checklist, and what the determination found."""

    row: Row
    item: ChecklistItem
    found: RowFound

    @property
    def said(self) -> bool:
        """Whether something is said on it, which stays."""
        return self.item.progress != Progress.TO_DO


@dataclass
class BindingImpact:
    """What applying a determination changes, row by row, in the law's order.

    `appear`: bind now and did not; `go`: do not bind and did, or were not told apart; `dates`: bind from another day;
    `open`: are undetermined now; `settled`: were. `against`: say “not applicable” although the determination binds
    them now, so that they are asked again. `stay` counts the rest. On the first determination of a checklist every
    row is told as if it had not been told apart: `first` says so.
    """

    first: bool
    appear: list[Rebound] = field(default_factory=list)
    go: list[Rebound] = field(default_factory=list)
    dates: list[Rebound] = field(default_factory=list)
    open: list[Rebound] = field(default_factory=list)
    settled: list[Rebound] = field(default_factory=list)
    against: list[Rebound] = field(default_factory=list)
    stay: int = 0

    @property
    def set_aside(self) -> list[Rebound]:
        """The rows that do not bind now, on which something is said."""
        return [one for one in (*self.go, *self.settled) if one.said and one.found.state == "no"]


def can_be_determined(checklist: Checklist) -> bool:
    """Say whether facts decide about the rows: those of a law do, those of a framework bind nobody by themselves."""
    return not checklist.catalogue.framework


def latest(by: Membership, checklist: Checklist) -> Determination | None:
    """Return the newest signed determination of the checklist's system under the checklist's own text, or None."""
    signed = determinations.determinations(by).filter(
        system=checklist.system_id,
        law=checklist.law,
        text_version=checklist.text_version,
        state=Determination.State.SIGNED,
    )
    return signed.order_by("-signed_at").first()


def numbers(determination: Determination) -> dict[str, int]:
    """Return how many rows a determination found to apply, to apply later, undetermined, and not to apply."""
    found = determinations.result_of(determination)
    return dict(Counter(row.state for row in found.rows.values()))


def preview(checklist: Checklist, determination: Determination) -> BindingImpact:
    """Return what applying would change; reads the items once and changes nothing."""
    return _impact(checklist, determination, checklist.items.all())


def _impact(checklist: Checklist, determination: Determination, items: Iterable[ChecklistItem]) -> BindingImpact:
    found, law = determinations.result_of(determination), checklist.catalogue
    told = BindingImpact(first=checklist.determination_id is None)
    for item in sorted(items, key=lambda one: one.position):
        after = found.rows.get(item.row_id)
        if after is None:
            continue
        one = Rebound(law.row(item.row_id), item, after)
        if (item.binding, item.since) == (after.state, after.since):
            told.stay += 1
            continue
        _list_of(told, item.binding, after.state).append(one)
        if item.verdict == Verdict.NOT_APPLICABLE and after.state in BINDS and item.binding not in BINDS:
            told.against.append(one)
    return told


def _list_of(told: BindingImpact, before: str, after: str) -> list[Rebound]:
    if after == Binding.UNDETERMINED:
        return told.open
    if before == Binding.UNDETERMINED:
        return told.settled
    if after == Binding.NO:
        return told.go
    return told.dates if before in BINDS else told.appear


@transaction.atomic
def apply_determination(*, by: Membership, checklist: Checklist, determination: Determination) -> Checklist:
    """Take over from a signed determination which rows bind, since when, and why. Every answer stays.

    An answer “not applicable” on a row that binds now is marked to be confirmed again, and reopened where it was done.
    """
    check_can(by, "open_checklists")
    hold(by.organisation_id)
    checklist = Checklist.objects.select_for_update(of=("self",)).select_related("system", "determination").get(
        within(by, law="law"), pk=checklist.pk
    )  # fmt: skip
    rules.check_in_use(checklist)
    check_fits(checklist, determination)
    items = list(checklist.items.all())
    told = _impact(checklist, determination, items)
    found = determinations.result_of(determination)
    against = {one.item.pk for one in told.against}
    for item in items:
        if item.row_id in found.rows:
            _bind(item, found.rows[item.row_id])
        if item.pk in against:
            _ask_again(item, determination.as_of)
    ChecklistItem.objects.bulk_update(items, _KEPT, batch_size=100)
    checklist.determination = determination
    checklist.save(update_fields=["determination"])
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb="checklist.determined",
        subject=checklist.subject,
        system_id=checklist.system_id,
        data={
            "determination": str(determination.id),
            "sha256": determination.sha256,
            "as_of": determination.as_of.isoformat(),
            **numbers(determination),
            "confirm_again": [one.row.id for one in told.against],
            **({} if told.first else {name: _ids(getattr(told, name)) for name in _LISTS}),
        },
    )
    return checklist


def check_fits(checklist: Checklist, determination: Determination) -> None:
    """A checklist takes over what a signed determination of its own system says on its own text, and nothing else."""
    if determination.organisation_id != checklist.organisation_id:
        raise ValueError("The determination belongs to another organisation.")
    if determination.state != Determination.State.SIGNED:
        sentence = _("The determination is not signed, so no checklist rests on it yet.")
        raise Refused(Problem("not-signed", sentence))
    other = (determination.system_id, determination.law, determination.text_version)
    if other != (checklist.system_id, checklist.law, checklist.text_version):
        sentence = _("The determination is of {it}, text of {version}; the checklist is not.")
        raise Refused(
            Problem("another-text", sentence.format(it=determination, version=day_in_words(determination.text_version)))
        )


def _bind(item: ChecklistItem, found: RowFound) -> None:
    item.binding, item.since, item.grounds = found.state, found.since, grounds(found)


def grounds(found: RowFound) -> list[dict[str, Any]]:
    """Return what a row rests on: first the one sentence that says most, then the whole chain of reasons."""
    cited = next((one.citation for one in found.reasons if one.sentence == found.ground), ())
    first = {"kind": "ground", "sentence": found.ground, "citation": list(cited)}
    if found.override is not None:
        first |= {"kind": "override", "by": found.override.proposed_by, "accepted_by": found.override.decided_by}
    return [first, *(one.as_json() for one in found.reasons)]


def _ask_again(item: ChecklistItem, as_of: date) -> None:
    says = "says that this row binds; the answer says that it is not applicable."  # a record: not translated
    item.confirm_again = f"The determination as of {as_of.isoformat()} {says}"
    if item.progress not in _OPEN:
        item.progress = Progress.IN_PROGRESS
        item.submitted_by = item.submitted_at = None


def _ids(found: list[Rebound]) -> list[str]:
    return [one.row.id for one in found]
