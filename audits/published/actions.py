"""Keep what a check found: its report, which carries the text it was made from, becomes a piece of evidence."""

from __future__ import annotations

import io

from audits.published.report import Checked
from audits.published.text import sentence
from compliance.evidence import actions as evidence_actions
from compliance.evidence.models import Evidence
from compliance.lib.canonical import dump
from compliance.people.models import Membership
from compliance.systems.models import AISystem

FILE_NAME = "published-check.json"


def keep(*, by: Membership, checked: Checked, title: str, system: AISystem | None = None) -> Evidence:
    """Keep the report of a check as evidence; nothing of a check is stored before."""
    return evidence_actions.add_file(
        by=by,
        title=title.strip() or "Check of a published bias audit",
        stream=io.BytesIO(dump(checked.as_json())),
        file_name=FILE_NAME,
        systems=[system] if system else [],
        source=sentence(checked),
        effective_on=checked.document.about.as_of,
    )
