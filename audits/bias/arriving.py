"""A large file is looked at by a worker, so that no page waits for it; the audit begins once the file was found sound.

Until then its bytes stay where they were uploaded. Nothing of a file that is refused or given up is kept.
"""

from __future__ import annotations

from typing import IO, Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.bias import profile
from audits.bias.actions import keep_opened, open_audit
from audits.bias.models import BiasAudit, BiasIntake
from audits.work.models import State
from audits.work.nudge import nudge
from audits.work.records import check_attempts
from audits.work.watching import Stopped
from compliance.evidence import blobs
from compliance.evidence.actions import clean_file_name
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.rules import check_can
from compliance.systems.models import AISystem
from compliance.uploads import actions as uploads
from compliance.uploads.models import Upload

LARGE: Final = 32 * 1024 * 1024
"""From so many bytes on a file is looked at by a worker; smaller ones take a page about a second."""


def take_in(
    *,
    by: Membership,
    system: AISystem,
    title: str,
    stream: IO[bytes],
    file_name: str,
    size: int,
    upload: Upload | None = None,
    **reading: Any,
) -> BiasAudit | BiasIntake:
    """Open an audit of a small file at once; hand a large one to a worker, who opens it.

    `upload` is where the bytes are already, which an intake then takes over. `reading` are `encoding`, `delimiter` and
    `sheet` where they were declared.
    """
    if size < LARGE:
        return open_audit(by=by, system=system, title=title, stream=stream, file_name=file_name, **reading)
    check_can(by, "run_bias_audits")
    if system.organisation_id != by.organisation_id:
        raise ValueError("The AI system belongs to another organisation.")
    if size > settings.MAX_APPLICANTS_BYTES:
        raise Refused(blobs.too_large(settings.MAX_APPLICANTS_BYTES))
    upload = upload or uploads.adopt(by=by, stream=stream, file_name=file_name, size=size)
    with transaction.atomic():
        intake = BiasIntake.objects.create(
            organisation=by.organisation,
            system=system,
            title=title.strip() or _("Bias audit of {system}").format(system=system),
            file_name=clean_file_name(file_name),
            size=size,
            upload=upload,
            reading={name: value for name, value in reading.items() if value is not None},
            by=by,
            asked_at=timezone.now(),
        )
        nudge("audits.bias.look", intake)
    return intake


@transaction.atomic
def cancel(*, by: Membership, intake: BiasIntake) -> None:
    """Give up a file that waits or is being looked at; nothing of it is kept."""
    check_can(by, "run_bias_audits")
    intake = BiasIntake.objects.select_for_update().get(pk=intake.pk, organisation_id=by.organisation_id)
    intake.call_off(by)
    _forget(intake)


def carry_out(pk: UUID) -> None:
    """Look at one file, in a worker. Doing it twice, or killing it anywhere, does no harm."""
    work = BiasIntake.claim(pk)
    if work is None:
        return
    try:
        check_attempts(work, _("Tell the operator; then upload the file again."))
        upload = work.upload
        if upload is None or not upload.is_whole:
            sentence = _("The file that was uploaded is no longer here.")
            raise Refused(Problem("upload-gone", sentence, _("Upload it again.")))
        with work.kept_alive():
            work.say(0.01, _("Looking at what is in the file."))
            found = profile.profile(upload.path, **work.reading, detect=True)
            work.say(0.9, _("Keeping the file under its digest."))
            with upload.path.open("rb") as stream:
                kept = blobs.store().put(work.organisation_id, stream, limit=settings.MAX_APPLICANTS_BYTES)
    except Stopped:  # cancelled, or taken up by another worker: the row says which
        return
    except Refused as refused:
        problems = [problem.as_json() for problem in refused.problems]
        with work.handing_in(State.FAILED, problems=problems) as ours:
            if ours:
                _forget(work)
        return
    with work.handing_in(State.FINISHED) as ours:
        if ours:
            work.bias_audit = keep_opened(
                by=work.by,
                system=work.system,
                title=work.title,
                file_name=work.file_name,
                kept=kept,
                found=found.as_json(),
            )
            _forget(work)


def _forget(intake: BiasIntake) -> None:
    """Take the upload away; its bytes go when the transaction is kept."""
    upload = intake.upload
    if upload is not None:
        intake.upload = None
        intake.save(update_fields=["upload"])
        transaction.on_commit(lambda: uploads.forget(upload))
