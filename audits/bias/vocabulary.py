"""The spellings of categories and outcomes that are understood without asking, and nothing beyond them.

A spelling stands here only if it can mean one thing. "Other" is no EEO-1 category, "NA" may be missing or Native
American, "Mixed" may be many things: such a value stops a run until a person says what it means.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from audits.metrics.categories import SEXES

Role: TypeAlias = Literal["sex", "race_ethnicity", "outcome", "truth", "decision"]

SELECTED: Final = "selected"
NOT_SELECTED: Final = "not selected"

_SEPARATORS: Final = re.compile(r"[-‐‑‒–—/_,\s]+")
_BRACKETS: Final = re.compile(r"\s*\(([^()]*)\)")


def word(text: str) -> str:
    """Return what is compared with a person's own mapping: outer blanks and case do not count, everything else does.

    >>> word("  Grade  C- "), word("-1")
    ('grade c-', '-1')
    """
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


def key(text: str) -> str:
    """Return what is compared with the built-in list: separators within a text count as blanks, and "&" is "and".

    A sign before or after a text remains a difference, so that "-1" is not 1 and "M-" is not M.

    >>> key(" African-American "), key("White (Not Hispanic or Latino)")
    ('african american', 'white not hispanic or latino')
    >>> key("-1") == key("1")
    False
    """
    return _SEPARATORS.sub(" ", _BRACKETS.sub(r" \1", word(text).replace("&", " and ")))


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_name("data").joinpath(name).read_text("utf-8"))
    return found


LIST: Final = _read("eeo1_component1_2024.json")
"""The list as data: `id`, `version`, `legal_basis`, `source`, the days it holds for, categories and their spellings."""


def _sexes() -> dict[str, str | None]:
    found: dict[str, str | None] = {key(spelling): None for spelling in (*LIST["unknown"], *LIST["sex_unknown"])}
    return found | {key(spelling): one["category"] for one in LIST["sex"] for spelling in one["spellings"]}


def _races() -> dict[str, str | None]:
    found: dict[str, str | None] = {key(spelling): None for spelling in LIST["unknown"]}
    for one in LIST["race_ethnicity"]:
        spellings = _not_hispanic(*one["spellings"]) if one["not_hispanic"] else one["spellings"]
        found |= {key(spelling): one["category"] for spelling in spellings}
    return found


def _not_hispanic(*names: str) -> list[str]:
    after = ("", " not Hispanic or Latino", " not Hispanic", " non-Hispanic", " non-Hispanic or Latino")
    return [name + ending for name in names for ending in after] + [f"non-Hispanic {name}" for name in names]


_SEX: Final = _sexes()
_RACE: Final = _races()
_OUTCOME: Final[dict[str, str | None]] = {
    spelling: outcome for outcome, spellings in LIST["outcome"].items() for spelling in spellings
}

BUILT_IN: Final[Mapping[Role, Mapping[str, str | None]]] = {
    "sex": _SEX,
    "race_ethnicity": _RACE,
    "outcome": _OUTCOME,
    "truth": _OUTCOME,
    "decision": _OUTCOME,
}

EXPECTED: Final[Mapping[Role, str]] = {
    "sex": "Male, Female or unknown",
    "race_ethnicity": "an EEO-1 race/ethnicity category or unknown",
    "outcome": "1 or 0, yes or no, y or n, true or false, selected or not selected",
    "truth": "1 or 0, yes or no, y or n, true or false, selected or not selected, or unknown by a mapping",
    "decision": "1 or 0, yes or no, y or n, true or false, selected or not selected",
}

_NAMED: Final[Mapping[Role, Mapping[str, str | None]]] = {
    "sex": {key(name): name for name in SEXES} | {"unknown": None},
    "race_ethnicity": {spelling: name for spelling, name in _RACE.items() if name} | {"unknown": None},
    "outcome": {SELECTED: SELECTED, NOT_SELECTED: NOT_SELECTED},
    "truth": {SELECTED: SELECTED, NOT_SELECTED: NOT_SELECTED, "unknown": None},
    "decision": {SELECTED: SELECTED, NOT_SELECTED: NOT_SELECTED},
}


def category_named(role: Role, name: str) -> str | None:
    """Return the category that a person named in a mapping; `None` is unknown. A name that is none is a KeyError.

    >>> category_named("race_ethnicity", "Black"), category_named("sex", "unknown")
    ('Black or African American (Not Hispanic or Latino)', None)
    """
    return _NAMED[role][key(name)]
