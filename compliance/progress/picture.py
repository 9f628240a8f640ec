"""How the rows stand as bars, and how that went from day to day as lines; with every figure as a table."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from compliance.checklists.footing import Footing
from compliance.lib.pictures.marks import mark
from compliance.lib.pictures.picture import RIGHT, SMALL, Figures, Picture, Sheet, level
from compliance.lib.pictures.stacks import Kind, Stack, one_bar, stacks
from compliance.lib.pictures.svg import Svg, element, number

TEXTURES: Final[Mapping[Footing, str]] = {
    Footing.EVIDENCED: "solid",
    Footing.ASSERTED: "hatched",
    Footing.UNDER_REVIEW: "plain",
    Footing.STALE: "upright",
    Footing.CONTRADICTED: "crossed",
    Footing.NOT_APPLICABLE: "level",
    Footing.NOT_ASSESSED: "empty",
}
_LEFT: Final = 34.0
_STRIP: Final = 44.0


def kinds() -> list[Kind]:
    """Return what the parts of a bar stand for, in their order."""
    return [Kind(TEXTURES[one], str(one.label)) for one in Footing]


def stack(name: str, counts: Mapping[str, int]) -> Stack:
    """Return one bar."""
    return Stack(name, tuple(counts.get(one.value, 0) for one in Footing))


def bar(name: str, title: str, counts: Mapping[str, int], *, most: int = 0) -> Svg:
    """Draw one bar alone, or as one of several with one scale (`most` rows)."""
    return one_bar(name, title, kinds(), stack(title, counts), most=most)


def groups(title: str, first: str, found: Sequence[tuple[str, Mapping[str, int]]]) -> Picture:
    """Draw a bar for each group of rows."""
    bars = [stack(name, counts) for name, counts in found]
    return stacks("standing", title, kinds(), bars, first=first, total=_("rows"))


def over_time(title: str, days: Sequence[tuple[datetime.date, Mapping[str, int]]]) -> Picture:
    """Draw a line for each place over the days that were counted; a day that was not leaves a gap.

    Each place has a strip and a scale of its own, from 0 to its greatest count, so that few rows are seen beside many.
    """
    shown = [one for one in Footing if any(counts.get(one.value) for _day, counts in days)]
    sheet, places = Sheet(), _places([day for day, _counts in days])
    for one in shown:
        values = [counts.get(one.value, 0) for _day, counts in days]
        sheet.heading(str(one.label), f"{values[-1]:,}" if values else "")
        _strip(sheet, values, [day for day, _counts in days], places)
    _ends(sheet, [day for day, _counts in days], places)
    columns = (_("Day"), *(str(one.label) for one in Footing), _("rows"))
    rows = tuple(
        (_day(day), *(f"{counts.get(one.value, 0):,}" for one in Footing), f"{sum(counts.values()):,}")
        for day, counts in days
    )
    ends = _("{place}: from {first} to {last}")
    first, last = (days[0][1], days[-1][1]) if days else ({}, {})
    spoken = "; ".join(
        ends.format(place=one.label, first=first.get(one.value, 0), last=last.get(one.value, 0)) for one in shown
    )
    return sheet.finish("over-time", title, f"{spoken}.", "", Figures(title, columns, rows))


def _strip(sheet: Sheet, values: Sequence[int], days: Sequence[datetime.date], places: Sequence[float]) -> None:
    most, top, foot = max(1, *values), sheet.y + 4, sheet.y + 4 + _STRIP
    for value, y in ((most, top), (0, foot)):
        sheet.add(level(_LEFT, RIGHT, y, "base" if value == 0 else "grid"))
        sheet.write(_LEFT - 5, y + 4, f"{value:,}", "soft", font_size=SMALL - 0.5, text_anchor="end")
    heights = [foot - _STRIP * value / most for value in values]
    for (x, y, day), (to, end, then) in pairwise(zip(places, heights, days, strict=True)):
        if (then - day).days == 1:  # nobody knows what was on a day that was not counted
            sheet.add(element("path", look="line", d=f"M{number(x)} {number(y)}L{number(to)} {number(end)}"))
    for place, (x, y) in enumerate(zip(places, heights, strict=True)):
        alone = not any(abs((days[place] - other).days) == 1 for other in days)
        if alone or place == len(days) - 1:
            sheet.add(mark("circle", x, y, size=2.6))
    sheet.y = foot + 12


def _places(days: Sequence[datetime.date]) -> list[float]:
    """Return where each day lies: apart as the days are."""
    if not days:
        return []
    span = max(1, (days[-1] - days[0]).days)
    return [_LEFT + (RIGHT - _LEFT) * (day - days[0]).days / span for day in days]


def _ends(sheet: Sheet, days: Sequence[datetime.date], places: Sequence[float]) -> None:
    if not days:
        return
    small = {"font_size": SMALL - 0.5}
    sheet.write(_LEFT, sheet.y + 8, _day(days[0]), "soft", **small)
    if len(days) > 1:
        sheet.write(RIGHT, sheet.y + 8, _day(days[-1]), "soft", text_anchor="end", **small)
    sheet.y += 13


def _day(day: datetime.date) -> str:
    return date_format(day, "DATE_FORMAT")
