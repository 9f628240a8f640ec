"""When a row binds: a condition over named facts, as data.

A condition is a tree of `all`, `any` and `not` with a test of one fact at each leaf. The facts are named once for all
laws in `data/facts.yaml`; a test that names another fact is refused when the catalogue is loaded.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)


class Part(BaseModel):
    """What every part of a catalogue file shares: it cannot be changed once read, and an unknown field is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class FactTest(Part):
    """One fact held against one expectation; exactly one of the five expectations is given.

    >>> FactTest.model_validate({"fact": "tool_scores", "is": True}).model_dump()
    {'fact': 'tool_scores', 'is': True}
    """

    fact: str
    is_: bool | str | None = Field(default=None, alias="is")
    one_of: tuple[str, ...] | None = None
    includes: str | None = None
    at_least: int | None = None
    before: datetime.date | None = None

    @model_serializer(mode="wrap")
    def _without_the_rest(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in plain(self).items() if value is not None}

    @model_validator(mode="after")
    def _one_expectation(self) -> FactTest:
        given = [self.is_, self.one_of, self.includes, self.at_least, self.before]
        if sum(one is not None for one in given) != 1:
            raise ValueError("A test of a fact needs exactly one of is, one_of, includes, at_least and before.")
        return self


class AllOf(Part):
    """Holds when every part holds."""

    all: tuple[Condition, ...] = Field(min_length=1)


class AnyOf(Part):
    """Holds when at least one part holds."""

    any: tuple[Condition, ...] = Field(min_length=1)


class Not(Part):
    """Holds when its part does not."""

    not_: Condition = Field(alias="not")


class TermTest(Part):
    """Holds when a term of the law does, such as `high_risk`; the law's file says once what the term takes.

    >>> TermTest.model_validate({"term": "high_risk"}).model_dump()
    {'term': 'high_risk'}
    """

    term: str


Condition: TypeAlias = AllOf | AnyOf | Not | FactTest | TermTest


class Term(Part):
    """What a word of the law takes, in words and as a condition over facts and other terms."""

    words: str = Field(min_length=1)
    citation: tuple[str, ...] = ()
    condition: Condition


class Examples(Part):
    """A case on each side of the line that a fact draws."""

    yes: tuple[str, ...] = Field(min_length=1)
    no: tuple[str, ...] = Field(min_length=1)


class Fact(Part):
    """One thing that can be known about a system or its organisation, asked as a question.

    `yes_no` has three answers: yes, no, not known yet. A `choice` (one) and `choices` (several) list their `values`,
    each with its words. `group` is the page of the guided classification that asks it; facts of one group follow each
    other in the file. `asked_by` names what decides by the fact where no condition does: the roles of a row, say.

    >>> Fact(question="How many bells are there?", type="choice", values=("one", "more")).values
    {'one': 'one', 'more': 'more'}
    """

    question: str
    why: str = ""
    help: str = ""
    examples: Examples | None = None
    group: str = ""
    type: Literal["yes_no", "choice", "choices", "number", "date"] = "yes_no"
    values: Mapping[str, str] = {}
    citation: tuple[str, ...] = ()
    asked_by: str = ""

    @field_validator("values", mode="before")
    @classmethod
    def _each_in_words(cls, values: Any) -> Any:
        return {one: str(one) for one in values} if isinstance(values, (list, tuple)) else values

    @model_validator(mode="after")
    def _values_where_chosen(self) -> Fact:
        if bool(self.values) != (self.type in ("choice", "choices")):
            raise ValueError("A choice lists its values, and no other type of fact has any.")
        return self


def facts_named(condition: Condition, terms: Mapping[str, Term] | None = None) -> Iterator[str]:
    """Yield the name of each fact that `condition` asks for, in order, repeats included.

    With `terms`, the facts that its terms ask for are named too.
    """
    for leaf in leaves(condition):
        if isinstance(leaf, FactTest):
            yield leaf.fact
        elif terms and leaf.term in terms:
            yield from facts_named(terms[leaf.term].condition, terms)


def terms_named(condition: Condition) -> Iterator[str]:
    """Yield the name of each term that stands in `condition` itself, in order, repeats included."""
    return (leaf.term for leaf in leaves(condition) if isinstance(leaf, TermTest))


def leaves(condition: Condition) -> Iterator[FactTest | TermTest]:
    """Yield the tests at the ends of the tree, in order."""
    match condition:
        case AllOf():
            for part in condition.all:
                yield from leaves(part)
        case AnyOf():
            for part in condition.any:
                yield from leaves(part)
        case Not():
            yield from leaves(condition.not_)
        case _:
            yield condition


for _model in (AllOf, AnyOf, Not, Term):
    _model.model_rebuild()
