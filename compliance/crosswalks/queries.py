"""What the crosswalk proposes for a row: tied rows in other checklists of the same AI system."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from compliance.catalogue.crosswalk import Mapped
from compliance.catalogue.loader import LawVersionRef
from compliance.catalogue.schema import Row
from compliance.checklists import queries as checklist_queries
from compliance.checklists.models import Checklist, ChecklistItem
from compliance.crosswalks.models import TieDecision
from compliance.evidence.models import Evidence
from compliance.frameworks import catalogues
from compliance.lib.canonical import digest
from compliance.people.models import Membership


@dataclass(frozen=True, slots=True)
class Proposal:
    """A tied row with its words, what it offers that is not attached here yet, and what was decided on it last.

    `changed` says that the other row says something else now than when that was decided.
    """

    item: ChecklistItem
    row: Row
    tie: Mapped
    pieces: tuple[Evidence, ...]
    decision: TieDecision | None
    changed: bool

    @property
    def is_open(self) -> bool:
        return self.decision is None or self.changed


def proposals(by: Membership, item: ChecklistItem, *, through: bool = False) -> list[Proposal]:
    """Return the proposals for a row, in a fixed number of queries; those still to be decided stand first.

    With `through` also rows that are tied over a third law or framework, which nobody stated.
    """
    others = list(_beside(by, item))
    mine = LawVersionRef(item.checklist.law, item.checklist.text_version)
    refs = [mine, *(LawVersionRef(one.law, one.text_version) for one in others)]
    if through:
        newest = {ref.law: ref for ref in catalogues.offered(by.organisation)}
        refs += [ref for law, ref in newest.items() if law not in {one.law for one in refs}]
    tied = catalogues.crosswalk_of(refs).mapped(mine.law, item.row_id, through=through)
    rows = {one.row for one in tied}
    found: dict[tuple[str, str], list[ChecklistItem]] = {}
    for one in checklist_queries.items(by).filter(checklist__in=others, row_id__in=rows) if rows else ():
        found.setdefault((one.checklist.law, one.row_id), []).append(one)
    decided = _decided(item, [one for several in found.values() for one in several])
    attached = {one.evidence_id for one in item.attachments.all()}
    seen: set[object] = set()
    result = []
    for tie in tied:
        for other in found.get((tie.law, tie.row), ()):
            if other.pk in seen:
                continue
            seen.add(other.pk)
            last = decided.get(other.pk)
            pieces = tuple(
                one.evidence
                for one in other.attachments.all()
                if one.evidence.withdrawn_at is None and one.evidence_id not in attached
            )
            changed = last is not None and last.other_sha256 != standing(other)
            row = other.checklist.catalogue.row(other.row_id)
            result.append(Proposal(other, row, tie, pieces, last, changed))
    return sorted(result, key=lambda one: not one.is_open)


def _decided(item: ChecklistItem, others: Iterable[ChecklistItem]) -> dict[UUID, TieDecision]:
    """Return the newest decision on each of `others`, also one from before either was moved to a newer text."""
    heads = {one.pk: one for one in (item, *others)}
    rows = {one.row_id for one in heads.values()}
    kept = ChecklistItem.objects.filter(checklist__system_id=item.checklist.system_id, row_id__in=rows)
    before = dict(kept.values_list("pk", "carried_from_id"))
    now: dict[UUID, UUID] = {}
    for head in heads:
        one: UUID | None = head
        while one is not None:
            now[one], one = head, before.get(one)
    made = TieDecision.objects.filter(item__in=[one for one, head in now.items() if head == item.pk])
    return {now[one.other_id]: one for one in made.select_related("by__user").order_by("at") if one.other_id in now}


def standing(item: ChecklistItem) -> str:
    """Return the digest of what a row says: progress, verdict, reason and the evidence that counts."""
    pieces = sorted(str(one.evidence_id) for one in item.attachments.all() if one.evidence.withdrawn_at is None)
    said = {"progress": item.progress, "verdict": item.verdict, "reason": item.reason, "evidence": pieces}
    return digest(said)


def _beside(by: Membership, item: ChecklistItem) -> QuerySet[Checklist]:
    """The other checklists of the system, without those that were undone or moved on to a newer text."""
    current = checklist_queries.in_use(by).filter(system_id=item.checklist.system_id)
    return current.exclude(pk=item.checklist_id)
