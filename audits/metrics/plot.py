"""The plot of impact ratios: plain SVG with a title, one line a category, the numbers beside the marks.

29 CFR 1607.4(D), the four-fifths rule of thumb, is drawn as context. Local Law 144 sets no threshold, so a mark
left of the line looks like any other mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

FOUR_FIFTHS = "29 CFR 1607.4(D), context only: Local Law 144 sets no threshold"
_LABELS = 250  # width of the category names, in SVG units
_AXIS = 330  # width of the ratio axis
_RIGHT = 60
_LINE = 17


@dataclass(frozen=True, slots=True)
class Mark:
    """One category: its name, its ratio as printed (None where there is none), and the word that stands for None."""

    label: str
    ratio: str | None
    otherwise: str
    benchmark: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A mark with its place, all in SVG units and as text, so that a template writes it unchanged."""

    label: str
    value: str
    benchmark: bool
    y: str
    text_y: str
    x: str
    value_x: str


@dataclass(frozen=True, slots=True)
class Plot:
    """What the SVG template needs."""

    title: str
    width: str
    height: str
    left: str
    right: str
    top: str
    bottom: str
    axis_y: str
    ticks: Sequence[tuple[str, str]]
    four_fifths_x: str
    four_fifths_label: str
    marks: Sequence[Placed]


def ratios(title: str, marks: Sequence[Mark]) -> Plot:
    """Place `marks` on an axis from 0 to 1, or to the next whole fifth above the greatest ratio.

    >>> plot = ratios("Sex", [Mark("Male", "1.000", "", True), Mark("Female", "0.979", "", False)])
    >>> [(mark.label, mark.x) for mark in plot.marks]
    [('Male', '580'), ('Female', '573.1')]
    """
    greatest = max((Decimal(mark.ratio) for mark in marks if mark.ratio is not None), default=Decimal(1))
    fifths = max(5, int(-(-greatest * 5 // 1)))

    def place(ratio: Decimal) -> str:
        return _number(Decimal(_LABELS) + Decimal(_AXIS) * ratio * 5 / fifths)

    top, bottom = 22, 22 + _LINE * len(marks) + 4
    placed = []
    for number, mark in enumerate(marks):
        y = top + _LINE * number + _LINE // 2 + 2
        x = place(Decimal(mark.ratio)) if mark.ratio is not None else ""
        placed.append(
            Placed(
                label=mark.label,
                value=mark.ratio if mark.ratio is not None else mark.otherwise,
                benchmark=mark.benchmark,
                y=str(y),
                text_y=str(y + 3),
                x=x,
                value_x=str(_LABELS + _AXIS + 12) if mark.ratio is not None else str(_LABELS + 8),
            )
        )
    ticks = [(place(Decimal(step) / 5), f"{Decimal(step) / 5:.1f}") for step in range(fifths + 1)]
    return Plot(
        title=title,
        width=str(_LABELS + _AXIS + _RIGHT),
        height=str(bottom + 18),
        left=str(_LABELS),
        right=str(_LABELS + _AXIS),
        top=str(top),
        bottom=str(bottom),
        axis_y=str(bottom + 13),
        ticks=ticks,
        four_fifths_x=place(Decimal("0.8")),
        four_fifths_label=FOUR_FIFTHS,
        marks=placed,
    )


def _number(value: Decimal) -> str:
    return f"{value:.1f}".removesuffix(".0")
