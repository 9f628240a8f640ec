"""A mail that an act causes is kept with the act, and sent once, whoever is killed."""

from __future__ import annotations

import email
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.core import mail
from django.db import transaction

from compliance.evidence.jobs import Job
from compliance.outbox import actions, tasks
from compliance.outbox.models import Letter
from compliance.people import actions as people_actions
from tests.people import People
from tests.work.house import ROOT, house


def test_a_letter_is_kept_with_the_act_and_sent_once(people: People) -> None:
    with transaction.atomic():
        actions.post(to=people.bob, subject="Never", text="The act is undone.")
        transaction.set_rollback(True)
    letter = actions.post(to=people.bob, subject="One\nrow", text="It changed.")
    mail.outbox.clear()
    assert tasks.send_left() == 1
    assert tasks.send_left() == 0
    assert not actions.send(letter.pk)
    [sent] = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (["bob@example.org"], "One row", "It changed.")
    letter.refresh_from_db()
    assert (letter.state, letter.text, letter.sent_at is not None) == (Job.State.DONE, "", True)


def test_who_left_meanwhile_hears_nothing(people: People) -> None:
    actions.post(to=people.bob, subject="One row", text="It changed.")
    people_actions.end_membership(by=people.administrator, member=people.bob)
    mail.outbox.clear()
    assert tasks.send_left() == 0
    assert mail.outbox == []
    assert Letter.objects.get().state == Job.State.FAILED


@pytest.mark.processes
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_killed_in_the_middle_neither_loses_a_letter_nor_makes_two_of_it(tmp_path: Path, when: str) -> None:
    """Killed before the server has the mail, or after it has and before that is written down: one Message-ID each."""
    with house(tmp_path / "home") as home:
        assert home.ask("stale_rows", people=4) == 4
        command = [sys.executable, "-m", "tests.outbox.deadly"]
        killed = subprocess.run([*command, when], cwd=ROOT, env=home.environment, check=False)
        assert killed.returncode == -signal.SIGKILL
        subprocess.run([*command, "never"], cwd=ROOT, env=home.environment, check=True)
        files = sorted((tmp_path / "home" / "mail").iterdir(), key=os.path.getmtime)
        parts = [part for path in files for part in path.read_bytes().split(b"-" * 79) if part.strip()]
        sent = [email.message_from_bytes(part) for part in parts]
        assert {one["Subject"] for one in sent} == {"1 approved row changed"}
        assert len({one["To"] for one in sent}) == 4
        assert len({one["Message-ID"] for one in sent}) == 4
        assert len(sent) == {"before": 4, "after": 5}[when]
