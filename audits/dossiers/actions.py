"""Freeze a checklist into a manifest; render and sign it in the background."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.dossiers import freeze as freezing
from audits.dossiers.models import Dossier
from audits.dossiers.rules import check_status
from audits.work.models import State
from audits.work.nudge import nudge
from audits.work.records import MACHINE, check_attempts, fail, record
from audits.work.watching import Stopped
from compliance.checklists.models import Checklist
from compliance.evidence import blobs
from compliance.lib.canonical import dump, load
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.rules import check_can
from compliance.trail.actions import hold
from compliance.trail.recorded import for_the_record


def freeze(*, by: Membership, checklist: Checklist, title: str = "", status: str, statement: str = "") -> Dossier:
    """Pin everything as it is now and hand it to a worker; later changes do not reach into it."""
    check_can(by, "make_dossiers")
    if checklist.organisation_id != by.organisation_id:
        raise ValueError("The checklist belongs to another organisation.")
    with transaction.atomic():
        hold(by.organisation_id)
        check_status(status, checklist)
        at, id = timezone.now(), uuid4()
        title = title.strip() or f"{checklist.title}: {checklist.system}"
        with for_the_record():
            manifest, attachments = freezing.gather(
                by=by,
                checklist=checklist,
                id=str(id),
                title=title[:200],
                status=status,
                statement=statement.strip(),
                at=at,
            )
        kept = blobs.put_bytes(by.organisation_id, dump(manifest))
        for data in attachments.values():
            blobs.put_bytes(by.organisation_id, data)
        dossier = Dossier.objects.create(
            id=id,
            organisation=by.organisation,
            system=checklist.system,
            checklist=checklist,
            title=title[:200],
            status=status,
            manifest_sha256=kept.sha256,
            frozen_by=by,
            frozen_at=at,
            asked_at=at,
        )
        record(by.actor, dossier, "dossier.frozen", sha256=kept.sha256, short=kept.sha256[:12], status=status)
        nudge("audits.dossiers.make", dossier)
    return dossier


@transaction.atomic
def cancel(*, by: Membership, dossier: Dossier) -> Dossier:
    """End the making of a dossier; what was frozen is kept, nothing is signed, and it can be made after all."""
    check_can(by, "make_dossiers")
    dossier = Dossier.objects.select_for_update().get(pk=dossier.pk, organisation_id=by.organisation_id)
    dossier.call_off(by)
    record(by.actor, dossier, "dossier.cancelled")
    return dossier


@transaction.atomic
def make_after_all(*, by: Membership, dossier: Dossier) -> Dossier:
    """Hand a cancelled or stopped dossier to a worker once more, from what was frozen then."""
    check_can(by, "make_dossiers")
    dossier = Dossier.objects.select_for_update().get(pk=dossier.pk, organisation_id=by.organisation_id)
    if dossier.state not in (State.CANCELLED, State.FAILED):
        raise Refused(Problem("started-already", _("This dossier is being made, or was made already.")))
    dossier.state, dossier.attempts, dossier.problems = State.WAITING, 0, []
    dossier.asked_at, dossier.ended_at, dossier.cancelled_by = timezone.now(), None, None
    dossier.done_permille = 0
    dossier.save()
    record(by.actor, dossier, "dossier.resumed")
    nudge("audits.dossiers.make", dossier)
    return dossier


def carry_out(pk: UUID) -> None:
    """Render, sign and check one dossier, in a worker. A killed worker leaves nothing half-signed: the file is kept
    only when it is whole, in the same transaction as the row that names it."""
    from audits.dossiers import making  # heavy: only a worker needs it

    work = Dossier.claim(pk)
    if work is None:
        return
    try:
        check_attempts(work, _("Tell the operator; then freeze it again."))
        with work.kept_alive():
            manifest, attachments = contents(work)
            made = making.make(manifest, attachments, signer=making.signer(), at=timezone.now(), say=work.say)
            rendered = blobs.put_bytes(work.organisation_id, made.rendered)
            signed = blobs.put_bytes(work.organisation_id, made.signed)
    except Stopped:  # cancelled, or taken up by another worker: the row says which
        return
    except Refused as refused:
        fail(work, work, "dossier.failed", refused.problems)
        return
    columns = {
        "rendered_sha256": rendered.sha256,
        "signed_sha256": signed.sha256,
        "signed_size": signed.size,
        "signer": made.signer[:300],
    }
    with work.handing_in(State.FINISHED, **columns) as ours:
        if ours:
            short = signed.sha256[:12]
            record(MACHINE, work, "dossier.signed", sha256=signed.sha256, short=short, signer=made.signer)


def contents(dossier: Dossier) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the frozen manifest and its attachments, every digest checked again."""
    manifest = load(blobs.read(dossier.organisation_id, dossier.manifest_sha256))
    attachments = {
        entry["name"]: blobs.read(dossier.organisation_id, entry["sha256"]) for entry in manifest["attachments"]
    }
    return manifest, attachments


@transaction.atomic
def record_download(*, by: Membership, dossier: Dossier) -> None:
    """Write into the trail that a member took a copy."""
    record(by.actor, dossier, "dossier.downloaded", sha256=dossier.signed_sha256)
