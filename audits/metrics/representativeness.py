"""Whether the people of a data set are spread over groups as those whom the system is meant for.

Article 10(3) of the AI Act wants data sets that are sufficiently representative, with the appropriate statistical
properties as regards the persons or groups the system is intended to be used on. It sets no measure and no threshold;
which reference population is the right one is for people to say, and to state.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Generic, TypeVar

from audits.metrics.intervals import wilson
from audits.metrics.measures import LEVEL, Measure, Value
from audits.metrics.significance import SMALL_EXPECTED, SPARSE, chi_square_p, holm, normal_p

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Representativeness(Generic[K]):
    """All measures of one data set beside one reference population."""

    whole: Measure
    groups: Mapping[K, Measure]
    distance: Measure

    def as_json(self) -> dict[str, Any]:
        """Return it as a result document holds it."""
        return {
            "goodness_of_fit": self.whole.as_json(),
            "groups": [{"group": str(key), **one.as_json()} for key, one in self.groups.items()],
            "distance": self.distance.as_json(),
        }


def representativeness(
    people: Mapping[K, int], reference: Mapping[K, int | Fraction], *, level: str = LEVEL
) -> Representativeness[K]:
    """Return how the people of a data set are spread over groups beside a reference population.

    `reference` holds people or shares; it is divided by its sum and taken as exact, without sampling error of its own.
    Both must name the same groups, so that no group goes missing in silence; otherwise a ValueError names it. A group
    that the reference does not have at all (0) but the data set has leaves no chi-square test.

    - Chi-square test of a data set beside a reference population. Formula: Σ (observed − expected)² / expected; degrees
        of freedom groups − 1.
      Source: Pearson (1900), Philosophical Magazine 50, 157–175.
    - Share of a group beside its reference share. Formula: count/n − q, the Wilson interval less q; z = (count/n − q) /
        √(q(1 − q)/n), q the reference share.
      Source: Wilson (1927), Journal of the American Statistical Association 22, 209–212.
    - Total variation and Jensen-Shannon distance. Formula: Σ|p − q|/2; Σ(p·log₂(p/m) + q·log₂(q/m))/2 with m = (p +
        q)/2, and its square root.
      Source: Lin (1991), IEEE Transactions on Information Theory 37, 145–151.

    >>> found = representativeness({"Women": 30, "Men": 70}, {"Women": 50, "Men": 50})
    >>> found.whole["chi_square"], found.groups["Women"]["difference"], found.distance["total_variation"]
    (Fraction(16, 1), Fraction(-1, 5), Fraction(1, 5))
    """
    for key in {**people, **reference}:
        if key not in people or key not in reference:
            where = "the reference population" if key in people else "the data set"
            raise ValueError(f"{key} is missing in {where}; write 0 if nobody belongs there.")
    total, whole = sum(people.values()), sum((Fraction(one) for one in reference.values()), Fraction(0))
    if any(one < 0 for one in (*people.values(), *reference.values())) or not total or not whole:
        raise ValueError("Both the data set and the reference population need people, and no count below 0.")
    shares = {key: Fraction(one) / whole for key, one in reference.items()}
    groups = _groups(people, shares, total, level)
    return Representativeness(_fit(people, shares, total), groups, _distance(people, shares, total))


def _fit(people: Mapping[K, int], shares: Mapping[K, Fraction], total: int) -> Measure:
    present = [key for key in people if shares[key]]
    degrees = len(present) - 1
    names = "chi_square degrees_of_freedom p"
    strangers = [str(key) for key in people if people[key] and not shares[key]]
    if strangers or degrees < 1:
        reason = "Fewer than two groups have a share in the reference population."
        if strangers:
            reason = f"The reference population has nobody in {'; '.join(strangers)}, where the data set has people."
        return Measure("goodness-of-fit", dict.fromkeys(names.split()), undefined=reason)
    statistic = sum(((people[key] - shares[key] * total) ** 2 / (shares[key] * total) for key in present), Fraction(0))
    values: dict[str, Value] = {
        "chi_square": statistic,
        "degrees_of_freedom": degrees,
        "p": chi_square_p(statistic, degrees),
    }
    sparse = min(shares[key] for key in present) * total < SMALL_EXPECTED
    return Measure("goodness-of-fit", values, notes=(SPARSE,) if sparse else ())


def _groups(people: Mapping[K, int], shares: Mapping[K, Fraction], total: int, level: str) -> dict[K, Measure]:
    """Return each group's share beside its reference, with the Wilson interval, a score test and adjusted p."""
    scores: dict[K, float | None] = {}
    for key, count in people.items():
        spread = shares[key] * (1 - shares[key]) / total
        off = Fraction(count, total) - shares[key]
        scores[key] = math.copysign(math.sqrt(off * off / spread), off) if spread else None
    known = [key for key, score in scores.items() if score is not None]
    raw = {key: normal_p(scores[key] or 0.0) for key in known}
    adjusted = dict(zip(known, holm(list(raw.values())), strict=True))
    found = {}
    for key, count in people.items():
        interval = wilson(count, total, level=level)
        values: dict[str, Value] = {
            "share": interval["rate"],
            "reference_share": shares[key],
            "difference": Fraction(count, total) - shares[key],
            "low": interval.number("low") - float(shares[key]),
            "high": interval.number("high") - float(shares[key]),
            "ratio": Fraction(count, total) / shares[key] if shares[key] else None,
            "z": scores[key],
            "p": raw.get(key),
            "p_holm": adjusted.get(key),
        }
        reason = None
        if scores[key] is None:
            reason = "The reference share is 0 or 1, so chance leaves no room for a difference and there is no test."
        found[key] = Measure("group-share", values, {"level": level, "people": total}, undefined=reason)
    return found


def _distance(people: Mapping[K, int], shares: Mapping[K, Fraction], total: int) -> Measure:
    """Return the total variation distance, exact, and the Jensen-Shannon divergence and distance to base 2."""
    off, divergence = Fraction(0), 0.0
    for key, count in people.items():
        one, other = Fraction(count, total), shares[key]
        middle = (one + other) / 2
        off += abs(one - other) / 2
        divergence += sum(float(part) * math.log2(part / middle) / 2 for part in (one, other) if part)
    divergence = max(0.0, divergence)
    values: dict[str, Value] = {
        "total_variation": off,
        "jensen_shannon_divergence": divergence,
        "jensen_shannon_distance": math.sqrt(divergence),
    }
    return Measure("distance", values, {"base": 2})
