"""Preserve a piece because of a dispute or a request, until the hold is lifted."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from compliance.evidence import rules
from compliance.evidence.keeping import LegalHold
from compliance.evidence.models import Evidence
from compliance.people.models import Membership
from compliance.people.rules import check_can
from compliance.trail.actions import hold, write


@transaction.atomic
def place(*, by: Membership, evidence: Evidence, reason: str) -> LegalHold:
    """Hold a piece: until the hold is lifted, it cannot be withdrawn."""
    check_can(by, "hold_evidence")
    evidence = _locked(by, evidence)
    rules.check_hold(evidence, reason)
    made = LegalHold.objects.create(evidence=evidence, reason=reason.strip(), placed_by=by)
    _record(by, evidence, "evidence.held", reason)
    return made


@transaction.atomic
def lift(*, by: Membership, evidence: Evidence, reason: str) -> LegalHold:
    """Lift the hold of a piece; it stays in its history."""
    check_can(by, "hold_evidence")
    evidence = _locked(by, evidence)
    found = rules.check_lift(evidence, reason)
    found.lifted_by, found.lifted_at, found.lifted_reason = by, timezone.now(), reason.strip()
    found.save(update_fields=["lifted_by", "lifted_at", "lifted_reason"])
    _record(by, evidence, "evidence.hold_lifted", reason)
    return found


def _locked(by: Membership, evidence: Evidence) -> Evidence:
    hold(by.organisation_id)
    pieces = Evidence.objects.select_for_update(of=("self",), no_key=True).select_related("latest")
    return pieces.get(pk=evidence.pk, organisation_id=by.organisation_id)


def _record(by: Membership, evidence: Evidence, verb: str, reason: str) -> None:
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb=verb,
        subject=evidence.subject,
        data={"reason": reason.strip(), "sha256": evidence.sha256},
    )
