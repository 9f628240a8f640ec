"""What the page of one row shows besides its own words: dates, penalty, crosswalk, provenance and history."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from compliance.catalogue.clauses import Clause, told_condition
from compliance.catalogue.comparing import Comparison, compare
from compliance.catalogue.crosswalk import Relation
from compliance.catalogue.frameworks import frameworks
from compliance.catalogue.loader import facts
from compliance.catalogue.schema import Catalogue, CheckedText, Dates, Row
from compliance.frameworks import changes
from compliance.frameworks.catalogues import LawVersionRef, crosswalk_of
from compliance.frameworks.changes import Redated, Told
from compliance.lib.wording import Piece

RELATIONS: Mapping[Relation, str] = {
    "equal": "asks the same",
    "subset_of": "asks all of this and more",
    "superset_of": "asks a part of this",
    "intersects_with": "overlaps with this",
    "related": "belongs together with this",
}


@dataclass(frozen=True, slots=True)
class TrackDay:
    """From when a row binds on one track, for which systems, and what day the text before gave."""

    words: str
    day: datetime.date
    originally: datetime.date | None
    citation: tuple[str, ...]
    condition: Clause | None
    in_place_of: tuple[str, ...]
    not_before: str


def days(row: Row, law: Catalogue) -> list[TrackDay]:
    """Return the dates of a row, the earliest first; empty where it has none."""
    if row.dates is None:
        return []
    found = []
    for name, day in sorted(row.dates.in_force_from.items(), key=lambda one: one[1]):
        track = law.tracks.get(name)
        others = [one for one in (track.instead_of if track else ()) if one in row.dates.in_force_from]
        found.append(
            TrackDay(
                words=track.words if track else "",
                day=day,
                originally=_original(row.dates, name, day),
                citation=track.citation if track else (),
                condition=told_condition(track.condition, law, facts()) if track else None,
                in_place_of=tuple(law.tracks[one].words for one in others if one in law.tracks),
                not_before=facts()[track.not_before].question if track and track.not_before else "",
            )
        )
    return found


def _original(dates: Dates, name: str, day: datetime.date) -> datetime.date | None:
    before = dates.originally_from.get(name)
    return before if before != day else None


@dataclass(frozen=True, slots=True)
class Mapped:
    """A row of another law or framework that corresponds to one; `via` is the row over which, where nobody said so."""

    text: Catalogue
    row: Row
    relation: str
    source: str
    note: str
    via: str


def crosswalk(row: Row, law: Catalogue, newest: Mapping[str, Catalogue]) -> list[tuple[Catalogue, list[Mapped]]]:
    """Return by law what a row corresponds to, seen from either side; ties hold between the newest texts."""
    found: dict[str, list[Mapped]] = {}
    refs = [LawVersionRef(one.law, one.text_version) for one in newest.values()]
    for one in crosswalk_of(refs).mapped(law.law, row.id, through=True):
        text = newest.get(one.law)
        if text is not None and one.row in text:
            via = one.via[1] if one.via else ""
            tie = Mapped(text, text.row(one.row), RELATIONS[one.relation], one.source, one.note, via)
            found.setdefault(one.law, []).append(tie)
    return [(newest[name], some) for name, some in found.items()]


def clauses_mapped(row: Row) -> list[tuple[str, str, str]]:
    """Return the parts of frameworks that a row names and that are no rows, such as clauses: framework, id, title."""
    known = frameworks()
    return [
        (known[name].short_title, id, known[name].items.get(id, ""))
        for name, ids in row.crosswalk.items()
        if name in known
        for id in ids
        if id not in known[name].rows
    ]


@dataclass(frozen=True, slots=True)
class Then:
    """What became of a row from one text to the next: `added`, `removed`, `changed` or `same`."""

    before: str
    after: str
    what: str
    why: str = ""
    fields: tuple[Told, ...] = ()
    dates: Redated | None = None
    penalty: tuple[Piece, ...] = ()
    terms: tuple[str, ...] = ()


def history(row_id: str, texts: Sequence[Catalogue]) -> list[Then]:
    """Return what became of a row from each text to the next, the newest first; pairs that lack it are left out."""
    found = [_between(row_id, compare(before, after)) for before, after in pairwise(texts)]
    return [one for one in reversed(found) if one is not None]


def _between(row_id: str, found: Comparison) -> Then | None:
    before, after = found.before, found.after
    names = before.text_version, after.text_version
    if row_id not in before and row_id not in after:
        return None
    if row_id not in before:
        return Then(*names, "added")
    if row_id not in after:
        return Then(*names, "removed", next((one.why for one in after.removed if one.id == row_id), ""))
    changed = found.by_row.get(row_id)
    if changed is None:
        return Then(*names, "same")
    fields = tuple(field for one in changed for field in changes.told(one, found) if field.field != "penalty")
    dates = next((changes.redated(one, found) for one in found.dates if any(r.id == row_id for r in one.rows)), None)
    penalty = next((changes.penalty(one) for one in found.penalties if any(r.id == row_id for r in one.rows)), ())
    terms = tuple(
        after.terms[name.removeprefix("term ")].words
        for one in changed
        for name, _old, _new in one.fields
        if name.startswith("term ")
    )
    return Then(*names, "changed", "", fields, dates, penalty, terms)


def seen(row: Row, law: Catalogue) -> CheckedText:
    """Return the text that a row was read against."""
    return law.texts[row.checked.text]
