"""Whether a score means the same in every group: of those scored 0.7, do seven in ten have the outcome?

Everything follows from a few sums per bin of scores, so rows about people stay where they are. Sums are exact
fractions, and so are all results.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from audits.metrics.measures import ZERO, Measure, Value, nothing

_NAMES = "mean_score prevalence calibration_in_the_large expected_error largest_error"


@dataclass(frozen=True, slots=True)
class ScoreBin:
    """People whose scores fall in one bin: how many, how many have the outcome, and sums of their scores.

    A score is an estimated chance, from 0 to 1. `square_sum` is the sum of squared scores and `positive_sum` the sum of
    the scores of those who have the outcome; without these two there is no Brier score. A bin of one exact score needs
    neither, see :meth:`at`.

    >>> ScoreBin(2, 3, Fraction(1))
    Traceback (most recent call last):
    ValueError: 3 with the outcome of 2 people is impossible.
    """

    people: int
    positive: int
    score_sum: Fraction
    square_sum: Fraction | None = None
    positive_sum: Fraction | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.positive <= self.people:
            raise ValueError(f"{self.positive} with the outcome of {self.people} people is impossible.")
        if not 0 <= self.score_sum <= self.people:
            raise ValueError(
                "A score here is an estimated chance, from 0 to 1; these sums do not come from such scores."
            )

    @classmethod
    def at(cls, score: Fraction, people: int, positive: int) -> ScoreBin:
        """Return the bin of one exact score.

        >>> ScoreBin.at(Fraction(1, 2), 4, 3).positive_sum
        Fraction(3, 2)
        """
        return cls(people, positive, score * people, score * score * people, score * positive)


def calibration(bins: Sequence[ScoreBin]) -> Measure:
    """Return how far scores and outcomes lie apart within a group.

    `calibration_in_the_large` is the mean score minus the share who have the outcome. `expected_error` is the mean over
    people, and `largest_error` the largest over bins, of the absolute difference between both in a bin. They depend on
    the bins, whose number is among the parameters.

    Formula: mean score − share with the outcome; mean and largest |both| within bins (expected calibration error).
    Source: Naeini, Cooper and Hauskrecht (2015), AAAI, 2901–2907.

    >>> found = calibration([ScoreBin.at(Fraction(1, 4), 8, 2), ScoreBin.at(Fraction(3, 4), 8, 4)])
    >>> found["expected_error"], found["largest_error"], found["calibration_in_the_large"]
    (Fraction(1, 8), Fraction(1, 4), Fraction(1, 8))
    """
    filled = [one for one in bins if one.people]
    people = sum(one.people for one in filled)
    if not people:
        return nothing("calibration", _NAMES, "Nobody is in a bin of scores.")
    off = [abs(one.score_sum - one.positive) for one in filled]
    mean = sum((one.score_sum for one in filled), ZERO) / people
    prevalence = Fraction(sum(one.positive for one in filled), people)
    values: dict[str, Value] = {
        "mean_score": mean,
        "prevalence": prevalence,
        "calibration_in_the_large": mean - prevalence,
        "expected_error": sum(off, ZERO) / people,
        "largest_error": max(one / bin_.people for one, bin_ in zip(off, filled, strict=True)),
    }
    return Measure("calibration", values, {"bins": len(filled)})


def brier(bins: Sequence[ScoreBin]) -> Measure:
    """Return the mean squared difference between score and outcome of a group; it does not depend on the bins.

    Formula: mean of (score − outcome)².
    Source: Brier (1950), Monthly Weather Review 78, 1–3.

    >>> brier([ScoreBin.at(Fraction(1, 4), 8, 2), ScoreBin.at(Fraction(3, 4), 8, 4)])["score"]
    Fraction(1, 4)
    """
    people, total = sum(one.people for one in bins), ZERO
    if not people:
        return nothing("brier", "score", "Nobody is in a bin of scores.")
    for one in bins:
        if one.square_sum is None or one.positive_sum is None:
            return nothing(
                "brier", "score", "The sums of squared scores and of the scores of those with the outcome are missing."
            )
        total += one.square_sum - 2 * one.positive_sum + one.positive
    return Measure("brier", {"score": total / people})


def generalised_rates(bins: Sequence[ScoreBin]) -> Measure:
    """Return the mean score of those who have the outcome and of those who do not.

    They are the true and false positive rates of a tool that selects each person with the chance that is their score
    (Pleiss and others, 2017).

    Formula: mean score of those with, and of those without, the outcome.
    Source: Pleiss, Raghavan, Wu, Kleinberg and Weinberger (2017), NeurIPS 30, 5680–5689.

    >>> generalised_rates([ScoreBin.at(Fraction(1, 4), 8, 2), ScoreBin.at(Fraction(3, 4), 8, 4)]).values
    {'true_positive_rate': Fraction(7, 12), 'false_positive_rate': Fraction(9, 20)}
    """
    names = "true_positive_rate false_positive_rate"
    sums = [one.positive_sum for one in bins]
    known = [one for one in sums if one is not None]
    if len(known) < len(sums):
        return nothing("generalised-rates", names, "The sum of the scores of those with the outcome is missing.")
    positive, people = sum(one.positive for one in bins), sum(one.people for one in bins)
    of_positive, whole = sum(known, ZERO), sum((one.score_sum for one in bins), ZERO)
    values: dict[str, Value] = {
        "true_positive_rate": of_positive / positive if positive else None,
        "false_positive_rate": (whole - of_positive) / (people - positive) if people > positive else None,
    }
    reason = None
    if not positive or positive == people:
        reason = f"{'Everybody' if people else 'Nobody'} {'has' if positive else 'is without'} the outcome."
        reason = reason if positive or not people else "Nobody has the outcome."
    return Measure("generalised-rates", values, undefined=reason)
