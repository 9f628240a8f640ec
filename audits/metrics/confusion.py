"""Predicted beside true outcomes of one group, and every rate that follows from the four counts.

`positive` is the outcome that the tool looks for; whether it is good for a person is another question, to be answered
before any of these is called fair or unfair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from audits.metrics.counts import LARGEST

Weights = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Confusion:
    """People of one group: true and false positives, false and true negatives.

    >>> black, white = Confusion(1369, 805, 532, 990), Confusion(505, 349, 461, 1139)
    >>> (black + white).people, black.positive, black.predicted
    (6150, 1901, 2174)
    >>> Confusion(-1, 0, 0, 0)
    Traceback (most recent call last):
    ValueError: -1 true positives is no count of people.
    """

    tp: int
    fp: int
    fn: int
    tn: int

    def __post_init__(self) -> None:
        names = ("true positives", "false positives", "false negatives", "true negatives")
        for name, count in zip(names, self.counts, strict=True):
            if type(count) is not int or not 0 <= count <= LARGEST:
                raise ValueError(f"{count} {name} is no count of people.")

    @classmethod
    def of(cls, cell: Mapping[str, int]) -> Confusion:
        """Read a cell of counts; where it holds `n` as well, the four must add up to it.

        >>> Confusion.of({"n": 4, "tp": 1, "fp": 1, "fn": 0, "tn": 1})
        Traceback (most recent call last):
        ValueError: The four counts hold 3 people, and n says 4.
        """
        missing = [name for name in ("tp", "fp", "fn", "tn") if name not in cell]
        if missing:
            raise ValueError(f"A cell with outcomes holds tp, fp, fn and tn; this one lacks {', '.join(missing)}.")
        found = cls(cell["tp"], cell["fp"], cell["fn"], cell["tn"])
        if cell.get("n", found.people) != found.people:
            raise ValueError(f"The four counts hold {found.people} people, and n says {cell['n']}.")
        return found

    def __add__(self, other: Confusion) -> Confusion:
        return Confusion(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn, self.tn + other.tn)

    @property
    def counts(self) -> Weights:
        """The four counts in the order of the class."""
        return self.tp, self.fp, self.fn, self.tn

    @property
    def people(self) -> int:
        """Everybody."""
        return sum(self.counts)

    @property
    def positive(self) -> int:
        """People who have the outcome."""
        return self.tp + self.fn

    @property
    def predicted(self) -> int:
        """People whom the tool predicted to have it, or selected."""
        return self.tp + self.fp


@dataclass(frozen=True, slots=True)
class Rate:
    """A quotient of two sums of the four counts, each taken with a weight in the order tp, fp, fn, tn."""

    code: str
    over: Weights
    under: Weights
    missing: str

    @property
    def is_share(self) -> bool:
        """Say whether it counts some of the people it divides by, so that tests of two shares apply to it."""
        return all(weight in (0, 1) and top <= weight for top, weight in zip(self.over, self.under, strict=True))

    def parts(self, group: Confusion) -> tuple[int, int]:
        """Return what is divided and what it is divided by."""
        return _sum(self.over, group), _sum(self.under, group)

    def value(self, group: Confusion) -> Fraction | None:
        """Return the rate exactly, None where nothing can be divided by.

        >>> RATES["false-positive-rate"].value(Confusion(1369, 805, 532, 990))
        Fraction(161, 359)
        """
        over, under = self.parts(group)
        return Fraction(over, under) if under else None

    def variance(self, group: Confusion) -> Fraction | None:
        """Return the estimated variance of the rate (delta method), for a share the usual r(1 − r)/n.

        >>> RATES["selection-rate"].variance(Confusion(1, 0, 1, 2)) == Fraction(1, 4) * Fraction(3, 4) / 4
        True
        """
        over, under = self.parts(group)
        if not under:
            return None
        pulls = [top * under - over * weight for top, weight in zip(self.over, self.under, strict=True)]
        return Fraction(sum(count * pull * pull for count, pull in zip(group.counts, pulls, strict=True)), under**4)


def _sum(weights: Weights, group: Confusion) -> int:
    tp, fp, fn, tn = weights
    return tp * group.tp + fp * group.fp + fn * group.fn + tn * group.tn


_EVERYBODY: Weights = (1, 1, 1, 1)
_POSITIVE: Weights = (1, 0, 1, 0)
_NEGATIVE: Weights = (0, 1, 0, 1)
_PREDICTED: Weights = (1, 1, 0, 0)
_REFUSED: Weights = (0, 0, 1, 1)
_NOBODY = "nobody was assessed"
_NO_POSITIVE = "nobody has the outcome"
_NO_NEGATIVE = "everybody has the outcome"
_NO_PREDICTED = "nobody was predicted to have the outcome"
_NO_REFUSED = "everybody was predicted to have the outcome"

RATES: Final[Mapping[str, Rate]] = {
    rate.code: rate
    for rate in (
        Rate("prevalence", _POSITIVE, _EVERYBODY, _NOBODY),
        Rate("selection-rate", _PREDICTED, _EVERYBODY, _NOBODY),
        Rate("true-positive-rate", (1, 0, 0, 0), _POSITIVE, _NO_POSITIVE),
        Rate("false-negative-rate", (0, 0, 1, 0), _POSITIVE, _NO_POSITIVE),
        Rate("true-negative-rate", (0, 0, 0, 1), _NEGATIVE, _NO_NEGATIVE),
        Rate("false-positive-rate", (0, 1, 0, 0), _NEGATIVE, _NO_NEGATIVE),
        Rate("positive-predictive-value", (1, 0, 0, 0), _PREDICTED, _NO_PREDICTED),
        Rate("false-discovery-rate", (0, 1, 0, 0), _PREDICTED, _NO_PREDICTED),
        Rate("negative-predictive-value", (0, 0, 0, 1), _REFUSED, _NO_REFUSED),
        Rate("false-omission-rate", (0, 0, 1, 0), _REFUSED, _NO_REFUSED),
        Rate("accuracy", (1, 0, 0, 1), _EVERYBODY, _NOBODY),
        Rate("error-rate", (0, 1, 1, 0), _EVERYBODY, _NOBODY),
        Rate("f1-score", (2, 0, 0, 0), (2, 1, 1, 0), "nobody has the outcome or was predicted to have it"),
        Rate("treatment-equality", (0, 0, 1, 0), (0, 1, 0, 0), "there is no false positive"),
    )
}
BALANCED: Final = "balanced-accuracy"
"""The mean of two rates and therefore no quotient itself; treated like a rate everywhere else."""
CODES: Final = (*RATES, BALANCED)


def value_of(code: str, group: Confusion) -> Fraction | None:
    """Return any rate by its code, None where it is undefined.

    Of the four counts and n, their sum. Formula of each code, all as in Verma and Rubin (2018), Fairness Definitions
    Explained, FairWare, 1–7, but treatment equality: Berk, Heidari, Jabbari, Kearns and Roth (2021), Sociological
    Methods and Research 50, 3–44.

    - `prevalence`: (tp + fn) / n
    - `selection-rate`: (tp + fp) / n
    - `true-positive-rate`: tp / (tp + fn)
    - `false-negative-rate`: fn / (tp + fn)
    - `true-negative-rate`: tn / (fp + tn)
    - `false-positive-rate`: fp / (fp + tn)
    - `positive-predictive-value`: tp / (tp + fp)
    - `false-discovery-rate`: fp / (tp + fp)
    - `negative-predictive-value`: tn / (fn + tn)
    - `false-omission-rate`: fn / (fn + tn)
    - `accuracy`: (tp + tn) / n
    - `error-rate`: (fp + fn) / n
    - `f1-score`: 2·tp / (2·tp + fp + fn)
    - `treatment-equality`: fn / fp, compared between groups
    - `balanced-accuracy`: (true positive rate + true negative rate) / 2

    >>> value_of("balanced-accuracy", Confusion(1, 1, 1, 3))
    Fraction(5, 8)
    """
    if code != BALANCED:
        return RATES[code].value(group)
    found, other = (RATES[one].value(group) for one in ("true-positive-rate", "true-negative-rate"))
    return None if found is None or other is None else (found + other) / 2


def variance_of(code: str, group: Confusion) -> Fraction | None:
    """Return the estimated variance of any rate; the two halves of the balanced accuracy rest on different people.

    >>> variance_of("balanced-accuracy", Confusion(40, 10, 10, 40))
    Fraction(1, 625)
    """
    if code != BALANCED:
        return RATES[code].variance(group)
    found, other = (RATES[one].variance(group) for one in ("true-positive-rate", "true-negative-rate"))
    return None if found is None or other is None else (found + other) / 4


def why_undefined(code: str, group: Confusion) -> str | None:
    """Say in words why a group has no such rate; None where it has one.

    >>> why_undefined("true-positive-rate", Confusion(0, 2, 0, 3))
    'nobody has the outcome'
    """
    if value_of(code, group) is not None:
        return None
    if code == BALANCED:
        return _NO_NEGATIVE if group.positive else _NO_POSITIVE if group.people else _NOBODY
    return RATES[code].missing if group.people else _NOBODY
