"""`manage.py catalogue` and `manage.py catalogue_check`, without a database."""

import json
from pathlib import Path

import jsonschema
import pytest
from django.core.management import call_command

from compliance.catalogue.loader import facts, load


def test_every_row_is_printed_with_all_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("catalogue", "nyc-ll144", "--format", "json")
    printed = json.loads(capsys.readouterr().out)
    law = load("nyc-ll144")
    assert (printed["law"], printed["text_version"], printed["digest"]) == ("nyc-ll144", "2023-05-06", law.digest)
    assert [row["id"] for row in printed["rows"]] == [row.id for row in law.rows]
    fields = "id citation title question roles tier kind condition dates penalty computed crosswalk checked"
    assert all(set(fields.split()) <= set(row) for row in printed["rows"])


def test_text_names_every_row_with_its_citation(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("catalogue", "nyc-ll144", "--text-version", "2023-05-06")
    printed = " ".join(capsys.readouterr().out.split())
    for row in load("nyc-ll144").rows:
        assert f"{row.id} {row.title} {row.question}" in printed
        assert row.citation_text in printed


@pytest.mark.parametrize(
    ("options", "code"), [(["nyc-ll145"], "no-such-law"), (["nyc-ll144", "--text-version", "1"], "no-such-version")]
)
def test_an_unknown_law_is_one_problem_a_line(
    capsys: pytest.CaptureFixture[str], options: list[str], code: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("catalogue", *options, "--format", "json")
    assert ended.value.code == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [json.loads(line)["code"] for line in printed.err.splitlines()] == [code]


def test_the_check_prints_each_law_with_its_digest(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("catalogue_check", "--format", "json")
    found = {(one["law"], one["text_version"]): one["digest"] for one in json.loads(capsys.readouterr().out)["laws"]}
    assert found["nyc-ll144", "2023-05-06"] == load("nyc-ll144").digest


def test_applicability_says_what_binds_with_its_reasons(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "facts.json"
    yes = "screens_candidates tool_used_in_city tool_learned tool_output_simplified tool_scores"
    given = {"roles": ["independent_auditor"], "tool_selects": False, "tool_weight": ["most"]}
    path.write_text(json.dumps(given | dict.fromkeys(yes.split(), True)), "utf-8")
    call_command("applicability", str(path), law="nyc-ll144", as_of="2026-11-21", format="json")
    printed = json.loads(capsys.readouterr().out)
    assert [printed[key] for key in ("law", "text_version", "as_of")] == ["nyc-ll144", "2023-05-06", "2026-11-21"]
    rows = {row["id"]: row for row in printed["rows"]}
    assert list(rows) == [row.id for row in load("nyc-ll144").rows]
    scoring = rows["LL144-SCO-01"]
    assert (scoring["state"], scoring["from"]) == ("applies", "2023-05-06")
    assert [(one["kind"], one["name"]) for one in scoring["reasons"] if one["kind"] != "fact"] == [
        ("term", "aedt_in_use"), ("term", "aedt"), ("term", "employment_decision"), ("date", ""),
        ("performed", "independent_auditor"),
    ]  # fmt: skip
    assert {"tool_scores", "roles"} <= {one["name"] for one in scoring["reasons"] if one["kind"] == "fact"}
    assert (rows["LL144-SEL-01"]["state"], rows["LL144-SEL-01"]["from"]) == ("undetermined", None)
    assert [one["name"] for one in rows["LL144-SEL-01"]["reasons"] if one["kind"] == "needs"] == ["tool_classifies"]

    call_command("applicability", str(path), law="nyc-ll144", as_of="2026-11-21")
    text = capsys.readouterr().out
    assert all(f"  {id}  " in text for id in rows)
    assert "tool_classifies (" in text


def test_every_wrong_fact_and_day_is_one_problem_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "facts.json"
    path.write_text('{"tool_scores": "yes", "tool": true, "roles": ["king"]}', "utf-8")
    with pytest.raises(SystemExit) as ended:
        call_command("applicability", str(path), law="nyc-ll144", as_of="21.11.2026", format="json")
    assert ended.value.code == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [json.loads(line)["code"] for line in printed.err.splitlines()] == [
        "wrong-day",
        "wrong-type",
        "no-such-fact",
        "no-such-value",
    ]


def test_the_facts_follow_the_schema_that_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("facts_schema")
    printed = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(printed).validate({"roles": ["deployer"], "is_ai_system": True, "sme": None})
    assert list(printed["properties"]) == list(facts())


def test_the_difference_of_two_versions_names_each_row(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("catalogue_diff", "eu-ai-act@2024-07-12", "eu-ai-act@2026-07-27", "--format", "json")
    found = json.loads(capsys.readouterr().out)["changes"]
    kinds = {(one["kind"], one["id"]) for one in found}
    assert {("re-dated", "EUAIA-9.1"), ("re-scoped", "EUAIA-9.1"), ("reworded", "EUAIA-4.1")} <= kinds
    dates = next(one for one in found if (one["kind"], one["id"]) == ("re-dated", "EUAIA-27.1"))["fields"][0]
    assert dates["before"]["in_force_from"]["annex_iii"] == "2026-08-02"
    assert dates["after"]["in_force_from"]["annex_iii"] == "2027-12-02"
    call_command("catalogue_diff", "nyc-ll144@2023-05-06", "nyc-ll144@2023-05-06")
    assert capsys.readouterr().out == "Nothing differs.\n"
