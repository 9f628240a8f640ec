"""Findings: none is left out, each stands where the trail says, and second people decided on what is shown."""

from __future__ import annotations

from typing import Any

from audits.dossiers import words
from audits.dossiers.manifest import Manifest
from audits.dossiers.manifest_findings import Finding
from audits.dossiers.verification.report import Broken, Unknown
from compliance.lib import canonical

# The state to which each act leads; what is not named here changes none. A finding with actions is reopened as acting.
LEADS_TO: dict[str, frozenset[str]] = {
    "finding.raised": frozenset({"open"}),
    "finding.planned": frozenset({"acting"}),
    "finding.handed_in": frozenset({"to_verify"}),
    "finding.verified": frozenset({"closed"}),
    "finding.returned": frozenset({"acting"}),
    "finding.risk_accepted": frozenset({"accepted"}),
    "finding.withdrawn": frozenset({"withdrawn"}),
    "finding.reopened": frozenset({"open", "acting"}),
}


def check(manifest: Manifest) -> tuple[str, str]:
    """Hold the findings against the trail and against the digests that second people decided on; return what was got
    and a sentence. Raises Broken, or Unknown where a piece of evidence that a decision saw has moved on since."""
    if manifest.findings is None:
        return "none", "This dossier was made before findings stood in dossiers."
    listed = {one.id: one for one in manifest.findings}
    verbs = _acts(manifest)
    rows = {row.id for row in manifest.rows}
    for id, (acts, row) in verbs.items():
        if id not in listed and row in rows:
            raise Broken("The trail tells of a finding that the dossier leaves out.", f"{id}, raised on {row}")
        if id in listed and acts and listed[id].state not in LEADS_TO[acts[-1]]:
            sentence = f"The trail says otherwise how F-{listed[id].number} stands."
            raise Broken(sentence, f"{listed[id].state}; the last act is {acts[-1]}")
    for one in manifest.findings:
        if "finding.raised" not in verbs.get(one.id, ([], ""))[0]:
            raise Broken(f"The trail does not tell that F-{one.number} was raised.", one.id)
        _second_person(one)
    moved_on = [one for one in manifest.findings if not _decided_on_this(one, manifest.catalogue.law)]
    if moved_on:
        names = ", ".join(f"F-{one.number}" for one in moved_on)
        raise Unknown("What a second person decided on is not what is shown now.", names)
    told = words.amount(len(listed), "finding", "findings")
    return told, "Every finding of the trail is here, in its state, and second people decided on what is shown."


def _acts(manifest: Manifest) -> dict[str, tuple[list[str], str]]:
    """Return for each finding of the trail the acts that led to a state, in order, and the row it was raised on."""
    found: dict[str, tuple[list[str], str]] = {}
    for entry in manifest.trail.entries:
        subject = entry.body.get("subject")
        if not isinstance(subject, dict) or subject.get("type") != "finding":
            continue
        acts, _row = found.setdefault(str(subject.get("id")), ([], ""))
        if entry.verb in LEADS_TO:
            acts.append(entry.verb)
        if entry.verb == "finding.raised":
            found[str(subject.get("id"))] = acts, str(entry.body["data"].get("row"))
    return found


def _second_person(one: Finding) -> None:
    """Whoever verified owned nothing that was done, and whoever accepted a risk had not proposed it."""
    live = [action for action in one.actions if action.state != "dropped"]
    first = {action.owner.id for action in live} | {action.ended_by.id for action in live if action.ended_by}
    last = one.verifications[0] if one.verifications else None
    if one.state == "closed" and (last is None or not last.effective):
        raise Broken(f"F-{one.number} is closed, and nobody saw that what was done helped.", one.state)
    if last is not None and one.state == "closed" and last.by.id in first:
        raise Broken(f"F-{one.number} was verified by somebody who did what was verified.", last.by.name)
    accepted = [each for each in one.acceptances if each.decision == "accepted"]
    if one.state == "accepted" and not accepted:
        raise Broken(f"The risk of F-{one.number} is accepted, and nobody accepted it.", one.state)
    for each in accepted:
        if each.decided_by is None or each.decided_by.id == each.proposed_by.id:
            raise Broken(f"The risk of F-{one.number} was accepted by whoever proposed it.", each.proposed_by.name)


def _decided_on_this(one: Finding, law: str) -> bool:
    """Say whether the decision that a state rests on was taken on exactly what the manifest tells."""
    decided: str | None = None
    if one.state == "closed":
        decided = one.verifications[0].subject_sha256
    elif one.state == "accepted":
        decided = next(each.subject_sha256 for each in one.acceptances if each.decision == "accepted")
    return decided is None or decided == canonical.digest(subject(one, law))


def subject(one: Finding, law: str) -> dict[str, Any]:
    """Return the document whose digest a second person decided on, as the application builds it."""
    return {
        "schema": "probanda/finding/1",
        "row": one.row,
        "law": law,
        "text_version": one.text_version,
        **{name: getattr(one, name) for name in ("title", "statement", "kind", "severity")},
        **{name: getattr(one, name) for name in ("cause", "incident", "risk", "extent")},
        "actions": [
            {
                "what": action.what,
                "owner": action.owner.id,
                "due_on": action.due_on,
                "state": action.state,
                "said": action.said,
                "evidence": action.evidence,
            }
            for action in one.actions
        ],
    }
