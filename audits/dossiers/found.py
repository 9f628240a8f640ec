"""What was found on the rows of a checklist, for the manifest, with what a second person decided on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from compliance.catalogue.exposure import exposure
from compliance.checklists.models import Checklist
from compliance.findings.models import CorrectiveAction, Finding, RiskAcceptance, Verification
from compliance.findings.queries import by_severity
from compliance.people.models import Membership


def findings(by: Membership, checklist: Checklist) -> list[dict[str, Any]]:
    """Return the findings on the rows of a checklist, also those raised under an earlier text, the gravest first."""
    return [_finding(one) for one in by_severity(by, checklist)]


def _finding(one: Finding) -> dict[str, Any]:
    checklist = one.item.checklist
    return {
        "id": str(one.id),
        "number": one.number,
        "row": one.item.row_id,
        "text_version": checklist.text_version,
        **{name: getattr(one, name) for name in ("kind", "severity", "state", "title", "statement")},
        **{name: getattr(one, name) for name in ("cause", "incident", "risk", "extent")},
        "raised_by": _person(one.raised_by),
        "raised_at": _moment(one.raised_at),
        "handed_in_by": _person(one.handed_in_by),
        "actions": [_action(action) for action in one.actions.all()],
        "verifications": [_verification(verified) for verified in one.verifications.all()],
        "acceptances": [_acceptance(accepted) for accepted in one.acceptances.all()],
        "exposure": _exposure(one),
    }


def _action(one: CorrectiveAction) -> dict[str, Any]:
    return {
        "what": one.what,
        "owner": _person(one.owner),
        "due_on": one.due_on.isoformat(),
        "state": one.state,
        "said": one.said,
        "ended_by": _person(one.ended_by),
        "ended_at": _moment(one.ended_at),
        "evidence": one.evidence.sha256 if one.evidence else None,
        "shows": one.evidence.title if one.evidence else "",
    }


def _verification(one: Verification) -> dict[str, Any]:
    return {
        "by": _person(one.by),
        "at": _moment(one.at),
        "effective": one.effective,
        "reason": one.reason,
        "subject_sha256": one.subject_sha256,
    }


def _acceptance(one: RiskAcceptance) -> dict[str, Any]:
    return {
        "reason": one.reason,
        "until": one.until.isoformat(),
        "proposed_by": _person(one.proposed_by),
        "proposed_at": _moment(one.proposed_at),
        "decision": one.decision,
        "decided_by": _person(one.decided_by),
        "decided_at": _moment(one.decided_at),
        "decided_reason": one.decided_reason,
        "subject_sha256": one.subject_sha256 or None,
    }


def _exposure(one: Finding) -> dict[str, Any] | None:
    law = one.item.checklist.catalogue
    found = exposure(law.row(one.item.row_id), law)
    if found is None:
        return None
    return {
        "basis": [{"citation": cited, "says": [row.question for row in rows]} for cited, rows in found.basis],
        "counted_by": found.counted_by,
        "note": found.note,
    }


def _person(member: Membership | None) -> dict[str, str] | None:
    return {"id": str(member.user_id), "name": member.name} if member else None


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
