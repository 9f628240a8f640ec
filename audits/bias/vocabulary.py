"""The spellings of categories and outcomes that are understood without asking, and nothing beyond them.

A spelling stands here only if it can mean one thing. "Other" is no EEO-1 category, "NA" may be missing or Native
American, "Mixed" may be many things: such a value stops a run until a person says what it means.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

from audits.metrics.categories import RACES, SEXES

Role: TypeAlias = Literal["sex", "race_ethnicity", "outcome", "truth"]

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


def _spellings(named: Mapping[str | None, Iterable[str]]) -> dict[str, str | None]:
    return {key(spelling): category for category, spellings in named.items() for spelling in spellings}


_UNKNOWN: Final = (
    "",
    "unknown",
    "not known",
    "n/a",
    "not available",
    "not specified",
    "not stated",
    "not provided",
    "not disclosed",
    "undisclosed",
    "unspecified",
    "missing",
    "prefer not to say",
    "prefer not to answer",
    "prefer not to disclose",
    "prefer not to state",
    "choose not to disclose",
    "choose not to answer",
    "do not wish to answer",
    "i do not wish to answer",
    "i don't wish to answer",
    "decline to answer",
    "declined to answer",
    "decline to state",
    "declined to state",
    "decline to self-identify",
    "declined to self-identify",
    "i do not wish to self-identify",
)

_SEX: Final = _spellings(
    {
        "Male": ("Male", "M", "man", "men"),
        "Female": ("Female", "F", "woman", "women"),
        # EEO-1 counts men and women only, so these people are assessed but of no category.
        None: (*_UNKNOWN, "non-binary", "nonbinary", "not binary"),
    }
)


def _not_hispanic(*names: str) -> list[str]:
    after = ("", " not Hispanic or Latino", " not Hispanic", " non-Hispanic", " non-Hispanic or Latino")
    return [name + ending for name in names for ending in after] + [f"non-Hispanic {name}" for name in names]


_RACE: Final = _spellings(
    {
        RACES[0]: (
            *("Hispanic or Latino", "Hispanic", "Latino", "Latina", "Latinx", "Latino/a", "Latina/o"),
            *("Hispanic/Latino", "Hispanic or Latinx", "Hispanic/Latinx", "Hispanic or Latina", "Latino or Hispanic"),
            *("Hispanic or Latino of any race", "Hispanic or Latino/a"),
        ),
        RACES[1]: _not_hispanic("White", "Caucasian", "White or Caucasian", "White/Caucasian"),
        RACES[2]: _not_hispanic("Black or African American", "Black", "African American", "Black/African American"),
        RACES[3]: _not_hispanic(
            *("Native Hawaiian or Pacific Islander", "Native Hawaiian or Other Pacific Islander"),
            *("Native Hawaiian", "Pacific Islander", "Native Hawaiian/Pacific Islander"),
            *("Native Hawaiian/Other Pacific Islander", "Native Hawaiian and Other Pacific Islander"),
        ),
        RACES[4]: _not_hispanic("Asian"),
        RACES[5]: _not_hispanic(
            *("Native American or Alaska Native", "American Indian or Alaska Native", "Native American"),
            *("American Indian", "Alaska Native", "American Indian/Alaska Native", "American Indian and Alaska Native"),
            *(
                "American Indian or Alaskan Native",
                "Native American/Alaska Native",
                "Native American or Alaskan Native",
            ),
        ),
        RACES[6]: _not_hispanic("Two or More Races", "Two or More", "2 or More Races", "2 or More", "Multiracial"),
        None: _UNKNOWN,
    }
)

_OUTCOME: Final[dict[str, str | None]] = {
    **dict.fromkeys(("1", "yes", "y", "true", "selected"), SELECTED),
    **dict.fromkeys(("0", "no", "n", "false", "not selected"), NOT_SELECTED),
}

BUILT_IN: Final[Mapping[Role, Mapping[str, str | None]]] = {
    "sex": _SEX,
    "race_ethnicity": _RACE,
    "outcome": _OUTCOME,
    "truth": _OUTCOME,
}

EXPECTED: Final[Mapping[Role, str]] = {
    "sex": "Male, Female or unknown",
    "race_ethnicity": "an EEO-1 race/ethnicity category or unknown",
    "outcome": "1 or 0, yes or no, y or n, true or false, selected or not selected",
    "truth": "1 or 0, yes or no, y or n, true or false, selected or not selected",
}

_NAMED: Final[Mapping[Role, Mapping[str, str | None]]] = {
    "sex": {key(name): name for name in SEXES} | {"unknown": None},
    "race_ethnicity": {spelling: name for spelling, name in _RACE.items() if name} | {"unknown": None},
    "outcome": {SELECTED: SELECTED, NOT_SELECTED: NOT_SELECTED},
    "truth": {SELECTED: SELECTED, NOT_SELECTED: NOT_SELECTED},
}


def category_named(role: Role, name: str) -> str | None:
    """Return the category that a person named in a mapping; `None` is unknown. A name that is none is a KeyError.

    >>> category_named("race_ethnicity", "Black"), category_named("sex", "unknown")
    ('Black or African American (Not Hispanic or Latino)', None)
    """
    return _NAMED[role][key(name)]
