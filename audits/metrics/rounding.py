"""The one place where an exact number becomes digits: half up, from a fraction, never from a float."""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from typing import Final

RULE: Final = "half up from exact fractions, when they are written and not before"
WRITTEN: Final = 15
"""Digits after the point of a rate, ratio or share in a result document."""
SIGNIFICANT: Final = 10
"""Significant digits of a number that is no fraction, such as a p-value or the limit of an interval."""
_SIGNIFICANT: Final = Context(prec=SIGNIFICANT, rounding=ROUND_HALF_UP, Emin=MIN_EMIN, Emax=MAX_EMAX)


def decimals(value: Fraction, places: int) -> str:
    """Write `value` with `places` digits after the point, a half going away from zero.

    A float would lose the half: `round(0.825, 2)` is 0.82, while 165 of 200 is published as 0.83.

    >>> decimals(Fraction(165, 200), 2), decimals(Fraction(2, 3), 3), decimals(Fraction(1), 0)
    ('0.83', '0.667', '1')
    """
    if places < 0:
        raise ValueError("The number of places cannot be negative.")
    scale: int = 10**places
    whole, rest = divmod(abs(value.numerator) * scale, value.denominator)
    digits = str(whole + (2 * rest >= value.denominator)).rjust(places + 1, "0")
    sign = "-" if value < 0 and digits.strip("0") else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def significant(value: float | Decimal | Fraction) -> str:
    """Write a number with 10 significant digits, without zeros that say nothing, very small ones with an exponent.

    For numbers that no fraction holds, such as a p-value. Double precision carries about 16 digits; the last ones
    differ between machines and libraries, so no document states them.

    >>> significant(0.1 + 0.2), significant(3.98412345678e-05), significant(-2.0), significant(1e-9)
    ('0.3', '0.00003984123457', '-2', '1E-9')
    """
    if isinstance(value, Fraction):
        rounded = _SIGNIFICANT.divide(Decimal(value.numerator), Decimal(value.denominator))
    else:
        rounded = _SIGNIFICANT.create_decimal(value)
    if not rounded.is_finite():
        raise ValueError(f"{value} is no number that a document can hold.")
    if rounded and rounded.adjusted() < -6:
        digits = str(rounded.normalize(_SIGNIFICANT))
        return digits if "E" in digits else f"{rounded.normalize(_SIGNIFICANT):E}"
    return plain(rounded)


def percent(value: Fraction, places: int = 1) -> str:
    """Write `value` as a percentage.

    >>> percent(Fraction(412, 797)), percent(Fraction(18, 28)), percent(Fraction(1, 2), 0)
    ('51.7%', '64.3%', '50%')
    """
    return decimals(value * 100, places) + "%"


def written(value: Fraction | None) -> str | None:
    """Write a number as result documents hold it: 15 digits after the point, or `None` where there is no number.

    >>> written(Fraction(667, 1390)), written(None)
    ('0.479856115107914', None)
    """
    return None if value is None else decimals(value, WRITTEN)


def plain(value: Decimal) -> str:
    """Write an exact decimal without exponent and without zeros that say nothing.

    >>> plain(Decimal("3.50")), plain(Decimal("1E+2")), plain(Decimal("-0.0"))
    ('3.5', '100', '0')
    """
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if value == 0 else text


def mean(first: Decimal, second: Decimal) -> Decimal:
    """Return the exact mean of two decimals, which always is a decimal itself.

    >>> mean(Decimal("0.1"), Decimal("0.2"))
    Decimal('0.15')
    """
    with localcontext(prec=20_000, rounding=ROUND_HALF_UP):
        return (first + second) / 2
