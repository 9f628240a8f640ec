"""Freeze a checklist into a manifest; render and sign it in the background."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.dossiers import freeze as freezing
from audits.dossiers.models import PARTS_IN_PRINT, Dossier, Part, Signature
from audits.dossiers.rules import check_signing, check_status
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


def freeze(
    *,
    by: Membership,
    checklist: Checklist,
    title: str = "",
    status: str,
    statement: str = "",
    level: str = "",
    signers: Sequence[tuple[str, Membership]] = (),
) -> Dossier:
    """Pin everything as it is now and hand it to a worker; later changes do not reach into it.

    `signers` are those who are to sign, in order, each with what they sign as; with none, the house seals the dossier.
    """
    check_can(by, "make_dossiers")
    if checklist.organisation_id != by.organisation_id:
        raise ValueError("The checklist belongs to another organisation.")
    with transaction.atomic():
        hold(by.organisation_id)
        check_status(status, checklist)
        level = level or settings.SIGNING_LEVEL
        check_signing(level, signers, by)
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
        manifest["signing"] = _signing(level, signers)
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
            level=level,
            frozen_by=by,
            frozen_at=at,
            asked_at=at,
        )
        for place, (part, member) in enumerate(signers, 1):
            Signature.objects.create(dossier=dossier, position=place, part=part, member=member)
        record(by.actor, dossier, "dossier.frozen", sha256=kept.sha256, short=kept.sha256[:12], status=status)
        nudge("audits.dossiers.make", dossier)
    return dossier


def _signing(level: str, signers: Sequence[tuple[str, Membership]]) -> dict[str, Any]:
    listed = [
        {"field": f"Signature{place}", "name": member.name, "role": PARTS_IN_PRINT[Part(part)]}
        for place, (part, member) in enumerate(signers, 1)
    ]
    return {"level": level, "signers": listed}


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
            signed = blobs.put_bytes(work.organisation_id, made.signed) if made.signed else blobs.Kept("", 0)
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
        "stamp_ends_at": made.stamp_ends_at,
    }
    with work.handing_in(State.FINISHED, **columns) as ours:
        if ours and not made.signed:
            short = rendered.sha256[:12]
            record(MACHINE, work, "dossier.prepared", sha256=rendered.sha256, short=short)
        elif ours:
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
    """Write into the trail that a member took a copy, as it is now."""
    record(by.actor, dossier, "dossier.downloaded", sha256=dossier.file_sha256)
