"""A tool that classifies: exclusions within the tables of each class, empty classes, and what their rates are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from audits.bias.again import below
from audits.bias.audit import run
from audits.bias.plan import Plan
from audits.bias.reperform import reperformed
from audits.management.commands.bias_audit import Command
from audits.metrics.display import shown
from audits.metrics.recheck import recheck
from audits.metrics.result import class_results_of
from compliance.lib.problems import Refused
from tests.commands import run_command

STYLES = "sex,race,style,score\n" + "".join(
    f"{'MF'[n % 2]},White,{('coach', 'driver')[n % 3 % 2]},{n}\n" for n in range(150)
)
ASIAN = "Asian (Not Hispanic or Latino)"


def left_out(of_class: str | None, **changed: Any) -> dict[str, Any]:
    where = {"class": of_class} if of_class else {}
    found = {
        "table": "race_ethnicity",
        "sex": None,
        "race_ethnicity": ASIAN,
        "justification": "One.",
        "approver": "Bob",
    }
    return {**where, **found, **changed}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "styles.csv"
    made.write_text(STYLES + "F,Asian,coach,999\n")
    return made


def excluded(result: dict[str, Any]) -> dict[str, list[str]]:
    return {
        one["class"]: [row["race_ethnicity"] for row in one["tables"][1]["rows"] if row["excluded"]]
        for one in result["classes"]
    }


def test_a_category_is_left_out_of_the_tables_of_one_class_by_a_decision_of_its_own(path: Path) -> None:
    plan = Plan("sex", "race", output_class="style", exclusions=(left_out("coach"),))
    result = run(path, plan).as_json()
    assert excluded(result) == {"coach": [ASIAN], "driver": []}
    coach = result["classes"][0]["tables"][1]
    assert coach["benchmark"]["race_ethnicity"].startswith("White")  # though the one Asian woman has the highest rate
    assert next(row for row in coach["rows"] if row["race_ethnicity"] == ASIAN)["rate"] == "1.000000000000000"
    assert {one["class"] for one in below(result) if one["row"]["race_ethnicity"] == ASIAN} == {"coach", "driver"}
    assert all(check.holds for check in reperformed(result, [path]))
    del result["method"]["exclusions"][0]["class"]
    assert not all(check.holds for check in recheck(result))


def test_what_is_two_percent_or_more_of_a_class_or_of_no_known_class_is_not_left_out(path: Path) -> None:
    with pytest.raises(Refused, match="only a category below 2% may be excluded"):
        run(
            path,
            Plan(
                "sex",
                "race",
                output_class="style",
                exclusions=(left_out("coach", race_ethnicity="White (Not Hispanic or Latino)"),),
            ),
        )
    with pytest.raises(Refused, match="out of the class pilot, which is none of this audit"):
        run(path, Plan("sex", "race", output_class="style", exclusions=(left_out("pilot"),)))
    with pytest.raises(Refused, match="no column of classes is named"):
        Plan("sex", "race", score="score", exclusions=(left_out("coach"),))


def test_rates_within_a_class_of_a_scoring_tool_are_scoring_rates_and_of_being_put_into_it_selection_rates(
    path: Path,
) -> None:
    labels = {}
    for reading in ("outcome-within", "put-into"):
        plan = Plan("sex", "race", score="score", output_class="style", class_reading=reading)
        result = run(path, plan).as_json()
        table = shown(class_results_of(result)[0][1])[0]
        labels[reading] = (table.rate_label, table.selected_label, result["classes"][0]["tables"][0]["rate_kind"])
        assert all(check.holds for check in recheck(result))
    assert labels == {
        "outcome-within": ("Scoring rate", "Above the median", "scoring"),
        "put-into": ("Selection rate", "Put into the class", "class"),
    }


def test_a_declared_class_into_which_nobody_was_put_stands_there_as_empty(path: Path) -> None:
    known = ("coach", "driver", "visionary")
    result = run(path, Plan("sex", "race", output_class="style", classes=known)).as_json()
    assert result["classes"][2]["notes"][0]["sentence"].startswith("Nobody was put into the class visionary")
    assert [note["code"] for note in result["classes"][0]["notes"]].count("class-empty") == 0
    absent = {**result, "classes": result["classes"][:2]}
    assert "classes (those that were declared)" in {check.where for check in recheck(absent) if not check.holds}


def test_the_command_names_who_approved_and_that_it_cannot_witness_it(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [path, "--sex", "sex", "--race", "race", "--classes", "style", "--format", "json"]
    left = ["--exclude", "coach:race_ethnicity=Asian", "--exclude", "driver:race_ethnicity=Asian"]
    why = ["--justification", "One coach.", "--justification", "One driver.", "--approver", "Bob"]
    code, said, errors = run_command(Command, "bias_audit", capsys, *words, *left, *why)
    assert code == 0, errors
    result = json.loads(said)
    assert excluded(result) == {"coach": [ASIAN], "driver": [ASIAN]}
    assert [one["justification"] for one in result["method"]["exclusions"]] == ["One coach.", "One driver."]
    told = [note["sentence"] for note in result["notes"] if note["code"] == "approval-unwitnessed"]
    assert told == [
        "That Bob approved leaving out a category is what whoever ran the command said; the command cannot witness it."
    ]
    assert run_command(Command, "bias_audit", capsys, *words, *left, *why, "--approver", "A", "--approver", "B")[0] == 2
