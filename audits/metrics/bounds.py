"""How far an impact ratio could move if the people of unknown category were known.

They belong somewhere. Every way to place them in the categories gives some ratio; the smallest and the largest of all
bound what full knowledge could have shown. No one is guessed into a category.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

from audits.metrics.measures import Measure, check_counts, nothing

K = TypeVar("K")


def unknown_bounds(
    groups: Mapping[K, tuple[int, int]], *, unknown_selected: int, unknown_people: int
) -> dict[K, Measure]:
    """Return for each category the smallest and largest impact ratio over all ways to place the unknown people.

    `groups` are (selected, people). A placed person keeps the outcome they had. Only categories that have people take
    them in: one unknown, selected person alone in an empty category would have a rate of 1 and bound nothing. Both ends
    are attained, and are exact fractions.

    Formula: the smallest and largest ratio over every way to place the unknown people in the categories that have
        people.
    Source: Manski (2003), Partial Identification of Probability Distributions, chapter 1.

    >>> found = unknown_bounds({"Male": (40, 80), "Female": (30, 80)}, unknown_selected=4, unknown_people=10)
    >>> found["Female"].values
    {'ratio': Fraction(3, 4), 'low': Fraction(315, 473), 'high': Fraction(731, 840)}
    """
    check_counts(unknown_selected, unknown_people)
    for selected, people in groups.values():
        check_counts(selected, people)
    filled = sorted((group for group in groups.values() if group[1]), key=lambda group: Fraction(*group), reverse=True)
    best = Fraction(*filled[0]) if filled else Fraction(0)
    parameters: dict[str, str | int] = {"unknown_people": unknown_people, "unknown_selected": unknown_selected}
    found: dict[K, Measure] = {}
    for key, (selected, people) in groups.items():
        if not people:
            found[key] = nothing("unknown-bounds", "ratio low high", "The category has no people.", **parameters)
            continue
        others = list(filled)
        others.remove((selected, people))
        unselected = unknown_people - unknown_selected
        low = _low(selected, people, others, unknown_selected, unselected)
        high = _high(selected, people, others, unknown_selected, unselected)
        ratio = Fraction(selected, people) / best if best else None
        undefined = None if best else "Nobody of known category was selected, so there is no ratio without the unknown."
        if low is None or high is None:
            low = high = None
            undefined = "Nobody was selected, so there is no ratio wherever the unknown people belong."
        values = {"ratio": ratio, "low": low, "high": high}
        found[key] = Measure("unknown-bounds", values, parameters, undefined=undefined)
    return found


def _low(
    selected: int, people: int, others: Sequence[tuple[int, int]], more_selected: int, unselected: int
) -> Fraction | None:
    """The category takes every unselected unknown; the one other that gains most takes every selected one."""
    own = Fraction(selected, people + unselected)
    rivals = [Fraction(one + more_selected, size + more_selected) for one, size in others]
    if not rivals:
        return Fraction(1) if selected + more_selected else None
    top = max(own, *rivals)
    return own / top if top else None


def _high(
    selected: int, people: int, others: Sequence[tuple[int, int]], more_selected: int, unselected: int
) -> Fraction | None:
    """The category takes every selected unknown; the unselected are spread so that the best other rate is least."""
    own = Fraction(selected + more_selected, people + more_selected)
    rival = _least_maximum(others, unselected)
    top = max(own, rival)
    return own / top if top else None


def _least_maximum(groups: Sequence[tuple[int, int]], people: int) -> Fraction:
    """Return the least that the highest of these rates can be made by adding so many people who were not selected.

    `groups` come with the highest rate first. If people could be cut into parts, the level would be `low`; rounding up
    needs at most one more person a group, so the answer lies between `low` and the level of that many fewer, `high`. It
    is a rate that some group gets, selected/(size + added), and few such rates lie between the two.
    """
    if not groups or not groups[0][0]:
        return Fraction(0)
    low, high = _level(groups, people), _level(groups, max(0, people - len(groups)))
    best = (1, 0)
    for selected, size in groups:
        few = max(0, -(-selected * high[1] // high[0]) - size)
        many = min(people, selected * low[1] // low[0] - size)
        if few > many or _needed(groups, selected, size + few) > people:
            continue
        while few < many:
            middle = (few + many + 1) // 2
            if _needed(groups, selected, size + middle) <= people:
                few = middle
            else:
                many = middle - 1
        if selected * best[1] < best[0] * (size + few):
            best = (selected, size + few)
    return Fraction(*best)


def _level(groups: Sequence[tuple[int, int]], people: int) -> tuple[int, int]:
    """Return the level to which so many people, cut into parts as needed, bring the highest rates down."""
    best, selected, size = (0, 1), 0, 0
    for one, more in groups:
        selected, size = selected + one, size + more
        if selected * best[1] > best[0] * (size + people):
            best = (selected, size + people)
    return best


def _needed(groups: Sequence[tuple[int, int]], selected: int, size: int) -> int:
    """Return how many people bring every rate down to selected/size or below, in whole numbers."""
    needed = 0
    for one, people in groups:
        more = -(-one * size // selected) - people
        if more > 0:
            needed += more
    return needed
