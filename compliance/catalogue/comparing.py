"""Two versions of a law side by side, as a person reads them: what is shared by many rows is told once.

:func:`compliance.catalogue.diff.changes` tells row by row; when a law moves all its dates, that is hundreds of rows
with the same change. Here rows with the same change of date or penalty stand together, and a term of the law that
takes something else is told once, with the rows that rest on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from compliance.catalogue.diff import Change, changes
from compliance.catalogue.schema import Catalogue
from compliance.lib import canonical

Field = tuple[str, Any, Any]
_TERM = "term "


@dataclass(frozen=True, slots=True)
class Shared:
    """One change that is the same in several rows: the value before and after, and the rows as changes."""

    before: Any
    after: Any
    rows: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class TermChange:
    """A term of the law that does not take the same any more, in words and as a condition, and the rows on it."""

    name: str
    words: tuple[str, str]
    citation: tuple[str, ...]
    before: Any
    after: Any
    rows: tuple[Change, ...]


@dataclass(frozen=True)
class Comparison:
    """What differs between `before` and `after`."""

    before: Catalogue
    after: Catalogue
    changes: tuple[Change, ...]

    def of_kind(self, *kinds: str) -> tuple[Change, ...]:
        """Return the changes of one kind or of several, in the law's order."""
        return tuple(one for one in self.changes if one.kind in kinds)

    @cached_property
    def by_row(self) -> Mapping[str, tuple[Change, ...]]:
        """The changes of each row that both versions have and that differs."""
        found: dict[str, list[Change]] = {}
        for one in self.of_kind("reworded", "re-dated", "re-scoped"):
            found.setdefault(one.id, []).append(one)
        return {id: tuple(some) for id, some in found.items()}

    @cached_property
    def reworded(self) -> tuple[Change, ...]:
        """The rows whose own words, citation, evidence or kind differ; a changed penalty alone is told elsewhere."""
        return _only(self.of_kind("reworded"), lambda name: name != "penalty")

    @cached_property
    def penalties(self) -> tuple[Shared, ...]:
        """What a breach costs, where that differs."""
        return _shared(self.of_kind("reworded"), "penalty")

    @cached_property
    def dates(self) -> tuple[Shared, ...]:
        """From when rows bind, where that differs."""
        return _shared(self.of_kind("re-dated"), "dates")

    @cached_property
    def rescoped(self) -> tuple[Change, ...]:
        """The rows whose own condition, roles or tier differ."""
        return _only(self.of_kind("re-scoped"), lambda name: not name.startswith(_TERM))

    @cached_property
    def terms(self) -> tuple[TermChange, ...]:
        """The terms that take something else, the one that reaches most rows first."""
        found: dict[str, tuple[Any, Any, list[Change]]] = {}
        for change in self.of_kind("re-scoped"):
            for name, before, after in change.fields:
                if name.startswith(_TERM):
                    found.setdefault(name.removeprefix(_TERM), (before, after, []))[2].append(change)
        told = []
        for name, (before, after, rows) in found.items():
            old, new = self.before.terms[name], self.after.terms[name]
            told.append(TermChange(name, (old.words, new.words), new.citation, before, after, tuple(rows)))
        return tuple(sorted(told, key=lambda one: -len(one.rows)))


_kept: dict[tuple[str, str], Comparison] = {}


def compare(before: Catalogue, after: Catalogue) -> Comparison:
    """Return what differs; worked out once in a process for each pair of texts.

    >>> from compliance.catalogue.loader import load
    >>> found = compare(load("eu-ai-act", "2024-07-12"), load("eu-ai-act", "2026-07-27"))
    >>> [one.id for one in found.of_kind("removed")]
    ['EUAIA-10.5', 'EUAIA-A8.B.7', 'EUAIA-A8.B.9']
    """
    key = before.digest, after.digest
    if key not in _kept:
        if len(_kept) > 32:
            _kept.clear()
        _kept[key] = Comparison(before, after, tuple(changes(before, after)))
    return _kept[key]


def words_stay(changed: Iterable[Change]) -> bool:
    """Say whether what a row asks reads as before: only dates, penalties, or what decides whether it binds, differ."""
    return all(
        name in ("dates", "penalty") or name.startswith(_TERM)
        for change in changed
        for name, _old, _new in change.fields
    )


def _only(found: Iterable[Change], wanted: Any) -> tuple[Change, ...]:
    narrowed = []
    for one in found:
        fields = tuple(field for field in one.fields if wanted(field[0]))
        if fields:
            narrowed.append(Change(one.kind, one.id, one.title, one.citation, one.why, fields))
    return tuple(narrowed)


def _shared(found: Iterable[Change], name: str) -> tuple[Shared, ...]:
    groups: dict[str, tuple[Any, Any, list[Change]]] = {}
    for one in found:
        for field, before, after in one.fields:
            if field == name:
                key = canonical.dump([before, after]).decode()
                groups.setdefault(key, (before, after, []))[2].append(one)
    told = [Shared(before, after, tuple(rows)) for before, after, rows in groups.values()]
    return tuple(sorted(told, key=lambda one: -len(one.rows)))
