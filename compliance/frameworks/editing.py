"""Changes to a document's plain value: each does one thing, and the whole is checked afterwards.

Where two people work on one draft, each part is compared with how its editor saw it: so changes of different rows go
together, and nobody overwrites a row unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from compliance.catalogue.document import Document
from compliance.lib.canonical import digest
from compliance.lib.problems import Problem, Refused

Value = dict[str, Any]
Change = Callable[[Value], None]


def state(document: Document, kind: str, id: str = "") -> str:
    """Return the digest of one part as it is now: the `head`, a `section` or a `row` with the ties that it states."""
    return _state(document.as_json(), kind, id)


def head(given: Mapping[str, Any], seen: str) -> Change:
    """Change what the framework is called."""

    def change(value: Value) -> None:
        _check_seen(value, "head", "", seen)
        value["framework"] = {**value["framework"], **given}

    return change


def add(table: str, given: Mapping[str, Any], ties: list[Value] | None = None) -> Change:
    """Add a section or a row, a row after the last one of its section."""

    def change(value: Value) -> None:
        if any(one["id"] == given["id"] for one in value[table]):
            raise Refused(Problem("double-id", _("There is one with this id already."), column="id", found=given["id"]))
        value[table].append(dict(given))
        value["crosswalk"] += ties or []

    return change


def replace(table: str, id: str, given: Mapping[str, Any], seen: str, ties: list[Value] | None = None) -> Change:
    """Change a section or a row; whatever names it by its id follows. What stands beside the fields stays."""

    def change(value: Value) -> None:
        _check_seen(value, table, id, seen)
        at, new = _place(value, table, id), given["id"]
        if new != id and any(one["id"] == new for one in value[table]):
            raise Refused(Problem("double-id", _("There is one with this id already."), column="id", found=new))
        old = value[table][at]
        value[table][at] = {**({"more": old["more"]} if "more" in old else {}), **given}
        if table == "sections":
            for row in value["rows"]:
                row["section"] = new if row["section"] == id else row["section"]
        else:
            kept = [one for one in value["crosswalk"] if one["row"] != id]
            value["crosswalk"] = kept + [{**one, "row": new} for one in ties or []]

    return change


def remove(table: str, id: str, seen: str) -> Change:
    """Take away a row with its ties, or a section that holds no rows."""

    def change(value: Value) -> None:
        _check_seen(value, table, id, seen)
        if table == "sections" and any(row["section"] == id for row in value["rows"]):
            sentence = _("The section holds rows.")
            raise Refused(Problem("section-not-empty", sentence, _("Move or remove its rows first.")))
        del value[table][_place(value, table, id)]
        value["crosswalk"] = [one for one in value["crosswalk"] if table != "rows" or one["row"] != id]

    return change


def move(table: str, id: str, by: int) -> Change:
    """Move a section, or a row among those of its section, one place up (-1) or down (1); at the end it stays."""

    def change(value: Value) -> None:
        at = _place(value, table, id)
        among = [
            place
            for place, one in enumerate(value[table])
            if table == "sections" or one["section"] == value[table][at]["section"]
        ]
        to = among.index(at) + by
        if 0 <= to < len(among):
            other = among[to]
            value[table][at], value[table][other] = value[table][other], value[table][at]

    return change


def _place(value: Value, table: str, id: str) -> int:
    found = next((place for place, one in enumerate(value[table]) if one["id"] == id), None)
    if found is None:
        sentence = _("Somebody else removed or renamed {id} meanwhile.").format(id=id)
        raise Refused(Problem("changed-meanwhile", sentence, found=id))
    return found


def _check_seen(value: Value, kind: str, id: str, seen: str) -> None:
    if kind != "head":
        _place(value, kind, id)
    if _state(value, kind, id) != seen:
        what = id or _("this")
        sentence = _("Somebody else changed {what} while you were writing.").format(what=what)
        hint = _("Your text is still in the form. Compare it with what is there now, then save again.")
        raise Refused(Problem("changed-meanwhile", sentence, hint))


def _state(value: Value, kind: str, id: str) -> str:
    if kind == "head":
        return digest(value["framework"])
    part = next((one for one in value[kind] if one["id"] == id), None)
    return digest({"part": part, "ties": [one for one in value["crosswalk"] if kind == "rows" and one["row"] == id]})
