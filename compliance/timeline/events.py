"""What happens to one AI system when: from the rows that bind it, the dates that are known, and the clocks of the law.

Nothing is invented: where the day that a clock runs from is not known, the event has no day and says what would tell
it. Pure: every date that is used is given, and nothing here reads a clock.
"""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from compliance.catalogue.clauses import length, told_clock
from compliance.catalogue.schema import Catalogue, Clock, Row
from compliance.lib import clocks
from compliance.lib.problems import Refused
from compliance.timeline.counting import Counted, counted

UNSETTLED = "Whether the row binds is not settled yet."
# A model and the system built on it are placed on the market on days of their own.
MARKET, MODEL_MARKET = "market_entry", "model_market_entry"

Kind = Literal["text", "applies", "ends", "reading", "limit", "keep", "due", "evidence", "recorded"]


@dataclass(frozen=True, slots=True)
class RowRef:
    """A row of a text of a law, as a page links to it."""

    law: str
    text_version: str
    id: str
    title: str
    citation: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """A day that a later text of the law replaced: the text that gave it, and for which systems, where it says so."""

    day: datetime.date
    text_version: str
    which: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing on one day; without a day, `unknown` says what would tell it.

    `key` names the event for good within its system: the same event has the same key when its day moves. `working`
    shows how the day was counted. `replaced` are the days that earlier texts of the law gave, which count no more.
    `page` and `target` name what the event leads to. `changed_at` is when what it rests
    on last changed, `revision` counts these changes.
    """

    key: str
    kind: Kind
    day: datetime.date | None
    what: str
    why: str = ""
    citation: str = ""
    working: str = ""
    unknown: str = ""
    note: str = ""
    moment: datetime.datetime | None = None
    rows: tuple[RowRef, ...] = ()
    replaced: tuple[Replaced, ...] = ()
    page: str = ""
    target: str = ""
    done: bool = False
    system: str = ""
    system_id: str = ""
    changed_at: datetime.datetime | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A day on which an event of a law took place or will, and where that is known from."""

    event: str
    day: datetime.date
    source: str
    key: str
    moment: datetime.datetime | None = None
    changed_at: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """A row as it stands to a system: its state, and the day from which it binds where that is settled.

    `asked` stands for a row of an open checklist of which nobody has determined whether it binds.
    """

    row: Row
    state: Literal["applies", "later", "undetermined", "asked"]
    since: datetime.date | None = None


@dataclass(frozen=True)
class Ground:
    """One law and how its rows stand to a system; `source` says in a sentence where that is from.

    `before` is the text that this one changes. `after` is a later one that is in force, where the rows were determined
    under an earlier one.
    """

    law: Catalogue
    rows: Sequence[Bound]
    source: str
    changed_at: datetime.datetime | None = None
    revision: int = 0
    needs: tuple[str, ...] = field(default=())
    before: Catalogue | None = None
    after: Catalogue | None = None


def ref(row: Row, law: Catalogue) -> RowRef:
    """Return a row as a page links to it."""
    return RowRef(law.law, law.text_version, row.id, row.title, row.citation_text)


def of_law(ground: Ground, occurrences: Iterable[Occurrence]) -> list[Event]:
    """Return all events of one law for one system: what binds since when, open readings, and every clock."""
    found = [*texts(ground.law, ground.before, ground.after), *beginnings(ground), *limits(ground, occurrences)]
    return [
        replace(one, changed_at=one.changed_at or ground.changed_at, revision=one.revision or ground.revision)
        for one in found
    ]


def texts(law: Catalogue, before: Catalogue | None = None, after: Catalogue | None = None) -> Iterator[Event]:
    """Yield the days from which parts of the law are in force, whomever they bind; what a text replaced lies beneath.

    >>> from compliance.catalogue.loader import load
    >>> old, new = load("eu-ai-act", "2024-07-12"), load("eu-ai-act", "2026-07-27")
    >>> moved = {str(one.day): [str(was.day) for was in one.replaced] for one in texts(new, old) if one.replaced}
    >>> moved, moved == {str(one.day): [str(was.day) for was in one.replaced] for one in texts(old, None, new)
    ...     if one.replaced}
    ({'2028-08-02': ['2027-08-02']}, True)
    """
    for what, day in law.in_force.items():
        was = before.in_force.get(what) if before else None
        replaced = (Replaced(was, before.text_version),) if before and was and was != day else ()
        holds = after.in_force.get(what) if after else None
        if holds and holds != day:
            replaced, day = (*replaced, Replaced(day, law.text_version)), holds
        key = f"{law.law}/in-force/{_slug(what)}"
        yield Event(key, "text", day, what, citation=law.short_title, replaced=replaced)


def beginnings(ground: Ground) -> Iterator[Event]:
    """Yield the days from which rows bind, those on one day by one provision together; then what is not settled."""
    law = ground.law
    together: dict[tuple[datetime.date, str, tuple[Replaced, ...]], list[Row]] = defaultdict(list)
    readings: dict[tuple[datetime.date, str, str], list[Row]] = defaultdict(list)
    ends: dict[tuple[datetime.date, str], list[Row]] = defaultdict(list)
    open_rows = [one.row for one in ground.rows if one.state == "undetermined" and one.since is None]
    for one in ground.rows:
        dates = one.row.dates
        if dates is None or one.since is None or one.state not in ("applies", "later"):
            continue
        together[_holding(one.row, one.since, ground)].append(one.row)
        if dates.formally_from is not None and dates.formally_from != one.since:
            readings[dates.formally_from, dates.basis, dates.note].append(one.row)
        if dates.until is not None:
            ends[dates.until, dates.basis].append(one.row)
    for (day, basis, replaced), rows in sorted(together.items(), key=lambda one: one[0][:2]):
        what = f"{_rows(rows)} of {law.short_title} {_begin(rows)} to bind: {_some(rows)}"
        event = _of_rows(law, "applies", day, what, basis, rows, ground.source)
        note = ""
        if ground.after and any(was.text_version == law.text_version for was in replaced):
            note = (
                f"The day is that of the text of {_text(ground.after)}, which is in force; the determination is of an"
                " earlier text. Determine anew, so that what binds rests on the text that holds."
            )
        yield replace(event, replaced=replaced, note=note)
    for (day, basis, note), rows in sorted(readings.items(), key=lambda one: one[0]):
        what = f"By the letter of the law, {_rows(rows)} of {law.short_title} may bind already: {_some(rows)}"
        yield _of_rows(law, "reading", day, what, basis, rows, note)
    for (day, basis), rows in sorted(ends.items(), key=lambda one: one[0]):
        what = f"Last day on which {_rows(rows)} of {law.short_title} {_bind(rows)}: {_some(rows)}"
        yield _of_rows(law, "ends", day, what, basis, rows, ground.source)
    if open_rows:
        what = f"{_rows(open_rows)} of {law.short_title} {'is' if len(open_rows) == 1 else 'are'} not settled"
        unknown = "Not known yet: these answers would say whether and since when they bind: " + " ".join(ground.needs)
        event = _of_rows(law, "applies", None, what, "", open_rows, ground.source)
        yield replace(event, key=f"{law.law}/open", unknown=unknown if ground.needs else "Not known yet.")


def _holding(row: Row, since: datetime.date, ground: Ground) -> tuple[datetime.date, str, tuple[Replaced, ...]]:
    """Return the day on which a row begins to bind by the text that holds, on what it rests, and the days replaced.

    Where a later text gives several days for the systems for which the earlier day was, none of them is chosen.
    """
    dates, law = row.dates, ground.law
    if dates is None:
        return since, "", ()
    tracks = [name for name, day in dates.in_force_from.items() if day == since]
    originally = {dates.originally_from[name]: name for name in tracks if name in dates.originally_from}
    earlier = ground.before.text_version if ground.before else law.based_on or ""
    several = len(originally) > 1
    replaced = tuple(
        Replaced(day, earlier, _track(law, name) if several else "")
        for day, name in sorted(originally.items())
        if day != since
    )
    later = ground.after.row(row.id).dates if ground.after and row.id in ground.after else None
    days = {later.in_force_from[name] for name in tracks if name in later.in_force_from} if later else set()
    if later is not None and len(days) == 1 and since not in days:
        return days.pop(), later.basis, (*replaced, Replaced(since, law.text_version))
    return since, dates.basis, replaced


def _track(law: Catalogue, name: str) -> str:
    return law.tracks[name].words if name in law.tracks else ""


def _text(law: Catalogue) -> str:
    return _day(datetime.date.fromisoformat(law.text_version))


def _of_rows(
    law: Catalogue, kind: Kind, day: datetime.date | None, what: str, basis: str, rows: list[Row], why: str
) -> Event:
    # The first row names the group: so the event stays itself when its day moves.
    key = f"{law.law}/{kind}/{rows[0].id}"
    return Event(key, kind, day, what, why, basis, rows=tuple(ref(row, law) for row in rows))


def limits(ground: Ground, occurrences: Iterable[Occurrence]) -> Iterator[Event]:
    """Yield for each clock of a row that binds, or may, its last or first day from every known day of its event.

    Rows that count the same time from the same event stand together. A clock whose event has no known day yields one
    event without a day.
    """
    law = ground.law
    known: dict[str, list[Occurrence]] = defaultdict(list)
    for one in occurrences:
        known[one.event].append(one)
    together: dict[tuple[str, bool], list[Bound]] = defaultdict(list)
    for bound in ground.rows:
        if bound.row.clock is not None:
            of_model = bound.row.clock.event == MARKET and (bound.row.tier or "").startswith("gpai")
            together[bound.row.clock.model_dump_json(), of_model].append(bound)
    for (_, of_model), some in together.items():
        clock = some[0].row.clock
        if clock is None:
            continue
        rows = [one.row for one in some]
        event = Event(
            key=f"{law.law}/clock/{rows[0].id}",
            kind="keep" if clock.limit == "at_least" and clock.direction == "after" else "limit",
            day=None,
            what=_act(clock, law),
            why=f"{_capital(told_clock(clock, law))}.",
            citation="; ".join(dict.fromkeys(citation for row in rows for citation in row.citation)),
            rows=tuple(ref(row, law) for row in rows),
            note=_standing(some),
        )
        days = known[MODEL_MARKET if of_model else clock.event]
        if not days:
            unknown = f"Not known yet: the day of {law.events[clock.event]} would say when."
            yield replace(event, unknown=unknown)
        for one in days:
            yield _counted_from(one, clock, event)


def _counted_from(one: Occurrence, clock: Clock, event: Event) -> Event:
    """Count from one day; where that is refused, as for a year without a calendar, the event says so without a day."""
    key, changed = f"{event.key}/{one.key}", one.changed_at
    try:
        return _counted(one, clock, replace(event, key=key, changed_at=changed))
    except Refused as refused:
        unknown = f"Not counted from {one.day} ({one.source}): {refused}"
        return replace(event, key=key, unknown=unknown, changed_at=changed)


def _counted(one: Occurrence, clock: Clock, event: Event) -> Event:
    if clock.unit == "hours":
        if one.moment is None:
            unknown = f"Not known yet: the hour on {one.day} would say when; only the day is recorded."
            return replace(event, unknown=unknown)
        moment = clocks.shift_hours(one.moment, clock.count if clock.direction == "after" else -clock.count)
        working = (
            f"{length(clock.count, clock.unit)} {clock.direction} {one.moment:%d %B %Y, %H:%M} UTC ({one.source})."
        )
        return replace(event, day=moment.date(), moment=moment, working=working)
    result: Counted = counted(one.day, clock.count, clock.unit, clock.direction)
    working = f"{result.sentence} The day it is counted from: {one.source}."
    return replace(event, day=result.day, working=working)


def _act(clock: Clock, law: Catalogue) -> str:
    subject, event = law.events[clock.subject], law.events[clock.event]
    if clock.limit == "at_most":
        return f"Last day for {subject}, counted from {event}"
    if clock.direction == "before":
        return f"Last day for {subject}, counted back from {event}"
    return f"Not before this day: {subject}, counted from {event}"


def _standing(some: Sequence[Bound]) -> str:
    states = {one.state for one in some}
    if states & {"applies", "later"}:
        first = min((one.since for one in some if one.since), default=None)
        later = "applies" not in states and first is not None
        return f"The row binds only from {_day(first)}." if later and first else ""
    if "undetermined" in states:
        return UNSETTLED
    return "Nobody has determined whether the row binds; an open checklist asks it."


def _rows(rows: Sequence[Row]) -> str:
    return "1 row" if len(rows) == 1 else f"{len(rows)} rows"


def _begin(rows: Sequence[Row]) -> str:
    return "begins" if len(rows) == 1 else "begin"


def _bind(rows: Sequence[Row]) -> str:
    return "binds" if len(rows) == 1 else "bind"


def _some(rows: Sequence[Row], most: int = 3) -> str:
    titles = [row.title for row in rows[:most]]
    return "; ".join(titles) + ("" if len(rows) <= most else f"; and {len(rows) - most} more")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _day(day: datetime.date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else ""


def for_system(events: Iterable[Event], system: str, system_id: str) -> list[Event]:
    """Return the events as those of one system, each key made unlike those of all others."""
    return [replace(one, key=f"{system_id}/{one.key}", system=system, system_id=system_id) for one in events]


def in_order(events: Iterable[Event]) -> tuple[list[Event], list[Event]]:
    """Return the events with a day, the earliest first, and those without one, what may not bind at all last."""
    some = list(events)
    dated = sorted(
        (one for one in some if one.day), key=lambda one: (one.day or datetime.date.max, one.system, one.key)
    )
    return dated, sorted((one for one in some if one.day is None), key=lambda one: one.note == UNSETTLED)
