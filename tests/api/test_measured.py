"""A bias audit and a dossier from a pipeline, with the work that a worker does done for real."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from audits.bias import actions as bias_actions
from audits.bias import example
from audits.dossiers import actions as dossier_actions
from compliance.evidence.models import Evidence
from tests import build
from tests.api.caller import Caller, caller
from tests.people import People

PLAN = {"sex": "sex", "race_ethnicity": "race_ethnicity", "selected": "selected", "favourable": "yes"}


def handed_over(alice: Caller, people: People, tmp_path: Path) -> Any:
    path = tmp_path / "applicants.csv"
    example.write_example(path)
    file = SimpleUploadedFile(path.name, path.read_bytes())
    given = {"system": str(build.system(people.alice).pk), "title": "Screening", "files": [file]}
    return alice.client.post(alice.root + "bias-audits/", given)


def test_a_bias_audit_goes_from_file_to_evidence(people: People, tmp_path: Path) -> None:
    alice = caller(people.alice)
    made = handed_over(alice, people, tmp_path)
    assert made.status_code == 201, made.json()
    assert [one["name"] for one in made.json()["sources"]] == ["applicants.csv"]
    path = f"bias-audits/{made.json()['id']}/"
    assert alice.get(f"{path}result/").status_code == 404
    unanswered = alice.post(f"{path}start/", {"plan": PLAN})
    assert (unanswered.status_code, unanswered.json()["problems"][0]["column"]) == (400, "people_in_union")
    strange = alice.post(f"{path}start/", {"plan": {**PLAN, "guess": 1}, "people_in_union": False})
    assert strange.json()["problems"][0]["sentence"] == "The plan names unknown or too few fields: guess."
    started = alice.post(f"{path}start/", {"plan": PLAN, "people_in_union": False})
    assert (started.status_code, started.json()["state"]) == (200, "waiting")
    bias_actions.carry_out(made.json()["id"])
    told = alice.get(path).json()
    assert (told["state"], told["problems"]) == ("finished", [])
    result = b"".join(alice.get(f"{path}result/").streaming_content)
    assert hashlib.sha256(result).hexdigest() == told["result_sha256"]
    published = alice.post(f"{path}publish/").json()
    assert Evidence.objects.get(pk=published["evidence"]).sha256 == told["result_sha256"]


def test_a_dossier_is_frozen_signed_and_taken(people: People) -> None:
    charlie, checklist = caller(people.charlie), build.checklist(people.alice)
    final = charlie.post("dossiers/", {"checklist": str(checklist.pk), "status": "final"})
    assert final.status_code == 400  # rows are open
    made = charlie.post("dossiers/", {"checklist": str(checklist.pk), "status": "draft"}, Idempotency_Key="release 4")
    assert made.status_code == 201, made.json()
    path = f"dossiers/{made.json()['id']}/"
    assert charlie.get(f"{path}file/").status_code == 404
    dossier_actions.carry_out(made.json()["id"])
    told = charlie.get(path).json()
    assert told["state"] == "finished", told["problems"]
    file = b"".join(charlie.get(f"{path}file/").streaming_content)
    assert (file[:5], hashlib.sha256(file).hexdigest()) == (b"%PDF-", told["signed_sha256"])
    assert (
        caller(people.alice).post("dossiers/", {"checklist": str(checklist.pk), "status": "draft"}).status_code == 403
    )
