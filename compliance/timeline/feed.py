"""A timeline as an iCalendar file (RFC 5545), as calendars subscribe to or take in once.

The same events give the same bytes: every stamp is when what an event rests on last changed, never the hour of asking.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from compliance.timeline.events import Event

if TYPE_CHECKING:
    from icalendar import Event as Entry

CATEGORIES = {
    "text": "Law in force",
    "applies": "Begins to bind",
    "ends": "Ends",
    "reading": "Open reading",
    "limit": "Time limit",
    "keep": "Keeping",
    "due": "Due",
    "evidence": "Evidence",
    "recorded": "Recorded",
}
ZONES = (
    "Days are days of the calendar, as the laws count them, in no time zone; a moment is given in UTC. "
    "Nothing here says whether a duty is met."
)
_LONG_AGO = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)


def written(name: str, events: Iterable[Event], address: Callable[[Event], str]) -> bytes:
    """Return the dated events as the bytes of a calendar called `name`; `address` gives the page of an event."""
    from icalendar import Calendar  # only whoever asks for a calendar pays for it

    calendar = Calendar()
    calendar.add("prodid", "-//Probanda//Timeline//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-caldesc", ZONES)
    calendar.add("refresh-interval", datetime.timedelta(hours=12), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")
    for one in events:
        if one.day is not None:
            calendar.add_component(_event(one, address(one)))
    found: bytes = calendar.to_ical(sorted=False)
    return found


def uid(event: Event) -> str:
    """Return the name of an event in every calendar, the same as long as the event is.

    >>> uid(Event("1/due/2", "due", None, "Due")) == uid(Event("1/due/2", "due", datetime.date(2027, 1, 1), "Moved"))
    True
    """
    return f"{uuid5(NAMESPACE_URL, 'probanda:timeline:' + event.key)}@probanda"


def _event(one: Event, address: str) -> Entry:
    from icalendar import Event as Entry

    changed = (one.changed_at or _LONG_AGO).astimezone(datetime.UTC).replace(microsecond=0)
    entry = Entry()
    entry.add("uid", uid(one))
    entry.add("dtstamp", changed)
    entry.add("last-modified", changed)
    entry.add("sequence", one.revision)
    entry.add("summary", f"{one.system}: {one.what}" if one.system else one.what)
    if one.moment is not None:
        entry.add("dtstart", one.moment.astimezone(datetime.UTC))
    elif one.day is not None:
        entry.add("dtstart", one.day)
        if one.day < datetime.date.max:  # without an end an event takes its day
            entry.add("dtend", one.day + datetime.timedelta(days=1))
    entry.add("transp", "TRANSPARENT")
    entry.add("categories", [CATEGORIES[one.kind]])
    entry.add("description", description(one))
    if address:
        entry.add("url", address)
    return entry


def description(one: Event) -> str:
    """Return what a calendar shows below the title: why, the rule, the working and what is open."""
    rows = ", ".join(row.id for row in one.rows[:20]) + (
        f" and {len(one.rows) - 20} more" if len(one.rows) > 20 else ""
    )
    parts = (
        one.why,
        one.citation and f"Rule: {one.citation}",
        one.working,
        one.note,
        rows and f"Rows: {rows}",
        "Done." if one.done else "",
    )
    return "\n".join(part for part in parts if part)
