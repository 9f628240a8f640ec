"""A process that does one thing again and again, as a person in a hurry: `python -m tests.trail.writer VERB ...`."""

from __future__ import annotations

import json
import os
import sys
from functools import partial

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
    django.setup()

from audits.dossiers import actions as dossier_actions
from compliance.checklists import actions
from compliance.checklists.models import ChecklistItem
from compliance.evidence.models import Evidence
from compliance.lib.problems import Refused
from compliance.people import actions as people_actions
from compliance.people.models import Membership, Role
from compliance.systems import actions as system_actions
from compliance.trail import queries
from tests import build
from tests.api.caller import caller


def prepare() -> None:
    """Open the checklist whose row everybody wants."""
    by = Membership.objects.get(role=Role.ADMINISTRATOR)
    build.checklist(by, by.organisation.systems.get())


def write(name: str, times: int) -> None:
    """Change the row `times` times, each time from what it said last; and attach a note."""
    by = Membership.objects.get(role=Role.ADMINISTRATOR)
    for number in range(times):
        while True:
            item = ChecklistItem.objects.get(row_id=build.ROW)
            note = f"{item.note} {name}{number}"
            try:
                actions.change(by=by, item=item, revision=item.revision, note=note)
                break
            except Refused as refused:
                if refused.code != "changed-meanwhile":
                    raise
        build.note(by, f"Note {number} of {name}", then=partial(_attach, by, item))


def _attach(by: Membership, item: ChecklistItem, evidence: Evidence) -> None:
    actions.attach(by=by, item=item, evidence=evidence)


def register(times: int) -> None:
    """Change the AI system and the role of a member, again and again."""
    by = Membership.objects.get(role=Role.ADMINISTRATOR)
    member = people_actions.add_member(by=by, email="bob@example.org", name="Bob", role=Role.OBSERVER)
    for number in range(times):
        system_actions.change(by=by, system=by.organisation.systems.get(), vendor=f"Vendor {number}")
        people_actions.change_role(by=by, member=member, role=[Role.AUDITOR, Role.OBSERVER][number % 2])


def freeze(times: int) -> None:
    """Freeze a draft of the checklist, again and again."""
    by = Membership.objects.get(role=Role.ADMINISTRATOR)
    for _ in range(times):
        dossier_actions.freeze(by=by, checklist=by.organisation.checklists.get(), status="draft")


def tell() -> None:
    """Say what stands in the database at the end."""
    item = ChecklistItem.objects.get(row_id=build.ROW)
    organisation = item.checklist.organisation_id
    verbs = queries.entries(organisation).values_list("verb", flat=True)
    found = {
        "words": item.note.split(),
        "revision": item.revision,
        "changed": list(verbs).count("item.changed"),
        "attached": item.evidence.count(),
        "frozen": list(verbs).count("dossier.frozen"),
        "system_changed": list(verbs).count("system.changed"),
        "role_changed": list(verbs).count("member.role_changed"),
        "breaks": [fault.sentence for fault in queries.breaks(organisation)],
    }
    print(json.dumps(found))


def ask(key: str) -> None:
    """Register a system through the API with a key, and tell what came back."""
    by = Membership.objects.get(role=Role.ADMINISTRATOR)
    answer = caller(by).post("systems/", {"name": "Once", "status": "planned"}, Idempotency_Key=key)
    print(json.dumps([answer.status_code, answer.json().get("id")]))


def token() -> None:
    """Make a token that may do everything, and tell it and its organisation."""
    by = Membership.objects.get(role=Role.ADMINISTRATOR)
    print(json.dumps([by.organisation.slug, caller(by).token]))


if __name__ == "__main__":
    verb, *words = sys.argv[1:]
    if verb == "write":
        write(words[0], int(words[1]))
    elif verb == "ask":
        ask(words[0])
    elif verb in ("register", "freeze"):
        {"register": register, "freeze": freeze}[verb](int(words[0]))
    else:
        {"prepare": prepare, "tell": tell, "token": token}[verb]()
