"""When a row binds: a condition over named facts, as data.

A condition is a tree of `all`, `any` and `not` with a test of one fact at each leaf. The facts are named once for all
laws in `data/facts.yaml`; a test that names another fact is refused when the catalogue is loaded.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
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


Condition: TypeAlias = AllOf | AnyOf | Not | FactTest


class Fact(Part):
    """One thing that can be known about a system or its organisation, asked as a question.

    `yes_no` has three answers: yes, no, not known yet. A `choice` lists its `values`.
    """

    question: str
    why: str = ""
    type: Literal["yes_no", "choice", "choices", "number", "date"] = "yes_no"
    values: tuple[str, ...] = ()
    citation: tuple[str, ...] = ()


def facts_named(condition: Condition) -> Iterator[str]:
    """Yield the name of each fact that `condition` asks for, in order, repeats included."""
    match condition:
        case AllOf():
            for part in condition.all:
                yield from facts_named(part)
        case AnyOf():
            for part in condition.any:
                yield from facts_named(part)
        case Not():
            yield from facts_named(condition.not_)
        case FactTest():
            yield condition.fact


for _model in (AllOf, AnyOf, Not):
    _model.model_rebuild()
