"""The statement of applicability: every row with whether it binds, since when, and on what ground; none is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from compliance.catalogue.schema import Catalogue, Row
from compliance.checklists.lines import Line
from compliance.checklists.models import Binding, ChecklistItem, Verdict


@dataclass(frozen=True, slots=True)
class Stated:
    """A row of the statement: the one sentence that says most, and its citation; `chain` holds all the reasons."""

    row: Row
    item: ChecklistItem
    ground: str
    citation: str
    chain: tuple[dict[str, Any], ...]

    @property
    def against(self) -> bool:
        """Whether a person found the row not applicable although it binds or is undetermined."""
        return self.item.verdict == Verdict.NOT_APPLICABLE and self.item.binding != Binding.NO


@dataclass(frozen=True, slots=True)
class Ground:
    """Why rows do not apply, and the rows that it keeps away."""

    sentence: str
    citation: str
    override: dict[str, Any] | None
    rows: tuple[Stated, ...]


def stated(row: Row, item: ChecklistItem) -> Stated:
    """Return a row of the statement; without a determination its ground is empty."""
    first, *chain = item.grounds or [{}]
    return Stated(row, item, first.get("sentence", ""), "; ".join(first.get("citation", ())), tuple(chain))


def statement(law: Catalogue, items: Iterable[ChecklistItem]) -> dict[str, list[Stated]]:
    """Return every row by its binding, in the law's order: `applies`, `later`, `undetermined`, `no`, or empty."""
    by_id = {item.row_id: item for item in items}
    found: dict[str, list[Stated]] = {name: [] for name in (*Binding.values, "")}
    for row in law.rows:
        found[by_id[row.id].binding].append(stated(row, by_id[row.id]))
    return found


def by_ground(rows: Iterable[Stated]) -> list[Ground]:
    """Gather rows that do not apply for the same reason, the reason that keeps most away first."""
    groups: dict[tuple[str, str], list[Stated]] = {}
    for one in rows:
        groups.setdefault((one.ground, one.citation), []).append(one)
    told = [
        Ground(sentence, citation, _override(some[0]), tuple(some)) for (sentence, citation), some in groups.items()
    ]
    return sorted(told, key=lambda one: -len(one.rows))


def lines_by_ground(lines: Iterable[Line]) -> list[tuple[Ground, list[Line]]]:
    """Return the same for the rows of a checklist's page."""
    lines = list(lines)
    by_id = {line.row.id: line for line in lines}
    return [(one, [by_id[row.row.id] for row in one.rows]) for one in by_ground(stated(x.row, x.item) for x in lines)]


def _override(one: Stated) -> dict[str, Any] | None:
    first: dict[str, Any] = one.item.grounds[0] if one.item.grounds else {}
    return first if first.get("kind") == "override" else None
