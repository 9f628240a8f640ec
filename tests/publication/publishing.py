"""A use of a tool with everything said, and a finished audit by an independent auditor."""

from __future__ import annotations

import datetime
import io
from typing import Any

from audits.bias import actions as bias
from audits.bias import locking
from audits.bias.models import BiasAudit
from audits.bias.plan import Plan
from audits.publication import actions
from audits.publication.models import ToolUse
from compliance.lib.independence import LIMBS
from compliance.systems.models import AISystem
from tests import build
from tests.people import People

DATA = {
    "kind": "historical",
    "from": "2025-01-01",
    "to": "2025-12-31",
    "origin": "Applications to our own offices.",
}
SAID = {
    "retention": "Kept for four years, then deleted.",
    "collected": "Answers to the questionnaire, and a CV.",
    "data_source": "The applicants themselves.",
    "ask_how": "Write to privacy@example.org.",
    "qualifications": "Experience, and answers about shifts.",
    "alternative": "Write to jobs@example.org within ten days.",
}


def applicants() -> bytes:
    """Twelve men and twelve women of two categories, of whom some are chosen, and one of unknown race."""
    lines = [
        f"{sex},{race},{int(number < chosen)}"
        for sex, race, chosen in (
            ("Male", "White", 4),
            ("Female", "White", 3),
            ("Male", "Asian", 3),
            ("Female", "Asian", 2),
        )
        for number in range(6)
    ]
    return "\n".join(["sex,race,hired", *lines, "Male,,1", ""]).encode()


def audited(people: People, system: AISystem, *, declared: bool = True, **plan: Any) -> BiasAudit:
    """Run a bias audit of a system; with `declared` false it is a self-assessment."""
    audit = bias.open_audit(
        by=people.alice, system=system, title="Screening", stream=io.BytesIO(applicants()), file_name="a.csv"
    )
    declaration = None
    if declared:
        every = dict.fromkeys(LIMBS, True)
        declaration = locking.declare_independence(by=people.charlie, system=system, auditor="Charlie", limbs=every)
    choices = Plan("sex", "race", selected="hired", favourable="1", **{"data": DATA, **plan})
    bias.start(by=people.alice, bias_audit=audit, plan=choices, people_in_union=False, declaration=declaration)
    bias.carry_out(audit.pk)
    audit.refresh_from_db()
    return audit


def use(people: People, system: AISystem | None = None, **said: Any) -> ToolUse:
    """Record a use of which everything is said."""
    system = system or build.system(people.alice)
    fields = {"employer": "Example Employer, Inc.", "distribution_on": datetime.date(2025, 3, 1), **SAID, **said}
    return actions.record_use(by=people.bob, system=system, **fields)
