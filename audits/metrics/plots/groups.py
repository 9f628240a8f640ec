"""Ratios with intervals, rates with counts, and shortfalls: one line a category, its name and its numbers above it.

The four-fifths line (29 CFR 1607.4(D)) is drawn as context. Local Law 144 sets no threshold, so a mark left of the line
looks like any other mark.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from audits.metrics.display import NO_NUMBER
from audits.metrics.intervals import score_ratio, wilson
from audits.metrics.measures import LEVEL, Measure, Pair
from audits.metrics.plots.scale import MOST, Scale, from_to
from audits.metrics.practical import FOUR_FIFTHS, selections_to
from audits.metrics.result_notes import SMALL_CELL
from audits.metrics.rounding import decimals, percent
from compliance.lib.pictures.marks import hatch, interval, mark
from compliance.lib.pictures.picture import BAND, LEFT, RIGHT, Figures, Picture, Sheet, level, upright
from compliance.lib.pictures.svg import element

FOUR_FIFTHS_WORDS: Final = "four fifths (0.8), for context only: 29 CFR 1607.4(D); Local Law 144 sets no threshold"
NOBODY: Final = "no one"
EXCLUDED: Final = "left out"
UNKNOWN: Final = "category unknown"
_FEW: Final = f"fewer than {SMALL_CELL} people"


@dataclass(frozen=True, slots=True)
class Group:
    """One category: its name, its people, those selected (or above the median), and what it is in its table.

    `unknown` is for people of no known category, who have a rate and no ratio.
    """

    name: str
    people: int
    selected: int
    is_benchmark: bool = False
    excluded: bool = False
    unknown: bool = False

    @property
    def rate(self) -> Fraction | None:
        """The exact rate; None where nobody was assessed."""
        return Fraction(self.selected, self.people) if self.people else None

    @property
    def is_small(self) -> bool:
        """Whether its rate moves with one person."""
        return 0 < self.people < SMALL_CELL

    @property
    def note(self) -> str:
        """What a reader must know of it, in words."""
        said = ["benchmark"] if self.is_benchmark else [UNKNOWN] if self.unknown else []
        said += [EXCLUDED] if self.excluded else []
        said += [_FEW] if self.is_small else [] if self.people else [NOBODY]
        return ", ".join(said)


def pair_of(groups: Sequence[Group], group: Group) -> Pair | None:
    """Return a category beside the benchmark; None where nothing is compared.

    >>> groups = [Group("Men", 92, 50, is_benchmark=True), Group("Women", 76, 34)]
    >>> pair_of(groups, groups[1])
    Pair(selected=34, people=76, reference_selected=50, reference_people=92)
    """
    leader = next((one for one in groups if one.is_benchmark), None)
    if leader is None or group.excluded or group.unknown or not group.people:
        return None
    return Pair(group.selected, group.people, leader.selected, leader.people)


def ratios(
    name: str, title: str, groups: Sequence[Group], *, chosen: str = "Selected", level_of_confidence: str = LEVEL
) -> Picture:
    """Draw the impact ratio of each category on one axis, with its score interval.

    The benchmark, and what is tied with it, is an open diamond without interval: its ratio is 1 by definition. The axis
    holds every ratio; an interval that goes on beyond it ends in an arrow, and the table has its end.

    >>> picture = ratios("sex", "Sex", [Group("Male", 1390, 667, is_benchmark=True), Group("Female", 1181, 555)])
    >>> picture.figures.rows[1]
    ('Female', '1,181', '555', '0.979', '0.902', '1.062', '')
    """
    pairs = {group: pair_of(groups, group) for group in groups}
    found = {
        group: score_ratio(pair, level=level_of_confidence)
        for group, pair in pairs.items()
        if pair and not group.is_benchmark
    }
    values = {group: pair.ratio for group, pair in pairs.items() if pair and pair.ratio is not None}
    sheet, scale = Sheet(), _ratio_scale(values, found)
    fifths = [(scale.at(FOUR_FIFTHS), "context"), (scale.at(Fraction(1)), "base")]
    sheet.axis(scale)
    for group in groups:
        ratio = values.get(group)
        sheet.heading(group.name, _ratio_words(group, ratio), look="soft" if ratio is None else "ink")
        y = sheet.band(scale, fifths)
        if ratio is None:
            continue
        if group in found and found[group]["low"] is not None:
            low, high = found[group].number("low"), found[group]["high"]
            beyond = high is None or float(high) > scale.high
            sheet.add(interval(scale.at(low), scale.at(scale.high if high is None else float(high)), y, cut=beyond))
        sheet.add(_dot(group, scale.at(ratio), y))
    sheet.axis(scale)
    sheet.key(_ratio_key(groups, found, scale))
    figures = Figures(
        f"Impact ratios: {title}",
        ("Category", "People", chosen, "Impact ratio", *_ends("ratio", level_of_confidence), "Note"),
        tuple(_ratio_row(group, values.get(group), found.get(group)) for group in groups),
    )
    spoken = "; ".join(f"{row[0]} {row[3]}" for row in figures.rows)
    full = f"Impact ratios: {title}"
    caption = (
        f"The line through a ratio is its {_percent_of(level_of_confidence)} score interval (Miettinen and Nurminen)."
    )
    return sheet.finish(f"{name}-ratios", full, f"{spoken}. The dashed line is {FOUR_FIFTHS_WORDS}.", caption, figures)


def rates(
    name: str,
    title: str,
    groups: Sequence[Group],
    *,
    of: str = "Selection rate",
    chosen: str = "Selected",
    level_of_confidence: str = LEVEL,
) -> Picture:
    """Draw the rate of each category as a bar, with its counts beside its name and its score interval across it.

    >>> picture = rates("sex", "Sex", [Group("Male", 1390, 667, is_benchmark=True), Group("Female", 0, 0)])
    >>> picture.figures.rows[0]
    ('Male', '1,390', '667', '48.0%', '45.4%', '50.6%', 'benchmark')
    >>> picture.figures.rows[1]
    ('Female', '0', '0', 'not computable', '', '', 'no one')
    """
    found = {group: wilson(group.selected, group.people, level=level_of_confidence) for group in groups if group.people}
    ends = [one.number("high") for one in found.values()] or [1.0]
    scale = from_to(Fraction(0), Fraction(min(1.0, max(ends))).limit_denominator(10**6), LEFT, RIGHT)
    sheet = Sheet()
    sheet.axis(scale, percent=True)
    for group in groups:
        sheet.heading(group.name, _rate_words(group), look="ink" if group.people else "soft")
        y = sheet.band(scale, [(scale.at(0), "base")])
        if group.rate is None:
            sheet.add(hatch(LEFT, y - 5, RIGHT - LEFT, 10))
            continue
        end = scale.at(group.rate)
        sheet.add(element("rect", look="bar", x=LEFT, y=y - 6, width=end - LEFT, height=12))
        sheet.add(upright(end, y - 7.5, y + 7.5, "line"))
        sheet.add(interval(scale.at(found[group].number("low")), scale.at(found[group].number("high")), y))
        if group.is_benchmark or group.is_small:
            sheet.add(_dot(group, end, y))
    sheet.axis(scale, percent=True)
    sheet.key(_rate_key(groups, of, level_of_confidence))
    figures = Figures(
        f"{of}s: {title}",
        ("Category", "People", chosen, of, *_ends("rate", level_of_confidence), "Note"),
        tuple(_rate_row(group, found.get(group)) for group in groups),
    )
    spoken = "; ".join(f"{group.name} {_rate_words(group)}" for group in groups)
    caption = f"The line across a rate is its {_percent_of(level_of_confidence)} score interval (Wilson)."
    return sheet.finish(f"{name}-rates", f"{of}s: {title}", f"{spoken}.", caption, figures)


def shortfalls(name: str, title: str, groups: Sequence[Group], *, chosen: str = "Selected") -> Picture:
    """Draw how many more of each category would have had to be selected for the benchmark's rate, all else the same.

    >>> groups = [Group("A", 28, 18, is_benchmark=True), Group("B", 40, 15)]
    >>> shortfalls("s", "Sex", groups).figures.rows
    (('A', '28', '18', '', '', 'benchmark'), ('B', '40', '15', '11', '6', ''))
    """
    pairs = {group: pair for group in groups if not group.is_benchmark and (pair := pair_of(groups, group))}
    missing = {group: selections_to(pair, Fraction(1)) for group, pair in pairs.items()}
    fifths = {group: selections_to(pair, FOUR_FIFTHS) for group, pair in pairs.items()}
    scale = from_to(Fraction(0), Fraction(max([MOST, *missing.values()])), LEFT, RIGHT)
    sheet = Sheet()
    sheet.axis(scale)
    for group in groups:
        words = _missing_words(missing[group], fifths[group]) if group in pairs else group.note or NO_NUMBER
        sheet.heading(group.name, words, look="ink" if group in pairs else "soft")
        y = sheet.band(scale, [(scale.at(0), "base")])
        if missing.get(group):
            end = scale.at(missing[group])
            sheet.add(element("rect", look="bar", x=LEFT, y=y - 6, width=end - LEFT, height=12))
            sheet.add(upright(end, y - 7.5, y + 7.5, "line"))
        if fifths.get(group):
            sheet.add(upright(scale.at(fifths[group]), y - BAND / 2, y + BAND / 2, "context"))
    sheet.axis(scale)
    bar = element("rect", look="bar", x=-12, y=-5, width=20, height=10) + upright(8, -7, 7, "line")
    sheet.key(
        [
            (bar, "people missing to the rate of the benchmark, all else the same"),
            (upright(0, -8, 8, "context"), f"people missing to {FOUR_FIFTHS_WORDS}"),
        ]
    )
    rows = tuple(
        (
            *(group.name, _whole(group.people), _whole(group.selected)),
            *(_whole(found[group]) if group in pairs else "" for found in (missing, fifths)),
            group.note,
        )
        for group in groups
    )
    full = f"People missing to the benchmark's rate: {title}"
    columns = ("Category", "People", chosen, "Missing", "Missing to four fifths", "Note")
    caption = (
        "People missing to the benchmark's rate, or to four fifths of it, are whole and rounded up. The shortfall "
        "among the tests is counted from the pooled rate of both instead."
    )
    spoken = "; ".join(f"{row[0]} {row[3] or row[5] or NO_NUMBER}" for row in rows)
    desc = f"{spoken}. The dashed line is {FOUR_FIFTHS_WORDS}."
    return sheet.finish(f"{name}-shortfalls", full, desc, caption, Figures(full, columns, rows))


def _missing_words(missing: int, fifths: int) -> str:
    return f"{_whole(missing)} missing, {_whole(fifths)} to four fifths" if missing else "0 missing"


def _ratio_scale(values: dict[Group, Fraction], found: dict[Group, Measure]) -> Scale:
    """Hold every ratio, and every interval unless one is more than half as long again as the greatest ratio."""
    most = max([Fraction(1), *values.values()])
    ends = [Fraction(end) for one in found.values() if isinstance(end := one["high"], float)]
    far = min(max([most, *ends]), most * Fraction(3, 2))
    return from_to(Fraction(0), far.limit_denominator(10**6), LEFT, RIGHT)


def _dot(group: Group, x: float, y: float) -> str:
    if group.is_benchmark:
        return mark("diamond", x, y, "hollow")
    return mark("circle", x, y, "hollow" if group.is_small else "solid")


def _ratio_words(group: Group, ratio: Fraction | None) -> str:
    if ratio is None:
        return group.note or NO_NUMBER
    return f"{decimals(ratio, 3)}{', benchmark' if group.is_benchmark else ''}"


def _rate_words(group: Group) -> str:
    if group.rate is None:
        return NOBODY
    more = f", {EXCLUDED}" if group.excluded else ""
    return f"{percent(group.rate)}: {_whole(group.selected)} of {_whole(group.people)}{more}"


def _ratio_row(group: Group, ratio: Fraction | None, found: Measure | None) -> tuple[str, ...]:
    low, high = _limits(found, lambda value: decimals(value, 3)) if ratio is not None else ("", "")
    shown = NO_NUMBER if ratio is None else decimals(ratio, 3)
    return group.name, _whole(group.people), _whole(group.selected), shown, low, high, group.note


def _rate_row(group: Group, found: Measure | None) -> tuple[str, ...]:
    low, high = _limits(found, percent)
    rate = NO_NUMBER if group.rate is None else percent(group.rate)
    return group.name, _whole(group.people), _whole(group.selected), rate, low, high, group.note


def _limits(found: Measure | None, write: Callable[[Fraction], str]) -> tuple[str, str]:
    if found is None or found["low"] is None:
        return "", ""
    high = found["high"]
    return write(Fraction(found.number("low"))), "no upper end" if high is None else write(
        Fraction(found.number("high"))
    )


def _ratio_key(groups: Sequence[Group], found: dict[Group, Measure], scale: Scale) -> list[tuple[str, str]]:
    key = [(mark("circle", 0, 0), "impact ratio, with its interval" if found else "impact ratio")]
    if any(group.is_small for group in found):
        key.append((mark("circle", 0, 0, "hollow"), f"the same, of {_FEW}"))
    if any(group.is_benchmark for group in groups):
        key.append((mark("diamond", 0, 0, "hollow"), "benchmark: the highest rate, by definition 1"))
    ends = [one["high"] for one in found.values() if one["low"] is not None]
    if any(end is None or (isinstance(end, float) and end > scale.high) for end in ends):
        key.append((interval(-12, 12, 0, cut=True), "the interval goes on; the table has its end"))
    return [*key, (level(-13, 13, 0, "context"), FOUR_FIFTHS_WORDS)]


def _rate_key(groups: Sequence[Group], of: str, confidence: str) -> list[tuple[str, str]]:
    bar = element("rect", look="bar", x=-12, y=-5, width=20, height=10) + upright(8, -7, 7, "line")
    key = [(bar, of.lower()), (interval(-12, 12, 0), f"{_percent_of(confidence)} interval of it")]
    if any(group.is_benchmark for group in groups):
        key.append((mark("diamond", 0, 0, "hollow"), "benchmark: the highest rate"))
    if any(group.is_small and not group.is_benchmark for group in groups):
        key.append((mark("circle", 0, 0, "hollow"), _FEW))
    if not all(group.people for group in groups):
        key.append((hatch(-12, -5, 24, 10), NOBODY))
    return key


def _ends(what: str, confidence: str) -> tuple[str, str]:
    shown = _percent_of(confidence)
    return f"{what.capitalize()} from ({shown})", f"{what.capitalize()} to ({shown})"


def _percent_of(confidence: str) -> str:
    return percent(Fraction(confidence), 0) if (Fraction(confidence) * 100).denominator == 1 else f"{confidence} of 1"


def _whole(number: int) -> str:
    return f"{number:,}"
