"""What a page shows of the difference between two versions of a law: names for fields, words marked, dates by track."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from compliance.catalogue.comparing import Comparison, Shared, TermChange
from compliance.catalogue.diff import Change
from compliance.catalogue.loader import facts
from compliance.catalogue.schema import Catalogue
from compliance.catalogue.telling import condition_in_words
from compliance.lib.wording import Piece, compare

FIELDS = {
    "citation": _("Citation"),
    "title": _("Title"),
    "question": _("Question"),
    "why": _("Why it is asked"),
    "kind": _("Kind"),
    "timing": _("When"),
    "clock": _("Time that is counted"),
    "performed": _("Who performs it"),
    "met_through": _("Deemed met through"),
    "evidence": _("Evidence that is expected"),
    "penalty": _("What a breach may cost"),
    "note": _("Note"),
    "section": _("Section"),
    "dates": _("Dates"),
    "roles": _("Who it binds"),
    "tier": _("Tier"),
    "applies_when": _("Applies when"),
    "condition": _("Condition"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One field of a row that differs: its name, and its words with what is gone and what is new marked."""

    field: str
    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """The date of one track before and after; None where the track has none."""

    words: str
    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True)
class Redated:
    """Rows whose dates change alike: track by track, the basis, and a note on an open reading."""

    days: tuple[Day, ...]
    basis: tuple[Piece, ...]
    note: tuple[Piece, ...]
    rows: tuple[Change, ...]


def told(change: Change, comparison: Comparison) -> tuple[Told, ...]:
    """Return the fields of one change as a page shows them; terms and dates are told elsewhere."""
    found = []
    for name, before, after in change.fields:
        if name in FIELDS and name != "dates":
            words = (
                _in_words(name, value, law) for value, law in ((before, comparison.before), (after, comparison.after))
            )
            found.append(Told(name, str(FIELDS[name]), compare(*words)))
    return tuple(found)


def redated(shared: Shared, comparison: Comparison) -> Redated:
    """Return a change of dates, track by track."""
    old, new = shared.before or {}, shared.after or {}
    before, after = old.get("in_force_from", {}), new.get("in_force_from", {})
    days = tuple(
        Day(_track(name, comparison), _day(before.get(name)), _day(after.get(name)))
        for name in dict.fromkeys([*before, *after])
    )
    if old.get("until") or new.get("until"):
        until = str(_("The last day on which it binds"))
        days = (*days, Day(until, _day(old.get("until")), _day(new.get("until"))))
    basis = compare(old.get("basis", ""), new.get("basis", ""))
    return Redated(days, basis, compare(old.get("note", ""), new.get("note", "")), shared.rows)


def redated_rows(comparison: Comparison) -> dict[str, Redated]:
    """Return for each row whose dates change, by its id, how."""
    return {row.id: one for shared in comparison.dates for one in [redated(shared, comparison)] for row in one.rows}


def penalty(shared: Shared) -> tuple[Piece, ...]:
    """Return a change of what a breach may cost."""
    return compare(_penalty(shared.before), _penalty(shared.after))


def term(one: TermChange, comparison: Comparison) -> dict[str, Any]:
    """Return a term that takes something else: its words, and its condition in words."""
    conditions = (
        condition_in_words(value, law, facts())
        for value, law in ((one.before, comparison.before), (one.after, comparison.after))
    )
    return {"words": compare(*one.words), "condition": compare(*conditions), "change": one}


def _in_words(name: str, value: Any, law: Catalogue) -> str:
    if value is None:
        return ""
    if name == "penalty":
        return _penalty(value)
    if name in ("performed", "met_through"):
        roles = ", ".join(law.roles[one] for one in value.get("by", ()))
        return " ".join(part for part in (roles, value.get("why") or value.get("words"), _cited(value)) if part)
    if name == "condition":
        return condition_in_words(value, law, facts())
    if name == "roles":
        return ", ".join(law.roles[one] for one in value)
    if name == "tier":
        return law.tiers.get(value, value)
    if name == "section":
        return next((section.title for section in law.sections if section.id == value), value)
    if name == "clock":
        limit = str(value["limit"]).replace("_", " ")
        events = (law.events[value[one]] for one in ("subject", "event"))
        unit = str(value["unit"]).replace("_", " ")
        return f"{limit} {value['count']} {unit} {value['direction']}: {'; '.join(events)}"
    return "; ".join(value) if isinstance(value, list | tuple) else str(value)


def _cited(value: Any) -> str:
    return f"({'; '.join(value['citation'])})"


def _penalty(value: Any) -> str:
    if not value:
        return ""
    return ". ".join(part for part in ("; ".join(value["basis"]), value["note"]) if part)


def _track(name: str, comparison: Comparison) -> str:
    for law in (comparison.after, comparison.before):
        if name in law.tracks:
            return law.tracks[name].words
    return str(_("All whom the row binds")) if name == "all" else name.replace("_", " ")


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def kinds_in_words(changes: Iterable[Change]) -> str:
    """Say in a few words how a row changed, such as "reworded and re-dated"."""
    names = {"reworded": _("reworded"), "re-dated": _("re-dated"), "re-scoped": _("re-scoped")}
    found = list(dict.fromkeys(str(names[one.kind]) for one in changes if one.kind in names))
    return str(_(" and ")).join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)
