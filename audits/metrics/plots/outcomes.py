"""Error rates by group with their intervals, and the share with the outcome by bins of scores (calibration).

No line stands for a threshold: the AI Act sets none for any of these numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final

from audits.metrics.plots.scale import Scale, from_to
from audits.metrics.rounding import percent
from compliance.lib.pictures.marks import hatch, interval, mark
from compliance.lib.pictures.picture import LEFT, RIGHT, SMALL, Figures, Picture, Sheet, level, upright
from compliance.lib.pictures.svg import element, number

FEW: Final = 5
_STRIP: Final = 62.0
_FOOT: Final = 44.0


@dataclass(frozen=True, slots=True)
class Share:
    """A rate with its interval, and whom it counts: `part` of `people`. Without people `why` says what is missing."""

    part: int
    people: int
    low: float | None = None
    high: float | None = None
    why: str = ""

    @property
    def value(self) -> Fraction | None:
        """The exact rate."""
        return Fraction(self.part, self.people) if self.people else None

    @property
    def words(self) -> str:
        """The rate and its counts, or why there is none."""
        return self.why if self.value is None else f"{percent(self.value)}, {self.part:,} of {self.people:,}"

    @property
    def is_small(self) -> bool:
        """Whether it moves with one person."""
        return 0 < self.people < FEW


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the rates in a picture: its name, and the shape of its mark."""

    name: str
    shape: str


def errors(
    name: str, title: str, kinds: Sequence[Kind], groups: Mapping[str, Sequence[Share]], *, confidence: str = "95%"
) -> Picture:
    """Draw several rates of each group on one axis, one band each, with intervals and counts.

    >>> kinds = [Kind("False positive rate", "circle"), Kind("False negative rate", "square")]
    >>> groups = {"Male": [Share(994, 3066, 0.31, 0.34), Share(0, 0, why="nobody has the outcome")]}
    >>> errors("e", "Errors", kinds, groups).figures.rows[1]
    ('Male', '', '', '', '', '', 'false negative rate; nobody has the outcome')
    """
    ends = [one.high if one.high is not None else float(one.value or 0) for of in groups.values() for one in of]
    scale = from_to(Fraction(0), Fraction(max([*ends, 0.01])).limit_denominator(10**6), LEFT, RIGHT)
    sheet = Sheet()
    sheet.axis(scale, percent=True)
    for group, shares in groups.items():
        sheet.heading(group, "", strong=True)
        for kind, share in zip(kinds, shares, strict=True):
            sheet.heading(kind.name, share.words, look="soft" if share.value is None else "ink")
            y = sheet.band(scale, [(scale.at(0), "base")])
            if share.value is None:
                sheet.add(hatch(LEFT, y - 5, RIGHT - LEFT, 10))
                continue
            if share.low is not None and share.high is not None:
                sheet.add(interval(scale.at(share.low), scale.at(share.high), y))
            sheet.add(mark(kind.shape, scale.at(share.value), y, "hollow" if share.is_small else "solid"))
    sheet.axis(scale, percent=True)
    every = [one for of in groups.values() for one in of]
    key = [(mark(kind.shape, 0, 0), f"{kind.name.lower()}, with its {confidence} score interval") for kind in kinds]
    if any(one.is_small for one in every):
        key.append((mark(kinds[0].shape, 0, 0, "hollow"), f"hollow: over fewer than {FEW} people"))
    if any(one.value is None for one in every):
        key.append((hatch(-12, -5, 24, 10), "no such rate; the words beside it say why"))
    sheet.key(key)
    columns = ("Group", "Counted", "People", "Value", f"From ({confidence})", f"To ({confidence})", "Rate")
    rows = tuple(
        (group, *_row(share, kind.name.lower()))
        for group, shares in groups.items()
        for kind, share in zip(kinds, shares, strict=True)
    )
    spoken = "; ".join(f"{row[0]} {row[3]} ({row[6]})" for row in rows)
    caption = f"The line through a mark is the {confidence} score interval (Wilson) of the rate."
    return sheet.finish(f"{name}-errors", title, f"{spoken}.", caption, Figures(title, columns, rows))


def _row(share: Share, what: str) -> tuple[str, str, str, str, str, str]:
    """Return a rate with its counts and interval; what it is stands last, with what to know of it."""
    if share.value is None:
        return "", "", "", "", "", f"{what}; {share.why}"
    low, high = ("" if end is None else percent(Fraction(end)) for end in (share.low, share.high))
    note = f"{what}; fewer than {FEW} people" if share.is_small else what
    return f"{share.part:,}", f"{share.people:,}", percent(share.value), low, high, note


@dataclass(frozen=True, slots=True)
class Step:
    """One bin of scores of one group: its people, those with the outcome, and their mean score where it is known."""

    place: int
    share: Share
    mean: Fraction | None = None


def calibrations(
    name: str,
    title: str,
    bins: Sequence[str],
    groups: Mapping[str, Sequence[Step]],
    apart: Mapping[str, int | None],
    *,
    confidence: str = "95%",
) -> Picture:
    """Draw, a strip for each group, the share with the outcome in each bin of scores; bins are evenly spaced.

    `apart` are the people of a group who are in no bin, for they are too few: they are given as a count only. None
    where a result does not say how many they are, as those of earlier versions did not; the picture says that.
    Where scores are chances, a level stroke marks the mean score of a bin: a calibrated score has its mark on it.

    >>> step = Step(1, Share(3, 4, 0.3, 0.95), Fraction(3, 5))
    >>> bins, groups = ["below 0.5", "0.5 and above"], {"Male": [step], "Female": []}
    >>> for row in calibrations("c", "Calibration", bins, groups, {"Female": 2}).figures.rows:
    ...     print(row)
    ('Male', '3', '4', '75.0%', '30.0%', '95.0%', '60.0%', '0.5 and above; fewer than 5 people')
    ('Female', '', '2', '', '', '', '', 'a count only')
    """
    scale = from_to(Fraction(0), Fraction(1), 0, _STRIP, most=4)
    left, right = _FOOT, RIGHT
    width = (right - left) / max(1, len(bins))
    places = [left + width * (nth + 0.5) for nth in range(len(bins))]
    sheet = Sheet()
    for group, steps in groups.items():
        people, few = sum(step.share.people for step in steps), apart.get(group, 0)
        said = f"{few:,} of known outcome as a count only" if few else "" if people else "nobody of known outcome"
        sheet.heading(group, "people in no bin: not stated" if few is None else said)
        _strip(sheet, scale, places, width, steps)
    for nth, x in enumerate(places, start=1):
        sheet.write(x, sheet.y + 8, str(nth), "soft", font_size=SMALL - 0.5, text_anchor="middle")
    sheet.y += 15
    sheet.paragraph("Bins of scores: " + "; ".join(f"{nth}: {words}" for nth, words in enumerate(bins, start=1)) + ".")
    every = [step for steps in groups.values() for step in steps]
    key = [(mark("circle", 0, 0), f"share with the outcome, with its {confidence} score interval")]
    if any(step.mean is not None for step in every):
        key.append((level(-9, 9, 0, "middle"), "mean score of the bin: a calibrated score has its mark on this stroke"))
    if any(step.share.is_small for step in every):
        key.append((mark("circle", 0, 0, "hollow"), f"the same, of fewer than {FEW} people"))
    sheet.key(key)
    ends = (f"From ({confidence})", f"To ({confidence})")
    columns = ("Group", "With the outcome", "People", "Share", *ends, "Mean score", "Bin of scores")
    rows = tuple(
        row
        for group, steps in groups.items()
        for row in (*(_figures(group, bins, step) for step in steps), *_counted(group, apart.get(group, 0)))
    )
    spoken = "; ".join(f"{row[0]} {row[3] or row[2]} ({row[7]})" for row in rows)
    caption = "A bin without people has no mark. Strips are of one height, whatever the size of a group."
    if any(apart.values()):
        caption += f" People of one sex and race/ethnicity who are fewer than {FEW} are given as a count only."
    if None in apart.values():
        caption += " The result does not say whether people are in no bin, so an empty bin may not be one."
    return sheet.finish(f"{name}-calibration", title, f"{spoken}.", caption, Figures(title, columns, rows))


def _strip(sheet: Sheet, scale: Scale, places: Sequence[float], width: float, steps: Sequence[Step]) -> None:
    sheet.y += 6
    foot = sheet.y + _STRIP
    for value, up in scale.ticks:
        sheet.add(level(_FOOT, RIGHT, foot - up, "base" if not up else "grid"))
        label = scale.label(value, percent=True)
        sheet.write(_FOOT - 6, foot - up + 3.5, label, "soft", font_size=SMALL - 1, text_anchor="end")
    drawn = [(places[step.place], step) for step in steps if step.share.value is not None]
    for (x, one), (to, other) in pairwise(drawn):
        if other.place == one.place + 1 and one.share.value is not None and other.share.value is not None:
            y, then = foot - scale.at(one.share.value), foot - scale.at(other.share.value)
            d = f"M{number(x)} {number(y)}L{number(to)} {number(then)}"
            sheet.add(element("path", look="line", d=d))
    for x, step in drawn:
        share = step.share
        if share.low is not None and share.high is not None:
            top, bottom = foot - scale.at(share.high), foot - scale.at(share.low)
            sheet.add(upright(x, top, bottom, "interval"))
            sheet.add(level(x - 3, x + 3, top, "interval"), level(x - 3, x + 3, bottom, "interval"))
        if step.mean is not None:
            half = min(9.0, width / 2 - 1)
            sheet.add(level(x - half, x + half, foot - scale.at(step.mean), "middle"))
        look = "hollow" if share.is_small else "solid"
        sheet.add(mark("circle", x, foot - scale.at(share.value or Fraction(0)), look, 3.6))
    sheet.y = foot + 12


def _counted(group: str, few: int | None) -> Iterator[tuple[str, ...]]:
    """Give those who are in no bin a row of their own."""
    if few is None:
        yield (group, "", "", "", "", "", "", "people in no bin: not stated")
    elif few:
        yield (group, "", f"{few:,}", "", "", "", "", "a count only")


def _figures(group: str, bins: Sequence[str], step: Step) -> tuple[str, ...]:
    *numbers, note = _row(step.share, bins[step.place])
    mean = "" if step.mean is None else percent(step.mean)
    return (group, *numbers, mean, note)
