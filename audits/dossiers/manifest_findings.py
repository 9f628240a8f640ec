"""Findings in the manifest: what was found on a row, what was done about it, and who saw that it helped."""

from __future__ import annotations

from typing import Literal

from audits.dossiers.manifest_parts import Day, Moment, Part, Sha256

Severity = Literal["critical", "high", "medium", "low"]


class Person(Part):
    """`id` tells two people of one name apart."""

    id: str
    name: str


class Corrected(Part):
    """A corrective action; `evidence` is the digest of what shows that it was done, `shows` its title."""

    what: str
    owner: Person
    due_on: Day
    state: Literal["planned", "done", "dropped"]
    said: str
    ended_by: Person | None
    ended_at: Moment | None
    evidence: Sha256 | None
    shows: str


class Verified(Part):
    """A second person saw whether what was done helped; `subject_sha256` is the digest of what they saw."""

    by: Person
    at: Moment
    effective: bool
    reason: str
    subject_sha256: Sha256


class RiskAccepted(Part):
    """To live with it until a day: who proposed it, and what a second person decided."""

    reason: str
    until: Day
    proposed_by: Person
    proposed_at: Moment
    decision: Literal["", "accepted", "refused"]
    decided_by: Person | None
    decided_at: Moment | None
    decided_reason: str
    subject_sha256: Sha256 | None


class Provision(Part):
    """By what a breach costs something, with the law's own words where the catalogue has them."""

    citation: str
    says: list[str]


class Exposed(Part):
    """What a breach of the row may cost: the law's own figures; nothing is computed."""

    basis: list[Provision]
    counted_by: str
    note: str


class Finding(Part):
    """One finding. `text_version` is the text of the law under which it was raised on the row."""

    id: str
    number: int
    row: str
    text_version: str
    kind: Literal["major", "minor", "observation"]
    severity: Severity
    state: Literal["open", "acting", "to_verify", "closed", "accepted", "withdrawn"]
    title: str
    statement: str
    cause: str
    incident: Literal["", "yes", "no"]
    risk: Literal["", "yes", "no"]
    extent: str
    raised_by: Person
    raised_at: Moment
    handed_in_by: Person | None
    actions: list[Corrected]
    verifications: list[Verified]
    acceptances: list[RiskAccepted]
    exposure: Exposed | None
