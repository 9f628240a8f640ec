"""Where the marks of a timeline stand in its picture; the table beside it says everything in words."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from compliance.timeline.events import Event

WIDTH, LEFT, LANE, TOP = 1000, 150, 30, 30
BEFORE, AFTER = 365, 5 * 365


@dataclass(frozen=True, slots=True)
class Mark:
    """One or several events of a kind that stand so close that they are one mark."""

    x: int
    count: int
    first: datetime.date
    last: datetime.date


@dataclass(frozen=True, slots=True)
class Lane:
    """The marks of one kind."""

    kind: str
    y: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """All lanes, the years with their places, today, and how many events lie outside the picture."""

    height: int
    lanes: tuple[Lane, ...]
    years: tuple[tuple[int, int], ...]
    today: int
    earlier: int
    later: int


def picture(events: Sequence[Event], today: datetime.date, kinds: Mapping[str, object]) -> Picture | None:
    """Return the picture of dated events from a year back to five years ahead; none where none of them falls in.

    >>> one = Event("a", "due", datetime.date(2027, 1, 1), "Due")
    >>> picture([one], datetime.date(2026, 11, 22), {"due": "Due"}).lanes[0].marks[0].count
    1
    """
    days = [one.day for one in events if one.day is not None]
    begin = today - datetime.timedelta(days=BEFORE)
    last = max((day for day in days if day <= today + datetime.timedelta(days=AFTER)), default=today)
    end = max(last, today + datetime.timedelta(days=365)) + datetime.timedelta(days=60)
    shown = [one for one in events if one.day is not None and begin <= one.day <= end]
    if not shown:
        return None

    def x(day: datetime.date) -> int:
        return LEFT + round((WIDTH - LEFT - 20) * (day - begin).days / (end - begin).days)

    lanes: list[Lane] = []
    for kind in kinds:
        own = sorted(one.day for one in shown if one.kind == kind and one.day is not None)
        if own:
            lanes.append(Lane(kind, TOP + LANE * len(lanes) + LANE // 2, tuple(_marks(own, x))))
    years = tuple((year, x(datetime.date(year, 1, 1))) for year in range(begin.year + 1, end.year + 1))
    outside = [day for day in days if not begin <= day <= end]
    earlier = sum(day < begin for day in outside)
    return Picture(TOP + LANE * len(lanes) + 6, tuple(lanes), years, x(today), earlier, len(outside) - earlier)


def _marks(days: list[datetime.date], place: Callable[[datetime.date], int]) -> Iterator[Mark]:
    group: list[datetime.date] = []
    for day in days:
        if group and place(day) - place(group[0]) > 16:
            yield Mark(place(group[0]), len(group), group[0], group[-1])
            group = []
        group.append(day)
    yield Mark(place(group[0]), len(group), group[0], group[-1])
