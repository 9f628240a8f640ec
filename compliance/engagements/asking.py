"""Ask a person for evidence, answer, settle."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import IO, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.checklists import actions as checklist_actions
from compliance.checklists.models import ChecklistItem
from compliance.checklists.queries import items
from compliance.engagements import queries, rules
from compliance.engagements.actions import locked
from compliance.engagements.granting import grant
from compliance.engagements.models import Engagement, EvidenceRequest, GivenPiece
from compliance.evidence import actions as evidence_actions
from compliance.evidence.models import Evidence
from compliance.lib.problems import Problem, Refused, reason_given
from compliance.people.actions import person
from compliance.people.models import Membership, Reach, Role
from compliance.people.rules import check_can
from compliance.trail.actions import write


@transaction.atomic
def ask(
    *,
    by: Membership,
    engagement: Engagement,
    title: str,
    email: str,
    name: str = "",
    due_on: date,
    wanted: str = "",
    item: ChecklistItem | None = None,
) -> EvidenceRequest:
    """Ask a person for something by a day. One who is no member reaches the requests put to them, and nothing else."""
    engagement = locked(by, engagement)
    rules.check_ask(by, engagement)
    if not title.strip():
        raise Refused(Problem("request-without-title", _("Say what you ask for."), column="title"))
    if item is not None and not _in_scope(by, engagement, item):
        sentence = _("{row} is not in the scope of this engagement.").format(row=item.row_id)
        raise Refused(Problem("not-in-scope", sentence, column="item"))
    user, member = person(by=by, email=email, name=name)
    if member is None or not member.is_active:
        member = member or Membership(organisation=by.organisation, user=user)
        member.role, member.reach, member.is_active = Role.CONTRIBUTOR, Reach.REQUESTS, True
        member.save()
    request = EvidenceRequest.objects.create(
        engagement=engagement,
        title=title.strip()[:200],
        wanted=wanted.strip(),
        item=item,
        asked=member,
        due_on=due_on,
        asked_by=by,
    )
    _record(
        by, request, "request.made", name=member.personal_name, email=member.personal_email, due_on=due_on.isoformat()
    )
    grant(engagement)
    return request


def give_file(*, by: Membership, request: EvidenceRequest, stream: IO[bytes], file_name: str) -> Evidence:
    """Give a file; it is kept as evidence of the client, and becomes one that the team sees."""
    rules.check_request("give", by=by, request=request)
    then = partial(_given, by, request)
    return evidence_actions.add_file(by=by, title="", stream=stream, file_name=file_name, then=then, **_of(request))


def give_note(*, by: Membership, request: EvidenceRequest, note: str) -> Evidence:
    """Give a written answer; it is kept as evidence too."""
    rules.check_request("give", by=by, request=request)
    title = f"Answer to: {request.title}"[:200]
    then = partial(_given, by, request)
    return evidence_actions.add_note(by=by, title=title, note=note, then=then, **_of(request))


@transaction.atomic
def answer(*, by: Membership, request: EvidenceRequest) -> EvidenceRequest:
    """Say that what was given is the answer."""
    request = _locked(by, request)
    rules.check_request("answer", by=by, request=request)
    if not request.given.exists():
        sentence = _("Nothing was given yet.")
        raise Refused(Problem("nothing-given", sentence, _("Add a file or a note first, or say why not.")))
    request.answered_at, request.said, request.reason = timezone.now(), "", ""
    return _move(by, request, "answer", "request.answered", pieces=request.given.count())


@transaction.atomic
def decline(*, by: Membership, request: EvidenceRequest, reason: str) -> EvidenceRequest:
    """Say why not."""
    request = _locked(by, request)
    rules.check_request("decline", by=by, request=request)
    request.said = reason_given(reason, _("Say why it is not given."))
    request.answered_at, request.reason = timezone.now(), ""
    return _move(by, request, "decline", "request.declined", reason=request.said)


@transaction.atomic
def settle(*, by: Membership, request: EvidenceRequest) -> EvidenceRequest:
    """Take an answer as settled; what was given is attached to the row that it was asked for."""
    request = _locked(by, request)
    rules.check_request("settle", by=by, request=request)
    if request.item is not None:
        for given in request.given.select_related("evidence"):
            if given.evidence.withdrawn_at is None:
                checklist_actions.attach(by=by, item=request.item, evidence=given.evidence)
    request.settled_by, request.settled_at = by, timezone.now()
    return _move(by, request, "settle", "request.settled")


@transaction.atomic
def give_back(*, by: Membership, request: EvidenceRequest, reason: str) -> EvidenceRequest:
    """Return an answer that is not enough, with what is missing."""
    request = _locked(by, request)
    rules.check_request("return", by=by, request=request)
    request.reason = reason_given(reason, _("Say what is missing."))
    return _move(by, request, "return", "request.returned", reason=request.reason)


@transaction.atomic
def give_over(*, by: Membership, request: EvidenceRequest, to: Membership) -> EvidenceRequest:
    """Put a request to another person, within the handing over of the work of somebody who leaves."""
    check_can(by, "manage_people")
    request = _locked(by, request)
    before, request.asked = request.asked, to
    request.save(update_fields=["asked"])
    _record(by, request, "request.given_over", before=before.personal_name, after=to.personal_name)
    grant(request.engagement)
    return request


@transaction.atomic
def withdraw(*, by: Membership, request: EvidenceRequest, reason: str) -> EvidenceRequest:
    """Ask no longer."""
    request = _locked(by, request)
    rules.check_request("withdraw", by=by, request=request)
    request.reason = reason_given(reason, _("Say why it is no longer asked for."))
    request = _move(by, request, "withdraw", "request.withdrawn", reason=request.reason)
    grant(request.engagement)
    return request


def _in_scope(by: Membership, engagement: Engagement, item: ChecklistItem) -> bool:
    pairs = {(one.system_id, one.law) for one in engagement.scope.all()}
    here = items(by).filter(pk=item.pk).first()
    return here is not None and (here.checklist.system_id, here.checklist.law) in pairs


def _of(request: EvidenceRequest) -> dict[str, Any]:
    system = request.item.checklist.system if request.item else None
    told = f"{request.asked.name}, asked in the engagement {request.engagement.title}"
    return {"source": told[:300], "systems": [system] if system else []}


def _given(by: Membership, request: EvidenceRequest, piece: Evidence) -> None:
    # It may have been settled while the bytes came in. The trail is held by now, so what is read here stays so.
    rules.check_request("give", by=by, request=queries.requests(by).get(pk=request.pk))
    GivenPiece.objects.create(request=request, evidence=piece, given_by=by)
    _record(by, request, "request.given", evidence=piece.title, evidence_id=str(piece.id), sha256=piece.sha256)


def _locked(by: Membership, request: EvidenceRequest) -> EvidenceRequest:
    found = EvidenceRequest.objects.select_for_update(of=("self",), no_key=True)
    found = found.select_related("engagement__organisation", "asked__user", "item__checklist__system")
    return found.get(pk=request.pk, pk__in=queries.requests(by).order_by().values("pk"))


def _move(by: Membership, request: EvidenceRequest, move: str, verb: str, **data: Any) -> EvidenceRequest:
    request.state = rules.REQUEST_MOVES[move][1]
    request.save()
    _record(by, request, verb, **data)
    return request


def _record(by: Membership, request: EvidenceRequest, verb: str, **data: Any) -> None:
    write(
        organisation_id=request.engagement.organisation_id,
        actor=by.actor,
        verb=verb,
        subject=request.subject,
        system_id=request.item.checklist.system_id if request.item else None,
        data={"engagement": str(request.engagement_id), **data},
    )
