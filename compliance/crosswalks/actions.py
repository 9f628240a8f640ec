"""Take over evidence from a tied row, take note of it, or decline; each is remembered with who and when."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from compliance.checklists import actions as checklist_actions
from compliance.checklists.models import ChecklistItem
from compliance.crosswalks.models import TieDecision
from compliance.crosswalks.queries import Proposal, proposals, standing
from compliance.evidence.models import Evidence
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.rules import check_can
from compliance.trail.actions import hold, write

Decision = TieDecision.Decision


@transaction.atomic
def take(*, by: Membership, item: ChecklistItem, other: ChecklistItem, pieces: Collection[Evidence]) -> TieDecision:
    """Attach chosen pieces of a tied row here, under the same rules as any other evidence."""
    proposal = _proposal(by, item, other)
    offered = {one.pk for one in proposal.pieces}
    if not pieces:
        raise Refused(Problem("nothing-chosen", _("Choose at least one piece of evidence."), column="evidence"))
    for piece in pieces:
        if piece.pk not in offered:
            sentence = _("“{title}” is not offered by {row}.").format(title=piece.title, row=other.row_id)
            raise Refused(Problem("not-offered", sentence, column="evidence"))
        checklist_actions.attach(by=by, item=item, evidence=piece)
    titles = ", ".join(sorted(piece.title for piece in pieces))
    return _record(by, item, proposal, Decision.TAKEN, evidence=titles)


@transaction.atomic
def note(*, by: Membership, item: ChecklistItem, other: ChecklistItem) -> TieDecision:
    """Take note of a tied row without taking anything over."""
    return _record(by, item, _proposal(by, item, other), Decision.NOTED)


@transaction.atomic
def decline(*, by: Membership, item: ChecklistItem, other: ChecklistItem, reason: str = "") -> TieDecision:
    """Say that a tied row does not help here, and why, if somebody says why."""
    return _record(
        by, item, _proposal(by, item, other), Decision.DECLINED, reason=reason.strip() or "no reason is given"
    )


def _proposal(by: Membership, item: ChecklistItem, other: ChecklistItem) -> Proposal:
    check_can(by, "answer_items")
    hold(by.organisation_id)
    found = next((one for one in proposals(by, item, through=True) if one.item.pk == other.pk), None)
    if found is None:
        sentence = _("{other} is not tied to {row}.").format(other=other.row_id, row=item.row_id)
        raise Refused(Problem("not-tied", sentence))
    return found


def _record(
    by: Membership, item: ChecklistItem, proposal: Proposal, decision: Decision, reason: str = "", evidence: str = ""
) -> TieDecision:
    other = proposal.item
    made = TieDecision.objects.create(
        item=item, other=other, decision=decision, reason=reason, other_sha256=standing(other), by=by
    )
    data = {"other": f"{other.row_id} ({other.checklist.title})", "other_id": str(other.pk)}
    data |= {"source": proposal.tie.source, "relation": proposal.tie.relation}
    data |= {name: text for name, text in (("reason", reason), ("evidence", evidence)) if text}
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb=f"crosswalk.{decision.value}",
        subject=item.subject,
        system_id=item.checklist.system_id,
        data=data,
    )
    return made
