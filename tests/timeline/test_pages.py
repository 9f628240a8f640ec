"""The pages of the timeline, the days that people record, and the calendar under a secret address."""

from __future__ import annotations

import datetime
import re
from typing import Any

import icalendar
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from compliance.checklists import actions as checklist_actions
from compliance.lib.problems import Forbidden, Refused
from compliance.people import actions as people_actions
from compliance.timeline import actions, queries
from compliance.timeline.models import CalendarAddress
from compliance.timeline.views_calendar import PER_HOUR
from compliance.trail.models import TrailEntry
from tests import build
from tests.people import People, client_of

TODAY = datetime.date(2026, 11, 22)


def text(client: Client, path: str, **asked: str) -> str:
    answer = client.get(path, asked)
    assert answer.status_code == 200, path
    return answer.content.decode()


def home(people: People) -> str:
    return f"/o/{people.alice.organisation.slug}/timeline/"


def test_a_recorded_day_moves_the_times_counted_from_it_and_can_be_taken_back(people: People) -> None:
    client, checklist = client_of(people.alice), build.checklist(people.alice)
    page = f"{home(people)}systems/{checklist.system_id}/"
    assert "the day of the receipt of a written request would say when" in text(client, page)
    told = {"event": "nyc-ll144/written_request", "day": "2026-11-02", "note": "Letter of an applicant", "zone": "UTC"}
    assert client.post(f"{page}days/", told).status_code == 302
    shown = text(client, page)
    assert "2 December 2026" in shown
    assert "recorded by Alice: Letter of an applicant" in shown
    assert TrailEntry.objects.filter(verb="date.recorded").count() == 1
    key_date = queries.key_dates(people.alice).get()
    withdraw = f"{home(people)}days/{key_date.pk}/withdraw/"
    assert client.post(withdraw, {"reason": ""}).status_code == 400
    assert client.post(withdraw, {"reason": "It was another applicant."}).status_code == 302
    assert "2 December 2026" not in text(client, page)
    assert "It was another applicant." in text(client, page)
    with pytest.raises(Refused, match="withdrawn already"):
        actions.withdraw_day(by=people.alice, key_date=key_date, reason="Again.")
    with pytest.raises(Refused, match="counts nothing from"):
        actions.record_day(by=people.alice, system=checklist.system, law="nyc-ll144", event="lunch", day=TODAY)
    with pytest.raises(Forbidden):
        actions.withdraw_day(by=people.observer, key_date=key_date, reason="No.")


def test_due_rows_and_the_validity_of_evidence_stand_on_the_timeline(people: People) -> None:
    item = build.item(people.alice)
    checklist_actions.change(by=people.alice, item=item, due_on=datetime.date(2026, 12, 24))
    piece = build.note(people.alice, "Engagement letter", valid_until=datetime.date(2027, 6, 30))
    checklist_actions.attach(by=people.alice, item=item, evidence=piece)
    events = {one.what: one for one in queries.events(people.alice, [item.checklist.system], TODAY)}
    due = next(one for what, one in events.items() if what.startswith("Due: "))
    assert (due.day, due.done) == (datetime.date(2026, 12, 24), False)
    valid = events["Last day on which the evidence is valid: Engagement letter"]
    assert valid.day == datetime.date(2027, 6, 30)
    assert "Engagement letter" not in text(client_of(people.stranger), "/o/another-house/timeline/")


def test_a_page_costs_the_same_whatever_the_number_of_systems(people: People) -> None:
    counts = []
    for number in range(3):
        system = build.system(people.alice, f"Tool {number}")
        build.signed(people.alice, people.bob, system)
        build.checklist(people.alice, system)
        client = client_of(people.alice)
        text(client, home(people))
        with CaptureQueriesContext(
            connection,
        ) as caught:
            shown = text(client, home(people), when="ahead")
        assert f"Tool {number}" in shown
        counts.append(len(caught))
    assert counts[0] == counts[2]
    assert counts[0] < 30


def test_the_timeline_says_what_was_signed_and_what_is_open(people: People) -> None:
    system = build.system(people.alice)
    build.signed(people.alice, people.bob, system)
    shown = text(client_of(people.observer), f"{home(people)}systems/{system.pk}/")
    assert "As determined for the text of 27 July 2026 as of 21 November 2026, signed by Bob." in shown
    assert "2 December 2027" in shown
    assert "Record a day" not in shown
    filtered = text(client_of(people.observer), f"{home(people)}systems/{system.pk}/", kind="reading")
    assert "Open reading" in filtered
    assert "signed by Bob" not in filtered


def test_a_calendar_is_read_under_a_secret_address_until_it_is_closed(people: People) -> None:
    cache.clear()
    item = build.item(people.alice)
    checklist_actions.change(by=people.alice, item=item, due_on=datetime.date(2026, 12, 24))
    client = client_of(people.alice)
    made = client.post(f"{home(people)}calendars/", {"system": ""}).content.decode()
    found = re.search(r"/calendar/([\w-]+)\.ics", made)
    assert found is not None
    path = found[0]
    assert found[1] not in client.get(f"{home(people)}calendars/").content.decode()
    assert not CalendarAddress.objects.filter(token_sha256=found[1]).exists()
    answer = Client().get(path)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert Client().get(path, headers={"if-none-match": answer["ETag"]}).status_code == 304
    lines = answer.content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in answer.content.replace(b"\r\n", b"")
    calendar = icalendar.Calendar.from_ical(answer.content)
    assert calendar.errors == []
    entries: dict[str, Any] = {str(one["UID"]): one for one in calendar.walk("VEVENT")}
    assert len(entries) == len(calendar.walk("VEVENT"))
    due = next(one for one in entries.values() if "Due:" in one["SUMMARY"])
    assert (due.decoded("DTSTART"), due.decoded("DTEND")) == (datetime.date(2026, 12, 24), datetime.date(2026, 12, 25))
    checklist_actions.change(by=people.alice, item=item, due_on=datetime.date(2027, 1, 7))
    moved: Any = icalendar.Calendar.from_ical(Client().get(path).content)
    [again] = [one for one in moved.walk("VEVENT") if one["UID"] == due["UID"]]
    assert again.decoded("DTSTART") == datetime.date(2027, 1, 7)
    assert again["SEQUENCE"] > due["SEQUENCE"]
    assert again.decoded("LAST-MODIFIED") >= due.decoded("LAST-MODIFIED")
    address = CalendarAddress.objects.get(revoked_at=None)
    assert client_of(people.bob).post(f"{home(people)}calendars/{address.pk}/close/").status_code == 404
    assert client.post(f"{home(people)}calendars/{address.pk}/close/").status_code == 302
    assert Client().get(path).status_code == 404


def test_a_new_address_closes_the_old_one_and_both_die_with_the_membership(people: People) -> None:
    cache.clear()
    first = actions.make_address(by=people.alice)[1]
    second = actions.make_address(by=people.alice)[1]
    assert Client().get(f"/calendar/{first}.ics").status_code == 404
    assert Client().get(f"/calendar/{second}.ics").status_code == 200
    people_actions.end_membership(by=people.administrator, member=people.alice)
    assert Client().get(f"/calendar/{second}.ics").status_code == 404
    people_actions.add_member(
        by=people.administrator, email=people.alice.user.email, name="Alice", role=people.alice.role
    )
    assert Client().get(f"/calendar/{second}.ics").status_code == 404
    assert Client().get("/calendar/nothing.ics").status_code == 404


def test_an_address_that_is_asked_too_often_rests(people: People) -> None:
    cache.clear()
    token = actions.make_address(by=people.bob)[1]
    answers = [Client().get(f"/calendar/{token}.ics").status_code for _ in range(PER_HOUR + 1)]
    assert answers == [200] * PER_HOUR + [429]


def test_a_calendar_of_one_system_holds_no_other(people: People) -> None:
    cache.clear()
    one, other = build.system(people.alice, "One tool"), build.system(people.alice, "Other tool")
    for system in (one, other):
        build.checklist(people.alice, system)
        actions.record_day(by=people.alice, system=system, law="nyc-ll144", event="audit_date", day=TODAY)
    feed = Client().get(f"/calendar/{actions.make_address(by=people.alice, system=one)[1]}.ics").content
    assert b"One tool" in feed
    assert b"Other tool" not in feed
    client = client_of(people.alice)
    saved = client.get(f"{home(people)}systems/{other.pk}/calendar.ics")
    assert saved["Content-Disposition"].startswith("attachment")
    assert b"Other tool" in saved.content
    assert b"One tool" in client.get(f"{home(people)}calendar.ics").content


def test_a_time_is_counted_with_its_rule_and_its_working(people: People) -> None:
    client, page = client_of(people.observer), f"{home(people)}clocks/"
    shown = text(client, page, clock="incidents", day="2026-11-20", zone="Europe/Brussels")
    for part in ("AI Act Art 73(2)", "AI Act Art 73(3)", "AI Act Art 73(4)", "5 December 2026", "30 November 2026"):
        assert part in shown
    assert "Whether an authority accepts that is not settled" in shown
    hours = text(client, page, clock="ai-act-rbi-live", day="2026-11-20", time="09:00", zone="Europe/Brussels")
    assert "21 November 2026, 08:00 UTC" in hours
    assert "the time of day is needed" in text(client, page, clock="ai-act-rbi-live", day="2026-11-20")
    assert "not written down" in text(client, page, clock="ll144-notice", day="2040-01-02")


def test_a_day_far_off_takes_nobody_their_timeline(people: People) -> None:
    client, checklist = client_of(people.alice), build.checklist(people.alice)
    page = f"{home(people)}systems/{checklist.system_id}/"
    told = {"event": "nyc-ll144/use", "day": "2062-11-22", "note": "A slip of the hand", "zone": "UTC"}
    assert client.post(f"{page}days/", told).status_code == 302
    assert "The holidays of 2062 are not written down" in text(client, page)
    assert "BEGIN:VEVENT" in text(client, f"{page}calendar.ics")
    for day in ("0001-01-01", "9999-12-31"):
        answer = client.post(f"{page}days/", {**told, "day": day, "time": "23:30", "zone": "America/New_York"})
        assert (answer.status_code, "between the years 1900 and 2999" in answer.content.decode()) == (400, True)
        clock = {"clock": "ai-act-incident", "day": day, "time": "10:00", "zone": "Europe/Brussels"}
        assert "between the years 1900 and 2999" in text(client, f"{home(people)}clocks/", **clock)
    asked = f"/o/{people.alice.organisation.slug}/systems/{checklist.system_id}/classification/"
    assert "between the years 1900 and 2999" in text(client, asked, as_of="9999-12-31")
