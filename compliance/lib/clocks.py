"""When a time that the law gives has run out: days of every kind, months and years, and the clocks of two laws.

The day of the event is never counted (Regulation (EEC, Euratom) No 1182/71 Art 3(1); New York General Construction Law
§ 20). A time in months or years ends on the day with the same number; where that month has no such day, on its last
(Regulation 1182/71 Art 3(2)(c)).

>>> day = datetime.date(2026, 11, 21)
>>> CLOCKS["ai-act-incident-death"].limit(day), CLOCKS["ll144-audit"].limit(day)
(datetime.date(2026, 12, 1), datetime.date(2027, 11, 21))
"""

from __future__ import annotations

import calendar as months
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from compliance.lib.holidays import NYC, WEEKENDS_ONLY, Calendar
from compliance.lib.problems import Problem, Refused

Unit = Literal["hours", "calendar_days", "working_days", "business_days", "months", "years"]
Direction = Literal["before", "after"]
Bound = Literal["at_least", "at_most"]
EARLIEST, LATEST = datetime.date(1900, 1, 1), datetime.date(2999, 12, 31)


def check_day(day: datetime.date, column: str | None = None) -> None:
    """Refuse a day that no law can mean, such as a year typed wrongly; nothing is counted from it.

    >>> check_day(datetime.date(9999, 12, 31))
    Traceback (most recent call last):
    compliance.lib.problems.Refused: 9999-12-31 is no day that a time can be counted from.
    """
    if not EARLIEST <= day <= LATEST:
        sentence, expected = f"{day} is no day that a time can be counted from.", f"{EARLIEST} to {LATEST}"
        raise Refused(Problem("day-out-of-range", sentence, column=column, found=str(day), expected=expected))


def add_months(day: datetime.date, count: int) -> datetime.date:
    """Return the same day of the month `count` months on (back, when negative), or the last day where there is none.

    >>> add_months(datetime.date(2026, 8, 31), 6), add_months(datetime.date(2026, 3, 31), -1)
    (datetime.date(2027, 2, 28), datetime.date(2026, 2, 28))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    last = months.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(day.day, last))


def add_years(day: datetime.date, count: int) -> datetime.date:
    """Return the same day `count` years on; 29 February becomes 28 February where there is none.

    >>> add_years(datetime.date(2024, 2, 29), 1), add_years(datetime.date(2024, 2, 29), 4)
    (datetime.date(2025, 2, 28), datetime.date(2028, 2, 29))
    """
    return add_months(day, 12 * count)


def add_working_days(day: datetime.date, count: int, holidays: Calendar) -> datetime.date:
    """Return the `count`-th working day after `day` (before, when negative), `day` itself not counted.

    Ten business days before Monday 14 December 2026, with Thanksgiving on 26 November:

    >>> add_working_days(datetime.date(2026, 12, 14), -10, NYC)
    datetime.date(2026, 11, 30)
    >>> add_working_days(datetime.date(2026, 12, 4), -10, NYC)
    datetime.date(2026, 11, 19)
    """
    step, left = (1 if count > 0 else -1), abs(count)
    while left:
        day += datetime.timedelta(days=step)
        left -= holidays.is_working_day(day)
    return day


def working_days_between(first: datetime.date, last: datetime.date, holidays: Calendar) -> int:
    """Return how many working days there are after `first` up to and with `last`; negative when `last` is before.

    >>> working_days_between(datetime.date(2026, 11, 19), datetime.date(2026, 12, 4), NYC)
    10
    """
    if last < first:
        return -working_days_between(last, first, holidays)
    days = (first + datetime.timedelta(days=number) for number in range(1, (last - first).days + 1))
    return sum(holidays.is_working_day(day) for day in days)


def extended(event: datetime.date, last: datetime.date, holidays: Calendar = WEEKENDS_ONLY) -> datetime.date:
    """Return the end of a time after `event` that ends on `last`, as Regulation 1182/71 Art 3(4) and (5) extend it.

    A time that ends on a Saturday, Sunday or public holiday runs to the end of the next working day; one of two days or
    more holds at least two working days. Which holidays count depends on the Member State or institution; without them
    the day returned is the earlier one. Whether an authority accepts the extension for a report under Article 73 of the
    AI Act is not settled, so plan for `last` itself.

    >>> extended(datetime.date(2026, 11, 20), datetime.date(2026, 11, 22))  # Friday and two days
    datetime.date(2026, 11, 24)
    """
    while not holidays.is_working_day(last):
        last += datetime.timedelta(days=1)
    if (last - event).days >= 2:
        while working_days_between(event, last, holidays) < 2:
            last += datetime.timedelta(days=1)
    return last


def shift(day: datetime.date, count: int, unit: Unit, holidays: Calendar | None = None) -> datetime.date:
    """Return the day `count` units after `day`, or before it when `count` is negative.

    Business days are counted with the NYC calendar and working days with weekends only, unless `holidays` are given.
    Hours need a time of day: use :func:`shift_hours`. A day that no law can mean is refused.

    >>> shift(datetime.date(2026, 11, 21), 15, "calendar_days"), shift(datetime.date(2026, 11, 21), 15, "working_days")
    (datetime.date(2026, 12, 6), datetime.date(2026, 12, 11))
    """
    check_day(day)
    match unit:
        case "calendar_days":
            return day + datetime.timedelta(days=count)
        case "months":
            return add_months(day, count)
        case "years":
            return add_years(day, count)
        case "business_days":
            return add_working_days(day, count, holidays or NYC)
        case "working_days":
            return add_working_days(day, count, holidays or WEEKENDS_ONLY)
        case "hours":
            raise ValueError("Hours are counted from a moment, not from a day.")


def shift_hours(moment: datetime.datetime, count: int) -> datetime.datetime:
    """Return the moment `count` hours after an aware `moment`, in UTC.

    >>> shift_hours(datetime.datetime(2026, 11, 21, 9, 30, tzinfo=datetime.UTC), 24).isoformat()
    '2026-11-22T09:30:00+00:00'
    """
    if moment.tzinfo is None:
        raise ValueError("Hours are counted from a moment with a time zone.")
    check_day(moment.date())
    return moment.astimezone(datetime.UTC) + datetime.timedelta(hours=count)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time that a law gives: at most or at least `count` units before or after the `event`.

    `also` says what the law asks for besides the outer limit, such as "at once".
    """

    citation: str
    bound: Bound
    count: int
    unit: Unit
    direction: Direction
    event: str
    also: str = ""

    def limit(self, event: datetime.date, holidays: Calendar | None = None) -> datetime.date:
        """Return the last day on which the act is in time (`at_most`), or the first from which it is (`at_least`).

        For `at_least` before an event it is the last day on which enough time is left.

        >>> CLOCKS["ll144-notice"].limit(datetime.date(2026, 12, 14))  # a notice, ten business days before use
        datetime.date(2026, 11, 30)
        """
        return shift(event, self.count if self.direction == "after" else -self.count, self.unit, holidays)

    def limit_moment(self, event: datetime.datetime) -> datetime.datetime:
        """Return the last moment of a clock in hours.

        >>> CLOCKS["ai-act-rbi-live"].limit_moment(datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)).isoformat()
        '2026-11-22T09:00:00+00:00'
        """
        if self.unit != "hours":
            raise ValueError("Only a clock in hours has a limit to the moment.")
        return shift_hours(event, self.count if self.direction == "after" else -self.count)


def _at_most(citation: str, count: int, unit: Unit, event: str, also: str = "") -> Clock:
    return Clock(citation, "at_most", count, unit, "after", event, also)


def _at_least(citation: str, count: int, unit: Unit, event: str, also: str = "") -> Clock:
    return Clock(citation, "at_least", count, unit, "after", event, also)


_AWARE = "the provider or the deployer becomes aware of the incident"
_CAUSAL = "at once after a causal link, or its reasonable likelihood, is established"

CLOCKS: Mapping[str, Clock] = MappingProxyType(
    {
        "ai-act-incident": _at_most("AI Act Art 73(2)", 15, "calendar_days", _AWARE, _CAUSAL),
        "ai-act-incident-death": _at_most(
            "AI Act Art 73(4)", 10, "calendar_days", _AWARE, "at once after a causal link is established or suspected"
        ),
        "ai-act-incident-widespread": _at_most("AI Act Art 73(3)", 2, "calendar_days", _AWARE, "at once"),
        "ai-act-systemic-risk-notice": _at_most(
            "AI Act Art 52(1)", 14, "calendar_days", "the condition is met, or it becomes known that it will be"
        ),
        "ai-act-corrective-action": _at_most(
            "AI Act Art 79(2)", 15, "working_days", "the authority's order", "or the shorter limit of the sector's law"
        ),
        "ai-act-rbi-live": _at_most("AI Act Art 5(3)", 24, "hours", "the urgent use begins"),
        "ai-act-rbi-post": _at_most("AI Act Art 26(10)", 48, "hours", "the use begins"),
        "ai-act-real-world-test-approval": _at_most(
            "AI Act Art 60(4)(b)", 30, "calendar_days", "the plan is submitted", "silence counts as approval then"
        ),
        "ai-act-real-world-test": _at_most(
            "AI Act Art 60(4)(f)", 6, "months", "the test begins", "once more six months, with notice"
        ),
        "ai-act-certificate-annex-i": _at_most("AI Act Art 44(2)", 5, "years", "the certificate is issued"),
        "ai-act-certificate-annex-iii": _at_most("AI Act Art 44(2)", 4, "years", "the certificate is issued"),
        "ai-act-documents": _at_least(
            "AI Act Art 18(1)", 10, "years", "the system is placed on the market or put into service"
        ),
        "ai-act-logs": _at_least("AI Act Art 19(1); AI Act Art 26(6)", 6, "months", "the log is made"),
        "ll144-audit": _at_most(
            "NYC Administrative Code § 20-871(a)(1); 6 RCNY § 5-301(a)", 1, "years", "the date of the bias audit"
        ),
        "ll144-notice": Clock(
            "NYC Administrative Code § 20-871(b)(1)", "at_least", 10, "business_days", "before", "the use of the tool"
        ),
        "ll144-data-request": _at_most(
            "NYC Administrative Code § 20-871(b)(3)", 30, "calendar_days", "the written request"
        ),
        "ll144-publication": _at_least("6 RCNY § 5-303(c)", 6, "months", "the latest use for an employment decision"),
    }
)
