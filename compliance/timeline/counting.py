"""A time counted day by day, with the working shown: what was left out, by which calendar, and what is not settled.

>>> found = counted(datetime.date(2026, 12, 4), 10, "business_days", "before")
>>> found.day
datetime.date(2026, 11, 19)
>>> found.sentence
'10 business days before Friday 4 December 2026, that day not counted: Thursday 19 November 2026. Left out: Saturdays, Sundays and 26 November 2026, by the calendar NYC (5 USC § 6103 as observed, and Election Day).'
"""  # noqa: E501 - one sentence, as it is shown

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from compliance.catalogue.clauses import length
from compliance.lib import clocks
from compliance.lib.clocks import CLOCKS, Direction, Unit
from compliance.lib.holidays import NYC, WEEKENDS_ONLY, Calendar

CALENDARS: Mapping[str, Calendar] = MappingProxyType({"business_days": NYC, "working_days": WEEKENDS_ONLY})
INCIDENTS = ("ai-act-incident", "ai-act-incident-death", "ai-act-incident-widespread")
# What each clock of the law is for, in the words of the page that counts it.
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "ai-act-incident": "Report of a serious incident, in general",
        "ai-act-incident-death": "Report of a serious incident: death of a person",
        "ai-act-incident-widespread": (
            "Report of a serious incident: widespread infringement, or serious disruption of critical infrastructure"
        ),
        "ai-act-systemic-risk-notice": "Notice that a model meets the condition for systemic risk",
        "ai-act-corrective-action": "Corrective action after an authority’s order",
        "ai-act-rbi-live": "Request for authorisation after an urgent live remote biometric identification",
        "ai-act-rbi-post": "Request for authorisation of post-remote biometric identification",
        "ai-act-real-world-test-approval": "Start of a test in real-world conditions, where the authority is silent",
        "ai-act-real-world-test": "End of a test in real-world conditions",
        "ai-act-certificate-annex-i": "End of a certificate, Annex I",
        "ai-act-certificate-annex-iii": "End of a certificate, Annex III",
        "ai-act-documents": "Keeping of documents",
        "ai-act-logs": "Keeping of a log",
        "ll144-audit": "Use of a tool after its bias audit",
        "ll144-notice": "Notice to candidates and employees before use",
        "ll144-data-request": "Answer to a written request about data",
        "ll144-publication": "Keeping the summary published after the latest use",
    }
)


@dataclass(frozen=True, slots=True)
class Counted:
    """The day that a time leads to, the holidays passed on the way, and the calendar that was used, if any."""

    start: datetime.date
    count: int
    unit: str
    direction: str
    day: datetime.date
    left_out: tuple[datetime.date, ...]
    calendar: Calendar | None

    @property
    def sentence(self) -> str:
        """The working in one or two sentences."""
        first = (
            f"{length(self.count, self.unit)} {self.direction} {in_words(self.start)}, that day not counted: "
            f"{in_words(self.day)}."
        )
        if self.calendar is None:
            return first
        days = ["Saturdays", "Sundays", *(f"{one.day} {one:%B %Y}" for one in self.left_out)]
        listed = f"{', '.join(days[:-1])} and {days[-1]}"
        return f"{first} Left out: {listed}, by the calendar {self.calendar.name} ({self.calendar.source})."


def in_words(day: datetime.date) -> str:
    """Return a day with its weekday.

    >>> in_words(datetime.date(2026, 11, 22))
    'Sunday 22 November 2026'
    """
    return f"{day:%A} {day.day} {day:%B %Y}"


def counted(start: datetime.date, count: int, unit: Unit, direction: Direction) -> Counted:
    """Count `count` units before or after a day, the day itself not counted; refused for a year without a calendar."""
    calendar = CALENDARS.get(unit)
    end = clocks.shift(start, count if direction == "after" else -count, unit, calendar)
    low, high = min(start, end), max(start, end)
    passed = sorted(one for one in (calendar.days if calendar else ()) if low < one < high and one.weekday() < 5)
    return Counted(start, count, unit, direction, end, tuple(passed), calendar)


@dataclass(frozen=True, slots=True)
class Deadline:
    """One clock of the law held against the day or moment of its event.

    `moment` is there for a clock in hours alone; `extended` is the later day to which a time that ends on a day off
    may run (Regulation (EEC, Euratom) No 1182/71 Art 3(4) and (5)), for clocks of the Union.
    """

    name: str
    title: str
    citation: str
    event: str
    also: str
    bound: str
    direction: str
    day: datetime.date | None
    moment: datetime.datetime | None
    working: str
    extended: datetime.date | None


def deadline(name: str, day: datetime.date, moment: datetime.datetime | None = None) -> Deadline:
    """Hold the clock `name` of `compliance.lib.clocks` against a day; one in hours needs the aware `moment`.

    >>> found = deadline("ai-act-incident", datetime.date(2026, 11, 20))
    >>> found.day, found.extended, found.citation
    (datetime.date(2026, 12, 5), datetime.date(2026, 12, 7), 'AI Act Art 73(2)')
    """
    clock = CLOCKS[name]
    about = (name, NAMES[name], clock.citation, clock.event, clock.also, clock.bound, clock.direction)
    if clock.unit == "hours":
        if moment is None:
            return Deadline(*about, None, None, "", None)
        end = clock.limit_moment(moment)
        working = f"{length(clock.count, clock.unit)} {clock.direction} {moment:%d %B %Y, %H:%M %Z}."
        return Deadline(*about, end.astimezone(moment.tzinfo).date(), end.astimezone(moment.tzinfo), working, None)
    result = counted(day, clock.count, clock.unit, clock.direction)
    of_the_union = name.startswith("ai-act") and clock.bound == "at_most" and clock.unit == "calendar_days"
    later = clocks.extended(day, result.day) if of_the_union else result.day
    return Deadline(*about, result.day, None, result.sentence, later if later != result.day else None)
