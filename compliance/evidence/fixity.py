"""Read every kept byte again and say which are gone or changed.

A run goes through the digests of one organisation in their order and keeps how far it is, so that whoever takes it up
after a worker was killed goes on behind the last one that was written down; nothing is left out. A worker whose lease
ran out writes nothing more once another took the run up: `tries` says which of them holds it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from compliance.evidence import blobs
from compliance.evidence.jobs import Job, until
from compliance.evidence.keeping import FixityFinding, FixityRun, LinkCapture
from compliance.evidence.models import EvidenceFile
from compliance.lib.problems import Refused
from compliance.people.models import Organisation
from compliance.trail.actions import write

MACHINE = {"id": "probanda", "name": "Probanda", "role": "software"}
SAVE_SECONDS = 2.0
Source = Callable[[UUID], Iterable[tuple[str, str]]]
_sources: list[Source] = []


def keeps_bytes(source: Source) -> Source:
    """Register a function that returns of an organisation every (digest, as what it is kept)."""
    if source not in _sources:
        _sources.append(source)
    return source


@keeps_bytes
def evidence(organisation_id: UUID) -> Iterable[tuple[str, str]]:
    """The files of every version of every piece."""
    files = EvidenceFile.objects.filter(version__evidence__organisation_id=organisation_id)
    fields = ("sha256", "version__evidence__title", "version__number")
    return ((sha256, f"{title}, version {number}") for sha256, title, number in files.values_list(*fields).iterator())


@keeps_bytes
def captures(organisation_id: UUID) -> Iterable[tuple[str, str]]:
    """The pages that were captured behind links."""
    found = LinkCapture.objects.filter(version__evidence__organisation_id=organisation_id).exclude(sha256="")
    return ((sha256, f"Page behind {url}") for sha256, url in found.values_list("sha256", "version__url"))


def begin(organisation: Organisation, *, night: date | None = None) -> FixityRun:
    """Return a run that waits; of one night there is one."""
    if night is None:
        return FixityRun.objects.create(organisation=organisation)
    return FixityRun.objects.get_or_create(organisation=organisation, night=night)[0]


def check(run: FixityRun) -> FixityRun:
    """Read what is left of a run that was claimed, and end it with an entry in the trail."""
    kept: dict[str, list[str]] = {}
    for source in _sources:
        for sha256, told in source(run.organisation_id):
            kept.setdefault(sha256, []).append(told)
    progress = _Progress(run)
    try:
        for sha256 in sorted(one for one in kept if one > run.at):
            size, problem = _read(run.organisation_id, sha256, progress.beat)
            if problem is not None:
                found = {"code": problem.code, "sentence": problem.problems[0].sentence, "kept_as": kept[sha256][:20]}
                FixityFinding.objects.update_or_create(run=run, sha256=sha256, defaults=found)
            run.at, run.checked, run.bytes = sha256, run.checked + 1, run.bytes + size
            progress.beat(at_once=problem is not None)
        _end(run)
    except Taken:
        run.refresh_from_db()
    return run


class Taken(Exception):
    """Another worker holds the run by now."""


class _Progress:
    """Writes down how far a run is, and renews its lease, every few seconds: also while one large file is read."""

    def __init__(self, run: FixityRun):
        self.run, self.saved = run, time.monotonic()
        self.every = min(SAVE_SECONDS, settings.LEASE_SECONDS / 4)

    def beat(self, *, at_once: bool = False) -> None:
        if at_once or time.monotonic() - self.saved >= self.every:
            _save(self.run)
            self.saved = time.monotonic()


def _read(organisation_id: UUID, sha256: str, beat: Callable[[], None]) -> tuple[int, Refused | None]:
    found, size = hashlib.sha256(), 0
    try:
        with blobs.store().open(organisation_id, sha256) as stream:
            while piece := stream.read(blobs.PIECE):
                found.update(piece)
                size += len(piece)
                beat()
    except Refused as refused:
        return 0, refused
    except OSError:  # the disk itself cannot read them
        return 0, Refused(blobs.missing(sha256))
    return size, None if found.hexdigest() == sha256 else Refused(blobs.changed(sha256))


def _save(run: FixityRun, **columns: Any) -> None:
    told = {"at": run.at, "checked": run.checked, "bytes": run.bytes, "lease_until": until(), **columns}
    if not FixityRun.objects.filter(pk=run.pk, state=Job.State.RUNNING, tries=run.tries).update(**told):
        raise Taken


@transaction.atomic
def _end(run: FixityRun) -> None:
    run.state, run.ended_at = Job.State.DONE, timezone.now()
    _save(run, state=run.state, ended_at=run.ended_at)
    damaged = list(run.findings.order_by("sha256").values_list("sha256", flat=True))
    write(
        organisation_id=run.organisation_id,
        actor=MACHINE,
        verb="fixity.checked",
        subject=run.subject,
        data={"checked": run.checked, "bytes": run.bytes, "damaged": len(damaged), "digests": damaged[:50]},
    )
