"""The manifest of a dossier: everything that the document says, as one canonical JSON object.

The freeze action writes it, :mod:`audits.dossiers.render` prints it and nothing else, and the file carries it
as the embedded file ``manifest.json``, so that each figure in print can be traced to the bytes that were signed.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import ConfigDict, ValidationError

from audits.dossiers.manifest_findings import Finding
from audits.dossiers.manifest_parts import Day, FileName, Moment, Part, Sha256
from compliance.lib import canonical
from compliance.lib.bundle import bundle_digest
from compliance.lib.problems import Problem, Refused

SCHEMA = "probanda/dossier/1"
MANIFEST_NAME = "manifest.json"
VERDICTS = ("met", "partly_met", "not_met", "not_applicable", "undetermined")
PROGRESS = ("to_do", "in_progress", "submitted", "in_review", "done")

State = Literal["applies", "later", "undetermined", "no"]


class FrozenBy(Part):
    name: str
    role: str


class Dossier(Part):
    id: str
    title: str
    status: Literal["final", "draft"]
    frozen_at: Moment
    frozen_by: FrozenBy
    language: str
    statement: str


class Organisation(Part):
    name: str


class System(Part):
    id: str
    name: str
    version: str
    vendor: str
    intended_purpose: str
    deployer: str
    first_use_on: Day | None
    positions: str
    status: str


class Section(Part):
    id: str
    title: str


class Catalogue(Part):
    law: str
    title: str
    short_title: str
    text_version: str
    text_as_of: str
    sha256: Sha256
    sections: list[Section]
    progress_kinds: list[str]


class Submission(Part):
    by: str
    at: Moment


class Review(Part):
    by: str
    role: str
    decision: Literal["accepted", "returned"]
    reason: str
    at: Moment
    text_version: str = ""


class Row(Part):
    """One row of the checklist: what is asked, how far the work is, and what was found.

    `confirm_again` says why an answer that was given under an older text has not been confirmed yet.
    """

    id: str
    section: str
    citation: list[str]
    title: str
    question: str
    kind: str
    roles: list[str]
    timing: str
    computed: str
    computed_how: str
    expected_evidence: list[str]
    progress: Literal["to_do", "in_progress", "submitted", "in_review", "done"]
    verdict: Literal["", "met", "partly_met", "not_met", "not_applicable", "undetermined"]
    reason: str
    note: str
    owner: str
    due_on: Day | None
    evidence: list[str]
    submitted: Submission | None
    reviews: list[Review]
    confirm_again: str = ""


class RestsOn(Part):
    """The signed determination that the statement of applicability rests on; `sha256` is that of its result."""

    id: str
    sha256: Sha256
    as_of: Day
    signed_by: str
    signed_at: Moment


class Against(Part):
    """Who said otherwise than the engine, and the second person, who accepted it."""

    by: str
    accepted_by: str


class Applied(Part):
    """Whether one row binds the system, since when, and the one sentence that says most about why."""

    row: str
    state: Literal["applies", "later", "undetermined", "no"]
    since: Day | None
    ground: str
    citation: list[str]
    override: Against | None


class Applicability(Part):
    determination: RestsOn
    rows: list[Applied]


class Withdrawal(Part):
    """When a piece of evidence was said to count no longer, and why."""

    at: Moment
    reason: str


class EvidenceFile(Part):
    file_name: str
    sha256: Sha256
    bytes: int


class Evidence(Part):
    """A version of a piece of evidence. With several files, `sha256` is the digest over all of them
    (:func:`compliance.lib.bundle.bundle_digest`). Dossiers from before there were versions leave them out."""

    id: str
    piece: str = ""
    version: int = 1
    title: str
    kind: Literal["file", "link", "note"]
    sha256: Sha256
    bytes: int
    media_type: str
    file_name: str
    url: str
    effective_on: Day | None
    valid_until: Day | None
    source: str
    author: str = ""
    confidentiality: str = ""
    systems: list[str] = []
    files: list[EvidenceFile] = []
    added_by: str
    added_at: Moment
    withdrawn: Withdrawal | None


class ExclusionProposed(Part):
    """A category that somebody proposed to leave out of the ratios, and that this result did not leave out.

    `decision` is empty while nobody has decided; one that was accepted is applied by another run of the same sources.
    """

    category: str
    justification: str
    proposed_by: str
    proposed_at: Moment
    decision: Literal["", "accepted", "refused"]
    decided_by: str
    decided_at: Moment | None
    decided_reason: str


class BiasAudit(Part):
    """A bias audit with its whole result, whose shape is that of :mod:`audits.metrics`."""

    id: str
    title: str
    evidence: str
    result_sha256: Sha256
    attachment: FileName
    counts_attachment: FileName
    ran_at: Moment
    ran_by: str
    proposed_exclusions: list[ExclusionProposed] = []
    result: dict[str, Any]


class Head(Part):
    seq: int
    sha256: Sha256


class PersonalText(Part):
    """A text about a person that an entry's body holds under its digest: that of `{"salt", "value"}`."""

    sha256: Sha256
    salt: str
    value: str


class Entry(Part):
    """One entry of the trail: `sha256` is the digest of the canonical JSON of `body`, which names `prev`.

    `personal` holds what the body seals, but for what was removed from the trail before the dossier was frozen.
    """

    seq: int
    at: Moment
    actor: str
    sentence: str
    verb: str
    subject: str
    sha256: Sha256
    prev: str
    body: dict[str, Any]
    personal: list[PersonalText] = []


class Trail(Part):
    head: Head
    entries: list[Entry]


class Attachment(Part):
    name: FileName
    sha256: Sha256
    bytes: int
    media_type: str
    relationship: Literal["Source", "Data", "Alternative", "Supplement", "Unspecified"]
    description: str


class Software(Part):
    name: str
    version: str


class DeterminedOutcome(Part):
    """A class of the law, with the state that counts and the day from which it holds."""

    title: str
    state: State
    since: Day | None
    citation: str
    overridden: bool


class DeterminedStep(Part):
    """One step of the classification: its answer, or those that it may still have, with the reasons in order."""

    number: int
    question: str
    state: Literal["answered", "not_reached", "undetermined"]
    answer: str
    may_be: list[str]
    citation: str
    reasons: list[str]


class DeterminedAnswer(Part):
    """A question about the system, as it was answered, and what the answer rests on."""

    question: str
    words: str
    remark: str


class DeterminedOverride(Part):
    """Where a person said otherwise than the engine on a row or a class, and what a second person decided."""

    name: str
    title: str
    found_state: State
    found_since: Day | None
    state: State
    since: Day | None
    reason: str
    proposed_by: str
    proposed_at: Moment
    decision: Literal["accepted", "refused"]
    decided_by: str
    decided_at: Moment
    decided_reason: str


class Determined(Part):
    """What a determination says: all of it but the rows, which stand in its file; `tally` counts them by state."""

    law: str
    title: str
    text_version: str
    catalogue_sha256: Sha256
    as_of: Day
    outcomes: list[DeterminedOutcome]
    steps: list[DeterminedStep]
    answers: list[DeterminedAnswer]
    overrides: list[DeterminedOverride]
    tally: dict[State, int]


class Determination(Part):
    """A signed determination which rows of the law bind the system; `attachment` holds the bytes of the digest."""

    id: str
    sha256: Sha256
    attachment: FileName
    made_by: str
    made_at: Moment
    signed_by: str
    signer_role: str
    signed_at: Moment
    statement: str
    says: Determined


class Signer(Part):
    """Who is to sign, as what, in which field; the statement is written when they sign."""

    field: str
    name: str
    role: Literal["preparer", "legal reviewer", "independent auditor"]


class Signing(Part):
    """Who is to sign, in order, and the level of PAdES. Without signers the house seals the dossier."""

    level: Literal["B-B", "B-T", "B-LT", "B-LTA"]
    signers: list[Signer]


class Manifest(Part):
    """All of it. Strings, whole numbers, booleans and nulls only: a float has no one exact spelling."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    schema_: Literal["probanda/dossier/1"]
    dossier: Dossier
    organisation: Organisation
    system: System
    catalogue: Catalogue
    rows: list[Row]
    applicability: Applicability | None = None
    evidence: list[Evidence]
    bias_audits: list[BiasAudit]
    findings: list[Finding] | None = None
    determination: Determination | None = None
    trail: Trail
    attachments: list[Attachment]
    signing: Signing | None = None
    software: Software


def validate(manifest: dict[str, Any]) -> Manifest:
    """Return the typed manifest, or raise Refused with every problem of shape, and then of reference, at once.

    >>> validate({"schema": "something else"})
    Traceback (most recent call last):
    compliance.lib.problems.Refused: The manifest names the schema 'something else'. Expected 'probanda/dossier/1'.
    """
    if manifest.get("schema") != SCHEMA:
        found = str(manifest.get("schema"))
        raise Refused(
            Problem(
                "manifest-schema",
                f"The manifest names the schema {found!r}.",
                f"Expected {SCHEMA!r}.",
                found=found,
                expected=SCHEMA,
            )
        )
    fields = {("schema_" if key == "schema" else key): value for key, value in manifest.items()}
    try:
        checked = Manifest.model_validate(fields)
        canonical.dump(manifest)
    except ValidationError as error:
        raise Refused.all(_shape_problem(item) for item in error.errors(include_url=False)) from None
    except TypeError as error:
        raise Refused(Problem("manifest-float", str(error))) from None
    if problems := list(_reference_problems(checked)):
        raise Refused.all(problems)
    return checked


def check_attachments(manifest: Manifest, attachments: dict[str, bytes]) -> None:
    """Raise Refused unless `attachments` holds exactly the files that the manifest lists, with those digests."""
    listed = {item.name: item.sha256 for item in manifest.attachments}
    problems = []
    for name in sorted(listed.keys() | attachments.keys()):
        found = canonical.sha256(attachments[name]) if name in attachments else "no such file"
        expected = listed.get(name, "no such file")
        if found != expected:
            sentence = f"The file {name} to be embedded is not the one that the manifest lists."
            problems.append(Problem("attachment-differs", sentence, found=found, expected=expected))
    if problems:
        raise Refused.all(problems)


def moment(text: str) -> datetime:
    """Read a moment of the manifest.

    >>> moment("2026-11-21T10:00:00Z")
    datetime.datetime(2026, 11, 21, 10, 0, tzinfo=datetime.timezone.utc)
    """
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _shape_problem(error: Any) -> Problem:
    where = ".".join(str(part) for part in error["loc"])
    wanted = re.sub(r"\.$", "", error["msg"])
    found = error.get("input")
    return Problem(
        "manifest-shape",
        f"The manifest is not in order at {where}: {wanted}.",
        column=where,
        found=str(found)[:80] if isinstance(found, str | int | None) else type(found).__name__,
        expected=wanted,
    )


def _reference_problems(manifest: Manifest) -> list[Problem]:
    def broken(sentence: str, found: str) -> Problem:
        return Problem("manifest-reference", sentence, found=found)

    problems = []
    evidence = [item.id for item in manifest.evidence]
    sections = [item.id for item in manifest.catalogue.sections]
    files = [item.name for item in manifest.attachments]
    named: dict[str, list[str]] = {
        "evidence": evidence,
        "section": sections,
        "attachment": files,
        "row": [row.id for row in manifest.rows],
        "bias audit": [audit.id for audit in manifest.bias_audits],
        "finding": [one.id for one in manifest.findings or ()],
    }
    for what, ids in named.items():
        for doubled in sorted({one for one in ids if ids.count(one) > 1}):
            problems.append(broken(f"The {what} {doubled} stands twice in the manifest.", doubled))
    if MANIFEST_NAME in files:
        problems.append(broken("The manifest cannot list itself among its attachments.", MANIFEST_NAME))
    for row in manifest.rows:
        if row.section not in sections:
            problems.append(broken(f"Row {row.id} stands in a section that is not listed.", row.section))
        for id in row.evidence:
            if id not in evidence:
                problems.append(broken(f"Row {row.id} names evidence that is not listed.", id))
    for piece in manifest.evidence:
        parts = [(one.file_name, one.sha256, one.bytes) for one in piece.files]
        if parts and bundle_digest(parts) != piece.sha256:
            problems.append(broken(f"The digest of the evidence {piece.title} is not that of its files.", piece.sha256))
    signers = [one.field for one in manifest.signing.signers] if manifest.signing else []
    for doubled in sorted({one for one in signers if signers.count(one) > 1}):
        problems.append(broken(f"Two people are to sign in the field {doubled}.", doubled))
    rows = {row.id for row in manifest.rows}
    for applied in manifest.applicability.rows if manifest.applicability else ():
        if applied.row not in rows:
            problems.append(broken("The statement of applicability names a row that is not listed.", applied.row))
    for one in manifest.findings or ():
        if one.row not in rows and one.text_version == manifest.catalogue.text_version:
            problems.append(broken(f"F-{one.number} stands on a row that is not listed.", one.row))
    for audit in manifest.bias_audits:
        if audit.evidence not in evidence:
            problems.append(broken(f"Bias audit {audit.id} names evidence that is not listed.", audit.evidence))
        for file in (audit.attachment, audit.counts_attachment):
            if file not in files:
                problems.append(broken(f"Bias audit {audit.id} names a file that is not embedded.", file))
    if manifest.determination is not None and manifest.determination.attachment not in files:
        sentence = "The determination names a file that is not embedded."
        problems.append(broken(sentence, manifest.determination.attachment))
    return problems
