"""Inside the house: make the people and what they work on; at the end, say what is there.

`python -m bench.working_day.prepare PEOPLE` prints what the people need to know, and `... tell FILE` what of all that
they believe to be kept is missing.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
    django.setup()

from django.db.models import QuerySet

from compliance import guards
from compliance.checklists.models import ChecklistItem, ItemEvidence, Progress, Review
from compliance.evidence import blobs
from compliance.evidence.jobs import Job
from compliance.evidence.keeping import FileText
from compliance.evidence.models import EvidenceFile
from compliance.lib.canonical import sha256_stream
from compliance.lib.problems import Refused
from compliance.people.models import Membership, Organisation, Role
from compliance.trail import queries
from compliance.trail.models import TrailEntry
from tests import build
from tests.api.caller import caller
from tests.people import client_of, founder, member

ROLES = (Role.CONTRIBUTOR, Role.AUDITOR, Role.CONTRIBUTOR, Role.LEGAL_REVIEWER, Role.CONTRIBUTOR)
"""Of every five: who answers, and who decides. One in ten looks on."""
LAWS = ("eu-ai-act", "nyc-ll144", "nyc-ll144", "nist-ai-rmf")
HOT_ROWS = 4


def prepare(people: int) -> list[dict[str, Any]]:
    """Make two organisations, four fifths of the people in the first; return what each of their people knows."""
    first = people - people // 5
    return [_organisation("Example Employer", first, systems=8), _organisation("Another House", people - first, 4)]


def _organisation(name: str, people: int, systems: int) -> dict[str, Any]:
    by = founder(f"Head of {name}".replace(" ", "-"), name)
    made = [by]
    for number in range(1, people):
        role = Role.OBSERVER if number % 10 == 9 else ROLES[number % len(ROLES)]
        made.append(member(by, f"{name.split()[0]}-{number}", role))
    lists = [build.checklist(by, build.system(by, f"Tool {n}"), LAWS[n % len(LAWS)]) for n in range(systems)]
    rows = ChecklistItem.objects.filter(checklist__in=lists).order_by("row_id", "checklist_id")
    hot = list(rows.filter(checklist__in=lists[1:3])[:HOT_ROWS])
    return {
        "root": f"/o/{by.organisation.slug}/",
        "organisation": str(by.organisation_id),
        "checklists": [str(one.pk) for one in lists],
        "rows": [str(pk) for pk in rows.exclude(pk__in=[one.pk for one in hot]).values_list("pk", flat=True)],
        "hot": [str(one.pk) for one in hot],
        "people": [_knows(one) for one in made],
    }


def _knows(one: Membership) -> dict[str, str]:
    token = caller(one).token if one.role == Role.ADMINISTRATOR else ""
    session = client_of(one).cookies["sessionid"].value
    return {"name": one.user.name, "id": str(one.pk), "role": one.role, "session": session, "token": token}


def tell(believed: dict[str, Any]) -> dict[str, Any]:
    """Compare what was acknowledged with what is kept; every list is empty where nothing was lost."""
    notes = {str(pk): set(note.split()) for pk, note in ChecklistItem.objects.values_list("pk", "note")}
    kept = {one: set(found) for one, found in _attached().items()}
    files = set(EvidenceFile.objects.values_list("sha256", flat=True))
    reviews = Counter(
        (str(item), name, decision)
        for item, name, decision in Review.objects.values_list("item", "reviewer__user__name", "decision")
    )
    decided = Counter(tuple(one) for one in believed["decided"])
    return {
        "lost words": [one for one in believed["changes"] if one[1] not in notes[one[0]]],
        "lost files": [one for one in believed["sent"] if one[1] not in (kept.get(one[0], set()) if one[0] else files)],
        "lost decisions": [list(one) for one in decided - reviews],
        "unknown decisions": [list(one) for one in reviews - decided],
        "damaged files": _damaged(),
        "faults of the trail": [f"{one}: {fault}" for one in _houses() for fault in _faults(one)],
        "guards that are gone": guards.missing(),
        "decisions without entry": _without_entry(),
        "work left by the worker": FileText.objects.exclude(state=Job.State.DONE).count(),
        "entries": {one.slug: queries.head(one.pk)[0] for one in _houses()},
        "rows done": ChecklistItem.objects.filter(progress=Progress.DONE).count(),
        "reviews": sum(reviews.values()),
        "files": len(files),
    }


def _houses() -> QuerySet[Organisation]:
    return Organisation.objects.order_by("slug")


def _faults(one: Organisation) -> list[str]:
    return [fault.sentence for fault in queries.breaks(one.pk)]


def _attached() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item, sha256 in ItemEvidence.objects.values_list("item", "evidence__latest__files__sha256"):
        found.setdefault(str(item), []).append(sha256)
    return found


def _damaged() -> list[str]:
    damaged = []
    files = EvidenceFile.objects.values_list("version__evidence__organisation", "sha256", "size")
    for organisation, sha256, size in files:
        try:
            with blobs.store().open(organisation, sha256) as stream:
                if sha256_stream(stream) != (sha256, size):
                    damaged.append(sha256)
        except Refused:
            damaged.append(sha256)
    return damaged


def _without_entry() -> int:
    """Every decision is in the trail, and every entry of one has its decision: the difference of their numbers."""
    told = TrailEntry.objects.filter(verb__in=("item.accepted", "item.agreed", "item.returned")).count()
    return abs(told - Review.objects.count())


if __name__ == "__main__":
    verb, word = sys.argv[1:]
    print(json.dumps(prepare(int(word)) if verb == "prepare" else tell(json.loads(Path(word).read_text()))))
