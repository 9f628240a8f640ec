"""Files and tables are looked at before an audit rests on them: small files at once, all else by a worker.

Until then the bytes of a file stay where they were uploaded. Nothing of what is refused or given up is kept; only where
a spreadsheet has several sheets, and nothing else is wrong, it stays for a day for a person to choose one.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import IO, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.bias import databases, formats, profile
from audits.bias.actions import keep_opened, mappable
from audits.bias.count_troubles import labelled
from audits.bias.models import BiasAudit, BiasIntake, BiasSource
from audits.bias.opening import Given
from audits.bias.rules import MOST_SOURCES, too_many_sources
from audits.bias.sources import File
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
"""From so many bytes on files are looked at by a worker; smaller ones take a page about a second."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file or a table that a person wants audited; `upload` is where the bytes of a file are already.

    `reading` are the `encoding`, `delimiter` and `sheet` that were declared.
    """

    file_name: str = ""
    size: int = 0
    stream: IO[bytes] | None = None
    upload: Upload | None = None
    database: str = ""
    table: str = ""
    label: str = ""
    reading: Mapping[str, str | None] = field(default_factory=dict)

    def row(self) -> BiasSource:
        """Return it as a row that is not kept yet."""
        declared = {name: value for name, value in self.reading.items() if value}
        named = clean_file_name(self.file_name) if self.file_name else ""
        of = {"database": self.database, "table": self.table, "upload": self.upload}
        query = databases.asked(self.database, self.table) if self.database else ""
        return BiasSource(file_name=named, size=self.size, label=self.label, reading=declared, query=query, **of)


def take_in(
    *, by: Membership, system: AISystem, title: str, arrived: Sequence[Arrived], into: BiasAudit | None = None
) -> BiasAudit | BiasIntake:
    """Open an audit of small files at once; hand large ones and tables to a worker, who opens it.

    With `into` they become further sources of an audit that did not run yet. Refused with every problem that can be
    seen at once, each with the name of its file where there are several.
    """
    check_can(by, "run_bias_audits")
    if system.organisation_id != by.organisation_id:
        raise ValueError("The AI system belongs to another organisation.")
    _check_room(by, arrived, into)
    if any(one.database for one in arrived) or sum(one.size for one in arrived) >= LARGE:
        return _handed_over(by, system, title, arrived, into)
    rows = [one.row() for one in arrived]
    streams = [one.stream or io.BytesIO() for one in arrived]
    with ExitStack() as stack:
        paths = [stack.enter_context(blobs.on_disk(stream)) for stream in streams]
        try:
            _look([(row, File(path)) for row, path in zip(rows, paths, strict=True)])
        except Refused as refused:
            if not _only_sheets(refused.problems) or not any(row.sheets for row in rows):
                raise
            return _asking(by, system, title, arrived, rows, refused, into)
    for row, stream in zip(rows, streams, strict=True):
        stream.seek(0)
        _keep(row, by.organisation_id, stream)
    with transaction.atomic():
        return keep_opened(by=by, system=system, title=title, sources=rows, into=into and mappable(by, into))


def _check_room(by: Membership, arrived: Sequence[Arrived], into: BiasAudit | None) -> None:
    """Refuse too many sources, a file that is too large, and one that was sent twice."""
    problems = []
    if len(arrived) + (into.sources.count() if into else 0) > MOST_SOURCES:
        problems.append(Problem("too-many-sources", too_many_sources(), column="file"))
    if any(one.size > settings.MAX_APPLICANTS_BYTES for one in arrived):
        problems.append(blobs.too_large(settings.MAX_APPLICANTS_BYTES))
    for one in arrived:
        if one.upload is not None and BiasSource.objects.filter(upload=one.upload).exists():
            sentence = _("This file was sent already and is being taken in.")
            problems.append(Problem("upload-taken", sentence, column="file"))
        if one.database:
            databases.find(by, one.database)
    if problems:
        raise Refused.all(problems)


def _look(rows: Sequence[tuple[BiasSource, Given]], work: BiasIntake | None = None) -> None:
    """Give each source its profile; Refused with the problems of all of them, named where there are several."""
    problems: list[Problem] = []
    for number, (row, given) in enumerate(rows):
        if work is not None:
            sentence = _("Looking at what is in {name} ({number} of {count}).")
            told = sentence.format(name=row.name, number=number + 1, count=len(rows))
            work.say(0.01 + 0.85 * number / len(rows), told)
        row.sheets = []
        try:
            row.profile = profile.profile(given, **row.reading, detect=True).as_json()
        except Refused as refused:
            if refused.code == "sheet" and isinstance(given, File) and zipfile.is_zipfile(given.path):
                row.sheets = [list(one) for one in formats.sheets(given.path)]
            name = row.name if len(rows) > 1 else ""
            problems += [labelled(problem, name) for problem in refused.problems]
    if problems:
        raise Refused.all(problems)


def _keep(row: BiasSource, organisation_id: UUID, stream: IO[bytes]) -> None:
    kept = blobs.store().put(organisation_id, stream, limit=settings.MAX_APPLICANTS_BYTES)
    row.sha256, row.size = kept.sha256, kept.size


def _only_sheets(problems: Sequence[Problem]) -> bool:
    return {problem.code for problem in problems} == {"sheet"}


@transaction.atomic
def _asking(
    by: Membership,
    system: AISystem,
    title: str,
    arrived: Sequence[Arrived],
    rows: Sequence[BiasSource],
    refused: Refused,
    into: BiasAudit | None,
) -> BiasIntake:
    """Keep spreadsheets for a day, for a person to say which of their sheets are meant."""
    intake = _begun(by, system, title, into)
    _hold(by, intake, arrived, rows)
    intake.state, intake.ended_at = State.FAILED, timezone.now()
    intake.problems = [problem.as_json() for problem in refused.problems]
    intake.save()
    for row in rows:
        if row.upload is not None:
            uploads.release(row.upload)
    return intake


@transaction.atomic
def _handed_over(
    by: Membership, system: AISystem, title: str, arrived: Sequence[Arrived], into: BiasAudit | None
) -> BiasIntake:
    intake = _begun(by, system, title, into)
    _hold(by, intake, arrived, [one.row() for one in arrived])
    nudge("audits.bias.look", intake)
    return intake


def _begun(by: Membership, system: AISystem, title: str, into: BiasAudit | None) -> BiasIntake:
    return BiasIntake.objects.create(
        organisation=by.organisation,
        system=system,
        title=title.strip() or f"Bias audit of {system}",
        by=by,
        bias_audit=into and mappable(by, into),
        asked_at=timezone.now(),
    )


def _hold(by: Membership, intake: BiasIntake, arrived: Sequence[Arrived], rows: Sequence[BiasSource]) -> None:
    """Keep the rows of an intake, and the bytes of files that came whole where files by pieces are."""
    for place, (row, one) in enumerate(zip(rows, arrived, strict=True)):
        if one.stream is not None and row.upload is None:
            one.stream.seek(0)
            row.upload = uploads.adopt(by=by, stream=one.stream, file_name=row.file_name, size=one.size)
        row.intake, row.place = intake, place
        row.save()


@transaction.atomic
def cancel(*, by: Membership, intake: BiasIntake) -> None:
    """Give up what waits or is being looked at; nothing of it is kept."""
    check_can(by, "run_bias_audits")
    intake = BiasIntake.objects.select_for_update().get(pk=intake.pk, organisation_id=by.organisation_id)
    intake.call_off(by)
    _forget(intake)


@transaction.atomic
def choose_sheets(*, by: Membership, intake: BiasIntake, sheets: Mapping[UUID, str]) -> BiasIntake:
    """Say which sheet is meant of each spreadsheet that has several, and have them looked at again."""
    check_can(by, "run_bias_audits")
    intake = BiasIntake.objects.select_for_update().get(pk=intake.pk, organisation_id=by.organisation_id)
    if not intake.sheets_asked:
        raise Refused(Problem("not-asked", _("No sheet has to be chosen here.")))
    rows = list(intake.sources.select_related("upload"))
    for row in rows:
        if row.upload is None and not row.database:
            raise Refused(_gone())
        if row.sheets:
            if sheets.get(row.pk) not in [name for name, _seen in row.sheets]:
                sentence = _("Choose one of the sheets of {name}.").format(name=row.file_name)
                raise Refused(Problem("sheet", sentence, column=f"sheet_{row.pk}"))
            row.reading = {**row.reading, "sheet": sheets[row.pk]}
            row.save(update_fields=["reading"])
    for row in rows:
        if row.upload is not None:
            uploads.take_over(row.upload)
    intake.state, intake.attempts, intake.problems, intake.ended_at = State.WAITING, 0, [], None
    intake.asked_at, intake.by = timezone.now(), by
    intake.save()
    nudge("audits.bias.look", intake)
    return intake


def carry_out(pk: UUID) -> None:
    """Look at what arrived, in a worker. Doing it twice, or killing it anywhere, does no harm."""
    work = BiasIntake.claim(pk)
    if work is None:
        return
    rows = list(work.sources.select_related("upload"))
    try:
        check_attempts(work, _("Tell the operator; then upload the file again."))
        with work.kept_alive():
            _look([(row, _given(work, row)) for row in rows], work)
            work.say(0.9, _("Keeping the files under their digests."))
            for row in rows:
                if row.upload is not None:
                    with row.upload.path.open("rb") as stream:
                        _keep(row, work.organisation_id, stream)
    except Stopped:  # cancelled, or taken up by another worker: the row says which
        return
    except Refused as refused:
        _refuse(work, rows, refused)
        return
    try:
        with transaction.atomic():
            into = work.bias_audit and mappable(work.by, work.bias_audit)
            with work.handing_in(State.FINISHED) as ours:
                if ours:
                    _forget(work)
                    work.bias_audit = keep_opened(
                        by=work.by, system=work.system, title=work.title, sources=rows, into=into
                    )
    except Refused as refused:  # the audit that it was to be added to was started meanwhile
        _refuse(work, rows, refused)


def _given(work: BiasIntake, row: BiasSource) -> Given:
    if row.database:
        return databases.table(work.organisation, row.database, row.table, query=row.query)
    if row.upload is None or not row.upload.is_whole:
        raise Refused(_gone())
    return File(row.upload.path)


def _gone() -> Problem:
    return Problem("upload-gone", _("The file that was uploaded is no longer here."), _("Upload it again."))


def _refuse(work: BiasIntake, rows: Sequence[BiasSource], refused: Refused) -> None:
    """End with problems. Files are forgotten, unless all that is wanted is the choice of a sheet."""
    with work.handing_in(State.FAILED, problems=[problem.as_json() for problem in refused.problems]) as ours:
        if not ours:
            return
        if not _only_sheets(refused.problems) or not any(row.sheets for row in rows):
            _forget(work)
            return
        for row in rows:
            row.save(update_fields=["sheets"])
            if row.upload is not None:
                uploads.release(row.upload)


def _forget(intake: BiasIntake) -> None:
    """Take the uploads away; their bytes go when the transaction is kept."""
    for row in intake.sources.select_related("upload"):
        upload = row.upload
        if upload is not None:
            row.upload = None
            row.save(update_fields=["upload"])
            transaction.on_commit(partial(uploads.forget, upload))
