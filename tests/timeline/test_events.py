"""What a timeline says from the rows that bind and the days that are known, without a database."""

from __future__ import annotations

import datetime

from compliance.catalogue.applicability import decide
from compliance.catalogue.engine import engine
from compliance.catalogue.known import read
from compliance.catalogue.loader import facts, load
from compliance.catalogue.schema import Catalogue
from compliance.lib.clocks import CLOCKS
from compliance.timeline.counting import INCIDENTS, NAMES, deadline
from compliance.timeline.events import Bound, Event, Ground, Occurrence, in_order, of_law
from tests.build import EMPLOYER

TODAY = datetime.date(2026, 11, 22)
LL144 = load("nyc-ll144")


def asked(*occurrences: Occurrence) -> list[Event]:
    """Return the clocks of Local Law 144 for a system with an open checklist."""
    ground = Ground(LL144, [Bound(row, "asked") for row in LL144.rows], "A checklist is open.")
    return [one for one in of_law(ground, occurrences) if one.kind in ("limit", "keep")]


def happened(event: str, day: datetime.date) -> Occurrence:
    return Occurrence(event, day, "recorded by Alice", "1")


def with_row(events: list[Event], row: str) -> list[Event]:
    return [one for one in events if any(ref.id == row for ref in one.rows)]


def test_local_law_144_counts_from_each_day_that_is_known() -> None:
    found = asked(
        happened("audit_date", datetime.date(2026, 3, 1)),
        happened("use", datetime.date(2026, 12, 4)),
        happened("latest_use", datetime.date(2026, 8, 31)),
        happened("written_request", datetime.date(2026, 11, 2)),
    )
    days = {row: [one.day for one in with_row(found, row)] for row in ("LL144-AUD-06", "LL144-NOT-01", "LL144-PUB-10")}
    assert days == {
        "LL144-AUD-06": [datetime.date(2027, 3, 1)],
        "LL144-NOT-01": [datetime.date(2026, 11, 19)],
        "LL144-PUB-10": [datetime.date(2027, 2, 28)],
    }
    [answer] = [one for one in found if one.day == datetime.date(2026, 12, 2)]
    assert "answer to a written request" in answer.what
    [notice] = with_row(found, "LL144-NOT-01")
    assert "26 November 2026, by the calendar NYC" in notice.working
    assert len(notice.rows) > 1  # the rows that count the same time stand together


def test_what_is_not_known_has_no_day_and_says_what_would_tell_it() -> None:
    found = asked()
    assert {one.day for one in found} == {None}
    [answer] = [one for one in found if "answer to a written request" in one.what]
    assert answer.unknown == "Not known yet: the day of the receipt of a written request would say when."
    assert answer.note.startswith("Nobody has determined whether the row binds")


def test_rows_that_begin_on_one_day_stand_together_and_open_readings_beside_them() -> None:
    law = load("eu-ai-act")
    known = read(EMPLOYER, facts())
    rows = [
        Bound(one.row, one.state, one.since)
        for one in decide(engine("eu-ai-act", law.text_version, TODAY), known).rows
        if one.state != "no"
    ]
    dated, _ = in_order(of_law(Ground(law, rows, "As its facts say."), []))
    begin = [one for one in dated if one.kind == "applies" and one.day == datetime.date(2027, 12, 2)]
    assert any(ref.id == "EUAIA-26.7" for one in begin for ref in one.rows)
    assert len({one.key for one in dated}) == len(dated)
    readings = [one for one in dated if one.kind == "reading"]
    assert {one.day for one in readings} == {datetime.date(2026, 8, 2)}
    assert all(one.why.startswith("Open reading.") for one in readings)
    texts = {one.what: one.day for one in dated if one.kind == "text"}
    assert texts["Regulation (EU) 2026/1744 in force"] == datetime.date(2026, 7, 27)


def test_an_event_keeps_its_key_when_its_day_moves() -> None:
    row = load("eu-ai-act").row("EUAIA-26.7")
    law = load("eu-ai-act")
    first, moved = (
        [one for one in of_law(Ground(law, [Bound(row, "later", day)], ""), []) if one.kind == "applies"]
        for day in (datetime.date(2027, 12, 2), datetime.date(2030, 8, 2))
    )
    assert [one.key for one in first] == [one.key for one in moved]
    assert first[0].day != moved[0].day


def test_the_three_incident_clocks_are_counted_from_the_day_of_awareness() -> None:
    days = [deadline(name, datetime.date(2026, 11, 20)).day for name in INCIDENTS]
    assert days == [datetime.date(2026, 12, 5), datetime.date(2026, 11, 30), datetime.date(2026, 11, 22)]
    assert deadline("ai-act-incident-widespread", datetime.date(2026, 11, 20)).extended == datetime.date(2026, 11, 24)
    assert set(NAMES) == set(CLOCKS)


def test_a_day_that_a_later_text_replaced_lies_beneath_the_one_that_holds() -> None:
    """Art 113, 3rd para: Annex III binds from 2 August 2026 by the text of 2024, from 2 December 2027 as replaced."""
    old, new = load("eu-ai-act", "2024-07-12"), load("eu-ai-act", "2026-07-27")
    was, holds = datetime.date(2026, 8, 2), datetime.date(2027, 12, 2)

    def begin(
        law: Catalogue, day: datetime.date, *, before: Catalogue | None = None, after: Catalogue | None = None
    ) -> Event:
        rows = [Bound(law.row("EUAIA-26.1"), "later", day)]
        ground = Ground(law, rows, "Signed by Bob.", before=before, after=after)
        [found] = [one for one in of_law(ground, []) if one.kind == "applies"]
        return found

    for found in (begin(new, holds, before=old), begin(old, was, after=new)):
        assert (found.day, [(one.day, one.text_version) for one in found.replaced]) == (holds, [(was, "2024-07-12")])
    assert "the determination is of an earlier text" in begin(old, was, after=new).note
    assert begin(new, holds, before=old).note == ""
    assert begin(old, was).day == was  # before the newer text was in force, the day was that of the older
