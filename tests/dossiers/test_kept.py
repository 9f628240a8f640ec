"""What stays of a dossier outside of itself: its bytes are read again at night, and its note of the trail holds."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from audits.bias import actions as bias
from audits.bias.plan import Plan
from audits.dossiers import actions as dossiers
from audits.dossiers.models import Dossier
from compliance.checklists import actions as checklists
from compliance.evidence import blobs, fixity
from compliance.evidence.jobs import claim
from compliance.evidence.keeping import FixityRun
from compliance.people.models import Membership
from compliance.trail.models import TrailEntry, TrailHead
from tests import build, guards
from tests.people import People

PLAN = Plan(sex="sex", race_ethnicity="race_ethnicity", selected="selected", favourable="yes")
APPLICANTS = b"sex,race_ethnicity,selected\n" + b"Female,White,yes\nMale,White,no\n" * 3


@pytest.fixture
def dossier(people: People, settings: Any) -> Dossier:
    """A signed draft whose checklist rests on a bias audit."""
    settings.LEASE_SECONDS = 600  # a second thread would not see what this test has not committed
    charlie = people.charlie
    checklist = build.checklist(people.alice)
    audit = bias.open_audit(
        by=charlie, system=checklist.system, title="Screening", stream=io.BytesIO(APPLICANTS), file_name="a.csv"
    )
    bias.start(by=charlie, bias_audit=audit, plan=PLAN, people_in_union=False)
    bias.carry_out(audit.pk)
    audit.refresh_from_db()
    piece = bias.publish(by=charlie, bias_audit=audit)
    checklists.attach(by=people.alice, item=build.item(people.alice, on=checklist), evidence=piece)
    made = dossiers.freeze(by=charlie, checklist=checklist, title="Spring", status="draft")
    dossiers.carry_out(made.pk)
    made.refresh_from_db()
    return made


def test_inputs_results_and_dossiers_are_read_again_too(dossier: Dossier) -> None:
    """Every byte beside the evidence: each is missed when it is gone, under the names that it was kept as."""
    house = dossier.organisation_id
    here = blobs.store()
    assert isinstance(here, blobs.FolderStore)
    for sha256 in {sha256 for source in fixity._sources for sha256, _told in source(house)}:
        here._place(house, sha256).unlink()
    run = claim(FixityRun, fixity.begin(dossier.organisation).pk)
    assert run is not None
    fixity.check(run)
    missed = {told for found in run.findings.all() for told in found.kept_as}
    assert missed >= {
        "File a.csv of the bias audit Screening",
        "Result of the bias audit Screening",
        "Manifest of the dossier Spring",
        "Dossier Spring, before it was signed",
        "Dossier Spring",
    }
    assert set(run.findings.values_list("code", flat=True)) == {"bytes-missing"}


def test_what_a_manifest_names_beside_itself_is_read_again(dossier: Dossier) -> None:
    manifest = json.loads(blobs.read(dossier.organisation_id, dossier.manifest_sha256))
    told = {told for source in fixity._sources for _sha256, told in source(dossier.organisation_id)}
    assert manifest["attachments"]
    assert {f"{one['name']} of the dossier Spring" for one in manifest["attachments"]} <= told


def test_the_end_that_a_signed_dossier_notes_is_held_against_the_chain(dossier: Dossier, tmp_path: Path) -> None:
    """`trail_check --noted dossier.pdf`: it holds as long as the chain goes on from there, and no longer once an entry
    of it was replaced together with all that follow."""
    file = tmp_path / "dossier.pdf"
    file.write_bytes(blobs.read(dossier.organisation_id, dossier.signed_sha256))
    assert noted(file) == (0, "Every chain holds.")
    write_anew(dossier.frozen_by)
    code, said = noted(file)
    assert code == 1
    assert said.endswith("At least one chain is broken.")
    assert "earlier note names" in said


def noted(file: Path) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("trail_check", "--noted", str(file), stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue().strip()
    return 0, out.getvalue().strip().splitlines()[-1]


def write_anew(by: Membership) -> None:
    """Cut the chain off before its last entries and go on, so that it is sound in itself: as its owner could."""
    entries = TrailEntry.objects.filter(organisation_id=by.organisation_id).order_by("seq")
    head = TrailHead.objects.get(organisation_id=by.organisation_id)
    for table in ("compliance_trailentry", "compliance_trailhead"):
        guards.lift(table)
    last = entries.filter(seq=3).get()
    entries.filter(seq__gt=3).delete()
    TrailHead.objects.filter(pk=head.pk).update(seq=last.seq, sha256=last.sha256)
    for number in range(head.seq):
        build.note(by, f"Another {number}")
