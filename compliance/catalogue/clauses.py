"""Conditions and clocks of a row in words that a person can read aloud, clause by clause.

>>> from compliance.catalogue.loader import facts, load
>>> law = load("nyc-ll144")
>>> clock_in_words(law.row("LL144-NOT-01"), law)
'at least 10 business days before the use of the tool for an employment decision'
>>> told = told_condition(law.row("LL144-PUB-11").condition, law, facts())
>>> told.kind, [part.kind for part in told.parts], [part.answer for part in told.parts[1].parts]
('all', ['term', 'any'], ['yes', 'yes'])
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from compliance.catalogue.conditions import AllOf, AnyOf, Condition, Fact, FactTest, Not, Term
from compliance.catalogue.schema import Catalogue, Clock, Row

ClauseKind = Literal["all", "any", "none", "not_all", "fact", "term", "seen"]

UNITS = {
    "hours": ("hour", "hours"),
    "calendar_days": ("calendar day", "calendar days"),
    "working_days": ("working day", "working days"),
    "business_days": ("business day", "business days"),
    "months": ("month", "months"),
    "years": ("year", "years"),
}
LIMITS = {"at_least": "at least", "at_most": "at most"}
COUNTED_BY = {
    "violation": "Each violation counts by itself.",
    "day_of_use": "Each day on which the tool is used counts by itself.",
    "notice": "Each notice that is missing counts by itself.",
}


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of a condition as a reader meets it.

    `all`, `any`, `none` and `not_all` have `parts`. A `fact` has the question in `words` and the answer that it takes
    in `answer`. A `term` has its words, the answer yes or no, and in `parts` what it takes; where it was told already
    on the way here it is `seen`, without parts. `name` is the name of the fact or term.
    """

    kind: ClauseKind
    words: str = ""
    answer: str = ""
    name: str = ""
    citation: tuple[str, ...] = ()
    parts: tuple[Clause, ...] = ()


def told_condition(condition: Condition | None, law: Catalogue, facts: Mapping[str, Fact]) -> Clause | None:
    """Return a condition in words, each term told once with what it takes; none where there is no condition."""
    return None if condition is None else _told(condition, law.terms, facts, True, set())


def _told(
    condition: Condition, terms: Mapping[str, Term], facts: Mapping[str, Fact], holds: bool, seen: set[str]
) -> Clause:
    match condition:
        case Not():
            return _told(condition.not_, terms, facts, not holds, seen)
        case AllOf() | AnyOf():
            is_all = isinstance(condition, AllOf)
            inner = condition.all if isinstance(condition, AllOf) else condition.any
            parts = tuple(_told(part, terms, facts, True, seen) for part in inner)
            kind: ClauseKind = ("all" if is_all else "any") if holds else ("not_all" if is_all else "none")
            if len(parts) == 1 and holds:
                return parts[0]
            return Clause(kind, parts=parts)
        case FactTest():
            return _fact(condition, facts[condition.fact], holds)
        case _:
            term, answer = terms[condition.term], "yes" if holds else "no"
            if condition.term in seen:
                return Clause("seen", term.words, answer, condition.term, term.citation)
            seen.add(condition.term)
            takes = _told(term.condition, terms, facts, True, seen)
            return Clause("term", term.words, answer, condition.term, term.citation, (takes,))


def _fact(test: FactTest, fact: Fact, holds: bool) -> Clause:
    if isinstance(test.is_, bool):
        answer = "yes" if test.is_ is holds else "no"
    elif test.is_ is not None:
        answer = f"{'' if holds else 'anything but '}{_value(fact, test.is_)}"
    elif test.one_of is not None:
        answer = f"{'one of' if holds else 'none of'}: {'; '.join(_value(fact, one) for one in test.one_of)}"
    elif test.includes is not None:
        answer = f"{'' if holds else 'not: '}{_value(fact, test.includes)}"
    elif test.at_least is not None:
        answer = f"{test.at_least:,} or more" if holds else f"less than {test.at_least:,}"
    else:
        answer = f"{'before' if holds else 'on or after'} {test.before}"
    return Clause("fact", fact.question, answer, test.fact, fact.citation)


def _value(fact: Fact, value: str) -> str:
    return fact.values.get(value, value).rstrip(".")


def length(count: int, unit: str) -> str:
    """Return a count with its unit.

    >>> length(1, "years"), length(10, "business_days")
    ('1 year', '10 business days')
    """
    one, more = UNITS[unit]
    return f"{count} {one if count == 1 else more}"


def clock_in_words(row: Row, law: Catalogue) -> str:
    """Return the time that a row counts as a phrase; empty where it counts none."""
    return "" if row.clock is None else told_clock(row.clock, law)


def told_clock(clock: Clock, law: Catalogue) -> str:
    """Return a clock of a law as a phrase with its event in the law's words."""
    return f"{LIMITS[clock.limit]} {length(clock.count, clock.unit)} {clock.direction} {law.events[clock.event]}"
