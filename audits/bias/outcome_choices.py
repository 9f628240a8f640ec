"""How true outcomes are read: which value is the outcome, what the prediction is, bins of scores, and the comparison.

A plan names the column of outcomes (`truth`), of decisions where there is one (`decision`), and these choices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from audits.metrics.categories import RACES, SEXES
from audits.metrics.groups import BASES
from audits.metrics.outcome_counts import checked_edges
from audits.metrics.outcomes import PREDICTIONS, rules
from audits.metrics.rounding import plain

if TYPE_CHECKING:
    from audits.bias.plan import Plan

TENTHS: Final = tuple(f"0.{tenth}" for tenth in range(1, 10))
"""The bins that are offered for scores that are chances."""
FIELDS: Final = ("favourable", "prediction", "cutoff", "decision_favourable", "edges", "chance", "base", "reference")
_OF_SCORES: Final = ("above-median", "cut-off", "decisions")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The choices in full, with what was left out filled in by its default."""

    prediction: str
    favourable: str | None = None
    cutoff: str | None = None
    decision_favourable: str | None = None
    edges: tuple[str, ...] = ()
    chance: bool = False
    base: str = "largest"
    reference: Mapping[str, str] | None = None


def outcome_of(plan: Plan) -> Outcome | None:
    """Return how a plan reads outcomes, None where it names no column of them."""
    if plan.truth is None:
        return None
    given = {name: value for name, value in (plan.outcome or {}).items() if value is not None}
    alone = plan.selected is None and plan.score is None  # a tool that only sorts into classes
    whole = {"prediction": "put-into" if alone else "selected", **given, "edges": tuple(given.get("edges", ()))}
    return Outcome(**whole)


def stated(plan: Plan) -> dict[str, Any] | None:
    """Return what a result's method says of outcomes, rules included."""
    found = outcome_of(plan)
    if found is None:
        return None
    how: dict[str, Any] = {name: getattr(found, name) for name in FIELDS}
    if split := split_of(plan):
        how["split"] = split
    how |= {"edges": list(found.edges), "reference": dict(found.reference) if found.reference else None}
    return rules({**how, "higher_is_better": plan.higher_is_better})


def split_of(plan: Plan) -> list[str]:
    """Return within what outcomes are counted as well: the classes of a tool, and strata.

    In strata a tool that only sorts into classes has no one prediction, so it has nothing there.
    """
    alone = plan.selected is None and plan.score is None
    split = {"classes": plan.output_class is not None, "strata": bool(plan.strata) and not alone}
    return [name for name, there in split.items() if there]


def chosen_of(plan: Plan) -> dict[str, Any] | None:
    """Return the choices alone, as a plan that is locked before a run promises them."""
    found = stated(plan)
    return None if found is None else {name: found[name] for name in FIELDS}


def read_back(method: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the choices that a result states, as a plan takes them."""
    how = method.get("outcome")
    return None if how is None else {name: how[name] for name in FIELDS if how[name] is not None}


def wrong(plan: Plan) -> Iterator[str]:
    """Yield a sentence for everything in a plan's choices about outcomes that cannot be meant."""
    given = plan.outcome
    if plan.truth is None:
        if given is not None or plan.decision is not None:
            yield "How outcomes are read, and a column of decisions, go with a column of true outcomes."
        return
    if given is not None and set(given) - set(FIELDS):
        yield f"The choices about outcomes are {', '.join(FIELDS)}, and no others."
        return
    how = given or {}
    yield from _wrong_prediction(plan, how)
    yield from _wrong_bins(plan, how)
    for name, what in (("favourable", "true outcomes"), ("decision_favourable", "decisions")):
        if how.get(name) is not None and not str(how[name]).strip():
            yield f"The favourable value of the {what} cannot be blank."
    base, reference = how.get("base") or "largest", how.get("reference")
    if base not in BASES:
        yield f"Groups are held against {', '.join(BASES)}, not {base!r}."
    if (base == "group") != bool(reference):
        yield "A group to hold others against is named with the base 'group', and only with it."
    elif reference and (
        set(reference) != {"sex", "race_ethnicity"}
        or reference["sex"] not in SEXES
        or reference["race_ethnicity"] not in RACES
    ):
        yield "The group to hold others against is named by its sex and its race/ethnicity."


def _wrong_prediction(plan: Plan, how: Mapping[str, Any]) -> Iterator[str]:
    prediction, cutoff = how.get("prediction"), how.get("cutoff")
    if prediction is not None and prediction not in PREDICTIONS:
        yield f"The prediction is one of {', '.join(PREDICTIONS)}, not {prediction!r}."
    elif plan.score is not None and prediction not in _OF_SCORES:
        yield f"Say what a score predicts before true outcomes are held against it: {', '.join(_OF_SCORES)}."
    elif plan.selected is None and plan.score is None:
        if prediction not in (None, "put-into"):
            yield "Where people are only sorted into classes, being put into one is the prediction."
        elif plan.class_rates == "outcome-within":
            yield "A tool that only sorts into classes has no outcome within them to hold against the true one."
    elif plan.score is None and prediction not in (None, "selected"):
        yield "Where people are selected, the selection is the prediction."
    if (prediction == "cut-off") != (cutoff is not None):
        yield "A cut-off goes with the prediction 'cut-off', and only with it."
    elif cutoff is not None and not is_plain(cutoff):
        yield f"The cut-off is a plain decimal such as 0.5 or 5, not {cutoff!r}."
    if (prediction == "decisions") != (plan.decision is not None):
        yield "A column of decisions goes with the prediction 'decisions', and only with it."
    if how.get("decision_favourable") is not None and plan.decision is None:
        yield "A favourable value of decisions goes with a column of decisions."


def _wrong_bins(plan: Plan, how: Mapping[str, Any]) -> Iterator[str]:
    edges, chance = how.get("edges") or (), how.get("chance", False)
    if (edges or chance) and plan.score is None:
        yield "Bins of scores go with a column of scores."
    if chance and not edges:
        yield "Say into which bins scores are divided for calibration."
    if chance and not plan.higher_is_better:
        yield "A score that is the chance of the outcome is better the higher it is."
    if type(chance) is not bool:
        yield "Whether scores are chances is yes or no."
    try:
        checked_edges(edges)
    except (ValueError, TypeError) as error:
        yield str(error)


def is_plain(number: Any) -> bool:
    """Say whether a text is a decimal as a result writes it, such as 0.5.

    >>> is_plain("0.5"), is_plain("-3"), is_plain("0.50"), is_plain("high")
    (True, True, False, False)
    """
    try:
        value = Decimal(number)
        return value.is_finite() and abs(value.adjusted()) < 100 and plain(value) == number
    except (ArithmeticError, TypeError, ValueError):
        return False
