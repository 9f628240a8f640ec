"""Clocks: the holidays that are written down, the ends of months, and the units of two laws."""

import datetime
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.catalogue.loader import load
from compliance.lib.clocks import CLOCKS, Unit, add_months, add_working_days, extended, shift, working_days_between
from compliance.lib.holidays import NYC, WEEKENDS_ONLY, calendar
from compliance.lib.problems import Refused

DAYS = st.dates(date(2023, 2, 1), date(2032, 10, 1))


def nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + datetime.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def observed(day: date) -> date:
    return day + datetime.timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def test_the_recorded_holidays_are_those_of_the_statute() -> None:
    expected = set()
    for year in range(2022, 2034):
        memorial = max(day for day in (nth(year, 5, 0, 4), nth(year, 5, 0, 5)) if day.month == 5)
        fixed = [observed(date(year, month, day)) for month, day in ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))]
        weekdays = [nth(year, *rule) for rule in ((1, 0, 3), (2, 0, 3), (9, 0, 1), (10, 0, 2), (11, 3, 4))]
        election_day = nth(year, 11, 0, 1) + datetime.timedelta(days=1)
        expected |= {*fixed, *weekdays, memorial, election_day}
    assert {day for day in expected if day.year in NYC.years} == NYC.days


def test_a_year_that_is_not_written_down_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        add_working_days(date(2033, 1, 3), 1, NYC)
    assert refused.value.code == "no-calendar"
    assert refused.value.problems[0].expected == "2023 to 2032"


@given(DAYS, st.integers(1, 30))
def test_counting_back_undoes_counting_on(day: date, count: int) -> None:
    last = add_working_days(day, count, NYC)
    assert working_days_between(day, last, NYC) == count
    assert working_days_between(last, day, NYC) == -count
    assert NYC.is_working_day(last)
    assert add_working_days(last, -count, NYC) <= day or not NYC.is_working_day(day)


@given(DAYS, st.integers(-60, 60))
def test_months_keep_the_day_or_take_the_last(day: date, count: int) -> None:
    moved = add_months(day, count)
    assert (moved.year - day.year) * 12 + moved.month - day.month == count
    assert moved.day == day.day or (moved.day < day.day and (moved + datetime.timedelta(days=1)).day == 1)


@pytest.mark.parametrize(
    ("clock", "event", "limit"),
    [
        ("ai-act-incident", date(2026, 12, 20), date(2027, 1, 4)),
        ("ai-act-incident-death", date(2026, 12, 20), date(2026, 12, 30)),
        ("ai-act-incident-widespread", date(2027, 2, 27), date(2027, 3, 1)),
        ("ai-act-corrective-action", date(2026, 11, 23), date(2026, 12, 14)),
        ("ai-act-documents", date(2028, 2, 29), date(2038, 2, 28)),
        ("ai-act-logs", date(2026, 8, 31), date(2027, 2, 28)),
        ("ll144-audit", date(2024, 2, 29), date(2025, 2, 28)),
        ("ll144-notice", date(2026, 7, 6), date(2026, 6, 18)),  # 3 July and 19 June are holidays
        ("ll144-data-request", date(2026, 1, 31), date(2026, 3, 2)),
        ("ll144-publication", date(2026, 8, 30), date(2027, 2, 28)),
    ],
)
def test_limits(clock: str, event: date, limit: date) -> None:
    assert CLOCKS[clock].limit(event) == limit


def test_the_clocks_of_local_law_144_are_those_of_its_rows() -> None:
    rows = {
        "ll144-audit": "AUD-01",
        "ll144-notice": "NOT-01",
        "ll144-data-request": "NOT-09",
        "ll144-publication": "PUB-10",
    }
    for name, row in rows.items():
        clock, written = CLOCKS[name], load("nyc-ll144").row(f"LL144-{row}").clock
        assert written is not None
        assert (clock.bound, clock.count, clock.unit, clock.direction) == (
            written.limit, written.count, written.unit, written.direction,
        )  # fmt: skip


def test_a_time_never_ends_on_a_holiday_and_holds_two_working_days() -> None:
    easter = calendar("Belgium", "a Member State's list", [date(2026, 4, 6)])
    assert extended(date(2026, 4, 2), date(2026, 4, 4)) == date(2026, 4, 6)
    assert extended(date(2026, 4, 2), date(2026, 4, 4), easter) == date(2026, 4, 7)
    assert extended(date(2026, 4, 1), date(2026, 4, 2)) == date(2026, 4, 2)


def test_hours_are_not_counted_from_a_day() -> None:
    with pytest.raises(ValueError, match="moment"):
        shift(date(2026, 1, 1), 24, "hours")
    with pytest.raises(ValueError, match="time zone"):
        CLOCKS["ai-act-rbi-live"].limit_moment(datetime.datetime(2026, 1, 1, 9))  # noqa: DTZ001 # that is the point
    assert WEEKENDS_ONLY.is_working_day(date(1999, 1, 1))


@pytest.mark.parametrize("unit", ["calendar_days", "working_days", "business_days", "months", "years"])
@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_day_that_no_law_can_mean_is_refused(unit: Unit, day: date) -> None:
    for count in (1, -1):
        with pytest.raises(Refused) as refused:
            shift(day, count, unit)
        assert refused.value.code == "day-out-of-range"
