"""Which column of a published table holds what: proposed from its header, confirmed or changed by a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from audits.bias.vocabulary import key
from audits.published.grid import Line
from audits.published.printed import absent, number

Role: TypeAlias = Literal[
    "category", "sex", "race_ethnicity", "people", "selected", "rate", "ratio", "table", "audit", "measure", "ignored"
]

ROLES: Final[dict[Role, str]] = {
    "category": "category (sex, race/ethnicity or both)",
    "sex": "sex",
    "race_ethnicity": "race/ethnicity",
    "people": "number of people",
    "selected": "number selected, or above the median",
    "rate": "selection or scoring rate",
    "ratio": "impact ratio",
    "table": "name of the table",
    "audit": "name of the audit",
    "measure": "kind of rate, or class",
    "ignored": "not read",
}

_SYNONYMS: Final[dict[Role, tuple[str, ...]]] = {
    "category": ("category", "categories", "group", "groups", "demographic", "demographic group",
                 "demographic category",
                 "eeo category", "eeo 1 category", "intersectional category", "sex and race/ethnicity", "subgroup",
                 "race/ethnicity and sex", "sex & race/ethnicity", "intersectional", "intersectional group", "class"),
    "sex": ("sex", "gender", "sex category", "sex categories", "sex/gender"),
    "race_ethnicity": ("race/ethnicity", "race", "ethnicity", "race ethnicity", "race & ethnicity", "race or ethnicity",
                       "race/ethnicity category", "race/ethnicity categories"),
    "people": ("applicants", "# of applicants", "number of applicants", "no. of applicants", "n", "count", "total",
               "candidates", "# of candidates", "number of candidates", "people", "number of people", "assessed",
               "# applicants", "# candidates", "total applicants", "total candidates", "sample size", "number", "pool",
               "individuals", "number of individuals", "n applicants", "applicant count", "applied", "considered"),
    "selected": ("selected", "# selected", "number selected", "# of selected", "# of selected applicants", "hired",
                 "number of selected applicants", "selected applicants", "passed", "number passed", "advanced",
                 "n selected",
                 "above median", "number above median", "# above median", "scored above median", "above the median",
                 "selected or above median", "selections", "moved forward", "# scoring above median", "number hired"),
    "rate": ("rate", "selection rate", "scoring rate", "pass rate", "selection rate (%)", "scoring rate (%)", "sr",
             "published rate", "hire rate", "advancement rate", "selection/scoring rate", "rate of selection",
             "selection rate %", "scoring rate %", "% selected", "percent selected"),
    "ratio": ("impact ratio", "ratio", "ir", "published impact ratio", "impact ratios", "adverse impact ratio", "air",
              "impact ratio (ir)", "disparate impact ratio"),
    "table": ("table", "table name", "analysis"),
    "audit": ("audit", "audit name", "job", "position", "job family", "requisition", "model"),
    "measure": ("rate kind", "measure", "kind of rate", "metric", "outcome class", "assigned class", "classification"),
    "ignored": ("report", "auditor", "year", "data type", "source link", "verdict", "selected count is", "notes"),
}  # fmt: skip
_KNOWN: Final[dict[str, Role]] = {key(name): role for role, names in _SYNONYMS.items() for name in names}
_LONGEST: Final = sorted(_KNOWN, key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines under one header; `header` is None where the first line already holds figures."""

    title: str
    header: Line | None
    lines: tuple[Line, ...]
    roles: tuple[Role, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What a person sees as the names of the columns."""
        cells = self.header.cells if self.header else ()
        return tuple(
            cells[place] if place < len(cells) and cells[place] else f"Column {place + 1}"
            for place in range(len(self.roles))
        )

    def cell(self, line: Line, role: Role) -> str:
        """Return the cell of the one column with a role, empty where there is none."""
        if role not in self.roles:
            return ""
        place = self.roles.index(role)
        return line.cells[place] if place < len(line.cells) else ""

    def sample(self, place: int, most: int = 3) -> list[str]:
        """Return the first cells of a column, for a person to recognise it."""
        cells = (line.cells[place] for line in self.lines if place < len(line.cells) and line.cells[place])
        return [cell for _, cell in zip(range(most), cells, strict=False)]


def role_of(header: str) -> Role | None:
    """Return what a header names, None where it is not known.

    >>> role_of("# of Applicants"), role_of("Selection Rate*"), role_of("Impact Ratio (IR)"), role_of("Colour")
    ('people', 'rate', 'ratio', None)
    """
    plain = key(re.sub(r"[*†‡§¹²³]+$", "", header.strip()))
    found = _KNOWN.get(plain) or _KNOWN.get(plain.lstrip("# ")) or _KNOWN.get(plain.rstrip(" %").rstrip())
    if found or not plain:
        return found
    for ending, role in (("impact ratio", "ratio"), ("selection rate", "rate"), ("scoring rate", "rate")):
        if plain.startswith(ending) or plain.endswith(ending):
            return role  # type: ignore[return-value]  # both are roles
    return None


def blocks(lines: tuple[Line, ...], chosen: Mapping[tuple[int, int], Role] | None = None) -> tuple[Block, ...]:
    """Return the tables of a source, with the roles that headers propose or `chosen` gives: (block, column), from 0."""
    groups: list[tuple[str, Line | None, list[Line]]] = []
    title = ""
    for line in lines:
        roles = _header_roles(line)
        if roles:
            groups.append((title, Line(line.number, roles), []))
            title = ""
        elif len(line.filled) == 1 and not _figure(line.filled[0]):
            title = line.filled[0]
            if groups:
                groups[-1][2].append(line)
        elif groups:
            groups[-1][2].append(line)
        else:
            groups.append((title, None if any(map(_figure, line.filled)) else line, []))
            if groups[-1][1] is None:
                groups[-1][2].append(line)
    found = []
    for place, (name, header, under) in enumerate(group for group in groups if group[2]):
        wide = max(len(line.cells) for line in (*under, *([header] if header else [])))
        roles = _roles(header, under, wide)
        picked = tuple((chosen or {}).get((place, column), roles[column]) for column in range(wide))
        found.append(Block(name, header, tuple(under), picked))
    return tuple(found)


def _figure(cell: str) -> bool:
    try:
        return number(cell) is not None or (absent(cell) and bool(cell))
    except ValueError:
        return bool(re.fullmatch(r"\d+,\d+\s*%?", cell))


def _header_roles(line: Line) -> tuple[str, ...]:
    """Return the cells of a header line, even one set apart by blanks alone; none where the line is no header."""
    if any(_figure(cell) for cell in line.filled):
        return ()
    cells = line.cells
    if len(cells) <= 2 and (taken := _taken_apart(" ".join(line.filled))):
        cells = taken
    known = {role for cell in cells if (role := role_of(cell))}
    return cells if len(known) >= 2 and known & {"people", "selected", "rate", "ratio"} else ()


def _taken_apart(text: str) -> tuple[str, ...]:
    """Take "Category Applicants Selected Selection Rate Impact Ratio" apart, the longest names first, from its end."""
    rest, found = key(text), list[str]()
    while rest:
        name = next((name for name in _LONGEST if rest == name or rest.endswith(" " + name)), None)
        if name is None:
            return ()
        found.insert(0, name)
        rest = rest[: len(rest) - len(name)].rstrip()
    return tuple(found)


def _roles(header: Line | None, under: list[Line], wide: int) -> tuple[Role, ...]:
    named: list[Role] = []
    for place in range(wide):
        cell = header.cells[place] if header and place < len(header.cells) else ""
        role = role_of(cell)
        named.append("ignored" if role is None or (role in named and role != "ignored") else role)
    has_label = {"category", "sex", "race_ethnicity"} & set(named)
    if named and not has_label and named[0] == "ignored" and any(line.cells[0] for line in under):
        named[0] = "category"  # the column of names has no header of its own, as in most published tables
    if {"sex", "race_ethnicity"} & set(named) and "category" in named and named.index("category") > 0:
        named[named.index("category")] = "measure" if "measure" not in named else "ignored"
    return tuple(named)
