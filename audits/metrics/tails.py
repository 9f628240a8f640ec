"""P-values too small for a double: the same formulas, as decimals whose exponent has room.

A p-value of 1E-400 is no zero. It stays a number, so that it is ranked and adjusted with the others of its family.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache, partial
from typing import Final

LEAST: Final = 1e-300
"""Below this a double begins to lose digits, and the decimals of this module take over."""
_CONTEXT: Final = Context(prec=50, rounding=ROUND_HALF_EVEN, Emin=MIN_EMIN, Emax=MAX_EMAX)
_PI: Final = Decimal("3.14159265358979323846264338327950288419716939937511")
_HALF_LOG: Final = Decimal("0.91893853320467274178032973640561763986139747363778")
"""Half the logarithm of 2π."""
_STIRLING: Final = ((1, 12), (-1, 360), (1, 1260), (-1, 1680), (1, 1188))
_NEGLIGIBLE: Final = Decimal("1E-20")


@contextmanager
def wide() -> Iterator[None]:
    """Compute with decimals of any exponent inside the block.

    >>> with wide():
    ...     print(Decimal("1E-400") * 3)
    3E-400
    """
    with localcontext(_CONTEXT):
        yield


def normal(square: Fraction) -> Decimal:
    """Return the two-sided p-value of a standard normal number by its square, which is far from 0.

    The asymptotic series of the error function: its terms shrink until the half of the square, so beyond 1E-300, where
    the square is above 1,370, they are negligible long before.

    >>> f"{normal(Fraction(1600)):.9E}"
    '7.311787082E-350'
    """
    with wide():
        x = _decimal(square)
        term, series, place = Decimal(1), Decimal(1), 1
        while abs(term) > _NEGLIGIBLE:
            term *= -(2 * place - 1) / x
            series += term
            place += 1
        return (-x / 2).exp() * (2 / (_PI * x)).sqrt() * series


def chi_square(statistic: Fraction, degrees: int) -> Decimal:
    """Return the chance of a chi-square number at least as large, far in its tail.

    For whole degrees of freedom it is a finite sum of positive terms, added to the normal tail where they are odd.

    >>> chi_square(Fraction(1600), 1) == normal(Fraction(1600))
    True
    """
    with wide():
        half = _decimal(statistic) / 2
        if degrees % 2:
            total, term, shift = normal(statistic), (half / _PI).sqrt() * 2, Decimal("1.5")
        else:
            total, term, shift = Decimal(0), Decimal(1), Decimal(1)
        scale = (-half).exp()
        for place in range(degrees // 2):
            total += scale * term
            term *= half / (place + shift)
        return total


def hypergeometric(first: int, second: int, chosen: int, own: int, like: float = 1.0) -> Decimal:
    """Return the sum of the probabilities of all tables with these margins that are no likelier than `own`.

    `first` and `second` are the people of the two sides, `chosen` the selected of both, `own` the selected of the
    first; `like` is the factor up to which two tables are taken as equally likely. Only for an `own` far out: the
    terms beyond it shrink like a geometric series.

    >>> f"{hypergeometric(2000, 2000, 2000, 200):.6E}"
    '5.737205E-641'
    """
    total = first + second
    low, high = max(0, chosen - second), min(first, chosen)
    mode = min(high, max(low, (first + 1) * (chosen + 1) // (total + 2)))

    def ratio(at: int, step: int) -> float:
        """Return the probability of the next table away from the mode divided by that of this one."""
        if step > 0:
            return (first - at) / (at + 1) * ((chosen - at) / (second - chosen + at + 1))
        return at / (first - at + 1) * ((second - chosen + at) / (chosen - at + 1))

    with wide():
        whole = _log_choose(total, chosen)

        def log_weight(at: int) -> Decimal:
            return _log_choose(first, at) + _log_choose(second, chosen - at) - whole

        mine = log_weight(own)
        side = 1 if own > mode else -1
        found = mine.exp() * Decimal(_tail(own, side, high if side > 0 else low, ratio))
        edge = mine + Decimal(like).ln()
        end = low if side > 0 else high
        guess = _guessed(mode, end, float(edge), partial(_rough_weight, first, second, chosen))
        other = _first_no_likelier(mode, end, edge, log_weight, guess)
        if other is not None:
            rest = _tail(other, -side, end, ratio)
            found += log_weight(other).exp() * Decimal(rest)
        return found


def _tail(at: int, step: int, end: int, ratio: Callable[[int, int], float]) -> float:
    """Return 1 + r1 + r1 r2 + ... from a table outwards."""
    terms, term = [1.0], 1.0
    while at != end and term > 1e-18:
        term *= ratio(at, step)
        terms.append(term)
        at += step
    return math.fsum(terms)


def _first_no_likelier(
    mode: int, end: int, edge: Decimal, log_weight: Callable[[int], Decimal], guess: int
) -> int | None:
    """Return the table nearest to the mode, on the way to `end`, whose log probability is at most `edge`.

    A `guess` by doubles saves most of the long decimals and decides nothing: the search begins there, and widens.
    """
    if log_weight(end) > edge:
        return None
    side, far = (1 if end > mode else -1), abs(end - mode)

    def beyond(steps: int) -> bool:
        return log_weight(mode + side * steps) <= edge

    outside, reach = abs(guess - mode), 1
    inside = max(0, outside - 1)
    while inside > 0 and beyond(inside):
        inside, outside, reach = max(0, inside - reach), inside, reach * 2
    while outside < far and not beyond(outside):
        inside, outside, reach = outside, min(far, outside + reach), reach * 2
    while outside - inside > 1:
        middle = (inside + outside) // 2
        inside, outside = (inside, middle) if beyond(middle) else (middle, outside)
    return mode + side * outside


def _guessed(mode: int, end: int, edge: float, weight: Callable[[int], float]) -> int:
    """Return about where, from the mode to `end`, the log probability falls to `edge`."""
    inside, outside = mode, end
    while abs(outside - inside) > 1:
        middle = (inside + outside) // 2
        inside, outside = (inside, middle) if weight(middle) <= edge else (middle, outside)
    return outside


def _rough_weight(first: int, second: int, chosen: int, at: int) -> float:
    """Return the log probability of a table as a double, which loses digits with many people."""
    parts = (first, second, first + second - chosen, chosen)
    without = (first + second, at, first - at, chosen - at, second - chosen + at)
    return sum(math.lgamma(one + 1) for one in parts) - sum(math.lgamma(one + 1) for one in without)


def _log_choose(people: int, chosen: int) -> Decimal:
    return _log_factorial(people) - _log_factorial(chosen) - _log_factorial(people - chosen)


@lru_cache(maxsize=1024)
def _log_factorial(number: int) -> Decimal:
    """Stirling's series, whose error beyond these terms is below 1E-25 from 100 on."""
    if number < 100:
        return Decimal(math.factorial(number)).ln()
    n = Decimal(number)
    series = sum(Decimal(top) / (bottom * n ** (2 * place + 1)) for place, (top, bottom) in enumerate(_STIRLING))
    return (n + Decimal("0.5")) * n.ln() - n + _HALF_LOG + series


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / value.denominator
