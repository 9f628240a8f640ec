"""From the words in a file to the categories of the rule, each word by a stated source or not at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, get_args

from audits.bias.outcome_choices import outcome_of
from audits.bias.plan import Plan
from audits.bias.vocabulary import BUILT_IN, EXPECTED, NOT_SELECTED, SELECTED, Role, category_named, key, word

SCORE: Final = re.compile(r"[ \t\r\n\f]*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?[ \t\r\n\f]*")
COUNT: Final = re.compile(r"[ \t\r\n\f]*[0-9]{1,15}[ \t\r\n\f]*")
"""What Python, DuckDB (RE2), PostgreSQL and Spark (Java) understand alike, so that all of them let the same through."""

BUILT_IN_SOURCE: Final = "built-in list"
_MEANT: Final[Mapping[Role, str]] = {
    "sex": "Say what it means with a mapping (--map), for example sex: {%s: unknown}.",
    "race_ethnicity": "Say what it means with a mapping (--map), for example race_ethnicity: {%s: unknown}.",
    "outcome": "Name the favourable value (--favourable) or map every value (--map).",
    "truth": "Say what it means with a mapping (--map), for example truth: {%s: not selected}; unknown where nobody "
    "knows.",
    "decision": "Say what it means with a mapping (--map), for example decision: {%s: not selected}.",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why one value of one column cannot be read."""

    code: str
    expected: str
    phrase: str
    hint: str


@dataclass(slots=True)
class Values:
    """The readings of one column, kept so that the method can list every value that was met and its source."""

    role: Role
    declared: Mapping[str, str | None]
    source: str
    vocabulary: bool
    favourable: str | None = None
    readings: dict[str, str | None] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)

    def read(self, raw: str) -> str | Trouble | None:
        """Return the category of a raw value, `None` for unknown, or what is wrong with it."""
        if raw in self.readings:
            return self.readings[raw]
        found = self._look(raw)
        if isinstance(found, Trouble):
            return found
        self.readings[raw], self.sources[raw] = found
        return found[0]

    def _look(self, raw: str) -> tuple[str | None, str] | Trouble:
        if word(raw) in self.declared:
            return self.declared[word(raw)], self.source
        if trouble := formula(raw):
            return trouble
        if self.favourable is not None and raw.strip():
            return (SELECTED if word(raw) == word(self.favourable) else NOT_SELECTED), "favourable value"
        if self.vocabulary and key(raw) in BUILT_IN[self.role]:
            return BUILT_IN[self.role][key(raw)], BUILT_IN_SOURCE
        if not raw.strip():
            return Trouble("blank", EXPECTED[self.role], "is empty", self._hint("''"))
        return Trouble("unmapped-value", EXPECTED[self.role], "is not a known value", self._hint(raw.strip()))

    def _hint(self, raw: str) -> str:
        hint = _MEANT[self.role]
        return hint % raw if "%s" in hint else hint


def formula(raw: str) -> Trouble | None:
    """Return the trouble with a cell that a spreadsheet would execute; a signed number or a lone dash is none.

    >>> formula("=HYPERLINK(1)").code, formula("-0.5"), formula("-")
    ('formula-cell', None, None)
    """
    text = raw.lstrip()
    if not text.startswith(("=", "+", "-", "@")) or SCORE.fullmatch(text) or not text.strip("-+= "):
        return None
    return Trouble(
        "formula-cell",
        "a plain value",
        "begins like a spreadsheet formula",
        "Export the values instead of the formulas, or take the sign away.",
    )


def score_trouble(raw: str) -> Trouble | None:
    """Return what is wrong with a score: not a number, blank, infinite."""
    if SCORE.fullmatch(raw) and abs(float(raw)) != float("inf"):
        return None
    if not raw.strip():
        return Trouble("blank", "a number", "is empty", "Take out people who were not scored, or score them.")
    infinite = raw.strip().lstrip("+-").casefold() in {"inf", "infinity", "nan"}
    return (None if infinite else formula(raw)) or Trouble(
        "not-a-number",
        "a number, such as 3, -0.5 or 1e-3",
        "is not a finite number",
        "Write numbers with a point and without signs for thousands; take out people who were not scored.",
    )


def count_trouble(raw: str) -> Trouble | None:
    """Return what is wrong with a number of people."""
    if COUNT.fullmatch(raw):
        return None
    code = "blank" if not raw.strip() else "not-a-count"
    return Trouble(
        code,
        "a whole number, 0 or more",
        "is empty" if code == "blank" else "is not a whole number",
        "Write digits only, without a sign, a point or a separator.",
    )


def readings(plan: Plan) -> dict[Role, Values]:
    """Return how this plan reads the columns of sex, race/ethnicity, outcomes, true outcomes and decisions."""
    roles: tuple[Role, ...] = get_args(Role)
    outcome = outcome_of(plan)
    favourable: dict[Role, str | None] = {"outcome": plan.favourable}
    if outcome is not None:
        favourable |= {"truth": outcome.favourable, "decision": outcome.decision_favourable}
    return {
        role: Values(
            role,
            {
                word(raw): None if category is None else category_named(role, category)
                for raw, category in plan.mapping.get(role, {}).items()
            },
            plan.mapping_source,
            plan.vocabulary,
            favourable.get(role),
        )
        for role in roles
    }
