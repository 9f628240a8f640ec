"""The parts of a result that have pages of their own, so that its first page stays light; nothing is left out of both.

The page of a result has its tables, what they rest on, and of everything else what a reader needs to choose where to go
on. A part is named in its address: `pictures-intersectional`, `tests-sex`, `outcomes-sex`, `outcomes-strata`, `runs`,
`class-1`, `class-1-outcomes-sex`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _

from audits.bias import beyond_shown, strata_shown, tested
from audits.bias.compared import TABLE_NAMES
from audits.metrics import display, plots
from audits.metrics.categories import TABLES
from audits.metrics.result import class_results_of

APART: Final = "intersectional"
"""The table whose pictures are many and therefore on a page of their own."""
MOST_CLASSES: Final = 4
"""So many classes have their tables on the page of the result; more have them on their own pages only."""


class Part(NamedTuple):
    """A part by its name in the address and its title; `of` is the number of the class that it is about, 0 for none."""

    name: str
    title: str
    kind: str
    table: str = ""
    of: int = 0


def parts(result: Mapping[str, Any]) -> list[Part]:
    """Return every part of a result in the order of its page; the runs of the system are known elsewhere."""
    return [*_parts(result), *_of_classes(result)]


def _parts(result: Mapping[str, Any]) -> Iterator[Part]:
    if not result["method"]["classes_only"]:
        yield Part(f"pictures-{APART}", _("Pictures: {table}").format(table=TABLE_NAMES[APART]), "pictures", APART)
    if "outcomes" in result:
        yield from _outcomes(0, "")
        if "over_strata" in result["outcomes"]:
            yield Part("outcomes-strata", _("True outcomes over the strata"), "strata")
    for table in TABLES if result["tests"] else ():
        title = _("Intervals, tests and bounds: {table}").format(table=TABLE_NAMES[table])
        yield Part(f"tests-{table}", title, "tests", table)


def _of_classes(result: Mapping[str, Any]) -> Iterator[Part]:
    for number, one in enumerate(result["classes"], start=1):
        yield Part(f"class-{number}", _("Class {name}").format(name=one["class"]), "class", of=number)
        if "outcomes" in one:
            yield from _outcomes(number, one["class"])


def _outcomes(number: int, name: str) -> Iterator[Part]:
    prefix = f"class-{number}-" if number else ""
    for table in TABLES:
        title = _("Group metrics: {table}").format(table=TABLE_NAMES[table])
        if number:
            title = _("Group metrics: {table}, class {name}").format(table=TABLE_NAMES[table], name=name)
        yield Part(f"{prefix}outcomes-{table}", title, "outcomes", table, number)


def shown(result: Mapping[str, Any], part: Part) -> dict[str, Any]:
    """Return what the page of one part shows."""
    name, of = class_results_of(result)[part.of - 1] if part.of else ("", result)
    prefix = f"class-{part.of}-" if part.of else ""
    if part.kind == "pictures":
        [one] = [one for one in display.shown(of) if one.name == part.table]
        return {"table": one, "drawn": plots.pictures_of(of)[one.name]}
    if part.kind == "outcomes":
        found = beyond_shown.outcomes(of, prefix) or {}
        [one] = [one for one in found["tables"] if one["name"] == part.table]
        return {"outcomes": found, "table": one}
    if part.kind == "strata":
        return {"strata": strata_shown.shown(result)}
    if part.kind == "tests":
        found = tested.in_tables(of["tests"]) or {}
        [one] = [one for one in found["tables"] if one["name"] == part.table]
        return {"tested": found, "table": one}
    return {"one": class_shown(part.of, name, of), "prefix": prefix}


def class_shown(number: int, name: str, one: Mapping[str, Any], *, drawn: bool = True) -> dict[str, Any]:
    """Return one class: its tables, with pictures or without, its notes, and what is known of true outcomes."""
    prefix = f"class-{number}-"
    pictures = plots.pictures_of(one, prefix=prefix) if drawn else {}
    tables = [{"table": table, "pictures": pictures.get(table.name)} for table in display.shown(one)]
    outcomes = beyond_shown.outcomes(one, prefix, drawn=False)
    return {
        "name": name,
        "number": number,
        "prefix": prefix,
        "tables": tables,
        "notes": one["notes"],
        "outcomes": outcomes,
    }
