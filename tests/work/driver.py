"""Walks the real actions inside a house; :mod:`tests.work.house` asks it by lines of JSON."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
    django.setup()

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from audits.bias import actions as bias
from audits.bias import example, leaving_out
from audits.bias.models import BiasAudit
from audits.bias.plan import Plan
from audits.bias.tasks import run_bias_audit
from audits.dossiers import actions as dossiers
from audits.dossiers.models import Dossier
from audits.dossiers.tasks import make_dossier
from audits.work.models import Work
from compliance.celery import app
from compliance.checklists.actions import change, open_checklist
from compliance.evidence.blobs import FolderStore, store
from compliance.evidence.keeping import FixityRun
from compliance.people.models import Membership, Role
from compliance.trail.queries import breaks, entries
from tests import build, people
from tests.people import member as make_member

MODELS: dict[str, type[Work]] = {"bias": BiasAudit, "dossier": Dossier}
TASKS = {"bias": run_bias_audit, "dossier": make_dossier}


def migrate() -> None:
    """Make the database and the people."""
    call_command("migrate", verbosity=0)
    build.system(people.founder("Alice", "Example Employer, Inc."))


def start_bias_audit(copies: int = 1) -> str:
    """Start an audit of the worked example, repeated so that it takes a while."""
    by = Membership.objects.get(role=Role.ADMINISTRATOR)
    path = Path(os.environ["PROBANDA_HOME"]) / "applicants.csv"
    example.write_example(path)
    header, *rows = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(header + b"".join(rows) * copies)
    system = by.organisation.systems.get()
    with path.open("rb") as stream:
        made = bias.open_audit(by=by, system=system, title="Screening", stream=stream, file_name=path.name)
    plan = Plan(sex="sex", race_ethnicity="race_ethnicity", selected="selected", favourable="yes")
    return str(bias.start(by=by, bias_audit=made, plan=plan, people_in_union=False).pk)


def accept_leaving_out() -> str:
    """Finish an audit in which one category is below 2 %, and have a second person accept to leave it out."""
    by = Membership.objects.get(role=Role.ADMINISTRATOR)
    path = Path(os.environ["PROBANDA_HOME"]) / "few.csv"
    path.write_text("sex,race,hired\n" + "Male,White,1\nFemale,White,0\n" * 60 + "Female,Black,1\n")
    with path.open("rb") as stream:
        system = by.organisation.systems.get()
        made = bias.open_audit(by=by, system=system, title="Few", stream=stream, file_name=path.name)
    plan = Plan(sex="sex", race_ethnicity="race", selected="hired")
    bias.start(by=by, bias_audit=made, plan=plan, people_in_union=False)
    bias.carry_out(made.pk)
    made.refresh_from_db()
    black = bias.result_of(made)["tables"][1]["benchmark"]
    place = {"class": None, "table": "race_ethnicity", **black, "justification": "One person."}
    [proposal] = leaving_out.propose(by=by, bias_audit=made, exclusions=[place])
    bob = make_member(by, "Bob", Role.LEGAL_REVIEWER)
    leaving_out.decide(by=bob, proposal=proposal, accept=True, reason="Says nothing of the tool.")
    return str(made.pk)


def leave_out(pk: str, at: float) -> str:
    """Compute with what was accepted, at a moment that another process was told as well."""
    by = Membership.objects.get(role=Role.ADMINISTRATOR)
    found = BiasAudit.objects.get(pk=pk)
    time.sleep(max(0.0, at - time.time()))
    return str(leaving_out.compute(by=by, bias_audit=found).pk)


def audits() -> int:
    """Return how many bias audits there are."""
    return BiasAudit.objects.count()


def start_bias_audit_unsent() -> str:
    """Start an audit whose message is lost."""
    with mock.patch.object(app, "send_task"):
        return start_bias_audit()


def freeze_dossier() -> str:
    """Freeze a draft of an untouched checklist."""
    by = Membership.objects.get(role=Role.ADMINISTRATOR)
    checklist = open_checklist(by=by, system=by.organisation.systems.get(), law=build.LAW)
    return str(dossiers.freeze(by=by, checklist=checklist, status="draft").pk)


def due_rows(people: int) -> int:
    """Give as many members one row each that is due today."""
    by = Membership.objects.get(role=Role.ADMINISTRATOR)
    rows = open_checklist(by=by, system=by.organisation.systems.get(), law=build.LAW).items.all()[:people]
    owners = [make_member(by, f"Person{n}", Role.AUDITOR) for n in range(people)]
    for row, owner in zip(rows, owners, strict=True):
        change(by=by, item=row, owner=owner, due_on=timezone.now().date())
    return len(owners)


def stale_rows(people: int) -> int:
    """Let as many members own an accepted row each, and change what it rests on: each gets a letter."""
    by = Membership.objects.get(role=Role.ADMINISTRATOR)
    rows = open_checklist(by=by, system=by.organisation.systems.get(), law=build.LAW).items.all()[:people]
    reviewer = make_member(by, "Reviewer", Role.AUDITOR)
    with mock.patch.object(app, "send_task"):
        for number, row in enumerate(rows):
            owner = make_member(by, f"Owner{number}", Role.CONTRIBUTOR)
            build.accepted(by, reviewer, change(by=by, item=row, owner=owner))
            build.note_again(by, row.evidence.get())
    return people


def keep_files(files: int) -> list[str]:
    """Keep as many files as evidence; return where their bytes are, in the order of their digests."""
    by = Membership.objects.get(role=Role.ADMINISTRATOR)
    kept = sorted(build.file(by, f"{n}".encode(), title=f"File {n}").sha256 for n in range(files))
    here = store()
    assert isinstance(here, FolderStore)
    return [str(here._place(by.organisation_id, sha256)) for sha256 in kept]


def fixity_runs() -> list[dict[str, Any]]:
    """Return how the readings of every byte stand, and how often the trail tells of each."""
    told = {"state": "state", "checked": "checked", "tries": "tries"}
    return [
        {name: getattr(run, column) for name, column in told.items()}
        | {
            "findings": run.findings.count(),
            "entries": entries(run.organisation_id).filter(subject_id=str(run.pk)).count(),
        }
        for run in FixityRun.objects.order_by("asked_at")
    ]


def forget_messages() -> int:
    """Empty the queue."""
    return int(app.control.purge() or 0)


def send_again(kind: str, pk: str, times: int) -> None:
    """Send the message of a row again."""
    for _ in range(times):
        TASKS[kind].delay(pk)


def cancel(pk: str) -> None:
    """Cancel an audit as a member would."""
    by = Membership.objects.get(role=Role.ADMINISTRATOR)
    bias.cancel(by=by, bias_audit=BiasAudit.objects.get(pk=pk))


def start_again(pk: str) -> None:
    """Start a cancelled audit once more."""
    by = Membership.objects.get(role=Role.ADMINISTRATOR)
    made = BiasAudit.objects.get(pk=pk)
    bias.start(by=by, bias_audit=made, plan=Plan.from_json(made.plan or {}), people_in_union=False)


def row(kind: str, pk: str) -> dict[str, Any]:
    """Return how the work stands."""
    found = MODELS[kind]._default_manager.get(pk=pk)
    return {
        "state": found.state,
        "attempts": found.attempts,
        "problems": found.problems,
        "done": found.done_permille,
        "rows": found.rows_done,
        "result": getattr(found, "result_sha256", ""),
    }


def told(pk: str) -> list[str]:
    """Return the verbs of the trail about one thing; a broken chain is an error."""
    organisation = Membership.objects.get(role=Role.ADMINISTRATOR).organisation_id
    assert not list(breaks(organisation))
    return list(entries(organisation).filter(subject_id=str(UUID(pk))).values_list("verb", flat=True))


def files_that_begin_with(text: str) -> int:
    """Return how many kept files begin so."""
    kept = store()
    assert isinstance(kept, FolderStore)
    return sum(path.is_file() and path.open("rb").read(len(text)) == text.encode() for path in kept.root.rglob("*"))


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        answer = globals()[asked["name"]](**asked["arguments"])
        print(json.dumps(answer), flush=True)
        if not os.environ.get("DATABASE_URL"):
            connection.close()


if __name__ == "__main__":
    main()
