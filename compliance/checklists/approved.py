"""What an approval is bound to: a document of all that was decided on, and how it differs from what is there now.

A part that was not so when it was approved is a difference; one that was so already, such as evidence that had expired
before, was seen and is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from compliance.catalogue import loader
from compliance.catalogue.conditions import facts_named
from compliance.catalogue.schema import Catalogue, Row
from compliance.checklists.models import Binding, ChecklistItem, ItemEvidence, Verdict
from compliance.determinations.words import shown

SCHEMA = "probanda/review-subject/2"
ROLES = "roles"
_facts_by_law: dict[str, dict[str, tuple[str, ...]]] = {}


@dataclass(frozen=True, slots=True)
class Difference:
    """One part that changed: `part` is row, answer, applicability, evidence, result, system or facts."""

    part: str
    sentence: str
    before: str = ""
    after: str = ""

    def as_json(self) -> dict[str, str]:
        return {"part": self.part, "sentence": self.sentence}


def document(item: ChecklistItem, answers: Mapping[str, Any], moved_on: Mapping[Any, list[str]]) -> dict[str, Any]:
    """Return what a reviewer decides on. The item's checklist, system and attachments with their versions are read.

    `answers` are the facts known of its system; `moved_on` says of pieces why what they show is not current.
    """
    checklist = item.checklist
    row = checklist.catalogue.row(item.row_id)
    system = checklist.system
    attached = sorted(item.attachments.all(), key=lambda one: (one.evidence.title, str(one.evidence_id)))
    return {
        "schema": SCHEMA,
        "law": checklist.law,
        "row": row.model_dump(mode="json"),
        "answer": {"verdict": item.verdict, "reason": item.reason},
        "applicability": {"state": item.binding, "since": item.since.isoformat() if item.since else None},
        "evidence": [_evidence(one, moved_on.get(one.evidence_id, [])) for one in attached],
        "system": {"id": str(system.pk), "name": system.name, "version": system.version},
        "facts": {name: _fact(name, answers, row) for name in facts_of(checklist.catalogue, item.row_id)},
    }


def _evidence(one: ItemEvidence, moved_on: list[str]) -> dict[str, Any]:
    version = one.shown
    return {
        "piece": str(one.evidence_id),
        "title": one.evidence.title,
        "version": version.number,
        "version_id": str(version.pk),
        "sha256": version.sha256,
        "bound": one.version_id is not None,
        "valid_until": version.valid_until.isoformat() if version.valid_until else None,
        "expired": version.is_expired,
        "withdrawn": one.evidence.withdrawn_reason if one.evidence.withdrawn_at else None,
        "moved_on": sorted(moved_on),
    }


def _fact(name: str, answers: Mapping[str, Any], row: Row) -> Any:
    """Return an answer; of the roles only those that the row is for, so that another role changes nothing here."""
    value = answers.get(name)
    return sorted(set(value) & set(row.roles)) if name == ROLES and isinstance(value, list) else value


def facts_of(law: Catalogue, row_id: str) -> tuple[str, ...]:
    """Return the names of the facts that decide whether and since when a row binds."""
    if law.digest not in _facts_by_law:
        if len(_facts_by_law) > 32:
            _facts_by_law.clear()
        _facts_by_law[law.digest] = {row.id: tuple(dict.fromkeys(_facts(law, row))) for row in law.rows}
    return _facts_by_law[law.digest][row_id]


def _facts(law: Catalogue, row: Row) -> Iterator[str]:
    conditions = [row.condition, *(law.terms[name].condition for name in _role_terms(law, row))]
    for track in row.dates.in_force_from if row.dates else ():
        found = law.tracks.get(track)
        if found is not None:
            conditions.append(found.condition)
            if found.not_before:
                yield found.not_before
    for condition in conditions:
        if condition is not None:
            yield from facts_named(condition, law.terms)
    if not law.framework and len(_role_terms(law, row)) < len(row.roles):
        yield ROLES


def _role_terms(law: Catalogue, row: Row) -> list[str]:
    return [f"role_{role}" for role in row.roles if f"role_{role}" in law.terms]


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Difference]:
    """Return how what is there now differs from what was approved, part by part; nothing where it does not."""
    return [
        *_of_row(before["row"], now["row"]),
        *_of_answer(before["answer"], now["answer"]),
        *_of_applicability(before["applicability"], now["applicability"]),
        *_of_evidence(before["evidence"], now["evidence"]),
        *_of_system(before["system"], now["system"]),
        *_of_facts(before["facts"], now["facts"]),
    ]


def _of_row(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    names = {"question": _("question"), "title": _("title"), "citation": _("citation"), "timing": _("timing")}
    for name in sorted({*before, *now}):
        if before.get(name) != now.get(name) and name != "checked":
            sentence = _("The law's row reads differently: {field}.").format(field=names.get(name, name))
            yield Difference("row", sentence, _plain(before.get(name)), _plain(now.get(name)))


def _of_answer(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    if before["verdict"] != now["verdict"]:
        yield Difference("answer", _("The verdict is another one."), _verdict(before), _verdict(now))
    if before["reason"] != now["reason"]:
        yield Difference("answer", _("The reason reads differently."), before["reason"], now["reason"])


def _of_applicability(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    if before != now:
        sentence = _("The determination says otherwise whether or since when the row binds.")
        yield Difference("applicability", sentence, _bound(before), _bound(now))


def _of_evidence(before: Iterable[Mapping[str, Any]], now: Iterable[Mapping[str, Any]]) -> Iterator[Difference]:
    old, new = ({one["piece"]: one for one in pieces} for pieces in (before, now))
    for piece, was in old.items():
        one = new.get(piece)
        if one is None:
            yield Difference(
                "evidence", _("“{title}” is no longer attached.").format(title=was["title"]), _version(was)
            )
        else:
            yield from _of_piece(was, one)
    for piece in new.keys() - old.keys():
        one = new[piece]
        yield Difference("evidence", _("“{title}” was attached since.").format(title=one["title"]), "", _version(one))


def _of_piece(was: Mapping[str, Any], one: Mapping[str, Any]) -> Iterator[Difference]:
    title = one["title"]
    if was["version_id"] != one["version_id"]:
        sentence = _("“{title}” has a newer version: {number}.").format(title=title, number=one["version"])
        yield Difference("evidence", sentence, _version(was), _version(one))
    if one["withdrawn"] is not None and was["withdrawn"] is None:
        sentence = _("“{title}” was withdrawn: {reason}").format(title=title, reason=one["withdrawn"])
        yield Difference("evidence", sentence)
    if one["expired"] and not was["expired"]:
        sentence = _("“{title}” has expired: it was valid until {day}.").format(title=title, day=one["valid_until"])
        yield Difference("evidence", sentence)
    for said in one["moved_on"]:
        if said not in was["moved_on"]:
            yield Difference("result", _("“{title}”: {sentence}").format(title=title, sentence=said))


def _of_system(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    if before["version"] != now["version"]:
        sentence = _("The AI system is registered in another version.")
        yield Difference("system", sentence, before["version"] or "–", now["version"] or "–")


def _of_facts(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    facts = loader.facts()
    for name in sorted({*before, *now}):
        if before.get(name) == now.get(name) or name not in facts:
            continue
        sentence = _("The answer to “{question}” is another one.").format(question=facts[name].question)
        was, one = (shown(name, facts[name], told.get(name)) for told in (before, now))
        yield Difference("facts", sentence, was, one)


def _version(one: Mapping[str, Any]) -> str:
    told = _("version {number}, SHA-256 {short}…").format(number=one["version"], short=one["sha256"][:12])
    return (
        _("{version}, valid until {day}").format(version=told, day=one["valid_until"]) if one["valid_until"] else told
    )


def _verdict(answer: Mapping[str, Any]) -> str:
    return str(Verdict(answer["verdict"]).label) if answer["verdict"] else "–"


def _bound(told: Mapping[str, Any]) -> str:
    state = str(Binding(told["state"]).label) if told["state"] else _("not determined")
    return _("{state}, since {day}").format(state=state, day=told["since"]) if told["since"] else state


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_plain(one) for one in value)
    return "–" if value in (None, "") else str(value)
