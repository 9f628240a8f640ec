"""Holidays that clocks leave out, written down year by year so that anyone can count again.

NYC: neither Local Law 144 nor the DCWP rules define "business day" or name a calendar. Recorded here are the legal
public holidays of the United States (5 USC § 6103) on the days on which they are observed, and Election Day, on which
the City's offices are closed too. Lincoln's Birthday and Flag Day, public holidays under New York General Construction
Law § 24 alone, are left out: City offices are open on them.

>>> NYC.covers(datetime.date(2026, 7, 3)), datetime.date(2026, 7, 3) in NYC.days
(True, True)
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from compliance.lib.problems import Problem, Refused


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days that are no working days besides Saturdays and Sundays, for the years that are written down.

    A calendar without `years` covers every year: it says of no weekday that it is a holiday.
    """

    name: str
    source: str
    days: frozenset[datetime.date] = field(default_factory=frozenset)
    years: frozenset[int] = field(default_factory=frozenset)

    def covers(self, day: datetime.date) -> bool:
        """Say whether the holidays of the year of `day` are written down."""
        return not self.years or day.year in self.years

    def is_working_day(self, day: datetime.date) -> bool:
        """Say whether `day` is no Saturday, Sunday or holiday; refused with `no-calendar` for an unknown year."""
        if not self.covers(day):
            sentence = f"The holidays of {day.year} are not written down in the calendar {self.name}."
            expected = f"{min(self.years)} to {max(self.years)}"
            raise Refused(Problem("no-calendar", sentence, found=str(day.year), expected=expected))
        return day.weekday() < 5 and day not in self.days


def calendar(name: str, source: str, days: Iterable[datetime.date]) -> Calendar:
    """Make a calendar of one's own, such as the public holidays of a Member State for the years that `days` are in."""
    kept = frozenset(days)
    return Calendar(name, source, kept, frozenset(day.year for day in kept))


_NYC = {
    2023: "01-02 01-16 02-20 05-29 06-19 07-04 09-04 10-09 11-07 11-10 11-23 12-25",
    2024: "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-05 11-11 11-28 12-25",
    2025: "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-04 11-11 11-27 12-25",
    2026: "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-03 11-11 11-26 12-25",
    2027: "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-02 11-11 11-25 12-24 12-31",
    2028: "01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-07 11-10 11-23 12-25",
    2029: "01-01 01-15 02-19 05-28 06-19 07-04 09-03 10-08 11-06 11-12 11-22 12-25",
    2030: "01-01 01-21 02-18 05-27 06-19 07-04 09-02 10-14 11-05 11-11 11-28 12-25",
    2031: "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-04 11-11 11-27 12-25",
    2032: "01-01 01-19 02-16 05-31 06-18 07-05 09-06 10-11 11-02 11-11 11-25 12-24 12-31",
}

NYC = calendar(
    "NYC",
    "5 USC § 6103 as observed, and Election Day",
    (datetime.date.fromisoformat(f"{year}-{day}") for year, days in _NYC.items() for day in days.split()),
)
WEEKENDS_ONLY = Calendar("weekends only", "Saturdays and Sundays; no public holiday is left out")
