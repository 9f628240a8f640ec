"""What is counted where true outcomes are given: four counts and the missing of each category, and bins of scores.

They are the sufficient statistic of every group metric: they may be summed over files and engines, stored, and
embedded in a dossier, and no row about a single person is needed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple, TypeVar

from audits.metrics.calibration import ScoreBin
from audits.metrics.categories import RACES, SEXES
from audits.metrics.confusion import Confusion
from audits.metrics.counts import LARGEST
from audits.metrics.rounding import plain
from audits.metrics.scores import FEWEST_PEOPLE

PARTS: Final = ("tp", "fp", "fn", "tn", "missing_predicted", "missing_other")
SUMS: Final = ("score_sum", "square_sum", "positive_sum")
SCALE: Final = 10**6
"""Scores are rounded to a millionth, half up, before they are summed, so that every engine gives the same sums."""

_Key = tuple[str | None, str | None]


def _check(sex: str | None, race: str | None, numbers: Iterable[object]) -> None:
    if (sex is not None and sex not in SEXES) or (race is not None and race not in RACES):
        raise ValueError(f"{sex!r} and {race!r} are no categories of sex and race/ethnicity.")
    if any(type(number) is not int or not 0 <= number <= LARGEST for number in numbers):
        raise ValueError("Counts of outcomes are whole numbers, 0 or more.")


@dataclass(frozen=True, slots=True)
class OutcomeCell:
    """People of one sex and one race/ethnicity (None is unknown) by prediction and true outcome.

    `missing_predicted` and `missing_other` have no known outcome, and were predicted to have it, or not.

    >>> OutcomeCell("Male", None, 1, 2, 3, 4, 5, 6).people
    21
    """

    sex: str | None
    race_ethnicity: str | None
    tp: int
    fp: int
    fn: int
    tn: int
    missing_predicted: int = 0
    missing_other: int = 0

    def __post_init__(self) -> None:
        _check(self.sex, self.race_ethnicity, self.numbers)

    @property
    def key(self) -> _Key:
        """The category."""
        return self.sex, self.race_ethnicity

    @property
    def numbers(self) -> tuple[int, ...]:
        """The six counts in the order of :data:`PARTS`."""
        return self.tp, self.fp, self.fn, self.tn, self.missing_predicted, self.missing_other

    @property
    def people(self) -> int:
        """Everybody, of known outcome or not."""
        return sum(self.numbers)

    @property
    def predicted(self) -> int:
        """Everybody who was predicted to have the outcome, whether or not it is known."""
        return self.tp + self.fp + self.missing_predicted

    @property
    def confusion(self) -> Confusion:
        """The people whose outcome is known."""
        return Confusion(self.tp, self.fp, self.fn, self.tn)

    def as_json(self) -> dict[str, Any]:
        """Return the cell as a result document holds it."""
        return {
            "sex": self.sex,
            "race_ethnicity": self.race_ethnicity,
            **dict(zip(PARTS, self.numbers, strict=True)),
        }

    @classmethod
    def from_json(cls, data: Any) -> OutcomeCell:
        """Read one cell; a missing or strange field is a ValueError."""
        if not isinstance(data, Mapping) or set(data) != {"sex", "race_ethnicity", *PARTS}:
            raise ValueError(f"A count of outcomes holds sex, race_ethnicity, {', '.join(PARTS)}, and nothing else.")
        return cls(data["sex"], data["race_ethnicity"], *(data[name] for name in PARTS))


@dataclass(frozen=True, slots=True)
class BinCell:
    """People of one category and known outcome whose score lies in bin `place`, and those of them with the outcome.

    Bin 0 lies below the first edge, bin k at or above edge k. Where scores are estimated chances there are also the
    sums of scores and of their squares, and of the scores of those with the outcome; else all three are None.
    """

    sex: str | None
    race_ethnicity: str | None
    place: int
    people: int
    positive: int
    score_sum: Fraction | None = None
    square_sum: Fraction | None = None
    positive_sum: Fraction | None = None

    def __post_init__(self) -> None:
        _check(self.sex, self.race_ethnicity, (self.place, self.people, self.positive))
        if self.positive > self.people:
            raise ValueError(f"{self.positive} with the outcome of {self.people} people is impossible.")

    @property
    def key(self) -> tuple[str | None, str | None, int]:
        """The category and the bin."""
        return self.sex, self.race_ethnicity, self.place

    @property
    def sums(self) -> tuple[Fraction | None, ...]:
        """The three sums in the order of :data:`SUMS`."""
        return self.score_sum, self.square_sum, self.positive_sum

    def as_json(self) -> dict[str, Any]:
        """Return the cell as a result document holds it; sums are exact decimals."""
        names = ("sex", "race_ethnicity", "place", "people", "positive")
        found = dict(zip(names, astuple(self), strict=False))
        return {**found, **{name: _decimal(one) for name, one in zip(SUMS, self.sums, strict=True) if one is not None}}

    @classmethod
    def from_json(cls, data: Any) -> BinCell:
        """Read one cell; a missing or strange field is a ValueError."""
        names = ("sex", "race_ethnicity", "place", "people", "positive")
        if not isinstance(data, Mapping) or set(data) not in ({*names}, {*names, *SUMS}):
            raise ValueError(f"A bin of scores holds {', '.join(names)}, and {', '.join(SUMS)} or none of these.")
        return cls(*(data[name] for name in names), *(Fraction(data[name]) for name in SUMS if name in data))

    def as_bin(self) -> ScoreBin:
        """Return the bin for calibration; without sums it is a ValueError."""
        if self.score_sum is None:
            raise ValueError("Without sums of scores there is no calibration error.")
        return ScoreBin(self.people, self.positive, self.score_sum, self.square_sum, self.positive_sum)


class Outcomes(NamedTuple):
    """Everything that group metrics follow from. `edges` divide scores into bins; none where nothing is binned."""

    cells: Sequence[OutcomeCell]
    edges: Sequence[str] = ()
    bins: Sequence[BinCell] = ()

    def merged(self) -> Outcomes:
        """Sum cells of the same people, drop empty ones, and put them in the rule's order, unknown last.

        >>> one = Outcomes([OutcomeCell("Female", None, 1, 0, 0, 2), OutcomeCell("Female", None, 0, 1, 0, 0)])
        >>> one.merged().cells
        (OutcomeCell(sex='Female', race_ethnicity=None, tp=1, fp=1, fn=0, tn=2, missing_predicted=0, missing_other=0),)
        """
        cells: dict[_Key, tuple[int, ...]] = {}
        for cell in self.cells:
            cells[cell.key] = _added(cells.get(cell.key), cell.numbers)
        bins: dict[tuple[str | None, str | None, int], tuple[Any, ...]] = {}
        for one in self.bins:
            bins[one.key] = _added(bins.get(one.key), (one.people, one.positive, *one.sums))
        order = [(sex, race) for sex in (*SEXES, None) for race in (*RACES, None)]
        places = range(len(self.edges) + 1)
        return Outcomes(
            tuple(OutcomeCell(*key, *cells[key]) for key in order if sum(cells.get(key, ()))),
            tuple(self.edges),
            tuple(
                BinCell(*key, place, *bins[*key, place]) for key in order for place in places if _any(bins, key, place)
            ),
        )

    def disclosed(self) -> Outcomes:
        """Sum as :meth:`merged` does, without the bins of cells of fewer than five people of known outcome.

        Like a histogram of scores, a bin of so few would say how one person scored. All sources are summed first: a
        cell may be small in each of them and not in all.

        >>> bins = [BinCell("Female", None, 0, 3, 1), BinCell("Male", None, 1, 6, 2)]
        >>> cells = [OutcomeCell("Female", None, 1, 0, 0, 2), OutcomeCell("Male", None, 2, 0, 0, 4)]
        >>> [one.sex for one in Outcomes(cells, ["0.5"], bins).disclosed().bins]
        ['Male']
        """
        whole = self.merged()
        few = whole.few()
        return whole._replace(bins=tuple(one for one in whole.bins if (one.sex, one.race_ethnicity) not in few))

    def few(self) -> dict[_Key, int]:
        """Return the cells that are given without bins, each with its people of known outcome."""
        return {cell.key: cell.confusion.people for cell in self.cells if cell.confusion.people < FEWEST_PEOPLE}

    def as_json(self) -> dict[str, Any]:
        """Return the counts as a result document holds them."""
        return {
            "counts": [cell.as_json() for cell in self.cells],
            "edges": list(self.edges),
            "bins": [one.as_json() for one in self.bins],
        }

    @classmethod
    def from_json(cls, data: Any) -> Outcomes:
        """Read the counts out of a result document; anything strange is a ValueError."""
        parts = [data[name] for name in ("counts", "edges", "bins")]
        if not all(isinstance(part, list) for part in parts):
            raise ValueError("The counts of outcomes are not lists.")
        return cls(
            tuple(OutcomeCell.from_json(one) for one in parts[0]),
            checked_edges(parts[1]),
            tuple(BinCell.from_json(one) for one in parts[2]),
        )


def checked_edges(edges: Iterable[Any]) -> tuple[str, ...]:
    """Return edges of bins; what is no plain decimal, or not above the one before, is a ValueError.

    >>> checked_edges(["0.25", "0.5"])
    ('0.25', '0.5')
    >>> checked_edges(["0.5", "0.25"])
    Traceback (most recent call last):
    ValueError: The edges of bins are plain decimals, each above the one before, such as 0.25 0.5 0.75.
    """
    given = tuple(edges)
    try:
        values = [Decimal(one) for one in given if isinstance(one, str)]
        sound = len(values) == len(given) and all(one.is_finite() and abs(one.adjusted()) < 100 for one in values)
        sound = sound and all(low < high for low, high in itertools.pairwise(values))
        sound = sound and all(plain(value) == one for value, one in zip(values, given, strict=True))
    except ArithmeticError:
        sound = False
    if not sound:
        raise ValueError("The edges of bins are plain decimals, each above the one before, such as 0.25 0.5 0.75.")
    return given


def bin_names(edges: Sequence[str]) -> list[str]:
    """Return what each bin holds, in words.

    >>> bin_names(["0.5", "0.9"])
    ['below 0.5', '0.5 to below 0.9', '0.9 and above']
    """
    if not edges:
        return []
    between = [f"{low} to below {high}" for low, high in itertools.pairwise(edges)]
    return [f"below {edges[0]}", *between, f"{edges[-1]} and above"]


T = TypeVar("T")


def _added(before: tuple[Any, ...] | None, more: tuple[Any, ...]) -> tuple[Any, ...]:
    if before is None:
        return more
    return tuple(None if one is None or other is None else one + other for one, other in zip(before, more, strict=True))


def _any(bins: Mapping[Any, tuple[Any, ...]], key: _Key, place: int) -> bool:
    return bool(bins.get((*key, place), (0,))[0])


def _decimal(value: Fraction) -> str:
    return plain(Decimal(value.numerator) / Decimal(value.denominator)) if value.denominator == 1 else _exact(value)


def _exact(value: Fraction) -> str:
    """Write a fraction whose denominator divides a power of ten, exactly."""
    places = 2 * (len(str(SCALE)) - 1)
    whole, rest = divmod(value.numerator * 10**places, value.denominator)
    if rest:
        raise ValueError("A sum of scores has more digits than scores of a millionth can give.")
    digits = str(whole).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")
