"""A determination as it is kept: canonical JSON of what was found, and the same read back as typed values.

The JSON holds what the engine found, unchanged, and beside it the overrides that two people decided on; the state that
counts is worked out from both. Reasons that many rows share stand once, in `reasons`; a row, step or outcome refers to
them by their places in that list, so that anyone can read the whole chain with nothing but a JSON reader.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from compliance.catalogue.applicability import Applicability, RowState, decide, version_at
from compliance.catalogue.classification import Classification, classification
from compliance.catalogue.engine import engine
from compliance.catalogue.evaluation import State
from compliance.catalogue.known import Known
from compliance.catalogue.loader import facts, laws, load
from compliance.catalogue.reasons import Reason
from compliance.lib import canonical

SCHEMA = "probanda/determination/1"


@dataclass(frozen=True, slots=True)
class OverrideFound:
    """A person said otherwise than the engine on a row or an outcome, and a second person decided on it."""

    row: str
    outcome: str
    title: str
    found_state: State
    found_since: datetime.date | None
    state: State
    since: datetime.date | None
    reason: str
    proposed_by: str
    proposed_at: str
    decision: str
    decided_by: str
    decided_at: str
    decided_reason: str

    @property
    def counts(self) -> bool:
        """Whether the second person accepted it."""
        return self.decision == "accepted"


@dataclass(frozen=True, slots=True)
class Answer:
    """A question that was answered, as it was worded then, with the answer in words and what it rests on."""

    name: str
    question: str
    words: str
    remark: str


@dataclass(frozen=True, slots=True)
class RowFound:
    """A row with the state that counts: the engine's, or that of an accepted `override`."""

    id: str
    citation: str
    title: str
    kind: str
    section: str
    state: State
    since: datetime.date | None
    needs: tuple[str, ...]
    reasons: tuple[Reason, ...]
    override: OverrideFound | None = None

    @property
    def ground(self) -> str:
        """The one sentence that says most: the person's reason, what frees it or is missing, or what it binds by."""
        if self.override is not None:
            return self.override.reason
        if self.state == "no":
            # A term that holds stands in the reasons of a "no" only as the exception that frees the system. It says
            # more than the condition that fails by it, such as "high-risk, and no rule for older systems frees it".
            frees = (one.sentence for one in self.reasons if one.kind == "term" and one.value is True)
            missing = (one.sentence for one in self.reasons if one.kind in ("term", "track") and one.value is False)
            return next(frees, None) or next(missing, self.reasons[-1].sentence if self.reasons else "")
        if self.state == "undetermined":
            return next((one.sentence for one in self.reasons if one.kind == "needs"), "")
        met = [one.sentence for one in self.reasons if one.kind in ("term", "rule")]
        return met[0] if met else (self.reasons[0].sentence if self.reasons else "")


@dataclass(frozen=True, slots=True)
class OutcomeFound:
    """A class that the system is in, will be in or may be in; also one that was overridden to no."""

    name: str
    title: str
    step: int
    state: State
    since: datetime.date | None
    citation: str
    needs: tuple[str, ...]
    note: str
    reasons: tuple[Reason, ...]
    override: OverrideFound | None = None


@dataclass(frozen=True, slots=True)
class StepFound:
    """One step of the classification with its answer, or the answers that it may still have."""

    number: int
    question: str
    state: str
    answer: str
    may_be: tuple[str, ...]
    outcome: str
    citation: str
    why: str
    needs: tuple[str, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Coming:
    """What a later text, published already, changes: the rows that differ, with their state under it."""

    text_version: str
    rows: tuple[RowFound, ...]


@dataclass(frozen=True)
class Result:
    """All of a determination, the accepted overrides counted in."""

    law: str
    law_title: str
    text_version: str
    catalogue_sha256: str
    draft_catalogue: bool
    as_of: datetime.date
    system: str
    facts: Mapping[str, Any]
    answers: tuple[Answer, ...]
    remarks: Mapping[str, str]
    outcomes: tuple[OutcomeFound, ...]
    steps: tuple[StepFound, ...]
    rows: Mapping[str, RowFound]
    to_come: tuple[Coming, ...]
    overrides: tuple[OverrideFound, ...] = field(default=())

    def those(self, *states: State) -> tuple[RowFound, ...]:
        """Return the rows in any of `states`, in the order of the law."""
        return tuple(one for one in self.rows.values() if one.state in states)

    def outcome_names(self, *states: State) -> tuple[str, ...]:
        """Return the names of the outcomes in any of `states`, each once, in the order of the steps."""
        return tuple(dict.fromkeys(one.name for one in self.outcomes if one.state in states))

    def needs(self) -> dict[str, int]:
        """Return the facts that would still settle something, each with how many rows wait for it, most first."""
        counted: dict[str, int] = {}
        for one in self.rows.values():
            for name in one.needs:
                counted[name] = counted.get(name, 0) + 1
        return dict(sorted(counted.items(), key=lambda one: -one[1]))


def outcome_titles(law: str, text_version: str) -> dict[str, str]:
    """Return every class that a law sorts into, by its name, with its title."""
    steps = load(law, text_version).classification.values()
    branches = (branch for step in steps for branch in step.branches)
    return {branch.outcome: branch.title or branch.answer for branch in branches if branch.outcome is not None}


def hold(
    law: str, known: Known, as_of: datetime.date, text_version: str | None = None
) -> tuple[Applicability, Classification]:
    """Hold facts against a law as it stood on a day, or against the text that is named, as of that day."""
    if text_version is None:
        text_version = version_at(law, as_of).text_version
    made = engine(law, load(law, text_version).text_version, as_of)
    coming = []
    for ref in laws():
        if ref.law == law and ref.text_version > max(text_version, as_of.isoformat()):
            later = load(law, ref.text_version)
            if (later.published_on or datetime.date.max) <= as_of:
                coming.append(decide(engine(law, later.text_version, as_of), known))
    return decide(made, known, tuple(coming)), classification(made, known)


def written(
    found: Applicability,
    classes: Classification,
    *,
    system: str,
    remarks: Mapping[str, str] | None = None,
    overrides: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Return what was found as the JSON that is kept and hashed; `overrides` are those that were decided on."""
    places: dict[tuple[Any, ...], int] = {}
    listed: list[dict[str, Any]] = []

    def refer(reasons: Iterable[Reason]) -> list[int]:
        found_places = []
        for one in reasons:
            key = (one.kind, one.name, one.sentence, one.citation)
            if key not in places:
                places[key] = len(listed)
                listed.append(one.as_json())
            found_places.append(places[key])
        return found_places

    def row(one: RowState) -> dict[str, Any]:
        return {
            "id": one.row.id,
            "citation": one.row.citation_text,
            "title": one.row.title,
            "kind": one.row.kind,
            "section": one.row.section,
            "state": one.state,
            "from": one.since.isoformat() if one.since else None,
            "needs": list(one.needs),
            "reasons": refer(one.reasons),
        }

    steps = [
        {**one.as_json(), "why": one.step.why or (one.step.not_reached if one.answer == "not_reached" else "")}
        | {"reasons": refer(one.reasons)}
        for one in classes.steps
    ]
    outcomes = [one.as_json() | {"reasons": refer(one.reasons)} for one in classes.outcomes]
    rows = [row(one) for one in found.rows]
    to_come = [
        {"text_version": one.law.text_version, "rows": [row(other) for other in one.differing_from(found)]}
        for one in found.to_come
    ]
    return {
        "schema": SCHEMA,
        "law": found.law.law,
        "title": found.law.title,
        "text_version": found.law.text_version,
        "catalogue_sha256": found.law.digest,
        "draft_catalogue": found.law.draft,
        "as_of": found.as_of.isoformat(),
        "system": system,
        "facts": found.known.as_json(),
        "answers": [
            {"name": name, "question": fact.question, "words": found.known.shown(name, fact)}
            for name, fact in facts().items()
            if name in found.known.answers
        ],
        "remarks": {name: text for name, text in (remarks or {}).items() if text and name in found.known.answers},
        "outcomes": outcomes,
        "steps": steps,
        "rows": rows,
        "to_come": to_come,
        "reasons": listed,
        "overrides": list(overrides),
    }


def read(text: str) -> Result:
    """Read a kept result back, its accepted overrides counted in."""
    data = canonical.load(text.encode())
    return of(data)


def of(data: Mapping[str, Any]) -> Result:
    """Return the typed values of a result that :func:`written` made."""
    reasons = [
        Reason(one["kind"], one["sentence"], one["name"], one["value"], tuple(one["citation"]))
        for one in data["reasons"]
    ]
    overrides = tuple(_override(one) for one in data["overrides"])
    counting = [one for one in overrides if one.counts]
    by_row = {one.row: one for one in counting if one.row}
    by_outcome = {one.outcome: one for one in counting if one.outcome}

    def row(one: Mapping[str, Any], said: OverrideFound | None) -> RowFound:
        return RowFound(
            one["id"],
            one["citation"],
            one["title"],
            one["kind"],
            one["section"],
            said.state if said else one["state"],
            said.since if said else _day(one["from"]),
            () if said else tuple(one["needs"]),
            tuple(reasons[place] for place in one["reasons"]),
            said,
        )

    return Result(
        data["law"],
        data["title"],
        data["text_version"],
        data["catalogue_sha256"],
        data["draft_catalogue"],
        datetime.date.fromisoformat(data["as_of"]),
        data["system"],
        data["facts"],
        tuple(
            Answer(one["name"], one["question"], one["words"], data["remarks"].get(one["name"], ""))
            for one in data["answers"]
        ),
        data["remarks"],
        tuple(_outcomes(data, reasons, by_outcome)),
        tuple(_step(one, reasons) for one in data["steps"]),
        {one["id"]: row(one, by_row.get(one["id"])) for one in data["rows"]},
        tuple(Coming(one["text_version"], tuple(row(other, None) for other in one["rows"])) for one in data["to_come"]),
        overrides,
    )


def _outcomes(
    data: Mapping[str, Any], reasons: list[Reason], said: Mapping[str, OverrideFound]
) -> Iterable[OutcomeFound]:
    seen = set()
    for one in data["outcomes"]:
        override = said.get(one["outcome"])
        seen.add(one["outcome"])
        yield OutcomeFound(
            one["outcome"],
            one["title"],
            one["step"],
            override.state if override else one["state"],
            override.since if override else _day(one["from"]),
            one["citation"],
            () if override else tuple(one["needs"]),
            one["note"],
            tuple(reasons[place] for place in one["reasons"]),
            override,
        )
    for name, override in said.items():
        if name not in seen:  # the engine found that it does not hold, and so left it out
            yield OutcomeFound(
                name, override.title or name, 0, override.state, override.since, "", (), "", (), override
            )


def _step(one: Mapping[str, Any], reasons: list[Reason]) -> StepFound:
    return StepFound(
        one["step"],
        one["question"],
        one["state"],
        one["answer"] or "",
        tuple(one["may_be"]),
        one["outcome"] or "",
        "; ".join(one["citation"]),
        one["why"],
        tuple(one["needs"]),
        tuple(reasons[place] for place in one["reasons"]),
    )


def _override(one: Mapping[str, Any]) -> OverrideFound:
    return OverrideFound(
        one["row"],
        one["outcome"],
        one["title"],
        one["found"]["state"],
        _day(one["found"]["from"]),
        one["state"],
        _day(one["from"]),
        one["reason"],
        one["proposed_by"],
        one["proposed_at"],
        one["decision"],
        one["decided_by"],
        one["decided_at"],
        one["decided_reason"],
    )


def day_of(kept: Mapping[str, Any]) -> datetime.date:
    """Return the day that a kept result is as of."""
    return datetime.date.fromisoformat(kept["as_of"])


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None
