"""The columns that a plan names, found in the header of a source: each exactly once, or a sentence that helps."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Final

from compliance.lib.problems import Problem, Refused

_NUMBERED: Final = re.compile(r"#[0-9]{1,6}", re.ASCII)


def place_of(header: Sequence[str], column: str) -> int:
    """Return the index of a column by its header, or by `#` and its number; `Refused` if not exactly one has it."""
    places = [place for place, name in enumerate(header) if name == column.strip()]
    if _NUMBERED.fullmatch(column) and 0 < int(column[1:]) <= len(header):
        place = int(column[1:]) - 1
        if places in ([], [place]):
            return place
        sentence = f"{column!r} is the number of one column and the header of another."
        raise Refused(Problem("doubled-column", sentence, "Rename the one with this header.", 1, column))
    if len(places) == 1:
        return places[0]
    found = ", ".join(name for name in header if name)
    if places:
        numbers = " and ".join(f"#{place + 1}" for place in places)
        sentence = f"The column {column!r} stands {len(places)} times in the header."
        raise Refused(
            Problem("doubled-column", sentence, f"Rename one, or name it by its number: {numbers}.", 1, column)
        )
    near = difflib.get_close_matches(column, header, n=1) or [
        name for name in header if name.casefold() == column.strip().casefold()
    ]
    hint = f"Did you mean {near[0]!r}?" if near else f"The header has {_names(header)}."
    sentence = f"The column {column!r} is not in the file."
    raise Refused(Problem("missing-column", sentence, hint, 1, column, found, column))


def _names(header: Sequence[str]) -> str:
    """Return the names in the header for a sentence: the first dozen, none of them at length."""
    names = [repr(name if len(name) <= 40 else f"{name[:39]}…") for name in header if name]
    more = f" and {len(names) - 12:,} more" if len(names) > 12 else ""
    return f"{', '.join(names[:12])}{more}" if names else "no names"


def places_of(header: Sequence[str], columns: Sequence[str]) -> list[int]:
    """Return the index of each column, all problems at once; one column under two names is a problem too."""
    problems: list[Problem] = []
    places: list[int] = []
    for column in columns:
        try:
            places.append(place_of(header, column))
        except Refused as refused:
            problems += refused.problems
    if not problems and len(set(places)) < len(places):
        problems.append(Problem("doubled-column", "One column cannot serve two purposes."))
    if problems:
        raise Refused.all(problems)
    return places
