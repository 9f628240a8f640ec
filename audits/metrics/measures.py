"""What a test or metric hands back: its values, what it was asked with, and why where there is no value.

A value that follows from the counts by the four operations is an exact fraction. A value that needs a root, a logarithm
or a distribution is a float, and is written with :func:`audits.metrics.rounding.significant`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from statistics import NormalDist
from typing import Any, Final, TypeAlias

from audits.metrics import rounding
from audits.metrics.counts import LARGEST
from audits.metrics.methods import METHODS, Method

Chance: TypeAlias = Fraction | float | Decimal
"""A p-value: exact, a double, or a decimal where it is too small for one (:mod:`audits.metrics.tails`)."""
Value: TypeAlias = Chance | int | str | None

LEVEL: Final = "0.95"
"""The confidence level of an interval unless another is asked for; a text, so that it is written as it was meant."""
ZERO: Final = Fraction(0)
NEAR: Final = Fraction(1, 10**5)
"""Below this a fraction that is not 0 is written with its significant digits."""


@dataclass(frozen=True, slots=True)
class Measure:
    """The outcome of one method of :data:`audits.metrics.methods.METHODS`.

    A value is None where it does not exist; `undefined` then says why, and no 0 or NaN stands in for it. An interval
    that has no upper end has an upper value of None and says so in `notes`.

    >>> Measure("wilson", {"rate": Fraction(1, 2), "low": 0.25}).as_json()
    {'code': 'wilson', 'values': {'rate': '0.500000000000000', 'low': '0.25'}}
    """

    code: str
    values: Mapping[str, Value]
    parameters: Mapping[str, str | int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    undefined: str | None = None

    def __getitem__(self, name: str) -> Value:
        return self.values[name]

    def number(self, name: str) -> float:
        """Return one value as a float for drawing; a value that does not exist is a ValueError with its reason."""
        value = self.values[name]
        if value is None or isinstance(value, str):
            raise ValueError(self.undefined or f"{self.method.name} has no number for {name}.")
        return float(value)

    @property
    def method(self) -> Method:
        """The name, reference and formula of what was computed."""
        return METHODS[self.code]

    def as_json(self) -> dict[str, Any]:
        """Return it without floats; what says nothing is left out."""
        found: dict[str, Any] = {"code": self.code, "values": {key: written(one) for key, one in self.values.items()}}
        if self.parameters:
            found["parameters"] = dict(self.parameters)
        if self.notes:
            found["notes"] = list(self.notes)
        if self.undefined:
            found["undefined"] = self.undefined
        return found


def written(value: Value) -> str | int | None:
    """Write one value: whole numbers as they are, fractions with 15 digits after the point, floats with 10 in all.

    A fraction so near 0 that 15 digits would hide it is written like a float.

    >>> written(3), written(Fraction(1, 3)), written(1 / 3), written(Fraction(1, 10**20)), written(None)
    (3, '0.333333333333333', '0.3333333333', '1E-20', None)
    """
    if isinstance(value, Fraction) and (not value or abs(value) >= NEAR):
        return rounding.written(value)
    return rounding.significant(value) if isinstance(value, (float, Decimal, Fraction)) else value


def nothing(code: str, names: str, reason: str, **parameters: str | int) -> Measure:
    """Return a measure none of whose values (`names`, separated by spaces) exists, with the reason.

    >>> found = nothing("katz", "ratio low high", "The category has no people.")
    >>> found["ratio"], found.undefined
    (None, 'The category has no people.')
    """
    return Measure(code, dict.fromkeys(names.split()), parameters, undefined=reason)


@dataclass(frozen=True, slots=True)
class Pair:
    """One category beside the one it is compared with: people and those selected of each, whole numbers.

    In the formulas of this package they are s₁ of n₁ people and s₂ of n₂; p is a rate s/n, r the ratio p₁/p₂, N the sum
    n₁ + n₂, d the difference p₁ − p₂, and z the quantile of the normal distribution for the level of confidence.

    >>> pair = Pair(18, 28, 15, 40)
    >>> pair.rate, pair.reference_rate, pair.ratio
    (Fraction(9, 14), Fraction(3, 8), Fraction(12, 7))
    >>> Pair(5, 4, 1, 2)
    Traceback (most recent call last):
    ValueError: 5 selected of 4 people is impossible.
    """

    selected: int
    people: int
    reference_selected: int
    reference_people: int

    def __post_init__(self) -> None:
        check_counts(self.selected, self.people)
        check_counts(self.reference_selected, self.reference_people)

    @property
    def rate(self) -> Fraction | None:
        """The rate of the category; None where it has no people."""
        return Fraction(self.selected, self.people) if self.people else None

    @property
    def reference_rate(self) -> Fraction | None:
        """The rate of the reference; None where it has no people."""
        return Fraction(self.reference_selected, self.reference_people) if self.reference_people else None

    @property
    def ratio(self) -> Fraction | None:
        """The rate divided by the reference's; None where one is missing or the reference's is 0."""
        if not self.people or not self.reference_selected:
            return None
        return Fraction(self.selected * self.reference_people, self.people * self.reference_selected)

    @property
    def total(self) -> int:
        """All people of both."""
        return self.people + self.reference_people

    @property
    def chosen(self) -> int:
        """All selected of both."""
        return self.selected + self.reference_selected

    def empty(self) -> str | None:
        """Say which side has nobody; None where both have people."""
        if self.people and self.reference_people:
            return None
        return f"The {'reference' if self.people else 'category'} has no people."


def check_counts(selected: int, people: int) -> None:
    """Refuse, with a ValueError, what no count of people can be.

    >>> check_counts(5, 4)
    Traceback (most recent call last):
    ValueError: 5 selected of 4 people is impossible.
    """
    if type(selected) is not int or type(people) is not int:
        raise ValueError("Counts are whole numbers.")
    if not 0 <= selected <= people <= LARGEST:
        raise ValueError(f"{selected} selected of {people} people is impossible.")


@lru_cache
def quantile(level: str) -> float:
    """Return how many standard deviations a two-sided interval of this confidence level spans to each side.

    >>> round(quantile("0.95"), 6)
    1.959964
    >>> quantile("95")
    Traceback (most recent call last):
    ValueError: A confidence level lies between 0 and 1, such as 0.95; this is '95'.
    """
    return NormalDist().inv_cdf(float((1 + confidence(level)) / 2))


@lru_cache
def confidence(level: str) -> Fraction:
    """Read a confidence level such as `0.95` as an exact fraction; anything else is a ValueError.

    >>> confidence("0.95")
    Fraction(19, 20)
    """
    try:
        exact = Fraction(level)
    except (ValueError, ZeroDivisionError):
        exact = ZERO
    if not 0 < exact < 1:
        raise ValueError(f"A confidence level lies between 0 and 1, such as 0.95; this is {level!r}.")
    return exact
