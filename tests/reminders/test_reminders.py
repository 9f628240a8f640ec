"""Each person hears once a day of what is theirs: by kind, in their organisation's hour, whoever is killed."""

from __future__ import annotations

import email
import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.checklists import actions as checklist_actions
from compliance.engagements import asking
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.reminders import actions, queries
from compliance.reminders.models import Digest, Kind
from compliance.timeline import actions as timeline_actions
from tests import build, engaging
from tests.people import People, client_of
from tests.work.house import house

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db


def today(days: int = 0) -> date:
    return timezone.now().date() + timedelta(days=days)


def keys(by: Membership) -> dict[str, list[str]]:
    found = queries.groups(by, today(), queries.limits(by, today()))
    return {group.kind.value: [one.title for one in group.reminders] for group in found}


def noon() -> datetime:
    return datetime.combine(today(), datetime.min.time(), UTC) + timedelta(hours=12)


def test_each_person_is_reminded_of_what_is_theirs(people: People) -> None:
    checklist = build.checklist(people.alice)
    for row, owner, days in [("01", people.bob, -1), ("02", people.bob, 7), ("03", people.bob, 8), ("04", None, 0)]:
        item = build.item(people.alice, f"LL144-AUD-{row}", on=checklist)
        checklist_actions.change(by=people.alice, item=item, owner=owner, due_on=today(days))
    submitted = build.submitted(people.alice, build.item(people.alice, "LL144-AUD-05", on=checklist))
    piece = build.note(people.charlie, "Certificate of the vendor", valid_until=today(30))
    later = build.note(people.charlie, "Another certificate", valid_until=today(31))
    for one in (piece, later):
        checklist_actions.attach(by=people.alice, item=build.item(people.alice, on=checklist), evidence=one)
    bob, alice, charlie = keys(people.bob), keys(people.alice), keys(people.charlie)
    assert [title[-14:] for title in bob[Kind.ROWS]] == ["(LL144-AUD-01)", "(LL144-AUD-02)"]
    assert [title[-14:] for title in alice[Kind.ROWS]] == ["(LL144-AUD-04)"]  # hers, as nobody owns it
    assert bob[Kind.EVIDENCE] == charlie[Kind.EVIDENCE] == ["Certificate of the vendor"]
    assert [title[-14:] for title in bob[Kind.REVIEWS]] == [f"({submitted.row_id})"]
    assert Kind.REVIEWS not in alice
    assert keys(people.stranger) == {}


def test_the_laws_time_limits_come_30_days_before_and_a_later_audit_takes_over(people: People) -> None:
    """6 RCNY 5-301(a): no more than one year since the bias audit; 5-304: 10 business days of notice before use."""
    system = build.system(people.alice)
    build.checklist(people.alice, system)
    record: dict[str, Any] = {"by": people.alice, "system": system, "law": build.LAW}
    timeline_actions.record_day(event="audit_date", day=date(2025, 12, 10), **record)
    timeline_actions.record_day(event="use", day=date(2026, 12, 14), **record)
    found = queries.limits(people.alice, date(2026, 11, 28))
    days = {one.day for one in found}
    assert date(2026, 12, 10) in days  # the anniversary of the audit
    assert date(2026, 11, 30) in days  # 14 December less 10 business days
    late = [one for one in queries.limits(people.alice, date(2026, 12, 20)) if one.day == date(2026, 12, 10)]
    assert late
    assert all(one.overdue for one in late)
    timeline_actions.record_day(event="audit_date", day=date(2026, 12, 5), **record)
    assert date(2026, 12, 10) not in {one.day for one in queries.limits(people.alice, date(2026, 12, 20))}
    assert queries.limits(people.observer, date(2026, 11, 28)) == []


def test_one_mail_a_day_with_titles_and_links_alone(people: People) -> None:
    row = build.item(people.alice)
    checklist_actions.change(by=people.alice, item=row, owner=people.bob, due_on=today(-1), note="The vendor is broke.")
    mail.outbox.clear()
    assert actions.send_due(noon()) == 1
    assert actions.send_due(noon() + timedelta(hours=1)) == 0
    [sent] = mail.outbox
    assert sent.to == ["bob@example.org"]
    assert f"/checklists/rows/{row.pk}/" in sent.body
    assert "This day has gone by." in sent.body
    assert "broke" not in sent.body
    assert actions.send_due(noon() + timedelta(days=1)) == 1
    assert mail.outbox[1].extra_headers["Message-ID"] != sent.extra_headers["Message-ID"]


def test_the_hour_and_the_day_are_those_of_the_organisation(people: People) -> None:
    row = build.item(people.alice)
    checklist_actions.change(by=people.alice, item=row, owner=people.alice, due_on=date(2026, 11, 28))
    actions.set_rhythm(by=people.administrator, time_zone="America/New_York", hour=8)
    mail.outbox.clear()
    assert actions.send_due(datetime(2026, 11, 28, 12, 59, tzinfo=UTC)) == 0  # 7:59 there
    assert actions.send_due(datetime(2026, 11, 28, 13, 0, tzinfo=UTC)) == 1
    assert "This day has gone by" not in mail.outbox[0].body
    assert actions.send_due(datetime(2026, 11, 29, 3, 0, tzinfo=UTC)) == 0  # still the 28th there
    assert set(Digest.objects.values_list("day", flat=True)) == {date(2026, 11, 28)}


def test_what_sleeps_and_what_is_off_is_left_out(people: People) -> None:
    row = build.item(people.alice)
    checklist_actions.change(by=people.alice, item=row, owner=people.alice, due_on=today())
    client, base = client_of(people.alice), f"/o/{people.alice.organisation.slug}/reminders/"
    key = f"row/{row.pk}"
    assert key in client.get(base).content.decode()
    page = client.post(f"{base}snooze/", {"key": key, "until": today(7).isoformat()}, follow=True).content.decode()
    assert "Asleep" in page
    assert Kind.ROWS not in keys(people.alice)
    client.post(f"{base}wake/", {"key": key})
    assert Kind.ROWS in keys(people.alice)
    with pytest.raises(Refused, match="between tomorrow and a year from now"):
        actions.snooze(by=people.alice, key=key, until=today())
    with pytest.raises(Refused, match="not reminded of this"):
        actions.snooze(by=people.bob, key=key, until=today(1))
    client.post(f"{base}wishes/", {"mail": "on", "kinds": [Kind.REVIEWS]})
    assert Kind.ROWS not in keys(people.alice)
    mail.outbox.clear()
    assert actions.send_due(noon()) == 0


def test_a_guest_hears_of_the_requests_put_to_them_alone(people: People) -> None:
    system = build.system(people.alice)
    row = build.item(people.alice, on=build.checklist(people.alice, system))
    checklist_actions.change(by=people.alice, item=row, owner=people.alice, due_on=today())
    firm = engaging.firm()
    engagement, guest = engaging.opened(people.administrator, system, firm.auditor)
    given: dict[str, Any] = {"title": "The log of December", "due_on": today(2)}
    asking.ask(by=guest, engagement=engagement, email="outside@example.org", name="Outside", **given)
    outside = Membership.objects.get(user__email="outside@example.org")
    assert keys(outside) == {Kind.REQUESTS: ["The log of December"]}
    assert keys(guest) == {}
    mail.outbox.clear()
    actions.send_due(noon())
    assert sorted(one.to[0] for one in mail.outbox) == ["alice@example.org", "outside@example.org"]
    page = client_of(outside).get(f"/o/{people.alice.organisation.slug}/reminders/wishes/")
    assert page.status_code == 200


def test_the_home_page_asks_as_much_for_many_reminders_as_for_one(people: People) -> None:
    checklist = build.checklist(people.alice)

    def asked(rows: int) -> int:
        checklist.items.filter(position__lt=rows).update(owner=people.alice, due_on=today())
        with CaptureQueriesContext(
            connection,
        ) as found:
            page = client_of(people.alice).get(f"/o/{people.alice.organisation.slug}/").content.decode()
        assert "due within a week or overdue" in page
        return len(found)

    assert asked(2) == asked(20)


def test_a_claim_that_ran_out_is_taken_up_and_one_that_runs_is_left_alone(people: People) -> None:
    row = build.item(people.alice)
    checklist_actions.change(by=people.alice, item=row, owner=people.alice, due_on=today())
    mail.outbox.clear()
    digest = actions.claim(people.alice, today())  # by a worker that dies now
    assert digest is not None
    assert actions.claim(people.alice, today()) is None
    assert actions.send_due(noon()) == 0
    Digest.objects.filter(pk=digest.pk).update(claimed_until=timezone.now())
    assert actions.send_due(noon()) == 1
    digest.refresh_from_db()
    assert (digest.state, digest.attempts, digest.reminders) == ("sent", 2, 1)
    assert digest.pk.hex in mail.outbox[0].extra_headers["Message-ID"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_killed_in_the_middle_neither_loses_a_mail_nor_makes_two_of_it(tmp_path: Path, when: str) -> None:
    """Killed before the server has the mail, or after it has and before that is written down: one Message-ID each."""
    with house(tmp_path / "home") as home:
        assert home.ask("due_rows", people=4) == 4
        command = [sys.executable, "-m", "tests.reminders.deadly"]
        killed = subprocess.run([*command, when], cwd=ROOT, env=home.environment, check=False)
        assert killed.returncode == -signal.SIGKILL
        again = subprocess.run([*command, "never"], cwd=ROOT, env=home.environment, check=False)
        assert again.returncode == 0
        files = sorted((tmp_path / "home" / "mail").iterdir(), key=os.path.getmtime)
        sent = [email.message_from_bytes(part) for path in files for part in _mails(path)]
        by_person = {one["To"]: {other["Message-ID"] for other in sent if other["To"] == one["To"]} for one in sent}
        assert len(by_person) == 4
        assert {len(ids) for ids in by_person.values()} == {1}
        assert len(sent) == {"before": 4, "after": 5}[when]


def _mails(path: Path) -> list[bytes]:
    return [part for part in path.read_bytes().split(b"-" * 79) if part.strip()]
