"""How unequally a benefit is shared out over people: generalised entropy, Theil, and the part between groups.

With true outcomes the benefit of a person is predicted − true + 1: 0 for a false negative, 1 where the prediction was
right, 2 for a false positive (Speicher and others, 2018). Any other benefit in whole numbers or fractions may be
counted.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from fractions import Fraction
from typing import TypeVar

from audits.metrics.confusion import Confusion
from audits.metrics.measures import ZERO, Measure, Value, nothing

K = TypeVar("K", bound=Hashable)

_NAMES = "index within between"


def benefits(group: Confusion) -> dict[Fraction, int]:
    """Return how many people of a group have which benefit.

    >>> benefits(Confusion(tp=1, fp=6, fn=3, tn=10))
    {Fraction(0, 1): 3, Fraction(1, 1): 11, Fraction(2, 1): 6}
    """
    return {Fraction(0): group.fn, Fraction(1): group.tp + group.tn, Fraction(2): group.fp}


def generalised_entropy(groups: Mapping[K, Mapping[Fraction, int]], *, alpha: int = 2) -> Measure:
    """Return the generalised entropy index over everybody, and its parts within and between the groups.

    `groups` counts the people of each group by their benefit, never below 0. From `alpha` 2 on the index is an exact
    fraction; 1 is the Theil index, with 0·ln 0 taken as 0; 0 is the mean log deviation, which no benefit of 0 allows.
    The index is 0 where all have the same. Half the squared coefficient of variation is the index of `alpha` 2.

    - Generalised entropy index. Formula: Σ((b/μ)^α − 1) / (n·α(α − 1)), b = predicted − true + 1, μ its mean.
      Source: Speicher and others (2018), KDD, 2239–2248.
    - Theil index. Formula: Σ(b/μ)·ln(b/μ) / n.
      Source: Speicher and others (2018), KDD, 2239–2248.

    >>> found = generalised_entropy({"all": benefits(Confusion(1, 6, 3, 10))})
    >>> found["index"], found["between"]
    (Fraction(171, 1058), Fraction(0, 1))
    """
    code = "theil" if alpha == 1 else "generalised-entropy"
    if alpha < 0:
        raise ValueError("The generalised entropy index is computed for a whole alpha from 0 on.")
    everybody = _everybody(groups.values())
    reason = _undefined(everybody, alpha)
    if reason:
        return nothing(code, _NAMES, reason, alpha=alpha)
    means: Counter[Fraction] = Counter()
    for group in groups.values():
        people = sum(group.values())
        if people:
            means[sum((benefit * count for benefit, count in group.items()), ZERO) / people] += people
    index, between = _index(everybody, alpha), _index(means, alpha)
    if index is None or between is None:
        return nothing(code, _NAMES, "A benefit of 0 has no logarithm.", alpha=alpha)
    values: dict[str, Value] = {"index": index, "within": index - between, "between": between}
    return Measure(code, values, {"alpha": alpha})


def entropy_variance(group: Confusion) -> Fraction | None:
    """Return the estimated variance of the index of `alpha` 2 of one group (delta method), None where it has no index.

    >>> entropy_variance(Confusion(2, 1, 1, 2))
    Fraction(5, 324)
    """
    people = benefits(group)
    count = sum(people.values())
    mean = sum((benefit * number for benefit, number in people.items()), ZERO) / count if count else ZERO
    if not mean:
        return None
    square = sum((benefit * benefit * number for benefit, number in people.items()), ZERO) / count
    pulls = {
        benefit: ((benefit * benefit - square) / mean**2 - 2 * square * (benefit - mean) / mean**3) / 2
        for benefit in people
    }
    return sum((number * pulls[benefit] ** 2 for benefit, number in people.items()), ZERO) / count**2


def coefficient_of_variation(groups: Mapping[K, Mapping[Fraction, int]]) -> Measure:
    """Return the standard deviation of the benefit over its mean, of everybody and of the groups' means.

    Formula: √(2·generalised entropy index of α = 2).
    Source: Speicher and others (2018), KDD, 2239–2248.

    >>> round(coefficient_of_variation({"all": benefits(Confusion(1, 6, 3, 10))}).number("index"), 4)
    0.5686
    """
    found = generalised_entropy(groups)
    if found.undefined:
        return nothing("coefficient-of-variation", "index between", found.undefined)
    values: dict[str, Value] = {name: math.sqrt(2 * found.number(name)) for name in ("index", "between")}
    return Measure("coefficient-of-variation", values)


def _everybody(groups: Iterable[Mapping[Fraction, int]]) -> Counter[Fraction]:
    found: Counter[Fraction] = Counter()
    for group in groups:
        for benefit, count in group.items():
            if benefit < 0 or count < 0:
                raise ValueError("A benefit and a count of people are never below 0.")
            found[benefit] += count
    return found


def _undefined(people: Mapping[Fraction, int], alpha: int) -> str | None:
    if not any(people.values()):
        return "Nobody was assessed."
    if not any(benefit * count for benefit, count in people.items()):
        return "Nobody has any benefit, so nothing is shared out."
    if alpha == 0 and people.get(ZERO):
        return "A benefit of 0 has no logarithm, so there is no mean log deviation."
    return None


def _index(people: Mapping[Fraction, int], alpha: int) -> Fraction | float | None:
    count = sum(people.values())
    mean = sum((benefit * number for benefit, number in people.items()), ZERO) / count
    shares = [(benefit / mean, number) for benefit, number in people.items() if number]
    if alpha > 1:
        total = sum((share**alpha * number for share, number in shares), ZERO)
        return (total / count - 1) / (alpha * (alpha - 1))
    if alpha == 1:
        return math.fsum(float(share) * math.log(share) * number for share, number in shares if share) / count
    if any(not share for share, _ in shares):
        return None
    return -math.fsum(math.log(share) * number for share, number in shares) / count
