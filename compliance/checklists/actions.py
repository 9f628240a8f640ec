"""Open a checklist, answer its rows, attach evidence, send rows to review and decide on them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.checklists import deciding, queries, rules
from compliance.checklists.approvals import subject, subjects
from compliance.checklists.binding import apply_determination
from compliance.checklists.models import (
    Checklist,
    ChecklistItem,
    Decision,
    ItemEvidence,
    Preparer,
    Progress,
    Review,
    Verdict,
)
from compliance.determinations.models import Determination
from compliance.evidence import queries as evidence_queries
from compliance.evidence.models import Evidence, EvidenceVersion
from compliance.frameworks import catalogues
from compliance.lib.canonical import sha256
from compliance.lib.problems import Forbidden, Problem, Refused
from compliance.people.models import Membership
from compliance.people.queries import active_members
from compliance.people.rules import check_can
from compliance.reviews.queries import quorum_for, stands_in_for
from compliance.reviews.quorum import Quorum
from compliance.reviews.rules import in_words
from compliance.systems.models import AISystem
from compliance.trail.actions import hold, write
from compliance.trail.changes import since, snapshot
from compliance.trail.recorded import for_the_record

_KEEP: Any = object()


def open_checklist(
    *,
    by: Membership,
    system: AISystem,
    law: str,
    text_version: str | None = None,
    determination: Determination | None = None,
) -> Checklist:
    """Open the checklist of a law (its newest text by default) for a system, one item for each row of the law.

    With a signed determination of that system on that text, the rows say at once whether they bind.
    """
    check_can(by, "open_checklists")
    if system.organisation_id != by.organisation_id:
        raise ValueError("The AI system belongs to another organisation.")
    catalogues.check_offered(by.organisation, law, text_version)
    catalogue = catalogues.catalogue(law, text_version)
    try:
        with transaction.atomic():
            checklist = Checklist.objects.create(
                organisation=by.organisation,
                system=system,
                law=catalogue.law,
                text_version=catalogue.text_version,
                title=catalogue.short_title,
                opened_by=by,
            )
            ChecklistItem.objects.bulk_create(
                ChecklistItem(checklist=checklist, row_id=row.id, position=place)
                for place, row in enumerate(catalogue.rows)
            )
            write(
                organisation_id=by.organisation_id,
                actor=by.actor,
                verb="checklist.opened",
                subject=checklist.subject,
                system_id=system.id,
                data={
                    "law": catalogue.law,
                    "text_version": catalogue.text_version,
                    "catalogue_sha256": catalogue.digest,
                    "rows": len(catalogue.rows),
                },
            )
            if determination is not None:
                checklist = apply_determination(by=by, checklist=checklist, determination=determination)
    except IntegrityError:
        sentence = _("{system} has the checklist {title} already.").format(system=system, title=catalogue.short_title)
        raise Refused(Problem("checklist-open-already", sentence)) from None
    return checklist


@transaction.atomic
def change(
    *,
    by: Membership,
    item: ChecklistItem,
    revision: int | None = None,
    verdict: str = _KEEP,
    reason: str = _KEEP,
    note: str = _KEEP,
    owner: Membership | None = _KEEP,
    due_on: date | None = _KEEP,
    despite: bool = False,
) -> ChecklistItem:
    """Change what is said on a row. With `revision`, a row that somebody else changed since is not overwritten.

    A row that does not bind, as the determination says, is found met or not met only with `despite`: knowingly.
    """
    item = _locked(by, item)
    rules.check_move("change", by=by, item=item)
    if revision is not None and revision != item.revision:
        sentence = _("Somebody else changed {row} while you were writing.").format(row=item.row_id)
        hint = _("Your text is still in the form. Compare it with what the row says now, then save again.")
        raise Refused(Problem("changed-meanwhile", sentence, hint))
    wanted: dict[str, Any] = {"verdict": verdict, "reason": reason, "note": note, "owner": owner, "due_on": due_on}
    given = {name: value for name, value in wanted.items() if value is not _KEEP}
    if owner is not _KEEP and owner is not None and not active_members(by).filter(pk=owner.pk).exists():
        raise Refused(Problem("owner-not-a-member", _("The owner is not a member here."), column="owner"))
    rules.check_despite(item, item.verdict if verdict is _KEEP else verdict, despite=despite)
    before = snapshot(item, given)
    for name, value in given.items():
        setattr(item, name, value.strip() if isinstance(value, str) else value)
    rules.check_answer(item.verdict, item.reason)
    changed = since(item, before)
    if changed:
        if {"verdict", "reason", "note"} & changed["after"].keys():
            prepared(by, [item])
        _move("change", item)
        _record(by, item, "item.changed", **changed)
    return item


@transaction.atomic
def attach(
    *, by: Membership, item: ChecklistItem, evidence: Evidence, version: EvidenceVersion | None = None
) -> ItemEvidence:
    """Attach a piece of evidence to a row, in one version or always in its newest; attaching it twice in the same way
    changes nothing."""
    item = _locked(by, item)
    rules.check_move("change", by=by, item=item)
    if not evidence_queries.evidence(by).filter(pk=evidence.pk).exists():
        raise ValueError("The evidence belongs to another organisation, or is out of the guest's reach.")
    if evidence.withdrawn_at:
        sentence = _("{title} was withdrawn, so it cannot be attached.").format(title=evidence.title)
        raise Refused(Problem("evidence-withdrawn", sentence, column="evidence"))
    if version is not None and version.evidence_id != evidence.pk:
        raise ValueError("The version belongs to another piece of evidence.")
    found = ItemEvidence.objects.filter(item=item, evidence=evidence).first()
    if found is not None and found.version_id == (version.pk if version else None):
        return found
    made = ItemEvidence(item=item, evidence=evidence, version=version, attached_by=by)
    if found is not None:
        made.pk = found.pk
    made.save()
    prepared(by, [item])
    _move("change", item)
    told = _piece(evidence) | {"version": "latest"}
    if version is not None:
        told |= {"version": str(version.number), "sha256": version.sha256}
    _record(by, item, "item.attached", **told)
    return made


@transaction.atomic
def detach(*, by: Membership, item: ChecklistItem, evidence: Evidence) -> None:
    """Take a piece of evidence off a row; the piece itself stays in the library."""
    item = _locked(by, item)
    rules.check_move("change", by=by, item=item)
    gone, _detail = ItemEvidence.objects.filter(item=item, evidence=evidence).delete()
    if gone:
        prepared(by, [item])
        _move("change", item)
        _record(by, item, "item.detached", **_piece(evidence))


@transaction.atomic
def submit(*, by: Membership, item: ChecklistItem) -> ChecklistItem:
    """Send a row to review; from now on nobody changes it until it is decided or taken back."""
    item = _locked(by, item)
    rules.check_move("submit", by=by, item=item)
    rules.check_answer(item.verdict, item.reason)
    rules.check_complete(item, live_evidence=item.evidence.filter(withdrawn_at=None).count())
    _submit(by, item)
    return item


@transaction.atomic
def confirm(*, by: Membership, item: ChecklistItem) -> ChecklistItem:
    """Say that an answer that was carried over still holds; one that had been accepted goes to review again."""
    item = _locked(by, item)
    rules.check_move("confirm", by=by, item=item)
    why, again = item.confirm_again, rules.reviewed_before(item)
    if again:
        rules.check_answer(item.verdict, item.reason)
        rules.check_complete(item, live_evidence=item.evidence.filter(withdrawn_at=None).count())
    prepared(by, [item])
    item.confirm_again = ""
    item.revision += 1
    item.save()
    _record(by, item, "item.confirmed", why=why, text_version=item.checklist.text_version)
    if again:
        _submit(by, item)
    return item


@transaction.atomic
def withdraw(*, by: Membership, item: ChecklistItem) -> ChecklistItem:
    """Take a row back before a reviewer began."""
    item = _locked(by, item)
    rules.check_move("withdraw", by=by, item=item)
    item.submitted_by = item.submitted_at = None
    _move("withdraw", item)
    _record(by, item, "item.withdrawn")
    return item


@transaction.atomic
def take(*, by: Membership, item: ChecklistItem) -> ChecklistItem:
    """Begin the review of a row."""
    item = _locked(by, item)
    rules.check_move("take", by=by, item=item)
    item.taken_by = by
    _move("take", item)
    _record(by, item, "item.taken")
    return item


@transaction.atomic
def accept(
    *, by: Membership, item: ChecklistItem, reason: str = "", seen: str = "", in_place_of: Membership | None = None
) -> Review:
    """Accept what another person submitted; the row is done once as many did, in the roles, as its quorum asks for.

    With `seen`, the digest of what was looked at, a row that changed since is refused. `in_place_of` is somebody who
    handed their decisions over to `by` for a while.
    """
    item = _locked(by, item)
    rules.check_move("accept", by=by, item=item)
    rules.check_complete(item, live_evidence=item.evidence.filter(withdrawn_at=None).count())
    now = deciding.standing(item, subject_digest(item))
    deciding.check_seen(now, seen)
    _check_stands_in(by, in_place_of)
    role = deciding.check_accept(by, now, in_place_of)
    review = _review(by, item, Decision.ACCEPTED, reason, role, in_place_of)
    missing = now.quorum.missing([*now.roles, role])
    told: dict[str, Any] = {**_answer(item), "subject_sha256": review.subject_sha256, **_in_place(in_place_of)}
    if now.void:
        told["void"] = [str(one.pk) for one in now.void]
    if missing:
        item.progress, item.taken_by = Progress.IN_REVIEW, None
        item.revision += 1
        item.save()
        with for_the_record():
            told |= {"number": now.decided + 1, "needed": now.quorum.people, "missing": in_words(missing)}
        _record(by, item, "item.agreed", **told)
    else:
        item.preparers.all().delete()
        _move("accept", item)
        _record(by, item, "item.accepted", **told)
    return review


@transaction.atomic
def give_back(
    *, by: Membership, item: ChecklistItem, reason: str, seen: str = "", in_place_of: Membership | None = None
) -> Review:
    """Return a row to whoever submitted it, with the reason; one person in any role that reviews is enough."""
    item = _locked(by, item)
    rules.check_move("return", by=by, item=item)
    rules.check_reason(reason, str(rules.TOLD["return"]))
    deciding.check_seen(deciding.standing(item, subject_digest(item)), seen)
    _check_stands_in(by, in_place_of)
    review = _review(by, item, Decision.RETURNED, reason, (in_place_of or by).role, in_place_of)
    item.submitted_by = item.submitted_at = None
    _move("return", item)
    told = {"reason": reason.strip(), "subject_sha256": review.subject_sha256} | _in_place(in_place_of)
    _record(by, item, "item.returned", **told)
    return review


@transaction.atomic
def reconfirm(*, by: Membership, item: ChecklistItem, reason: str) -> ChecklistItem:
    """Say that what was accepted still holds although it changed since, and why.

    It goes to review, and holds again once as many people accept it, in the same roles, as its acceptance needed; where
    the law's rule asks for more by now, as many as that.
    """
    item = _locked(by, item)
    rules.check_move("reconfirm", by=by, item=item)
    rules.check_reason(reason, str(rules.TOLD["reconfirm"]))
    rules.check_complete(item, live_evidence=item.evidence.filter(withdrawn_at=None).count())
    item.submitted_by, item.submitted_at, item.reconfirmed = by, timezone.now(), reason.strip()
    needed = quorum_for(by.organisation_id, item.checklist.law)
    item.quorum = needed.with_at_least(Quorum.of(item.quorum)).as_json()
    prepared(by, [item])
    _move("reconfirm", item)
    changes = [one["sentence"] for one in item.stale_reasons]
    told = {"reason": reason.strip(), "changes": changes, "subject_sha256": subject_digest(item)}
    _record(by, item, "item.reconfirmed", **told)
    return item


@transaction.atomic
def reopen(*, by: Membership, item: ChecklistItem, reason: str) -> ChecklistItem:
    """Open a row again that was done; what was decided before stays in its history."""
    item = _locked(by, item)
    rules.check_move("reopen", by=by, item=item)
    rules.check_reason(reason, str(rules.TOLD["reopen"]))
    item.submitted_by = item.submitted_at = None
    _move("reopen", item)
    _record(by, item, "item.reopened", reason=reason.strip())
    return item


def subject_digest(item: ChecklistItem) -> str:
    """Return the digest of exactly what a reviewer decides on; see :mod:`compliance.checklists.approved`."""
    return sha256(subject(item))


def subject_digests(items: Collection[ChecklistItem]) -> dict[UUID, str]:
    """Return the digests of several rows of one organisation, in a fixed number of queries."""
    return {pk: sha256(one) for pk, one in subjects(items).items()}


def _locked(by: Membership, item: ChecklistItem) -> ChecklistItem:
    hold(by.organisation_id)
    return (
        ChecklistItem.objects.select_for_update(of=("self",), no_key=True)
        .select_related("checklist__system", "submitted_by__user", "owner__user", "carried_from")
        .get(queries.reached(by), pk=item.pk)
    )


def _submit(by: Membership, item: ChecklistItem) -> None:
    # Who submits a row has seen it in its present words: nothing is left to be confirmed.
    item.submitted_by, item.submitted_at, item.confirm_again = by, timezone.now(), ""
    item.quorum = quorum_for(by.organisation_id, item.checklist.law).as_json()
    prepared(by, [item])
    _move("submit", item)
    _record(by, item, "item.submitted", **_answer(item), subject_sha256=subject_digest(item))


def _move(move: str, item: ChecklistItem) -> None:
    item.progress = rules.MOVES[move][1]
    if item.progress in (Progress.IN_PROGRESS, Progress.DONE):  # answered anew, or decided on as it is now
        item.stale_since, item.stale_reasons, item.reconfirmed = None, [], ""
    if move != "take":
        item.taken_by = None
    item.revision += 1
    item.save()


def prepared(by: Membership, items: Iterable[ChecklistItem]) -> None:
    """Remember that a person prepared a part of rows, so that they do not decide on them."""
    Preparer.objects.bulk_create([Preparer(item=item, member=by) for item in items], ignore_conflicts=True)


def _check_stands_in(by: Membership, in_place_of: Membership | None) -> None:
    if in_place_of is not None and in_place_of.pk not in {one.pk for one in stands_in_for(by)}:
        sentence = _("{name} has not handed their decisions over to you for today.").format(name=in_place_of.name)
        raise Forbidden(Problem("no-delegation", sentence, column="in_place_of"))


def _in_place(of: Membership | None) -> dict[str, str]:
    return {"in_place_of": of.personal_name} if of else {}


def _review(
    by: Membership, item: ChecklistItem, decision: Decision, reason: str, role: str, in_place_of: Membership | None
) -> Review:
    if item.submitted_by is None or item.submitted_at is None:
        raise ValueError("A row under review was submitted by somebody.")
    seen = subject(item)
    return Review.objects.create(
        item=item,
        reviewer=by,
        in_place_of=in_place_of,
        role=role,
        decision=decision,
        reason=reason.strip(),
        submitted_by=item.submitted_by,
        submitted_at=item.submitted_at,
        subject_sha256=sha256(seen),
        subject=seen.decode(),
    )


def _record(by: Membership, item: ChecklistItem, verb: str, **data: Any) -> None:
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb=verb,
        subject=item.subject,
        system_id=item.checklist.system_id,
        data={"checklist": str(item.checklist_id), **data},
    )


def _piece(evidence: Evidence) -> dict[str, str]:
    return {"evidence": evidence.title, "evidence_id": str(evidence.id), "sha256": evidence.sha256}


def _answer(item: ChecklistItem) -> dict[str, str]:
    return {"verdict": Verdict(item.verdict).value, "reason": item.reason}
