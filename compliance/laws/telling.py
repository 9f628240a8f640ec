"""What the page of one row shows besides its own words: dates, penalty, crosswalk, provenance and history."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from compliance.catalogue.clauses import Clause, told_condition
from compliance.catalogue.comparing import Comparison, compare
from compliance.catalogue.frameworks import frameworks
from compliance.catalogue.loader import facts
from compliance.catalogue.schema import Catalogue, CheckedText, Dates, Row
from compliance.frameworks import changes
from compliance.frameworks.changes import Redated, Told
from compliance.lib.wording import Piece


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


def basis(row: Row, law: Catalogue) -> list[tuple[str, list[Row]]]:
    """Return each provision by which a breach costs something, with the rows of this text that ask about it."""
    if row.penalty is None:
        return []
    return [(one, [other for other in law.rows if one in other.citation]) for one in row.penalty.basis]


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a row corresponds to in one framework, and the rows of other laws that correspond to the same."""

    name: str
    title: str
    note: str
    items: tuple[tuple[str, str], ...]
    others: tuple[tuple[Catalogue, Row], ...] = ()


def crosswalk(row: Row, law: Catalogue, newest: Iterable[Catalogue]) -> list[Mapped]:
    """Return what a row is mapped to, in both directions: items of frameworks, and rows of other laws."""
    texts = [one for one in newest if one.law != law.law]
    found = []
    for name, ids in row.crosswalk.items():
        framework, other = frameworks().get(name), next((one for one in texts if one.law == name), None)
        title = framework.title if framework else other.title if other else name
        items = tuple((id, _title(name, id, other)) for id in ids)
        same = tuple((text, one) for text in texts for one in text.rows if set(ids) & set(one.crosswalk.get(name, ())))
        found.append(Mapped(name, title, framework.note if framework else "", items, same))
    back = [(text, one) for text in texts for one in text.rows if row.id in one.crosswalk.get(law.law, ())]
    for text in {text.law: text for text, _ in back}.values():
        mapped = tuple((one.id, one.title) for other, one in back if other is text)
        found.append(Mapped(text.law, text.title, "", mapped))
    return found


def _title(name: str, id: str, other: Catalogue | None) -> str:
    framework = frameworks().get(name)
    if framework is not None:
        return framework.items.get(id, "")
    return other.row(id).title if other is not None and id in other else ""


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
