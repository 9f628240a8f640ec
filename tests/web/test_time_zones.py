"""A person is shown times in the zone that they chose, or in their organisation's; the trail stays in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from compliance.discussion.actions import say
from compliance.discussion.models import Remark
from compliance.people.zones import today_of
from compliance.reminders import actions as reminders
from tests import build
from tests.people import People, client_of

pytestmark = pytest.mark.django_db
LATE = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)  # the 29th in Auckland, the 28th in New York


def shown(who: Any, row: Any) -> str:
    return client_of(who).get(f"/o/{who.organisation.slug}/checklists/rows/{row.pk}/").content.decode()


def test_a_moment_is_shown_in_the_zone_of_the_person_or_else_of_the_organisation(people: People) -> None:
    row = build.item(people.alice)
    say(by=people.alice, item=row, text="Who signed this?")
    Remark.objects.update(at=LATE)
    assert "28 November 2026, 23:30 UTC" in shown(people.alice, row)
    reminders.set_rhythm(by=people.administrator, time_zone="Pacific/Auckland", hour=7)
    assert "29 November 2026, 12:30 (Pacific/Auckland)" in shown(people.alice, row)
    alice = client_of(people.alice)
    answer = alice.post("/accounts/time-zone/", {"time_zone": "America/New_York"})
    assert answer.status_code == 302
    assert "28 November 2026, 18:30 (America/New York)" in shown(people.alice, row)
    assert "(Pacific/Auckland)" in shown(people.bob, row)
    assert alice.post("/accounts/time-zone/", {"time_zone": "Mars/Olympus"}).status_code == 400
    assert alice.post("/accounts/time-zone/", {"time_zone": ""})["Location"] == "/"
    assert "(Pacific/Auckland)" in shown(people.alice, row)


def test_the_trail_is_in_utc_for_everybody(people: People) -> None:
    reminders.set_rhythm(by=people.administrator, time_zone="Pacific/Auckland", hour=7)
    page = client_of(people.alice).get(f"/o/{people.alice.organisation.slug}/trail/").content.decode()
    assert " UTC</td>" in page
    assert "Its times are in UTC" in page
    assert "Days and times are those of Pacific/Auckland." in page


def test_a_day_begins_where_the_person_is(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that is due on the 28th is overdue in Auckland, and is not in New York, at 23:30 UTC."""
    from django.utils import timezone

    from compliance.checklists import actions

    row = build.item(people.alice)
    actions.change(by=people.alice, item=row, owner=people.alice, due_on=LATE.date())
    monkeypatch.setattr(timezone, "now", lambda: LATE)
    page = f"/o/{people.alice.organisation.slug}/checklists/{row.checklist_id}/?due=overdue"
    for zone, overdue in (("Pacific/Auckland", True), ("America/New_York", False)):
        people.alice.user.time_zone = zone
        people.alice.user.save()
        assert (f'id="{row.row_id}"' in client_of(people.alice).get(page).content.decode()) is overdue
        assert (today_of(people.alice) > LATE.date()) is overdue
        home = client_of(people.alice).get(f"/o/{people.alice.organisation.slug}/").content.decode()
        assert ('<span class="tag">overdue</span>' in home) is overdue
