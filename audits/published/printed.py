"""Numbers as they stand in print: the value, the weight of the last digit, and which exact values round to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from audits.metrics.rounding import decimals

Rounding: TypeAlias = Literal["half-up", "half-even", "truncated"]
Decimal: TypeAlias = Literal["point", "comma"]

MOST_DIGITS: Final = 60
"""No table prints a number with more digits than this."""

ROUNDINGS: Final[tuple[Rounding, ...]] = ("half-up", "half-even", "truncated")

_ABSENT: Final = frozenset(
    {"", "-", "--", "n/a", "na", "n.a.", "nan", "null", "none", "nil", "*", "**", "not applicable", "not available"}
    | {
        "excluded",
        "not calculated",
        "not computable",
        "not reported",
        "not published",
        "undefined",
        "insufficient data",
    }
)
_BENCHMARK: Final = ("benchmark", "reference", "most selected", "highest", "comparator")
_MARKS: Final = re.compile(r"(?<=[\d%.,)])\s*(?:\[[0-9a-z]{1,2}\]|\([0-9a-z]\)|[*†‡§¶#^]+|[⁰¹²³⁴-⁹]+)$", re.IGNORECASE)
_BLANKS: Final = re.compile("[\\s\u00a0\u2007\u2009\u202f_']")
_DASHES: Final = re.compile("[‐‑‒–—―−]")
_NUMBER: Final = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?(%?)")
_GROUPED_COMMA: Final = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?%?")
_GROUPED_POINT: Final = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?%?")


@dataclass(frozen=True, slots=True)
class Span:
    """All numbers between two ends, each end within the span or not."""

    low: Fraction
    high: Fraction
    low_in: bool = True
    high_in: bool = True

    @property
    def empty(self) -> bool:
        return self.low > self.high or (self.low == self.high and not (self.low_in and self.high_in))

    def meets(self, other: Span) -> bool:
        """Say whether both have a number in common."""
        return not self.cut(other).empty

    def cut(self, other: Span) -> Span:
        """Return what both have in common, which may be nothing."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Span(
            low,
            high,
            all(one.low_in for one in (self, other) if one.low == low),
            all(one.high_in for one in (self, other) if one.high == high),
        )

    def holds(self, value: Fraction) -> bool:
        return self.meets(Span(value, value))

    def times(self, factor: Fraction) -> Span:
        """Return the span with both ends multiplied by a positive number."""
        return Span(self.low * factor, self.high * factor, self.low_in, self.high_in)


@lru_cache(maxsize=100)
def _unit(places: int) -> Fraction:
    return Fraction(1, 10**places)


@dataclass(frozen=True, slots=True)
class Printed:
    """A number in print: `places` digits after the point; `percent` where a percent sign stood (or heads the column).

    `text` is the cell exactly as it was given; `value` is the number itself, so 52% is 13/25.
    """

    text: str
    value: Fraction
    places: int
    percent: bool = False
    _spans: dict[Rounding, tuple[Span, tuple[float, float]]] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )

    @property
    def unit(self) -> Fraction:
        """The weight of the last digit."""
        return _unit(self.places + 2 * self.percent)

    def span(self, rounding: Rounding) -> Span:
        """Return every exact number that is printed like this under a rounding.

        >>> number("0.83").span("half-up") == Span(Fraction("0.825"), Fraction("0.835"), True, False)
        True
        >>> number("0.83").span("half-even").holds(Fraction("0.825")), number("52%").span("truncated").low
        (False, Fraction(13, 25))
        """
        return self._known(rounding)[0]

    def ends(self, rounding: Rounding) -> tuple[float, float]:
        """Return the ends of that span as doubles."""
        return self._known(rounding)[1]

    def _known(self, rounding: Rounding) -> tuple[Span, tuple[float, float]]:
        if rounding not in self._spans:  # each is asked for again and again, once for every reading
            span = _span(self.value, self.unit, rounding)
            self._spans[rounding] = span, (float(span.low), float(span.high))
        return self._spans[rounding]

    def with_places(self, places: int) -> Printed:
        """Return the same number, read as if it had been printed with this many digits after the point."""
        return Printed(self.text, self.value, places, self.percent)

    def write(self, value: Fraction) -> str:
        """Write another number the way this one is printed, half up."""
        return decimals(value * 100, self.places) + "%" if self.percent else decimals(value, self.places)


def _span(value: Fraction, unit: Fraction, rounding: Rounding) -> Span:
    if rounding == "truncated":
        return Span(value, value + unit, True, False)
    half = unit / 2
    if rounding == "half-up":
        return Span(value - half, value + half, True, False)
    even = (value / unit).numerator % 2 == 0
    return Span(value - half, value + half, even, even)


def rounded(value: Fraction, places: int, rounding: Rounding) -> Fraction:
    """Return `value` as it is printed with so many digits after the point.

    >>> [rounded(Fraction(165, 200), 2, way) for way in ROUNDINGS]
    [Fraction(83, 100), Fraction(41, 50), Fraction(41, 50)]
    """
    scale = 10**places
    whole, rest = divmod(value.numerator * scale, value.denominator)
    twice = 2 * rest
    if rounding != "truncated":
        whole += twice > value.denominator or (twice == value.denominator and (rounding == "half-up" or whole % 2 == 1))
    return Fraction(whole, scale)


def number(text: str, decimal: Decimal = "point") -> Printed | None:
    """Return the number in a cell, or None where the cell says that there is none; anything else is a ValueError.

    Footnote marks after a number, blanks, thousands separators and a percent sign are understood.

    >>> number("1,390").value, number("48.0 %*").value, number("0,98", "comma").places, number("N/A")
    (Fraction(1390, 1), Fraction(12, 25), 2, None)
    >>> number("about half")
    Traceback (most recent call last):
    ValueError: 'about half' is no number.
    """
    if absent(text):
        return None
    clean = _clean(text)
    if decimal == "comma":
        if _GROUPED_POINT.fullmatch(clean):
            clean = clean.replace(".", "")
        clean = clean.replace(",", ".")
    elif _GROUPED_COMMA.fullmatch(clean):
        clean = clean.replace(",", "")
    found = _NUMBER.fullmatch(clean)
    if not found or not 0 < len(found[2] + (found[3] or "")) <= MOST_DIGITS:
        raise ValueError(f"{text.strip()!r} is no number.")
    sign, whole, fraction, percent = found.groups()
    fraction = fraction or ""
    value = Fraction(int(whole + fraction), 10 ** len(fraction)) * (-1 if sign == "-" else 1)
    return Printed(text.strip(), value / 100 if percent else value, len(fraction), bool(percent))


def absent(text: str) -> bool:
    """Say whether a cell says in words or by a dash that no number is given, such as "N/A", "-" or "<2%".

    >>> absent(" N/A "), absent("—"), absent("< 2%"), absent("0")
    (True, True, True, False)
    """
    plain = _DASHES.sub("-", " ".join(text.split())).casefold().strip()
    return plain in _ABSENT or plain.startswith(("<", "less than", "under 2", "excluded")) or is_benchmark(text)


def is_benchmark(text: str) -> bool:
    """Say whether a cell names its row the benchmark in words instead of a ratio."""
    return text.strip().casefold().startswith(_BENCHMARK)


def decimal_of(cells: list[str]) -> Decimal | None:
    """Return which mark these cells use before decimals, None where they use both in ways that exclude each other.

    >>> decimal_of(["1,390", "0.98"]), decimal_of(["1.390", "0,98"]), decimal_of(["0.98", "0,98"])
    ('point', 'comma', None)
    """
    clean = [_clean(cell) for cell in cells]
    comma = any(
        re.fullmatch(r"[+-]?(?:\d*,(?:\d{1,2}|\d{4,})|0?,\d+|\d{1,3}(?:\.\d{3})+,\d+)%?", cell) for cell in clean
    )
    point = any(
        re.fullmatch(r"[+-]?(?:\d*\.(?:\d{1,2}|\d{4,})|0?\.\d+|\d{1,3}(?:,\d{3})+\.\d+)%?", cell) for cell in clean
    )
    return None if comma and point else "comma" if comma else "point"


def _clean(text: str) -> str:
    return _MARKS.sub("", _BLANKS.sub("", _DASHES.sub("-", text.strip()))).strip()
