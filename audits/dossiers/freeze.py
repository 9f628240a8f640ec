"""Gather everything that a dossier says into one manifest, as it stands at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from audits.bias.actions import result_of
from audits.bias.compared import named
from audits.bias.models import BiasAudit
from audits.bias.queries import named_proposal, proposals
from audits.bias.telling import counts_of
from audits.dossiers import determined
from audits.dossiers.found import findings
from audits.work.models import State
from compliance.catalogue.schema import Catalogue
from compliance.checklists.models import Checklist, ChecklistItem, Review
from compliance.checklists.queries import items
from compliance.determinations.models import Determination
from compliance.determinations.queries import current, determinations
from compliance.determinations.queries import result_of as result_of_determination
from compliance.evidence.models import EvidenceVersion
from compliance.lib.canonical import dump, load, sha256
from compliance.people.models import Membership
from compliance.systems.models import AISystem
from compliance.trail import presenters
from compliance.trail import queries as trail

SOFTWARE = {"name": "Probanda", "version": "0.1.0"}


def gather(
    *, by: Membership, checklist: Checklist, id: str, title: str, status: str, statement: str, at: datetime
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the manifest and the bytes of its attachments by name. Reads within the caller's transaction."""
    catalogue = checklist.catalogue
    rows = list(items(by).filter(checklist=checklist).order_by("position"))
    pieces = _pieces(rows)
    evidence = sorted(pieces.values(), key=lambda one: (one.evidence.added_at, str(one.evidence_id), one.number))
    audits, attachments = _bias_audits(by, checklist.system, evidence)
    determination = _determination(by, checklist)
    if determination is not None:
        attachments[determined.FILE] = determination.result.encode()
    seq, head = trail.head(by.organisation_id)
    manifest = {
        "schema": "probanda/dossier/1",
        "dossier": {
            "id": id,
            "title": title,
            "status": status,
            "frozen_at": moment(at),
            "frozen_by": {"name": by.name, "role": str(by.get_role_display())},
            "language": "en",
            "statement": statement,
        },
        "organisation": {"name": by.organisation.name},
        "system": _system(checklist.system),
        "catalogue": _catalogue(catalogue),
        "rows": [_row(catalogue, item) for item in rows],
        "evidence": [_evidence(piece) for piece in evidence],
        "bias_audits": audits,
        "findings": findings(by, checklist),
        "trail": {"head": {"seq": seq, "sha256": head}, "entries": _entries(by, checklist.system, evidence)},
        "attachments": [_attachment(name, data) for name, data in attachments.items()],
        "software": SOFTWARE,
    }
    if determination is not None:
        manifest["determination"] = _determined(determination)
    if checklist.determination is not None:
        manifest["applicability"] = _applicability(checklist.determination, rows)
    return manifest, attachments


def _pieces(found: list[ChecklistItem]) -> dict[UUID, EvidenceVersion]:
    """Return the versions that the rows rest on, each with its piece and its files: the newest where none is named."""
    shown = {a.shown.pk: a.evidence for item in found for a in item.attachments.all()}
    versions = EvidenceVersion.objects.filter(pk__in=shown).select_related("added_by__user")
    versions = versions.prefetch_related("files", "speaks_of__system")
    for version in versions:
        version.evidence = shown[version.pk]
    return {version.pk: version for version in versions}


def _applicability(determination: Determination, found: list[ChecklistItem]) -> dict[str, Any]:
    return {
        "determination": {
            "id": str(determination.id),
            "sha256": determination.sha256,
            "as_of": determination.as_of.isoformat(),
            "signed_by": determination.signed_by.name if determination.signed_by else "",
            "signed_at": moment(determination.signed_at or determination.made_at),
        },
        "rows": [_applied(item) for item in found if item.binding],
    }


def _applied(item: ChecklistItem) -> dict[str, Any]:
    first = item.grounds[0] if item.grounds else {}
    said = first.get("kind") == "override"
    return {
        "row": item.row_id,
        "state": item.binding,
        "since": _day(item.since),
        "ground": first.get("sentence", ""),
        "citation": list(first.get("citation", ())),
        "override": {"by": first["by"], "accepted_by": first["accepted_by"]} if said else None,
    }


def moment(at: datetime) -> str:
    """Write a moment in UTC to the second: 2026-11-21T10:00:00Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _determination(by: Membership, checklist: Checklist) -> Determination | None:
    """The signed determination that the checklist rests on, or else the one that counts for its system and law."""
    if checklist.determination_id is not None:
        one = determinations(by).defer(None).get(pk=checklist.determination_id)
        return one if one.state == Determination.State.SIGNED else None
    found = current(by, checklist.system, checklist.law)
    if found is None or found.text_version != checklist.text_version:  # it would speak of rows that are not here
        return None
    return determinations(by).defer(None).get(pk=found.pk)


def _determined(one: Determination) -> dict[str, Any]:
    signed_by, signed_at = one.signed_by, one.signed_at
    if signed_by is None or signed_at is None:
        raise ValueError("Only a signed determination stands in a dossier.")
    return {
        "id": str(one.id),
        "sha256": one.sha256,
        "attachment": determined.FILE,
        "made_by": one.made_by.name,
        "made_at": moment(one.made_at),
        "signed_by": signed_by.name,
        "signer_role": str(signed_by.get_role_display()),
        "signed_at": moment(signed_at),
        "statement": one.statement,
        "says": determined.told(result_of_determination(one)),
    }


def _bias_audits(
    by: Membership, system: AISystem, evidence: list[EvidenceVersion]
) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    # Only audits whose published result a row of this checklist rests on: what is shown is what was reviewed.
    told, attachments = [], {}
    shown: dict[tuple[UUID | None, str], EvidenceVersion] = {(one.evidence_id, one.sha256): one for one in evidence}
    finished = BiasAudit.objects.filter(
        organisation_id=by.organisation_id, system=system, state=State.FINISHED, evidence_id__in=[pk for pk, _ in shown]
    ).select_related("started_by__user")
    published = [one for one in finished.order_by("ended_at", "id") if (one.evidence_id, one.result_sha256) in shown]
    for number, bias_audit in enumerate(published, start=1):
        result = result_of(bias_audit)
        proposed = _proposed(by, bias_audit, result)
        names = f"bias-{number}-result.json", f"bias-{number}-counts.csv"
        attachments[names[0]], attachments[names[1]] = dump(result), counts_of(result)
        told.append(
            {
                "id": str(bias_audit.id),
                "title": bias_audit.title,
                "evidence": str(shown[bias_audit.evidence_id, bias_audit.result_sha256].pk),
                "result_sha256": bias_audit.result_sha256,
                "attachment": names[0],
                "counts_attachment": names[1],
                "ran_at": moment(bias_audit.ended_at or bias_audit.uploaded_at),
                "ran_by": bias_audit.started_by.name if bias_audit.started_by else "",
                **({"proposed_exclusions": proposed} if proposed else {}),
                "result": dict(result),
            }
        )
    return told, attachments


def _proposed(by: Membership, bias_audit: BiasAudit, result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what was proposed to be left out and is not left out of this result, decided about or not."""
    applied = {named(one) for one in result["method"]["exclusions"]}
    found = [(one, named_proposal(one)) for one in proposals(by, bias_audit)]
    return [
        {
            "category": name,
            "justification": one.justification,
            "proposed_by": one.proposed_by.name,
            "proposed_at": moment(one.proposed_at),
            "decision": str(one.decision),
            "decided_by": one.decided_by.name if one.decided_by else "",
            "decided_at": moment(one.decided_at) if one.decided_at else None,
            "decided_reason": one.decided_reason,
        }
        for one, name in found
        if name not in applied
    ]


def _system(system: AISystem) -> dict[str, Any]:
    return {
        "id": str(system.id),
        "name": system.name,
        "version": system.version,
        "vendor": system.vendor,
        "intended_purpose": system.intended_purpose,
        "deployer": system.deployer,
        "first_use_on": _day(system.first_use_on),
        "positions": system.positions,
        "status": str(system.get_status_display()),
    }


def _catalogue(catalogue: Catalogue) -> dict[str, Any]:
    return {
        "law": catalogue.law,
        "title": catalogue.title,
        "short_title": catalogue.short_title,
        "text_version": catalogue.text_version,
        "text_as_of": catalogue.text_as_of.isoformat(),
        "sha256": catalogue.digest,
        "sections": [{"id": section.id, "title": section.title} for section in catalogue.sections],
        "progress_kinds": list(catalogue.progress_kinds),
    }


def _row(catalogue: Catalogue, item: ChecklistItem) -> dict[str, Any]:
    row = catalogue.row(item.row_id)
    return {
        "id": row.id,
        "section": row.section,
        "citation": list(row.citation),
        "title": row.title,
        "question": row.question,
        "kind": row.kind,
        "roles": [catalogue.roles[role] for role in row.roles],
        "timing": row.timing,
        "computed": row.computed,
        "computed_how": row.computed_how,
        "expected_evidence": list(row.evidence),
        "progress": item.progress,
        "verdict": item.verdict,
        "reason": item.reason,
        "note": item.note,
        "owner": item.owner.name if item.owner else "",
        "due_on": _day(item.due_on),
        "evidence": [str(attachment.shown.pk) for attachment in item.attachments.all()],
        "submitted": (
            {"by": item.submitted_by.name, "at": moment(item.submitted_at)}
            if item.submitted_by and item.submitted_at
            else None
        ),
        "reviews": [_review(review) for review in item.reviews.all()],
        **({"confirm_again": item.confirm_again} if item.confirm_again else {}),
    }


def _review(review: Review) -> dict[str, Any]:
    # A decision that was carried over says under which text it was taken.
    under = {"text_version": review.carried_from.item.checklist.text_version} if review.carried_from else {}
    return {
        "by": review.reviewer.name,
        "role": review.role.replace("_", " "),
        "decision": review.decision,
        "reason": review.reason,
        "at": moment(review.at),
        **under,
    }


def _evidence(version: EvidenceVersion) -> dict[str, Any]:
    piece, files = version.evidence, version.kept
    told = {
        "id": str(version.id),
        "piece": str(piece.id),
        "version": version.number,
        "title": piece.title,
        "kind": version.kind,
        "confidentiality": piece.confidentiality,
        "sha256": version.sha256,
        "bytes": version.size,
        "media_type": version.media_type,
        "file_name": version.file_name,
        "url": version.url,
        "effective_on": _day(version.effective_on),
        "valid_until": _day(version.valid_until),
        "source": version.source,
        "author": version.author,
        "systems": [str(one) for one in version.speaks_of.all()],
        "added_by": version.added_by.name,
        "added_at": moment(version.added_at),
        "withdrawn": (
            {"at": moment(piece.withdrawn_at), "reason": piece.withdrawn_reason} if piece.withdrawn_at else None
        ),
    }
    if len(files) > 1:
        told["files"] = [{"file_name": one.file_name, "sha256": one.sha256, "bytes": one.size} for one in files]
    return told


def _entries(by: Membership, system: AISystem, evidence: list[EvidenceVersion]) -> list[dict[str, Any]]:
    # Bodies are given whole, so that each digest can be computed again. Evidence may belong to no system in particular;
    # what was done to it is told where it is named, and other systems' entries stay at home.
    named = Q(subject_type="evidence", subject_id__in=[str(one.evidence_id) for one in evidence])
    found = presenters.told(trail.entries(by.organisation_id).filter(Q(system_id=system.id) | named))
    return [_entry(one) for one in found]


def _entry(told: presenters.Told) -> dict[str, Any]:
    entry = told.entry
    return {
        "seq": entry.seq,
        "at": moment(entry.at),
        "actor": told.actor,
        "sentence": told.sentence,
        "verb": entry.verb,
        "subject": told.subject,
        "sha256": entry.sha256,
        "prev": entry.prev,
        "body": load(entry.body.encode()),
        **({"personal": told.personal} if told.personal else {}),
    }


def _attachment(name: str, data: bytes) -> dict[str, Any]:
    is_result = name.endswith(".json")
    described = "Bias audit result" if is_result else "Counts from which every figure follows"
    return {
        "name": name,
        "sha256": sha256(data),
        "bytes": len(data),
        "media_type": "application/json" if is_result else "text/csv",
        "relationship": "Data",
        "description": "Determination: every row with its reasons" if name == determined.FILE else described,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
