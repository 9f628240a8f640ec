"""Every kept byte is read again; a check that was cut off goes on where it was."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from compliance.evidence import fixity, tasks
from compliance.evidence.jobs import Job, claim
from compliance.evidence.keeping import FixityRun
from compliance.evidence.models import Evidence
from compliance.trail.models import TrailEntry
from tests import build
from tests.people import People, client_of


def place(piece: Evidence) -> Path:
    sha256 = piece.sha256
    return Path(settings.HOME) / "evidence" / str(piece.organisation_id) / sha256[:2] / sha256[2:4] / sha256


def test_changed_and_missing_bytes_are_named_with_what_they_were_kept_as(people: People) -> None:
    pieces = [build.file(people.alice, f"{n}".encode(), title=f"File {n}") for n in range(3)]
    place(pieces[0]).unlink()
    place(pieces[1]).unlink()
    place(pieces[1]).write_bytes(b"other")
    out = StringIO()
    slug = people.alice.organisation.slug
    with pytest.raises(SystemExit, match="1"):
        call_command("fixity_check", organisation=slug, stdout=out)
    told = out.getvalue()
    assert f"{slug}: 3 digests" in told
    assert "no longer where they were kept. Kept as: File 0, version 1" in told
    assert "no longer have the SHA-256" in told
    page = client_of(people.alice).get(f"/o/{slug}/evidence/fixity/").content.decode()
    assert "File 1, version 1" in page
    assert TrailEntry.objects.filter(verb="fixity.checked", organisation_id=people.alice.organisation_id).count() == 1
    stranger = client_of(people.stranger).get(f"/o/{people.stranger.organisation.slug}/evidence/fixity/")
    assert "File 1" not in stranger.content.decode()


def test_a_check_whose_worker_was_killed_goes_on_behind_the_last_digest(people: People) -> None:
    pieces = sorted((build.file(people.alice, f"{n}".encode()) for n in range(5)), key=lambda one: one.sha256)
    run = claim(FixityRun, fixity.begin(people.alice.organisation).pk)
    assert run is not None
    FixityRun.objects.update(at=pieces[2].sha256, checked=3, bytes=3)
    place(pieces[0]).unlink()  # checked before: it is not read a second time
    assert claim(FixityRun, run.pk) is None  # somebody holds the lease
    FixityRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    tasks.check_fixity(str(run.pk))
    run.refresh_from_db()
    assert (run.state, run.checked, run.bytes, run.findings.count()) == (Job.State.DONE, 5, 5, 0)
    tasks.check_fixity(str(run.pk))
    assert TrailEntry.objects.filter(verb="fixity.checked").count() == 1


def test_a_night_has_one_check(people: People) -> None:
    tonight = timezone.now().date()
    first = fixity.begin(people.alice.organisation, night=tonight)
    assert fixity.begin(people.alice.organisation, night=tonight) == first
