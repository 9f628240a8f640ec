"""An axis: from where to where, with round numbers on it, and where a value lies."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from audits.metrics.rounding import decimals, plain

MOST = 7
"""The most steps of an axis, so that their numbers have room on a phone."""


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from `low` to `high` in steps of `step`, drawn from `left` to `right` (SVG units)."""

    low: Fraction
    high: Fraction
    step: Fraction
    left: float
    right: float

    def at(self, value: Fraction | float) -> float:
        """Return where `value` lies; what is beyond an end lies at the end."""
        part = (value - self.low) / (self.high - self.low)
        return self.left + (self.right - self.left) * float(min(max(part, 0), 1))

    @property
    def ticks(self) -> tuple[tuple[Fraction, float], ...]:
        """The round numbers on the axis, and where each lies."""
        first, last = -((-self.low) // self.step), self.high // self.step
        values = [self.step * number for number in range(int(first), int(last) + 1)]
        return tuple((value, self.at(value)) for value in values)

    def label(self, value: Fraction, *, percent: bool = False) -> str:
        """Write a number of the axis with as many digits as its steps need.

        >>> from_to(Fraction(0), Fraction(1), 0, 100).label(Fraction(1, 5))
        '0.2'
        """
        scale = 100 if percent else 1
        places = next(n for n in range(40) if (self.step * scale * 10**n).denominator == 1)
        return decimals(value * scale, places) + ("%" if percent else "")


def from_to(
    low: Fraction,
    high: Fraction,
    left: float,
    right: float,
    *,
    most: int = MOST,
    steps: tuple[Fraction, ...] = (Fraction(1), Fraction(2), Fraction(5)),
) -> Scale:
    """Return the axis with the finest round steps (`steps` times a power of ten), at most `most`, that holds both ends.

    >>> scale = from_to(Fraction(0), Fraction(23, 20), 0, 120)
    >>> [str(value) for value, _ in scale.ticks][-1], scale.at(Fraction(3, 5))
    ('6/5', 60.0)
    """
    if high <= low:
        high = low + 1
    size = Fraction(1, 10**30)
    while (high - low) / size > most * 10:
        size *= 10
    for step in (size * power * times for power in (1, 10, 100) for times in steps):
        start, end = (low // step) * step, -((-high) // step) * step
        if (end - start) / step <= most:
            return Scale(start, end, step, left, right)
    raise ValueError(f"No axis holds {low} and {high}.")  # pragma: no cover - the last step always fits


def within(low: Fraction, high: Fraction, left: float, right: float) -> Scale:
    """Return the axis that begins and ends at these very values, with round numbers between.

    >>> scale = within(Fraction(1, 2), Fraction(21, 2), 0, 100)
    >>> [str(value) for value, _ in scale.ticks]
    ['2', '4', '6', '8', '10']
    """
    return Scale(low, high, from_to(low, high, left, right).step, left, right)


def shown(value: Fraction) -> str:
    """Write an exact number: as a decimal where it is one, with three digits after the point elsewhere.

    >>> shown(Fraction(87, 2)), shown(Fraction(1, 3))
    ('43.5', '0.333')
    """
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return decimals(value, 3)
    return (
        plain(Decimal(value.numerator) / Decimal(value.denominator))
        if value.denominator < 10**12
        else decimals(value, 12)
    )
