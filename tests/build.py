"""Build what a test starts from by walking the real actions, so that a test never stands on what cannot happen."""

from __future__ import annotations

import datetime
import io
from typing import Any

from compliance.checklists import actions as checklist_actions
from compliance.checklists.models import Checklist, ChecklistItem, Verdict
from compliance.determinations import actions as determination_actions
from compliance.determinations.models import Determination
from compliance.evidence import actions as evidence_actions
from compliance.evidence.models import Evidence, EvidenceVersion
from compliance.people.models import Membership
from compliance.systems import actions as system_actions
from compliance.systems.models import AISystem

LAW = "nyc-ll144"
ROW = "LL144-AUD-01"
ROOM = 256 * 1024  # bytes on a small disk


def system(by: Membership, name: str = "Sortwell Screen", **fields: Any) -> AISystem:
    """Register an AI system."""
    return system_actions.register(by=by, name=name, **{"version": "4.2", "status": "in_use", **fields})


def checklist(by: Membership, of: AISystem | None = None, law: str = LAW) -> Checklist:
    """Open the checklist of Local Law 144 for a system, registered first where none is given."""
    return checklist_actions.open_checklist(by=by, system=of or system(by), law=law)


def item(by: Membership, row_id: str = ROW, *, on: Checklist | None = None) -> ChecklistItem:
    """Return one row of a checklist, opened first where none is given."""
    return (on or checklist(by)).items.get(row_id=row_id)


def note(by: Membership, title: str = "Minutes of the meeting", **fields: Any) -> Evidence:
    """Keep a note as evidence."""
    return evidence_actions.add_note(by=by, title=title, **{"note": f"{title}: what was said.", **fields})


def note_again(by: Membership, piece: Evidence, text: str = "What was said later.", **fields: Any) -> EvidenceVersion:
    """Keep another note as the newest version of a piece."""
    return evidence_actions.add_version_of_note(by=by, evidence=piece, note=text, **fields)


def file(by: Membership, data: bytes = b"applicant,selected\n1,yes\n", **fields: Any) -> Evidence:
    """Keep a file as evidence."""
    fields = {"title": "Export of the tool", "file_name": "export.csv", **fields}
    return evidence_actions.add_file(by=by, stream=io.BytesIO(data), **fields)


def answered(by: Membership, row: ChecklistItem, verdict: str = Verdict.MET, reason: str = "") -> ChecklistItem:
    """Answer a row as met, on the strength of a note."""
    checklist_actions.attach(by=by, item=row, evidence=note(by, f"Note on {row.row_id}"))
    return checklist_actions.change(by=by, item=row, verdict=verdict, reason=reason)


def submitted(by: Membership, row: ChecklistItem, verdict: str = Verdict.MET, reason: str = "") -> ChecklistItem:
    """Answer a row and send it to review."""
    return checklist_actions.submit(by=by, item=answered(by, row, verdict, reason))


def accepted(by: Membership, reviewer: Membership, row: ChecklistItem) -> ChecklistItem:
    """Answer a row, send it to review and have another person accept it."""
    checklist_actions.accept(by=reviewer, item=submitted(by, row))
    row.refresh_from_db()
    return row


# A private employer in the Union that uses a hiring tool which ranks applicants by their data.
EMPLOYER = {
    "is_ai_system": True,
    "union_link": ["deployer_in_union"],
    "only_military_or_national_security": False,
    "third_country_cooperation": False,
    "only_scientific_research": False,
    "only_development_before_market": False,
    "only_personal_use": False,
    "article_5_acts": ["uses"],
    "infers_emotions_at_work_or_school": False,
    "annex_iii_uses": ["recruitment"],
    "profiles_people": True,
    "roles": ["deployer"],
    "public_body": False,
    "provides_public_services": False,
    "used_at_workplace": True,
    "product_acts": ["none"],
    "placed_on_market": False,
    "for_public_authorities": False,
    "annex_x_component": False,
}


def determination(
    by: Membership,
    of: AISystem | None = None,
    law: str = "eu-ai-act",
    as_of: datetime.date = datetime.date(2026, 11, 21),
    **answers: Any,
) -> Determination:
    """Answer what is known of a hiring tool, changed by `answers`, and draft the determination."""
    one = of or system(by)
    determination_actions.save_answers(by=by, system=one, answers={**EMPLOYER, **answers})
    return determination_actions.determine(by=by, system=one, law=law, as_of=as_of)


def signed(by: Membership, signer: Membership, of: AISystem | None = None, **fields: Any) -> Determination:
    """Draft a determination, and have another person sign it."""
    draft = determination(by, of, **fields)
    return determination_actions.sign(
        by=signer, determination=draft, statement="I checked each answer with the vendor."
    )
