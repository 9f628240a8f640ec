"""A process that answers one row again and again, as a person in a hurry: `python -m tests.trail.writer NAME TIMES`."""

from __future__ import annotations

import json
import os
import sys

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
    django.setup()

from compliance.checklists import actions
from compliance.checklists.models import ChecklistItem
from compliance.lib.problems import Refused
from compliance.people.models import Membership, Role
from compliance.trail import queries
from tests import build


def prepare() -> None:
    """Open the checklist whose row everybody wants."""
    by = Membership.objects.get(role=Role.ADMINISTRATOR)
    build.checklist(by, by.organisation.systems.get())


def write(name: str, times: int) -> None:
    """Change the row `times` times, each time from what it said last; and attach one note of one's own."""
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
    actions.attach(by=by, item=item, evidence=build.note(by, f"Note of {name}"))


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
        "breaks": list(queries.breaks(organisation)),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2], int(sys.argv[3]))
    else:
        {"prepare": prepare, "tell": tell}[sys.argv[1]]()
