"""What differs between two versions of a law: rows added, removed, reworded and re-dated.

>>> from compliance.catalogue.loader import load
>>> law = load("nyc-ll144")
>>> list(changes(law, law))
[]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from compliance.catalogue.schema import Catalogue, Row

ChangeKind = Literal["added", "removed", "reworded", "re-dated", "re-scoped"]

_WORDS = (
    *("citation", "title", "question", "why", "kind", "timing", "clock", "performed", "met_through"),
    *("evidence", "penalty", "note", "section"),
)
_SCOPE = ("roles", "tier", "applies_when", "condition")


@dataclass(frozen=True, slots=True)
class Change:
    """How one row differs; a row that differs in several ways has one change for each.

    `fields` holds the old and the new value of each field that is not the same; a change of what a term or track of
    the law takes reaches each row that rests on it.
    """

    kind: ChangeKind
    id: str
    title: str
    citation: str
    why: str = ""
    fields: tuple[tuple[str, Any, Any], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the change as `manage.py catalogue_diff` prints it."""
        return {
            "kind": self.kind,
            "id": self.id,
            "title": self.title,
            "citation": self.citation,
            "why": self.why,
            "fields": [{"field": field, "before": before, "after": after} for field, before, after in self.fields],
        }


def changes(before: Catalogue, after: Catalogue) -> Iterator[Change]:
    """Yield every change from one version to another: of the rows of `after` in their order, then those removed."""
    old, reasons = {row.id: row for row in before.rows}, {one.id: one.why for one in after.removed}
    for row in after.rows:
        if row.id not in old:
            yield Change("added", row.id, row.title, row.citation_text, row.why)
        else:
            yield from _between(old[row.id], row, before, after)
    for row in before.rows:
        if row.id not in after:
            yield Change("removed", row.id, row.title, row.citation_text, reasons.get(row.id, ""))


def _between(old: Row, new: Row, before: Catalogue, after: Catalogue) -> Iterator[Change]:
    first, second = old.model_dump(mode="json"), new.model_dump(mode="json")
    kinds: tuple[tuple[ChangeKind, tuple[str, ...]], ...] = (
        ("reworded", _WORDS),
        ("re-dated", ("dates",)),
        ("re-scoped", _SCOPE),
    )
    for kind, names in kinds:
        fields = [(name, first[name], second[name]) for name in names if first[name] != second[name]]
        if kind == "re-scoped":
            fields += _terms(first["condition"], second["condition"], before, after)
        if fields:
            yield Change(kind, new.id, new.title, new.citation_text, fields=tuple(fields))


def _terms(old: Any, new: Any, before: Catalogue, after: Catalogue) -> list[tuple[str, Any, Any]]:
    """Return the terms that both conditions rest on and that do not take the same in both versions."""
    first, second = _reached(old, before), _reached(new, after)
    return [
        (f"term {name}", first[name], second[name]) for name in second if name in first and first[name] != second[name]
    ]


def _reached(condition: Any, law: Catalogue) -> dict[str, Any]:
    found: dict[str, Any] = {}
    waiting = [condition]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            name = part.get("term")
            if isinstance(name, str) and name not in found:
                found[name] = law.terms[name].condition.model_dump(mode="json")
                waiting.append(found[name])
            waiting += [inner for inner in part.values() if isinstance(inner, (list, dict))]
    return found
