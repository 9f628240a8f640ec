"""Raise a finding, act on it, verify, accept its risk, reopen it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.checklists.models import ChecklistItem
from compliance.checklists.queries import items
from compliance.checklists.rules import check_in_use
from compliance.engagements.models import Engagement
from compliance.engagements.models import State as EngagementState
from compliance.engagements.queries import engagements
from compliance.evidence.models import Evidence
from compliance.evidence.queries import evidence as pieces
from compliance.findings import queries, rules
from compliance.findings.models import CorrectiveAction, Finding, RiskAcceptance, State, Verification
from compliance.lib.canonical import digest
from compliance.lib.problems import Problem, Refused, reason_given
from compliance.people.models import Membership
from compliance.people.queries import active_members
from compliance.people.rules import check_can
from compliance.trail.actions import hold, write
from compliance.trail.changes import since, snapshot

WORDS = ("title", "statement", "kind", "severity")
EXPLAINED = ("cause", "incident", "risk", "extent")


@transaction.atomic
def raise_(
    *,
    by: Membership,
    item: ChecklistItem,
    title: str,
    statement: str,
    kind: str,
    severity: str,
    engagement: Engagement | None = None,
) -> Finding:
    """Raise a finding on a row; within an engagement where it was found there."""
    check_can(by, "raise_findings")
    item = items(by).get(pk=item.pk)
    check_in_use(item.checklist)
    rules.check_words(title.strip(), statement.strip(), kind, severity)
    if engagement is not None:
        engagement = engagements(by).get(pk=engagement.pk, state=EngagementState.OPEN)
        if not engagement.scope.filter(system=item.checklist.system_id, law=item.checklist.law).exists():
            sentence = _("{row} is not in the scope of this engagement.").format(row=item.row_id)
            raise Refused(Problem("not-in-scope", sentence, column="engagement"))
    hold(by.organisation_id)
    last = Finding.objects.filter(organisation_id=by.organisation_id).aggregate(last=Max("number"))["last"] or 0
    finding = Finding.objects.create(
        organisation=by.organisation,
        item=item,
        engagement=engagement,
        number=last + 1,
        title=title.strip(),
        statement=statement.strip(),
        kind=kind,
        severity=severity,
        raised_by=by,
    )
    _record(by, finding, "finding.raised", row=item.row_id, kind=kind, severity=severity, statement=finding.statement)
    return finding


@transaction.atomic
def reword(*, by: Membership, finding: Finding, **words: str) -> Finding:
    """Say otherwise what was found, while nothing was done about it."""
    return _change(by, finding, "reword", WORDS, words)


@transaction.atomic
def explain(*, by: Membership, finding: Finding, revision: int | None = None, **words: str) -> Finding:
    """Say what caused it, and what is known of an incident, a risk and its extent."""
    return _change(by, finding, "explain", EXPLAINED, words, revision)


@transaction.atomic
def plan(*, by: Membership, finding: Finding, what: str, owner: Membership, due_on: date) -> CorrectiveAction:
    """Plan a corrective action: what, who, by when."""
    finding = _locked(by, finding)
    rules.check_move("plan", by=by, finding=finding)
    if not what.strip():
        raise Refused(Problem("no-action", _("Say what is done."), column="what"))
    if not active_members(by).filter(pk=owner.pk).exists():
        raise Refused(Problem("owner-not-a-member", _("The owner is not a member here."), column="owner"))
    action = CorrectiveAction.objects.create(
        finding=finding, what=what.strip(), owner=owner, due_on=due_on, added_by=by
    )
    _move(
        by, finding, "plan", "finding.planned", what=action.what, owner=owner.personal_name, due_on=due_on.isoformat()
    )
    return action


@transaction.atomic
def end_action(
    *, by: Membership, action: CorrectiveAction, done: bool, said: str, evidence: Evidence | None = None
) -> CorrectiveAction:
    """Say that an action is done, with what shows it, or dropped, with why."""
    finding = _locked(by, action.finding)
    rules.check_move("end_action", by=by, finding=finding)
    action = (
        finding.actions.select_for_update(of=("self",), no_key=True).select_related("owner__user").get(pk=action.pk)
    )
    if action.state != CorrectiveAction.State.PLANNED:
        raise Refused(Problem("ended-already", _("This action is done or dropped already.")))
    action.said = reason_given(said, _("Say what was done.") if done else _("Say why it is dropped."))
    if evidence is not None and not pieces(by).filter(pk=evidence.pk, withdrawn_at=None).exists():
        raise ValueError("The evidence belongs to another organisation, or was withdrawn.")
    action.state = CorrectiveAction.State.DONE if done else CorrectiveAction.State.DROPPED
    action.evidence, action.ended_by, action.ended_at = evidence, by, timezone.now()
    action.save()
    told = {"what": action.what, "said": action.said, "sha256": evidence.sha256 if evidence else None}
    _move(by, finding, "end_action", "finding.action_done" if done else "finding.action_dropped", **told)
    return action


@transaction.atomic
def give_over(*, by: Membership, action: CorrectiveAction, to: Membership) -> CorrectiveAction:
    """Give a planned action of somebody who leaves to another person, within the handing over of their work."""
    check_can(by, "manage_people")
    finding = _locked(by, action.finding)
    action = finding.actions.select_related("owner__user").get(pk=action.pk)
    before, action.owner = action.owner, to
    action.save(update_fields=["owner"])
    finding.revision += 1
    finding.save(update_fields=["revision"])
    told = {"what": action.what, "before": before.personal_name, "after": to.personal_name}
    _record(by, finding, "finding.action_given", **told)
    return action


@transaction.atomic
def hand_in(*, by: Membership, finding: Finding) -> Finding:
    """Say that all was done, so that a second person sees whether it helped."""
    finding = _locked(by, finding)
    rules.check_move("hand_in", by=by, finding=finding)
    rules.check_complete(finding)
    finding.handed_in_by = by
    return _move(by, finding, "hand_in", "finding.handed_in", subject_sha256=subject_digest(finding))


@transaction.atomic
def verify(*, by: Membership, finding: Finding, reason: str, effective: bool = True) -> Verification:
    """Close a finding because what was done helped, or return it because it did not; either way by a second person."""
    move = "verify" if effective else "return"
    finding = _locked(by, finding)
    rules.check_move(move, by=by, finding=finding)
    reason = reason_given(reason, _("Say how you saw it, or what you saw instead."))
    made = Verification.objects.create(
        finding=finding, effective=effective, reason=reason, by=by, subject_sha256=subject_digest(finding)
    )
    verb = "finding.verified" if effective else "finding.returned"
    _move(by, finding, move, verb, reason=reason, subject_sha256=made.subject_sha256)
    return made


@transaction.atomic
def propose_acceptance(*, by: Membership, finding: Finding, reason: str, until: date) -> RiskAcceptance:
    """Propose to live with a finding until a day."""
    finding = _locked(by, finding)
    rules.check_move("propose", by=by, finding=finding)
    rules.check_propose(finding, finding.acceptances.select_related("proposed_by__user"))
    rules.check_until(until)
    reason = reason_given(reason, _("Say why the organisation can live with it."))
    made = RiskAcceptance.objects.create(finding=finding, reason=reason, until=until, proposed_by=by)
    _move(by, finding, "propose", "finding.acceptance_proposed", reason=reason, until=until.isoformat())
    return made


@transaction.atomic
def decide_acceptance(*, by: Membership, acceptance: RiskAcceptance, accept: bool, reason: str = "") -> RiskAcceptance:
    """Accept or refuse, as the second person, what another proposed; to refuse takes a reason."""
    move = "accept" if accept else "refuse"
    finding = _locked(by, acceptance.finding)
    rules.check_move(move, by=by, finding=finding)
    acceptance = finding.acceptances.select_related("proposed_by__user").get(pk=acceptance.pk)
    acceptance.finding = finding
    rules.check_decide(by, acceptance)
    if accept:
        rules.check_until(acceptance.until)
    else:
        reason_given(reason, _("Say why not."))
    acceptance.decision = RiskAcceptance.Decision.ACCEPTED if accept else RiskAcceptance.Decision.REFUSED
    acceptance.decided_by, acceptance.decided_at, acceptance.decided_reason = by, timezone.now(), reason.strip()
    acceptance.subject_sha256 = subject_digest(finding)
    acceptance.save()
    told = {"until": acceptance.until.isoformat(), "subject_sha256": acceptance.subject_sha256}
    verb = "finding.risk_accepted" if accept else "finding.risk_refused"
    _move(by, finding, move, verb, reason=acceptance.decided_reason or acceptance.reason, **told)
    return acceptance


@transaction.atomic
def withdraw(*, by: Membership, finding: Finding, reason: str) -> Finding:
    """Say that it was raised in error; it stays readable."""
    finding = _locked(by, finding)
    rules.check_move("withdraw", by=by, finding=finding)
    reason = reason_given(reason, _("Say why it was no finding."))
    return _move(by, finding, "withdraw", "finding.withdrawn", reason=reason)


@transaction.atomic
def reopen(*, by: Membership, finding: Finding, reason: str) -> Finding:
    """Open a finding again; what was done and decided before stays in its history."""
    finding = _locked(by, finding)
    rules.check_move("reopen", by=by, finding=finding)
    reason = reason_given(reason, _("Say why it is open again."))
    finding.handed_in_by = None
    return _move(by, finding, "reopen", "finding.reopened", reason=reason)


def subject_digest(finding: Finding) -> str:
    """Return the digest of exactly what a second person decides on: row, words, cause and what was done."""
    actions = finding.actions.select_related("owner__user", "evidence__latest").order_by("due_on", "added_at")
    return digest(
        {
            "schema": "probanda/finding/1",
            "row": finding.item.row_id,
            "law": finding.item.checklist.law,
            "text_version": finding.item.checklist.text_version,
            **{name: getattr(finding, name) for name in (*WORDS, *EXPLAINED)},
            "actions": [
                {
                    "what": one.what,
                    "owner": str(one.owner.user_id),
                    "due_on": one.due_on.isoformat(),
                    "state": one.state,
                    "said": one.said,
                    "evidence": one.evidence.sha256 if one.evidence else None,
                }
                for one in actions
            ],
        }
    )


def _change(
    by: Membership,
    finding: Finding,
    move: str,
    names: tuple[str, ...],
    words: dict[str, str],
    revision: int | None = None,
) -> Finding:
    unknown = set(words) - set(names)
    if unknown:
        raise TypeError(f"A finding has no field {', '.join(sorted(unknown))} to be changed here.")
    finding = _locked(by, finding)
    rules.check_move(move, by=by, finding=finding)
    if revision is not None and revision != finding.revision:
        sentence = _("Somebody else changed {finding} while you were writing.").format(finding=finding.name)
        hint = _("What you typed is still in the form. Look at the finding, then save again to replace what it says.")
        raise Refused(Problem("changed-meanwhile", sentence, hint))
    before = snapshot(finding, words)
    for name, value in words.items():
        setattr(finding, name, value.strip().replace("\r\n", "\n"))
    rules.check_words(finding.title, finding.statement, finding.kind, finding.severity)
    changed = since(finding, before)
    if changed:
        _move(by, finding, move, "finding.changed", **changed)
    return finding


def _locked(by: Membership, finding: Finding) -> Finding:
    hold(by.organisation_id)
    found = Finding.objects.select_for_update(of=("self",), no_key=True)
    found = found.select_related("item__checklist__system", "handed_in_by__user", "organisation")
    found = found.prefetch_related("actions__owner__user", "actions__ended_by__user")
    return found.get(pk=finding.pk, pk__in=queries.findings(by).order_by().values("pk"))


def _move(by: Membership, finding: Finding, move: str, verb: str, **data: Any) -> Finding:
    to = rules.MOVES[move][1]
    if move == "reopen" and finding.actions.exists():
        to = State.ACTING
    finding.state = to or finding.state
    finding.revision += 1
    finding.save()
    _record(by, finding, verb, **data)
    return finding


def _record(by: Membership, finding: Finding, verb: str, **data: Any) -> None:
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb=verb,
        subject=finding.subject,
        system_id=finding.item.checklist.system_id,
        data={"item": str(finding.item_id), **data},
    )
