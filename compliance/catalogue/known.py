"""What is known about one system and its organisation: answers to the facts of `facts.yaml`, checked before use.

A fact that is missing, or given as null, is not known yet; that is never read as no. Of a fact with several values a
part may be known: `{"chosen": ["4.a"], "not_known": ["5.b"]}` says yes to 4.a, leaves 5.b open and says no to the rest.
"""

from __future__ import annotations

import datetime
import difflib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from compliance.catalogue.conditions import Fact
from compliance.catalogue.logic import Test
from compliance.lib.problems import Problem, Refused


@dataclass(frozen=True, slots=True)
class Chosen:
    """The values of a fact that are chosen, and those of which nobody knows yet."""

    values: frozenset[str]
    not_known: frozenset[str] = frozenset()


Answer: TypeAlias = bool | str | int | datetime.date | Chosen


@dataclass(frozen=True, slots=True)
class Known:
    """The facts that are known of one system, by name; make one with :func:`read`."""

    answers: Mapping[str, Answer] = field(default_factory=dict)

    def given(self, tests: Iterable[Test]) -> dict[Test, bool]:
        """Return what each of `tests` comes to, leaving out those whose fact is not known.

        >>> Known({"bells": 3}).given([("bells", "below", 2), ("bells", "below", 5), ("loud", "holds", None)])
        {('bells', 'below', 2): False, ('bells', 'below', 5): True}
        """
        answers, found = self.answers, {}
        for test in tests:
            fact, relation, value = test
            answer: Any = answers.get(fact)
            if answer is None:
                continue
            if relation == "holds":
                found[test] = answer
            elif relation == "is":
                found[test] = answer == value
            elif relation == "below":
                found[test] = answer < value
            elif value not in answer.not_known:
                found[test] = value in answer.values
        return found

    def shown(self, name: str, fact: Fact) -> str:
        """Return the answer to `fact` in words, such as "yes" or "not known yet"."""
        answer = self.answers.get(name)
        if answer is None:
            return "not known yet"
        if isinstance(answer, bool):
            return "yes" if answer else "no"
        if isinstance(answer, Chosen):
            words = [words for value, words in fact.values.items() if value in answer.values] or ["none of them"]
            open_ones = [words for value, words in fact.values.items() if value in answer.not_known]
            return "; ".join([*words, *(f"not known yet: {one}" for one in open_ones)])
        if isinstance(answer, datetime.date):
            return f"{answer.day} {answer:%B %Y}"
        return fact.values.get(answer, answer) if isinstance(answer, str) else str(answer)

    def as_json(self) -> dict[str, Any]:
        """Return the answers as they are given in a file, in the order of their names."""
        return {name: _plain(self.answers[name]) for name in sorted(self.answers)}

    def as_json_of(self, name: str) -> Any:
        """Return one answer as it is given in a file; null where it is not known."""
        answer = self.answers.get(name)
        return None if answer is None else _plain(answer)


def _plain(answer: Answer) -> Any:
    if isinstance(answer, datetime.date):
        return answer.isoformat()
    if isinstance(answer, Chosen):
        if answer.not_known:
            return {"chosen": sorted(answer.values), "not_known": sorted(answer.not_known)}
        return sorted(answer.values)
    return answer


class _NotExact(str):
    """A number as it was written, with a point or an exponent."""


def parse(data: bytes, facts: Mapping[str, Fact]) -> Known:
    """Read the bytes of a JSON file of facts; refused with every problem at once.

    >>> parse(b'{"bells": 3}', {"bells": Fact(question="How many?", type="number")}).answers
    {'bells': 3}
    """
    double: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in found]
        double.extend(dict.fromkeys(name for name in names if names.count(name) > 1))
        return dict(found)

    try:
        value = json.loads(data, object_pairs_hook=pairs, parse_float=_NotExact, parse_constant=_NotExact)
    except (ValueError, RecursionError) as error:
        raise Refused(Problem("not-json", f"The facts are not JSON in UTF-8: {error}.")) from error
    twice = [Problem("double-fact", f"The fact {name!r} is given twice.", column=name) for name in double]
    if not isinstance(value, dict):
        raise Refused(Problem("not-a-map", "The facts must be one JSON object, from the name of a fact to its answer."))
    try:
        known = read(value, facts)
    except Refused as refused:
        raise Refused.all([*twice, *refused.problems]) from None
    if twice:
        raise Refused.all(twice)
    return known


def read(given: Mapping[str, Any], facts: Mapping[str, Fact]) -> Known:
    """Check `given` against the facts that there are; refused with every problem at once.

    >>> facts = {"loud": Fact(question="Is it loud?"), "bells": Fact(question="How many?", type="number")}
    >>> read({"loud": True, "bells": None}, facts).answers
    {'loud': True}
    >>> try:
    ...     read({"loud": "yes", "bell": 3}, facts)
    ... except Refused as refused:
    ...     [(problem.code, problem.column) for problem in refused.problems]
    [('wrong-type', 'loud'), ('no-such-fact', 'bell')]
    """
    problems: list[Problem] = []
    answers: dict[str, Answer] = {}
    for name, value in given.items():
        fact = facts.get(name)
        if fact is None:
            near = difflib.get_close_matches(str(name), facts, n=1)
            hint = f"Did you mean {near[0]}?" if near else ""
            problems.append(Problem("no-such-fact", f"There is no fact {name!r}.", hint, column=name, found=name))
        elif value is not None:
            found = list(_wrong(name, value, fact))
            problems += found
            if not found:
                answers[name] = _answer(value, fact)
    if problems:
        raise Refused.all(problems)
    return Known(answers)


def _wrong(name: str, value: Any, fact: Fact) -> Iterator[Problem]:
    shown = json.dumps(value, ensure_ascii=False, default=str)[:80]
    if isinstance(value, (_NotExact, float)):
        sentence = f"{name} must be given as a whole number, digit by digit."
        hint = (
            "A number with a point or an exponent has no one exact value: write 10000000000000000000000000, not 1e25."
        )
        yield Problem("not-exact", sentence, hint, column=name, found=str(value), expected=_EXPECTED["number"])
    elif not _right_type(value, fact):
        expected = _EXPECTED[fact.type]
        yield Problem("wrong-type", f"{name} must be {expected}.", column=name, found=shown, expected=expected)
    elif fact.type == "choice" and value not in fact.values:
        yield _no_such_value(name, value, fact)
    elif fact.type == "choices":
        chosen, not_known = (value["chosen"], value["not_known"]) if isinstance(value, Mapping) else (value, [])
        yield from (_no_such_value(name, one, fact) for one in [*chosen, *not_known] if one not in fact.values)
        yield from _wrong_together(name, chosen, not_known, fact)


def _wrong_together(name: str, chosen: Sequence[str], not_known: Sequence[str], fact: Fact) -> Iterator[Problem]:
    shown = ", ".join(chosen)
    for one in sorted({one for one in chosen if one in not_known}):
        sentence = f"{name} says both that {one!r} is chosen and that it is not known."
        yield Problem("chosen-and-not-known", sentence, column=name, found=one)
    for one in sorted({one for one in chosen if chosen.count(one) > 1}):
        yield Problem("double-value", f"{name} names the value {one!r} twice.", column=name, found=shown)
    if "none" in chosen and len(set(chosen)) > 1:
        sentence = f"{name} says none of these, and something besides."
        yield Problem("none-and-more", sentence, column=name, found=shown)
    if not chosen and not not_known and "none" in fact.values:
        hint = "Where nothing fits, choose none; while it is not known, leave the fact out or give null."
        yield Problem("nothing-chosen", f"{name} chooses nothing.", hint, column=name, found="[]", expected="none")


def _no_such_value(name: str, value: str, fact: Fact) -> Problem:
    expected = ", ".join(fact.values)
    return Problem("no-such-value", f"{name} has no value {value!r}.", column=name, found=value, expected=expected)


_EXPECTED = {
    "yes_no": "true or false, or null while it is not known",
    "choice": "one of its values as a string, or null while it is not known",
    "choices": 'a list of its values, or {"chosen": [...], "not_known": [...]}, or null while it is not known',
    "number": "a whole number, or null while it is not known",
    "date": "a day as YYYY-MM-DD, or null while it is not known",
}


def _right_type(value: Any, fact: Fact) -> bool:
    match fact.type:
        case "yes_no":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, int) and not isinstance(value, bool)
        case "choice":
            return isinstance(value, str)
        case "date":
            return _is_date(value)
        case "choices":
            if isinstance(value, Mapping):
                return set(value) == {"chosen", "not_known"} and all(_texts(one) for one in value.values())
            return _texts(value)


def _texts(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value)


def _is_date(value: Any) -> bool:
    if not isinstance(value, str) or len(value) != 10:
        return type(value) is datetime.date
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _answer(value: Any, fact: Fact) -> Answer:
    if fact.type == "date" and isinstance(value, str):
        return datetime.date.fromisoformat(value)
    if fact.type == "choices":
        if isinstance(value, Mapping):
            return Chosen(frozenset(value["chosen"]), frozenset(value["not_known"]))
        return Chosen(frozenset(value))
    answer: Answer = value
    return answer


def schema(facts: Mapping[str, Fact]) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) that a file of facts must follow.

    >>> schema({"loud": Fact(question="Is it loud?", citation=("Bells Act § 1",))})["properties"]["loud"]
    {'title': 'Is it loud?', 'type': ['boolean', 'null'], '$comment': 'Bells Act § 1'}
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Facts about an AI system and its organisation",
        "description": "Every fact may be left out or null: it is then not known yet, which is never read as no.",
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _property(fact) for name, fact in facts.items()},
    }


def _property(fact: Fact) -> dict[str, Any]:
    found: dict[str, Any] = {"title": fact.question}
    about = " ".join(one.strip() for one in (fact.why, fact.help) if one)
    if about:
        found["description"] = about
    value = {"oneOf": [{"const": value, "title": words} for value, words in fact.values.items()]}
    some = {"type": "array", "uniqueItems": True, "items": value}
    match fact.type:
        case "yes_no":
            found["type"] = ["boolean", "null"]
        case "number":
            found["type"] = ["integer", "null"]
        case "date":
            found |= {"type": ["string", "null"], "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
        case "choice":
            found["oneOf"] = [*value["oneOf"], {"type": "null"}]
        case "choices":
            partly = {
                "type": "object",
                "additionalProperties": False,
                "required": ["chosen", "not_known"],
                "properties": {"chosen": some, "not_known": some},
            }
            found["oneOf"] = [some, partly, {"type": "null"}]
    if fact.citation:
        found["$comment"] = "; ".join(fact.citation)
    return found
