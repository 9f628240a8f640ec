"""A number of each category over several runs: one strip a category on one axis, with intervals.

A run in which a category has no number leaves a gap in its line, with the word for it in the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Final

from audits.metrics.plots.scale import Scale, from_to
from audits.metrics.rounding import decimals, percent
from compliance.lib.pictures.lettering import width
from compliance.lib.pictures.marks import mark
from compliance.lib.pictures.picture import RIGHT, SMALL, Figures, Picture, Sheet, level, upright
from compliance.lib.pictures.svg import element, number

_STRIP: Final = 60.0
_LEFT: Final = 44.0
_END: Final = RIGHT - 8
BENCHMARK: Final = "benchmark"
"""What `why` says of the benchmark of a run."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its name, and its day. Where every run has a day they lie apart as their days do, else evenly."""

    name: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """The number of one category in one run, with its interval; where there is none, `why` says so in words.

    Beside a number `why` may say what else there is to know, such as `benchmark`.
    """

    value: Fraction | None
    low: float | None = None
    high: float | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """One category over all runs, one point a run."""

    name: str
    points: tuple[Point, ...]


def drift(
    name: str,
    title: str,
    runs: Sequence[Run],
    courses: Sequence[Course],
    *,
    context: Fraction | None = None,
    context_words: str = "",
    as_percent: bool = False,
) -> Picture:
    """Draw each category over the runs, all on one scale; `context` is a line drawn for context, said in words.

    >>> runs = [Run("2025", date(2025, 3, 1)), Run("2026", date(2026, 3, 1))]
    >>> course = Course("Female", (Point(Fraction(4, 5), 0.7, 0.9), Point(None, why="no one")))
    >>> drift("d", "Ratio", runs, [course]).figures.rows
    (('Female', '2025', '0.800', '0.700', '0.900', ''), ('Female', '2026', '', '', '', 'no one'))
    """
    if any(len(course.points) != len(runs) for course in courses):
        raise ValueError("Every category has one point for each run.")
    scale, places = _scale(courses, context, as_percent), _places(runs)
    sheet = Sheet()
    for course in courses:
        sheet.heading(course.name, _last(course, runs, as_percent))
        _strip(sheet, scale, places, course, (context, as_percent))
    _days(sheet, runs, places)
    sheet.key(_key([point for course in courses for point in course.points], scale, context_words))
    rows = tuple(
        (course.name, run.name, *_written(point, as_percent))
        for course in courses
        for run, point in zip(runs, course.points, strict=True)
    )
    figures = Figures(title, ("Category", "Run", "Value", "From", "To", "Note"), rows)
    spoken = "; ".join(
        f"{course.name}: " + ", ".join(_word(one, as_percent) for one in course.points) for course in courses
    )
    caption = f"{len(runs)} runs, all categories on one scale."
    return sheet.finish(f"{name}-drift", title, f"{caption} {spoken}.", caption, figures)


def _key(points: Sequence[Point], scale: Scale, context_words: str) -> list[tuple[str, str]]:
    samples = [(level(-12, 12, 0, "line") + mark("circle", 0, 0), "value, one mark a run")]
    if any(point.why == BENCHMARK for point in points):
        samples.append((mark("diamond", 0, 0, "hollow"), "benchmark of its run, by definition 1"))
    if any(point.low is not None for point in points):
        samples.append((upright(0, -6, 6, "interval"), "its interval"))
    if any(_goes_on(point, scale) for point in points):
        samples.append((upright(0, -5, 5, "interval") + _arrow(0, -5), "the interval goes on; the table has its end"))
    if any(point.value is None for point in points):
        samples.append((mark("cross", 0, 0, "interval", 3), "a run without a number; the table says why"))
    return [*samples, (level(-13, 13, 0, "context"), context_words)] if context_words else samples


def _goes_on(point: Point, scale: Scale) -> bool:
    return point.low is not None and (point.high is None or point.high > scale.high)


def _scale(courses: Sequence[Course], context: Fraction | None, as_percent: bool) -> Scale:
    points = [point for course in courses for point in course.points if point.value is not None]
    values = [point.value for point in points if point.value is not None]
    most = max([*values, *([context] if context is not None else [])], default=Fraction(1))
    most = max(most, Fraction(1)) if not as_percent else most
    ends = [Fraction(point.high) for point in points if point.high is not None]
    far = min(max([most, *ends]), most * Fraction(3, 2)).limit_denominator(10**6)
    return from_to(Fraction(0), far or Fraction(1), 0, _STRIP, most=4)


def _places(runs: Sequence[Run]) -> list[float]:
    """Return where each run lies: by its day where all have one and they differ, else evenly."""
    days = [run.day.toordinal() for run in runs if run.day is not None]
    by_day = len(days) == len(runs) and len(set(days)) == len(days) > 1
    at = days if by_day else list(range(len(runs)))
    first, last = min(at, default=0), max(at, default=0)
    middle = (_LEFT + 10 + _END) / 2
    span = _END - _LEFT - 10
    return [middle if first == last else _LEFT + 10 + span * (one - first) / (last - first) for one in at]


def _strip(
    sheet: Sheet, scale: Scale, places: Sequence[float], course: Course, shared: tuple[Fraction | None, bool]
) -> None:
    context, as_percent = shared
    sheet.y += 6
    foot = sheet.y + _STRIP
    for value, up in scale.ticks:
        sheet.add(level(_LEFT, RIGHT, foot - up, "base" if not up else "grid"))
        label = scale.label(value, percent=as_percent)
        sheet.write(_LEFT - 6, foot - up + 3.5, label, "soft", font_size=SMALL - 1, text_anchor="end")
    if context is not None:
        sheet.add(level(_LEFT, RIGHT, foot - scale.at(context), "context"))
    sheet.add(*_lines(scale, places, course, foot))
    for x, point in zip(places, course.points, strict=True):
        if point.value is None:
            sheet.add(mark("cross", x, foot - 6, "interval", 3))
            continue
        if point.low is not None:
            top = scale.high if point.high is None else point.high
            sheet.add(upright(x, foot - scale.at(top), foot - scale.at(point.low), "interval"))
            sheet.add(*_ends(x, foot - scale.at(point.low), foot - scale.at(top), _goes_on(point, scale)))
        y = foot - scale.at(point.value)
        sheet.add(mark("diamond", x, y, "hollow", 3.6) if point.why == BENCHMARK else mark("circle", x, y, size=3.6))
    sheet.y = foot + 12


def _ends(x: float, low: float, high: float, beyond: bool) -> list[str]:
    end = _arrow(x, high) if beyond else level(x - 4, x + 4, high, "interval")
    return [level(x - 4, x + 4, low, "interval"), end]


def _arrow(x: float, y: float) -> str:
    outline = f"M{number(x - 4)} {number(y + 5)}L{number(x)} {number(y)}L{number(x + 4)} {number(y + 5)}"
    return element("path", look="interval", d=outline)


def _lines(scale: Scale, places: Sequence[float], course: Course, foot: float) -> list[str]:
    """Join runs that follow one another and both have a number; by day, whatever the order they were given in."""
    placed = sorted(zip(places, course.points, strict=True), key=lambda one: one[0])
    found = []
    for (x, one), (to, other) in pairwise(placed):
        if one.value is not None and other.value is not None:
            start = f"M{number(x)} {number(foot - scale.at(one.value))}"
            found.append(element("path", look="line", d=f"{start}L{number(to)} {number(foot - scale.at(other.value))}"))
    return found


def _days(sheet: Sheet, runs: Sequence[Run], places: Sequence[float]) -> None:
    """Write the names of the runs, the first and the last for sure, below; one that finds no room goes a line lower."""
    ends: list[float] = []
    order = sorted(range(len(runs)), key=lambda place: places[place])
    for place in order:
        wide = width(runs[place].name, SMALL - 0.5)
        x = min(max(places[place], wide / 2), sheet.wide - wide / 2)
        row = next((row for row, end in enumerate(ends) if end + 8 <= x - wide / 2), len(ends))
        ends[row : row + 1] = [x + wide / 2]
        sheet.write(x, sheet.y + 8 + 13 * row, runs[place].name, "soft", font_size=SMALL - 0.5, text_anchor="middle")
    sheet.y += 13 * len(ends)


def _last(course: Course, runs: Sequence[Run], as_percent: bool) -> str:
    return f"{runs[-1].name}: {_word(course.points[-1], as_percent)}" if runs else ""


def _word(point: Point, as_percent: bool) -> str:
    return point.why or "no number" if point.value is None else _number(point.value, as_percent)


def _written(point: Point, as_percent: bool) -> tuple[str, str, str, str]:
    if point.value is None:
        return "", "", "", point.why or "no number"
    if point.low is None:
        return _number(point.value, as_percent), "", "", point.why
    high = "no upper end" if point.high is None else _number(Fraction(point.high), as_percent)
    return _number(point.value, as_percent), _number(Fraction(point.low), as_percent), high, point.why


def _number(value: Fraction, as_percent: bool) -> str:
    return percent(value) if as_percent else decimals(value, 3)
