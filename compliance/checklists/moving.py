"""Move a checklist to a newer text of its law: the impact before, the move itself, and the way back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.catalogue.comparing import Comparison, compare, words_stay
from compliance.catalogue.diff import Change
from compliance.checklists import rules
from compliance.checklists.models import Checklist, ChecklistItem, ItemEvidence, Preparer, Progress, Review
from compliance.frameworks import catalogues
from compliance.frameworks.changes import kinds_in_words
from compliance.frameworks.words import day_in_words
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.reach import within
from compliance.people.rules import check_can
from compliance.trail.actions import hold, write
from compliance.trail.recorded import for_the_record

LONGEST = 300


@dataclass(frozen=True, slots=True)
class Touched:
    """A row that is not the same in the newer text: how, and the item that stands on it."""

    id: str
    title: str
    citation: str
    changes: tuple[Change, ...]
    item: ChecklistItem

    @property
    def words_stay(self) -> bool:
        return words_stay(self.changes)


@dataclass(frozen=True, slots=True)
class Impact:
    """What a move to `comparison.after` does to one checklist.

    Of the rows that change, `asked_again` have something said on them and `silent` have not; `go` are the rows that
    the newer text does not have, each with its item; `stay` counts the rows with something said that stay untouched.
    """

    comparison: Comparison
    appear: tuple[Change, ...]
    go: tuple[tuple[Change, ChecklistItem], ...]
    asked_again: tuple[Touched, ...]
    silent: tuple[Touched, ...]
    stay: int

    @property
    def go_with_answers(self) -> int:
        return sum(is_said(item) for _change, item in self.go)


def newer_texts(by: Membership, checklist: Checklist) -> list[str]:
    """Return the texts of the checklist's law that are newer than its own, the newest last."""
    offered = catalogues.offered(by.organisation)
    return sorted(
        ref.text_version for ref in offered if ref.law == checklist.law and ref.text_version > checklist.text_version
    )


def check_free(checklist: Checklist, text_version: str) -> None:
    """A system has one checklist of a text: nothing is moved to where another one stands already."""
    others = Checklist.objects.filter(system_id=checklist.system_id, law=checklist.law, undone_at=None)
    if others.filter(text_version=text_version).exists():
        sentence = _("{system} has the checklist {title} of the text of {version} already.").format(
            system=checklist.system, title=checklist.title, version=day_in_words(text_version)
        )
        raise Refused(Problem("checklist-open-already", sentence, _("Go on in that one.")))


def why_not_move(checklist: Checklist, text_version: str) -> str:
    """Return the sentence why a checklist cannot be moved to a text, or an empty text."""
    try:
        rules.check_in_use(checklist)
        check_free(checklist, text_version)
    except Refused as refused:
        return str(refused)
    return ""


def is_said(item: ChecklistItem) -> bool:
    """Say whether anything was ever said on a row: any answer, note, owner, day or piece takes it out of "to do"."""
    return item.progress != Progress.TO_DO


def impact(checklist: Checklist, text_version: str) -> Impact:
    """Return what a move would do; reads the items once and changes nothing."""
    return _impact(checklist, text_version, checklist.items.all())


def _impact(checklist: Checklist, text_version: str, items: Iterable[ChecklistItem]) -> Impact:
    found = compare(checklist.catalogue, catalogues.catalogue(checklist.law, text_version))
    by_id = {item.row_id: item for item in items}
    touched = [
        Touched(row.id, row.title, row.citation_text, found.by_row[row.id], by_id[row.id])
        for row in found.after.rows
        if row.id in found.by_row and row.id in by_id
    ]
    untouched = [item for id, item in by_id.items() if id in found.after and id not in found.by_row]
    return Impact(
        found,
        found.of_kind("added"),
        tuple((one, by_id[one.id]) for one in found.of_kind("removed") if one.id in by_id),
        tuple(one for one in touched if is_said(one.item)),
        tuple(one for one in touched if not is_said(one.item)),
        sum(is_said(item) for item in untouched),
    )


@transaction.atomic
def move(*, by: Membership, checklist: Checklist, text_version: str) -> Checklist:
    """Open the checklist again under a newer text, with all that was said; the old one stays as it is, to be read.

    Evidence, owners, days, notes and decisions come along. A row that is the same in both texts keeps where it stands.
    One that differs is marked to be confirmed again, and what was accepted or submitted goes back to "in progress".
    """
    check_can(by, "open_checklists")
    hold(by.organisation_id)
    checklist = _locked(by, checklist)
    rules.check_in_use(checklist)
    if text_version not in newer_texts(by, checklist):
        sentence = _("There is no newer text of {law} of {version}.").format(law=checklist.title, version=text_version)
        raise Refused(Problem("no-newer-text", sentence, column="to", found=text_version))
    check_free(checklist, text_version)
    olds = list(checklist.items.all())
    told = _impact(checklist, text_version, olds)
    after = told.comparison.after
    new = Checklist.objects.create(
        organisation=by.organisation,
        system=checklist.system,
        law=after.law,
        text_version=after.text_version,
        title=after.short_title,
        opened_by=by,
        moved_from=checklist,
    )
    _carry(checklist, new, olds, told)
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb="checklist.moved",
        subject=new.subject,
        system_id=new.system_id,
        data={
            "from": str(checklist.id),
            "from_version": checklist.text_version,
            "to_version": new.text_version,
            "catalogue_sha256": after.digest,
            "rows": len(after.rows),
            "added": [one.id for one in told.appear],
            "removed": [one.id for one, _item in told.go],
            "confirm_again": [one.id for one in told.asked_again],
        },
    )
    return new


@transaction.atomic
def undo_move(*, by: Membership, checklist: Checklist) -> Checklist:
    """Take a move back while nobody has answered in the new checklist; the old one is in use again, and returned."""
    check_can(by, "open_checklists")
    hold(by.organisation_id)
    checklist = _locked(by, checklist)
    rules.check_undo(checklist)
    checklist.undone_at = timezone.now()
    checklist.save(update_fields=["undone_at"])
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb="checklist.move_undone",
        subject=checklist.subject,
        system_id=checklist.system_id,
        data={"from": str(checklist.moved_from_id), "to_version": checklist.text_version},
    )
    return Checklist.objects.get(moved_to=checklist)


def _locked(by: Membership, checklist: Checklist) -> Checklist:
    found = Checklist.objects.select_for_update(of=("self",)).select_related("system")
    return found.get(within(by, law="law"), pk=checklist.pk)


def _carry(checklist: Checklist, new: Checklist, olds: list[ChecklistItem], told: Impact) -> None:
    after = told.comparison.after
    by_id, changed = {item.row_id: item for item in olds}, told.comparison.by_row
    items = []
    for place, row in enumerate(after.rows):
        item, old = ChecklistItem(checklist=new, row_id=row.id, position=place), by_id.get(row.id)
        if old is not None:
            _take_over(item, old)
            if row.id in changed and is_said(old):
                _ask_again(item, changed[row.id], after.text_version)
        items.append(item)
    ChecklistItem.objects.bulk_create(items)
    heirs = {item.carried_from_id: item for item in items if item.carried_from_id}
    ItemEvidence.objects.bulk_create(
        ItemEvidence(
            item=heirs[one.item_id], evidence_id=one.evidence_id, version_id=one.version_id,
            attached_by_id=one.attached_by_id, attached_at=one.attached_at,
        )
        for one in ItemEvidence.objects.filter(item__in=heirs)
    )  # fmt: skip
    Preparer.objects.bulk_create(
        Preparer(item=heirs[one.item_id], member_id=one.member_id, at=one.at)
        for one in Preparer.objects.filter(item__in=heirs)
    )
    Review.objects.bulk_create(_copy(one, heirs[one.item_id]) for one in Review.objects.filter(item__in=heirs))


def _take_over(item: ChecklistItem, old: ChecklistItem) -> None:
    item.carried_from = old
    kept = ("progress", "verdict", "reason", "note", "due_on", "submitted_at", "confirm_again", "reconfirmed")
    for name in (*kept, "stale_since", "stale_reasons", "quorum"):
        setattr(item, name, getattr(old, name))
    item.owner_id, item.submitted_by_id = old.owner_id, old.submitted_by_id


def _ask_again(item: ChecklistItem, changes: Iterable[Change], version: str) -> None:
    with for_the_record():
        sentence = f"In the text of {version} this row is {kinds_in_words(changes)}."
    item.confirm_again = f"{sentence} {item.confirm_again}".strip()[:LONGEST]
    item.progress = Progress.IN_PROGRESS
    item.submitted_by = item.submitted_at = item.stale_since = None
    item.stale_reasons = []


def _copy(review: Review, item: ChecklistItem) -> Review:
    return Review(
        item=item,
        reviewer_id=review.reviewer_id,
        in_place_of_id=review.in_place_of_id,
        role=review.role,
        decision=review.decision,
        reason=review.reason,
        submitted_by_id=review.submitted_by_id,
        submitted_at=review.submitted_at,
        subject_sha256=review.subject_sha256,
        subject=review.subject,
        at=review.at,
        carried_from_id=review.carried_from_id or review.pk,
    )
