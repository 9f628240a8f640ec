"""Two dossiers side by side: what came, went and changed is found, each once, and nothing else is."""

from __future__ import annotations

import copy
import io
import json
import re
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from audits.dossiers import actions, comparing
from audits.dossiers.actions import carry_out
from audits.management.commands.compare_dossiers import Command
from compliance.checklists import actions as checklists
from compliance.checklists.models import Verdict
from compliance.evidence import actions as evidence_actions
from compliance.lib.canonical import digest, dump
from compliance.lib.problems import Refused
from tests import build
from tests.commands import run_command
from tests.dossiers.example import example_manifest
from tests.people import People, client_of


def changed() -> tuple[dict[str, Any], dict[str, Any]]:
    one = example_manifest()
    return one, copy.deepcopy(one)


def test_a_dossier_is_like_itself() -> None:
    one, two = changed()
    found = comparing.compare(one, two)
    assert comparing.is_alike(found)
    two["dossier"]["statement"] = "Another."  # who says what stands beside, and is no change of the matter
    assert comparing.is_alike(comparing.compare(one, two))


def test_each_change_is_told_once_with_both_values() -> None:
    one, two = changed()
    two["catalogue"]["text_version"] = "2026-06-01"
    two["system"]["version"] = "4.3"
    first, second, *rest = two["rows"]
    first["verdict"], first["due_on"] = "not_met", "2027-01-01"
    second["reviews"] = [
        {"by": "Bob", "role": "auditor", "decision": "returned", "reason": "Old.", "at": "2026-11-22T10:00:00Z"}
    ]
    two["rows"] = [first, second, *rest[1:]]
    gone = rest[0]["id"]
    old = two["evidence"].pop()
    two["evidence"].append({**old, "id": "EV-99"})
    for row in two["rows"]:
        row["evidence"] = [each for each in row["evidence"] if each != old["id"]]
    found = comparing.compare(one, two, (["Alice"], ["Alice", "Bob"]))
    assert found["law"] == [{"field": "text_version", "before": "2023-05-06", "after": "2026-06-01"}]
    assert found["system"] == [{"field": "version", "before": "4.2", "after": "4.3"}]
    assert [each["id"] for each in found["rows"]["gone"]] == [gone]
    rows = {each["id"]: {part["field"]: part["after"] for part in each["fields"]} for each in found["rows"]["changed"]}
    assert {"verdict", "due_on"} <= set(rows[first["id"]])
    assert rows[second["id"]]["decision"] == "returned by Bob, 2026-11-22: Old."
    assert ([each["id"] for each in found["evidence"]["came"]], len(found["evidence"]["gone"])) == (["EV-99"], 1)
    assert found["later"]["signers"] == ["Alice", "Bob"]
    assert (found["bias"]["came"], found["bias"]["moved"]) == ([], [])


def test_a_ratio_that_moved_stands_with_its_test() -> None:
    one, two = changed()
    audit = two["bias_audits"][0]
    result = audit["result"]
    for cell in result["counts"]:
        if cell["sex"] == "Female":
            cell["selected"] //= 2
    audit["result_sha256"] = digest(result)
    [moved] = comparing.compare(one, two)["bias"]["moved"]
    sexes = next(table for table in moved["drift"]["tables"] if table["table"] == "sex")
    women = next(each for each in sexes["ratios"] if each["group"] == "Female")
    # 667/1390 and 555/1181, then, each cell halved and cut off, 275/1181
    assert (women["stated"]["before"][:5], women["values"]["after"][:5]) == ("0.979", "0.485")
    assert float(women["values"]["p"]) < 1e-9


def test_two_systems_are_not_compared() -> None:
    one, two = changed()
    two["system"]["id"] = "S-2"
    with pytest.raises(Refused, match="of different AI systems"):
        comparing.compare(one, two)


@pytest.mark.django_db
def test_a_page_a_pdf_and_the_command_tell_the_same(
    people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = build.answered(people.alice, build.item(people.alice))
    first = actions.freeze(by=people.charlie, checklist=row.checklist, status="draft")
    checklists.change(by=people.alice, item=row, verdict=Verdict.NOT_MET, reason="The audit is <b>too old</b>.")
    evidence_actions.withdraw(by=people.alice, evidence=row.evidence.get(), reason="Superseded.")
    second = actions.freeze(by=people.charlie, checklist=row.checklist, status="draft")
    observer = client_of(people.observer)
    address = f"/o/{people.alice.organisation.slug}/dossiers/{second.pk}/compare/"
    page = re.sub(r"\s+", " ", observer.get(address).content.decode())
    assert '<th scope="row">verdict</th><td>Met</td><td>Not met</td>' in page
    assert "The audit is &lt;b&gt;too old&lt;/b&gt;." in page
    assert "Superseded." in page
    found = json.loads(observer.get(address, {"with": str(first.pk), "format": "json"}).content)
    assert [each["id"] for each in found["rows"]["changed"]] == [row.row_id]
    printed = observer.get(address, {"with": str(first.pk), "format": "pdf"}).content
    with pikepdf.open(io.BytesIO(printed)) as document:
        assert len(document.pages) >= 1
    for place, one in enumerate((first, second)):
        carry_out(one.pk)
        one.refresh_from_db()
        data = client_of(people.charlie).get(f"/o/{people.alice.organisation.slug}/dossiers/{one.pk}/dossier.pdf")
        (tmp_path / f"{place}.pdf").write_bytes(b"".join(data.streaming_content))  # type: ignore[attr-defined]
    done = run_command(Command, "compare_dossiers", capsys, tmp_path / "0.pdf", tmp_path / "1.pdf")
    assert (done.returncode, "verdict: Met -> Not met" in done.stdout) == (0, True)
    assert "Name in the signatures: Charlie" in done.stdout
    (tmp_path / "other.json").write_bytes(dump({"a": 1}))
    done = run_command(Command, "compare_dossiers", capsys, tmp_path / "0.pdf", tmp_path / "other.json")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    stranger = client_of(people.stranger)
    assert stranger.get(address).status_code == 404
    assert observer.get(address, {"with": str(second.pk)}).status_code == 404
