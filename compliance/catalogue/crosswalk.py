"""Which rows of two laws or frameworks are about the same thing, seen from either side.

A tie is stated once, by the side that names the other; read backwards, its relation turns round. Relations are those of
NIST IR 8477 (set theory), and `related` where the source says no more than that two rows belong together.

>>> [(one.law, one.row, one.relation) for one in mapped("iso-iec-42001", "ISO42001-A.10.2") if one.law == "nist-ai-rmf"]
[('nist-ai-rmf', 'RMF-GOVERN-6.1', 'related')]
>>> mapped("nist-ai-rmf", "RMF-GOVERN-6.1")[-1].source
'a public crosswalk by Microsoft to the final draft of ISO/IEC 42001, listed by NIST without endorsement'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from compliance.catalogue.frameworks import frameworks
from compliance.catalogue.loader import DATA, laws, load
from compliance.catalogue.reading import parse
from compliance.catalogue.schema import Catalogue

Relation = Literal["equal", "subset_of", "superset_of", "intersects_with", "related"]
RELATIONS: tuple[Relation, ...] = ("equal", "subset_of", "superset_of", "intersects_with", "related")
_TURNED: dict[Relation, Relation] = {"subset_of": "superset_of", "superset_of": "subset_of"}


@dataclass(frozen=True, slots=True)
class Tie:
    """One row of one law corresponds to one row of another; `source` says who says so."""

    law: str
    row: str
    other_law: str
    other_row: str
    relation: Relation
    source: str
    note: str = ""

    @property
    def turned(self) -> Tie:
        """The same tie, read from the other side."""
        return Tie(
            self.other_law,
            self.other_row,
            self.law,
            self.row,
            _TURNED.get(self.relation, self.relation),
            self.source,
            self.note,
        )


@dataclass(frozen=True, slots=True)
class Mapped:
    """A row that corresponds to the one asked about: directly, or `via` a row of a third law."""

    law: str
    row: str
    relation: Relation
    source: str
    note: str = ""
    via: tuple[str, str] | None = None


class Crosswalk:
    """Ties, found from either side.

    >>> tie = Tie("bells", "BELL-1", "towers", "TOWER-9", "subset_of", "the guild")
    >>> Crosswalk([tie]).mapped("towers", "TOWER-9")
    (Mapped(law='bells', row='BELL-1', relation='superset_of', source='the guild', note='', via=None),)
    """

    def __init__(self, ties: Iterable[Tie]):
        self._found: dict[tuple[str, str], dict[tuple[str, str, str, str], Mapped]] = {}
        for stated in ties:
            for one in (stated, stated.turned):
                mapped = Mapped(one.other_law, one.other_row, one.relation, one.source, one.note)
                key = (mapped.law, mapped.row, mapped.relation, mapped.source)
                self._found.setdefault((one.law, one.row), {}).setdefault(key, mapped)

    def mapped(self, law: str, row: str, *, through: bool = False) -> tuple[Mapped, ...]:
        """Return the rows tied to one, by law; with `through` also those tied to these, which nobody stated.

        What is reached over a third row is only `related`, whatever the two relations are, and never a row of the same
        law, nor one that is tied directly.
        """
        direct = list(self._found.get((law, row), {}).values())
        if through:
            known = {(law, row), *((one.law, one.row) for one in direct)}
            for step in list(direct):
                for far in self._found.get((step.law, step.row), {}).values():
                    if far.law != law and (far.law, far.row) not in known:
                        known.add((far.law, far.row))
                        direct.append(replace(far, relation="related", via=(step.law, step.row)))
        return tuple(sorted(direct, key=lambda one: (one.via is not None, one.law, one.row, one.source)))

    def between(self, law: str, other: str) -> tuple[Tie, ...]:
        """Return every tie between two laws, as seen from the first."""
        return tuple(
            Tie(law, row, other, one.row, one.relation, one.source, one.note)
            for (of, row), found in self._found.items()
            if of == law
            for one in found.values()
            if one.law == other
        )


def ties(catalogue: Catalogue, *, folder: Path = DATA) -> Iterator[Tie]:
    """Yield the ties that the rows of a catalogue that ships state themselves; parts that are no rows are left out."""
    source = _sources(folder).get(catalogue.law, "the catalogue")
    for row in catalogue.rows:
        for name, items in row.crosswalk.items():
            framework = frameworks(folder).get(name)
            if framework is None or framework.law is None:
                continue
            for item in items:
                if item in framework.rows:
                    yield Tie(catalogue.law, row.id, framework.law, framework.rows[item], "related", source)


@lru_cache(maxsize=16)
def crosswalk(folder: Path = DATA) -> Crosswalk:
    """Return all ties between the newest versions of all laws and frameworks that ship; made once in a process."""
    return Crosswalk(
        tie
        for law in sorted({ref.law for ref in laws(folder)})
        for tie in ties(load(law, folder=folder), folder=folder)
    )


def mapped(law: str, row: str, *, through: bool = False, folder: Path = DATA) -> tuple[Mapped, ...]:
    """Return the rows that correspond to one row, in the newest versions; see :meth:`Crosswalk.mapped`."""
    return crosswalk(folder).mapped(law, row, through=through)


@lru_cache(maxsize=16)
def _sources(folder: Path) -> Mapping[str, str]:
    path = folder / "crosswalk.yaml"
    return parse(path, path.name)[1].get("sources", {}) if path.is_file() else {}
