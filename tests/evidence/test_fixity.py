"""Every kept byte is read again; a check that was cut off goes on where it was."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
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
from tests.work.house import LEASE_SECONDS, PATIENCE, ROOT, house


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


@pytest.mark.processes
def test_a_check_killed_within_a_file_is_taken_up_by_a_worker(tmp_path: Path) -> None:
    """SIGKILL while the third of five files is read: the worker that starts next reads the last three, and no other."""
    with house(tmp_path / "home") as home:
        places = home.ask("keep_files", files=5)
        killed = subprocess.run([sys.executable, "-m", "tests.evidence.deadly"], cwd=ROOT, env=home.environment)
        assert killed.returncode == -signal.SIGKILL
        [left] = home.ask("fixity_runs")
        assert left == {"state": "running", "checked": 2, "tries": 1, "findings": 0, "entries": 0}
        Path(places[0]).unlink()  # it was read before the kill
        time.sleep(LEASE_SECONDS + 0.2)
        home.worker()
        end = time.monotonic() + PATIENCE
        while home.ask("fixity_runs")[0]["state"] != "done" and time.monotonic() < end:
            time.sleep(0.2)
        [first, *_nightly] = home.ask("fixity_runs")
        assert first == {"state": "done", "checked": 5, "tries": 2, "findings": 0, "entries": 1}


def test_a_worker_whose_run_was_taken_over_writes_nothing_more(people: People) -> None:
    build.file(people.alice)
    slow = claim(FixityRun, fixity.begin(people.alice.organisation).pk)
    assert slow is not None
    FixityRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    quick = claim(FixityRun, slow.pk)
    assert quick is not None
    assert fixity.check(quick).state == Job.State.DONE
    assert fixity.check(slow).checked == 1
    assert TrailEntry.objects.filter(verb="fixity.checked").count() == 1


def test_a_night_has_one_check(people: People) -> None:
    tonight = timezone.now().date()
    first = fixity.begin(people.alice.organisation, night=tonight)
    assert fixity.begin(people.alice.organisation, night=tonight) == first
