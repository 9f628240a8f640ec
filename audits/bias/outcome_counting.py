"""Predictions and bins where true outcomes are given: what else is asked of rows, and what it means.

Only groups and counts come back, as everywhere (:mod:`audits.bias.aggregate`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from audits.bias.aggregate import Binned, Group, Ranged, Rows
from audits.bias.mapping import Values
from audits.bias.outcome_choices import Outcome, outcome_of
from audits.bias.plan import Plan
from audits.bias.vocabulary import SELECTED, Role, word
from audits.metrics.outcome_counts import SCALE, BinCell
from compliance.lib.problems import Problem, Refused

ROLES: Final[tuple[Role, ...]] = ("sex", "race_ethnicity", "truth")


def beyond_cutoff(rows: Rows, roles: Sequence[str], plan: Plan) -> dict[tuple[str, ...], int] | None:
    """Return how many people of each group of words scored at the declared cut-off or on its better side.

    None where the prediction is another. Scores that are the same double as the cut-off come back as they stand and are
    compared as exact decimals.
    """
    outcome, higher = outcome_of(plan), plan.higher_is_better
    if outcome is None or outcome.cutoff is None:
        return None
    exact, double = Decimal(outcome.cutoff), float(outcome.cutoff)
    found: dict[tuple[str, ...], int] = {}
    for one in rows.beside(*roles, low=double, high=double):
        if one.score is None:
            counts = one.side == (1 if higher else -1)
        else:
            counts = one.score >= exact if higher else one.score <= exact
        found[one.words] = found.get(one.words, 0) + one.people * counts
    return found


def binned(sources: Sequence[Rows], outcome: Outcome, values: Sequence[Mapping[Role, Values]]) -> dict[str, Any]:
    """Return the edges of the bins and, for each source, the people of known outcome by category and bin of scores."""
    if not outcome.edges:
        return {}
    edges = [float(edge) for edge in outcome.edges]
    return {
        "outcome_edges": outcome.edges,
        "outcome_bins": tuple(
            _cells(rows.binned(*ROLES, edges=edges, sums=outcome.chance), of)
            for rows, of in zip(sources, values, strict=True)
        ),
    }


def _cells(found: Iterable[Binned], values: Mapping[Role, Values]) -> tuple[BinCell, ...]:
    cells = []
    for one in found:
        sex, race, truth = (values[role].read(raw) for role, raw in zip(ROLES, one.words, strict=True))
        if truth is None:
            continue
        true = truth == SELECTED
        sums: tuple[Fraction | None, ...] = (None, None, None)
        if one.score_sum is not None and one.square_sum is not None:
            score = Fraction(one.score_sum, SCALE)
            sums = (score, Fraction(one.square_sum, SCALE**2), score if true else Fraction(0))
        of_sex, of_race = (named if isinstance(named, str) else None for named in (sex, race))
        cells.append(BinCell(of_sex, of_race, one.place, one.people, one.people * true, *sums))
    return tuple(cells)


def check_outcomes(
    plans: Sequence[Plan], outcome: Outcome, found: Sequence[Sequence[Group]], roles: Sequence[str]
) -> None:
    """Refuse a favourable value that nobody has: another column was meant, or another spelling."""
    for role, value in (("truth", outcome.favourable), ("decision", outcome.decision_favourable)):
        if value is None or role not in roles:
            continue
        place, column = roles.index(role), plans[0].columns()[role]
        met = {word(group.words[place]): group.words[place].strip() for groups in found for group in groups}
        if word(value) not in met:
            sentence = f"The favourable value {value!r} is nowhere in the column {column!r}."
            hint, shown = "Write it as it stands in the file.", ", ".join(sorted(met.values())[:10])
            raise Refused(Problem("favourable-value", sentence, hint, column=column, found=shown, expected=value))


def check_chances(plans: Sequence[Plan], outcome: Outcome, ranged: Sequence[Iterable[Ranged]]) -> None:
    """Refuse scores outside of 0 to 1 that were said to be chances."""
    for plan, of_source in zip(plans, ranged, strict=True):
        ends = [end for one in of_source for end in (one.low, one.high) if end is not None]
        if outcome.chance and ends and (min(ends) < 0 or max(ends) > 1):
            met = f"{min(ends):g} to {max(ends):g}"
            sentence = f"The scores of the column {plan.score!r} were said to be chances, but they go from {met}."
            hint = "A chance lies between 0 and 1. Say that they are no chances, or divide percentages by 100."
            expected = "numbers from 0 to 1"
            raise Refused(Problem("score-no-chance", sentence, hint, column=plan.score, found=met, expected=expected))
