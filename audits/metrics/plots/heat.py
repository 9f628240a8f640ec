"""Two ways of dividing people at once: a cell for each pair, its value in words, and a shade that follows the value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

from audits.metrics.display import NO_NUMBER
from audits.metrics.plots.groups import EXCLUDED, NOBODY, Group
from audits.metrics.plots.scale import Scale, from_to
from audits.metrics.rounding import decimals, percent
from compliance.lib.pictures.lettering import width, wrap
from compliance.lib.pictures.marks import hatch
from compliance.lib.pictures.picture import NAME, SMALL, WIDTH, Figures, Picture, Sheet
from compliance.lib.pictures.svg import STEPS, element

_NAMES: Final = 116.0
_CELL: Final = 104.0
_LINES: Final = 62.0


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One cell: the group in it, and its exact impact ratio; None where there is none."""

    group: Group
    ratio: Fraction | None


def heat_map(
    name: str,
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Mapping[tuple[str, str], HeatCell],
    *,
    of: str = "Selection rate",
    chosen: str = "Selected",
) -> Picture:
    """Draw the rate of every pair of a row and a column; shades divide the rates that occur in up to five steps.

    A pair that is missing from `cells`, or that nobody stands in, is hatched. The impact ratio stands in the cell too,
    but gives no shade, since Local Law 144 sets no threshold for it.

    >>> cell = HeatCell(Group("Male, White", 3, 1, is_benchmark=True), Fraction(1))
    >>> heat_map("h", "Both", ["White", "Asian"], ["Male"], {("White", "Male"): cell}).figures.rows[1]
    ('Asian', 'Male', '0', '0', 'not computable', 'not computable', 'no one')
    """
    empty = HeatCell(Group("", 0, 0), None)
    placed = [(row, column, cells.get((row, column), empty)) for row in rows for column in columns]
    shades = _shades([cell.group.rate for _, _, cell in placed if cell.group.rate is not None])
    wide = max((WIDTH - _NAMES) / max(1, len(columns)), _CELL)
    sheet = Sheet(_NAMES + wide * len(columns))
    _header(sheet, columns, wide)
    for row in rows:
        lines = wrap(row, _NAMES - 8, SMALL * 1.04)
        high = max(_LINES, 14.0 * len(lines) + 8)
        for place, line in enumerate(lines):
            sheet.write(0, sheet.y + high / 2 + 4 - 7 * (len(lines) - 1) + 14 * place, line, font_size=SMALL)
        for place, column in enumerate(columns):
            _draw(sheet, cells.get((row, column), empty), shades, (_NAMES + wide * place, wide, high))
        sheet.y += high
    _key(sheet, shades, [cell for _, _, cell in placed], of)
    full = f"{of}s and impact ratios: {title}"
    figures = Figures(
        full,
        ("Row", "Column", "People", chosen, of, "Impact ratio", "Note"),
        tuple((row, column, *_figures(cell)) for row, column, cell in placed),
    )
    spoken = "; ".join(f"{row[0]}, {row[1]}: {row[4]}, ratio {row[5]}" for row in figures.rows)
    caption = (
        f"The shade is the {of.lower()}, in equal steps over the rates that occur, so that small differences show; "
        "it is no judgement."
    )
    return sheet.finish(f"{name}-heat", full, f"{spoken}.", caption, figures)


def _header(sheet: Sheet, columns: Sequence[str], wide: float) -> None:
    wrapped = [wrap(column, wide - 8, NAME * 1.04) for column in columns]
    lines = max((len(one) for one in wrapped), default=1)
    for place, one in enumerate(wrapped):
        for number, line in enumerate(one):
            y = sheet.y + 11 + 14 * (lines - len(one) + number)
            sheet.write(
                _NAMES + wide * place + wide / 2, y, line, font_size=NAME, text_anchor="middle", font_weight="600"
            )
    sheet.y += 14 * lines + 4


def _draw(sheet: Sheet, cell: HeatCell, shades: Scale, place: tuple[float, float, float]) -> None:
    left, wide, high = place
    top, group = sheet.y, cell.group
    box: dict[str, Any] = {"x": left + 1, "y": top + 1, "width": wide - 2, "height": high - 2}
    if group.rate is None:
        sheet.add(hatch(left + 1, top + 1, wide - 2, high - 2), element("rect", look="edge", **box))
        sheet.add(element("rect", look="paper", x=left + wide / 2 - 26, y=top + high / 2 - 9, width=52, height=18))
        sheet.write(left + wide / 2, top + high / 2 + 4, NOBODY, "soft", font_size=SMALL, text_anchor="middle")
        return
    step = _step(group.rate, shades)
    sheet.add(element("rect", look=f"step-{step}", **box))
    if group.is_benchmark:
        inner: dict[str, Any] = {"x": left + 4, "y": top + 4, "width": wide - 8, "height": high - 8}
        sheet.add(element("rect", look=f"on-line-{step}", **inner))
    if group.excluded:
        sheet.add(element("rect", look="edge", **box))
    ratio = EXCLUDED if group.excluded else NO_NUMBER if cell.ratio is None else f"ratio {decimals(cell.ratio, 3)}"
    lines = (percent(group.rate), f"{group.selected:,} of {group.people:,}", ratio)
    for number, line in enumerate(lines):
        size = SMALL if number else NAME
        size = min(size, size * (wide - 12) / max(1.0, width(line, size)))
        y = top + high / 2 - 10 + 15 * number
        weight = {} if number else {"font_weight": "600"}
        sheet.write(left + wide / 2, y, line, f"on-step-{step}", font_size=size, text_anchor="middle", **weight)


def _shades(rates: Sequence[Fraction]) -> Scale:
    """Return at most five round steps over `rates`.

    >>> [str(value) for value, _ in _shades([Fraction(7, 17), Fraction(215, 412)]).ticks]
    ['2/5', '17/40', '9/20', '19/40', '1/2', '21/40']
    """
    low, high = min(rates, default=Fraction(0)), max(rates, default=Fraction(1))
    low = Fraction(0) if low == high else low
    steps = (Fraction(1), Fraction(2), Fraction(5, 2), Fraction(5))
    return from_to(low, high or Fraction(1), 0, 1, most=len(STEPS), steps=steps)


def _step(rate: Fraction, shades: Scale) -> int:
    """Return the shade of a rate: the step that it lies in (its upper end belongs to it), of all five.

    >>> scale = _shades([Fraction(0), Fraction(1, 2)])
    >>> [_step(Fraction(n, 10), scale) for n in range(6)]
    [0, 0, 1, 2, 3, 4]
    """
    count = int((shades.high - shades.low) / shades.step)
    index = max(0, -((shades.low - rate) // shades.step) - 1)
    return int(index) * (len(STEPS) - 1) // max(1, count - 1)


def _key(sheet: Sheet, shades: Scale, cells: Sequence[HeatCell], of: str) -> None:
    sheet.y += 4
    sheet.paragraph(f"{of}:")
    ticks = shades.ticks
    room = sheet.wide / max(1, len(ticks) - 1)
    for number, ((low, _), (high, _)) in enumerate(pairwise(ticks)):
        step = _step(high, shades)
        sheet.add(element("rect", look=f"step-{step}", x=room * number + 1, y=sheet.y, width=room - 2, height=18))
        words = f"{shades.label(low, percent=True)[:-1]}–{shades.label(high, percent=True)}"
        sheet.write(room * (number + 0.5), sheet.y + 13, words, f"on-step-{step}", font_size=10.5, text_anchor="middle")
    sheet.y += 20
    key = []
    if any(cell.group.is_benchmark for cell in cells):
        frame = element("rect", look="line", x=-9, y=-6, width=18, height=12)
        key.append((frame, "a frame inside the cell: benchmark, the highest rate"))
    if any(cell.group.excluded for cell in cells):
        key.append((element("rect", look="edge", x=-9, y=-6, width=18, height=12), f"{EXCLUDED} of the ratios"))
    if not all(cell.group.people for cell in cells):
        key.append((hatch(-10, -6, 20, 12, 6), NOBODY))
    sheet.key(key)


def _figures(cell: HeatCell) -> tuple[str, ...]:
    group = cell.group
    rate = NO_NUMBER if group.rate is None else percent(group.rate)
    ratio = NO_NUMBER if cell.ratio is None else decimals(cell.ratio, 3)
    return f"{group.people:,}", f"{group.selected:,}", rate, ratio, group.note
