"""From whatever was written to a checked document: every problem at once, each with the place where it stands.

A reader of a file hands over plain values and a function from a path, such as `("rows", 3, "title")`, to a place. So a
sheet, a YAML file and a form are held to the same rules, with the same sentences.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from compliance.catalogue.conditions import Condition, Fact, FactTest, Part, leaves
from compliance.catalogue.document import (
    MOST_ROWS,
    MOST_SECTIONS,
    MOST_TIES,
    Document,
    DocumentRow,
    DocumentSection,
    DocumentTie,
    Head,
)
from compliance.catalogue.fitting import of_test
from compliance.catalogue.loader import facts, laws, load
from compliance.lib.problems import Problem, Refused, one_line

Path = tuple[str | int, ...]
Rows = Callable[[str], Collection[str] | None]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands: a sheet, a row or line, a column or field, as far as there is one."""

    sheet: str | None = None
    row: int | None = None
    column: str | None = None


Where = Callable[[Path], Spot]

_CONDITION: TypeAdapter[Condition] = TypeAdapter(Condition)
_FIELDS: dict[str, type[Part]] = {
    "framework": Head,
    "sections": DocumentSection,
    "rows": DocumentRow,
    "crosswalk": DocumentTie,
}
_SENTENCES = {
    "missing": "This is needed and not there.",
    "extra_forbidden": "There is no field of this name.",
    "string_type": "It must be text.",
    "string_too_short": "It is empty.",
    "string_too_long": "The text is too long.",
    "literal_error": "It is none of the words that may stand here.",
    "tuple_type": "It must be a list.",
    "mapping_type": "It must be a map of names to values.",
    "model_type": "It must be a map of fields.",
    "too_long": "There are too many of them.",
}
_PATTERNS = {
    "id": ("The id has a form that ids may not have.", "letters, digits, dots, hyphens and brackets"),
    "row_prefix": ("The prefix is not in capital letters with a hyphen at the end.", "HOUSE-"),
    "question": ("The question does not end with a question mark.", "…?"),
    "roles": ("It is no role.", "a role of the facts, such as provider"),
}
_HINTS = {
    "string_type": "In a sheet format the cell as text; in YAML write quotes around it.",
    "condition": "Write it as in {fact: tool_scores, is: true}, or with all, any and not around such tests.",
}


def checked(raw: Any, where: Where = lambda path: Spot(), *, rows_of: Rows | None = None) -> Document:
    """Return the document that `raw` holds; refused with all that is wrong with it.

    `rows_of` gives the row ids of a law or framework that a tie may name, in any version, or None where there is none.
    """
    problems: list[tuple[Path, Problem]] = []
    document = None
    if not isinstance(raw, dict):
        raise Refused(Problem("not-a-framework", "It must hold a framework, sections and rows."))
    _check_size(raw, where)
    try:
        document = Document.model_validate(raw)
    except ValidationError as error:
        problems += _from_schema(error, where)
    known = facts()
    problems += [(told[0], _at(where(told[0]), *told[1:])) for told in _between(raw, rows_of or shipped_rows, known)]
    if problems:
        problems.sort(key=lambda one: _place(one[0]))
        raise Refused.all(problem for _, problem in problems)
    assert document is not None  # noqa: S101 - without problems it was read
    return document


def _check_size(raw: Mapping[str, Any], where: Where) -> None:
    """Refuse far too much at once, before each of its parts is looked at."""
    most = {"sections": MOST_SECTIONS, "rows": MOST_ROWS, "crosswalk": MOST_TIES}
    long = [name for name in most if isinstance(raw.get(name), list) and len(raw[name]) > most[name]]
    if long:
        raise Refused.all(
            _at(where((name,)), "too-long", _SENTENCES["too_long"], str(len(raw[name])), f"at most {most[name]}", "")
            for name in long
        )


def check_whole(document: Document) -> None:
    """Refuse what cannot be published: a framework without rows."""
    if not document.rows:
        raise Refused(Problem("no-rows", "The framework has no rows yet.", "Add at least one question."))


def shipped_rows(law: str) -> Collection[str] | None:
    """Return the row ids of a law that ships, in any of its versions, or None where there is no such law."""
    versions = [ref for ref in laws() if ref.law == law]
    return {row.id for ref in versions for row in load(ref.law, ref.text_version).rows} if versions else None


def _from_schema(error: ValidationError, where: Where) -> Iterator[tuple[Path, Problem]]:
    seen: set[Path] = set()
    for one in error.errors(include_url=False):
        path: Path = one["loc"]
        if "condition" in path:
            continue  # told by _conditions, once and with the place of the whole
        kind, field = one["type"], next((str(step) for step in reversed(path) if isinstance(step, str)), "")
        if path in seen:
            continue
        seen.add(path)
        sentence = _SENTENCES.get(kind) or f"{one['msg'].removeprefix('Value error, ').rstrip('.')}."
        expected = None
        context = one.get("ctx", {})
        if kind == "string_pattern_mismatch" and field in _PATTERNS:
            sentence, expected = _PATTERNS[field]
        elif kind == "literal_error":
            expected = str(context["expected"]).replace("'", "")
        elif kind in ("string_too_long", "too_long"):
            expected = f"at most {context['max_length']}"
        elif kind == "extra_forbidden":
            model = _FIELDS.get(str(path[0])) if len(path) > 1 else None
            expected = ", ".join(model.model_fields) if model else ", ".join(_FIELDS)
        found = None if kind == "missing" else _shown(one["input"])
        yield path, _at(where(path), kind.replace("_", "-"), sentence, found, expected, _HINTS.get(kind, ""))


_Told = tuple[Path, str, str, str | None, str | None, str]


def _between(raw: Mapping[str, Any], rows_of: Rows, known: Mapping[str, Fact]) -> Iterator[_Told]:
    """Yield what is wrong between the parts, as far as they can be read."""
    head = raw.get("framework")
    prefix = head.get("row_prefix") if isinstance(head, dict) else None
    sections = yield from _ids(raw, "sections")
    rows = yield from _ids(raw, "rows")
    for at, row in _maps(raw, "rows"):
        id, section = row.get("id"), row.get("section")
        if isinstance(id, str) and isinstance(prefix, str) and not id.startswith(prefix):
            yield (("rows", at, "id"), "wrong-prefix", "The id does not start with the prefix.", id, f"{prefix}…", "")
        if isinstance(section, str) and section.strip() not in sections:
            hint = "Name a section by its id."
            yield (
                *(("rows", at, "section"), "no-such-section", "There is no such section."),
                *(section, ", ".join(sections), hint),
            )
        for place, role in enumerate(_listed(row.get("roles"))):
            if role not in known["roles"].values:
                expected = ", ".join(known["roles"].values)
                yield (("rows", at, "roles", place), "no-such-role", "There is no such role.", role, expected, "")
        yield from _condition(row, ("rows", at), known)
    asked: dict[str, Collection[str] | None] = {}
    for at, tie in _maps(raw, "crosswalk"):
        own, law, to = (tie.get(name) for name in ("row", "law", "to"))
        if isinstance(own, str) and own.strip() not in rows:
            yield (("crosswalk", at, "row"), "no-such-row", "There is no row with this id above.", own, None, "")
        if not isinstance(law, str) or not isinstance(to, str) or not law.strip() or not to.strip():
            continue
        if law not in asked:
            asked[law] = rows_of(law.strip())
        there = asked[law]
        if there is None:
            expected = ", ".join(sorted({ref.law for ref in laws()}))
            sentence = "There is no law or framework of this name."
            yield (("crosswalk", at, "law"), "no-such-law", sentence, law, expected, "")
        elif to.strip() not in there:
            sentence = f"The law or framework {law.strip()} has no such row."
            yield (("crosswalk", at, "to"), "no-such-row", sentence, to, None, "")


def _ids(raw: Mapping[str, Any], table: str) -> Generator[_Told, None, dict[str, int]]:
    seen: dict[str, int] = {}
    for at, one in _maps(raw, table):
        id = one.get("id")
        if isinstance(id, str):
            if id.strip() in seen:
                yield ((table, at, "id"), "double-id", "The id stands twice.", id, None, "")
            seen.setdefault(id.strip(), at)
    return seen


def _condition(row: Mapping[str, Any], at: Path, known: Mapping[str, Fact]) -> Iterator[_Told]:
    given, words, path = row.get("condition"), row.get("applies_when") or "", (*at, "condition")
    if bool(given) != bool(str(words).strip()):
        sentence = "A condition stands in words and as data, or in neither."
        field = "applies_when" if given else "condition"
        yield ((*at, field), "condition-without-words", sentence, None, None, "")
    if not given:
        return
    try:
        condition = _CONDITION.validate_python(given)
    except (ValidationError, RecursionError):
        sentence = "The condition cannot be read."
        yield (path, "wrong-condition", sentence, _shown(given), None, _HINTS["condition"])
        return
    for leaf in leaves(condition):
        if not isinstance(leaf, FactTest):
            hint = "A term belongs to one law; name the facts themselves."
            yield (path, "no-such-term", "There is no such term here.", leaf.term, None, hint)
        elif leaf.fact not in known:
            hint = "manage.py facts_schema prints every fact."
            yield (path, "no-such-fact", "There is no such fact.", leaf.fact, None, hint)
        else:
            for one in of_test(leaf, known[leaf.fact], ()):
                yield (path, one.code, one.sentence, one.found, one.expected, "")


def _place(path: Path) -> tuple[int, int]:
    """Put problems in the order of the tables and their rows, so that a file is mended from top to bottom."""
    tables = list(_FIELDS)
    table = tables.index(str(path[0])) if path and path[0] in tables else -1
    return table, next((step for step in path[1:2] if isinstance(step, int)), -1)


def _maps(raw: Mapping[str, Any], table: str) -> Iterator[tuple[int, dict[str, Any]]]:
    given = raw.get(table)
    for at, one in enumerate(given if isinstance(given, (list, tuple)) else ()):
        if isinstance(one, dict):
            yield at, one


def _listed(given: Any) -> list[str]:
    return [one for one in given if isinstance(one, str)] if isinstance(given, (list, tuple)) else []


def _at(spot: Spot, code: str, sentence: str, found: str | None, expected: str | None, hint: str) -> Problem:
    return Problem(code, sentence, hint, spot.row, spot.column, found, expected, spot.sheet)


def _shown(value: Any) -> str:
    if isinstance(value, (datetime.date, bool)) or not isinstance(value, str):
        value = str(value)
    text = one_line(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
