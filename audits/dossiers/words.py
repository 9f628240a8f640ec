"""How the values of the manifest read in print: words for codes, dates a person reads, figures rounded once."""

from __future__ import annotations

from typing import Any

from audits.dossiers.manifest import moment

PROGRESS = {
    "to_do": "To do",
    "in_progress": "In progress",
    "submitted": "Submitted",
    "in_review": "In review",
    "done": "Done",
}
VERDICT = {
    "met": "Met",
    "partly_met": "Partly met",
    "not_met": "Not met",
    "not_applicable": "Not applicable",
    "undetermined": "Undetermined",
    "": "No verdict yet",
}
DECISION = {"accepted": "Accepted", "returned": "Returned", "refused": "Refused"}
STANDING = {
    "applies": "Applies",
    "later": "Will apply",
    "undetermined": "Undetermined",
    "no": "Does not apply",
}
_MONTHS = "January February March April May June July August September October November December".split()


def when(text: str) -> str:
    """Write a moment for a reader.

    >>> when("2026-11-21T10:00:00Z")
    '21 November 2026, 10:00:00 UTC'
    """
    at = moment(text)
    return f"{day(text[:10])}, {at:%H:%M:%S} UTC"


def day(text: str | None) -> str:
    """Write a day for a reader, or nothing.

    >>> day("2026-01-05"), day(None)
    ('5 January 2026', '')
    """
    if not text:
        return ""
    year, month, number = text.split("-")
    return f"{int(number)} {_MONTHS[int(month) - 1]} {year}"


def standing(state: str, since: str | None) -> str:
    """Write the state of a row or a class with the day from which it holds.

    >>> standing("later", "2027-12-02"), standing("no", None)
    ('Will apply from 2 December 2027', 'Does not apply')
    """
    if not since:
        return STANDING[state]
    return f"{STANDING[state]} {'from' if state == 'later' else 'since'} {day(since)}"


def plain(code: str) -> str:
    """Write a code as words.

    >>> plain("independent_auditor"), plain("")
    ('Independent auditor', '')
    """
    words = code.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def count(number: int | None) -> str:
    """Write a whole number, or a dash where there is none.

    >>> count(2571), count(None)
    ('2,571', '–')
    """
    return "–" if number is None else f"{number:,}"


def amount(number: int, one: str, many: str) -> str:
    """Write a number with its noun.

    >>> amount(1, "row", "rows"), amount(3, "row", "rows")
    ('1 row', '3 rows')
    """
    return f"{count(number)} {one if number == 1 else many}"


def size(number: int) -> str:
    """Write a number of bytes.

    >>> size(1), size(10400)
    ('1 byte', '10,400 bytes')
    """
    return amount(number, "byte", "bytes")


def flatten(value: Any) -> list[tuple[str, str]]:
    """Turn a nested JSON value into lines of (place, words), in its own order. Under `mapping`, null is the unknown.

    >>> flatten({"median": {"value": "3", "above": 84}, "list": ["a", ""], "tied": None})
    [('Median: value', '3'), ('Median: above', '84'), ('List', 'a; (blank)'), ('Tied', 'none')]
    >>> flatten({"mapping": {"sex": {"": None, "F": "Female"}}})
    [('Mapping: sex: (blank)', 'unknown'), ('Mapping: sex: F', 'Female')]
    """
    lines: list[tuple[str, str]] = []
    _flatten(value, (), lines)
    return lines


def _flatten(value: Any, path: tuple[str, ...], lines: list[tuple[str, str]]) -> None:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            _flatten(item, (*path, key), lines)
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for number, item in enumerate(value, 1):
            _flatten(item, (*path, str(number)), lines)
    else:
        first, *rest = path or ("",)
        # Raw values of the file keep their spelling; keys of ours read as words.
        place = [
            plain(first),
            *((part or "(blank)") if first == "mapping" else part.replace("_", " ") for part in rest),
        ]
        if first == "mapping" and rest:
            place[1] = rest[0].replace("_", " ")
        nothing = "unknown" if first == "mapping" else "none"
        lines.append((": ".join(place), _scalar(value, nothing)))


def _scalar(value: Any, nothing: str) -> str:
    if value is None or value == [] or value == {}:
        return nothing
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(str(item) if item != "" else "(blank)" for item in value)
    return str(value) if value != "" else "(blank)"
