"""A condition of the law as lines that a person reads, with the questions of its facts and the words of its terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from compliance.catalogue.conditions import Fact
from compliance.catalogue.schema import Catalogue

_GROUPS = {"all": "all of these:", "any": "at least one of these:", "not": "not this:"}
_STEP = "    "


def condition_in_words(condition: Any, law: Catalogue, facts: Mapping[str, Fact]) -> str:
    """Return a condition, given as JSON, as indented lines.

    >>> from compliance.catalogue.loader import facts, load
    >>> print(condition_in_words({"not": {"fact": "tool_scores", "is": True}}, load("nyc-ll144"), facts()))
    not this:
        Does the tool give each person a score? Yes.
    """
    return "\n".join(_lines(condition, law, facts, ""))


def _lines(condition: Any, law: Catalogue, facts: Mapping[str, Fact], indent: str) -> Iterator[str]:
    if not condition:
        yield f"{indent}It is for everyone whom the law covers."
        return
    for word, told in _GROUPS.items():
        if word in condition:
            yield indent + told
            parts = condition[word] if isinstance(condition[word], list) else [condition[word]]
            for part in parts:
                yield from _lines(part, law, facts, indent + _STEP)
            return
    if "term" in condition:
        yield indent + law.terms[condition["term"]].words
    else:
        yield indent + _test(condition, facts.get(condition["fact"]))


def _test(test: Mapping[str, Any], fact: Fact | None) -> str:
    question = fact.question if fact else test["fact"]
    words = fact.values if fact else {}
    if "is" in test:
        value = {True: "Yes", False: "No"}.get(test["is"]) if isinstance(test["is"], bool) else None
        return f"{question} {value or words.get(test['is'], test['is'])}."
    if "one_of" in test:
        return f"{question} One of: {', '.join(words.get(one, one) for one in test['one_of'])}."
    if "includes" in test:
        return f"{question} Among them: {words.get(test['includes'], test['includes'])}."
    if "at_least" in test:
        return f"{question} {test['at_least']} or more."
    return f"{question} Before {test['before']}."
