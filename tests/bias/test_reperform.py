"""An audit is performed again from its result and its files; whatever differs is said."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from audits.bias.audit import run
from audits.bias.plan import Plan
from audits.bias.reperform import reperformed
from audits.bias.sources import File
from audits.bias.vocabulary import Role
from audits.management.commands.bias_audit import Command as BiasAudit
from audits.management.commands.reperform import Command
from audits.metrics.recheck import recheck
from compliance.lib.canonical import digest, sha256
from compliance.lib.problems import Refused
from tests.commands import run_command

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "dcwp_selection_intersectional.csv"
MAPPED = ["--sex", "sex", "--race", "race_ethnicity", "--selected", "selected", "--count", "applicants"]
SCORES = "sex,race,score,team\n" + "".join(
    f"{sex},{race},{score},{team}\n"
    for sex, race, score, team in [
        ("M", "White", 9, "a"), ("M", "White", 8, "b"), ("F", "White", 7, "a"), ("F", "Asian", 5, "b"),
        ("F", "", 1, "a"), ("M", "", 2, "a"), ("", "White", 3, "b"), ("F", "Asian", 5, "a"), ("M", "Asian", 6, "b"),
    ]
)  # fmt: skip
UNKNOWN: dict[Role, dict[str, str | None]] = {"sex": {"": None}, "race_ethnicity": {"": None}}


def scored(path: Path, **changed: Any) -> dict[str, Any]:
    path.write_text(SCORES)
    plan = Plan("sex", "race", score="score", mapping=UNKNOWN, strata=("team",), pooled="One scale.", **changed)
    return run(path, plan).as_json()


def test_both_medians_are_counted_and_either_choice_gives_the_others_tables(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    everyone, known = scored(path), scored(path, median_basis="both-known")
    assert everyone["method"]["median"]["value"] == "5"
    assert known["method"]["median"]["value"] == "6.5"
    assert everyone["method"]["other_median"] == known["method"]["median"]
    assert everyone["other_median"] == known["counts"]
    median = next(one for one in everyone["readings"]["choices"] if one["choice"] == "median")
    other = next(one for one in median["options"] if one["option"] == "both-known")
    assert other["tables"][0]["rows"] == known["tables"][0]["rows"]
    assert "median-ties" in {note["code"] for note in everyone["notes"]}
    for result in (everyone, known):
        assert all(check.holds for check in recheck(result))


@pytest.mark.parametrize("changed", [{}, {"higher_is_better": False, "unknowns": "complete-case"}])
def test_a_sound_result_is_performed_again_from_its_file(tmp_path: Path, changed: dict[str, Any]) -> None:
    path = tmp_path / "scores.csv"
    result = scored(path, **changed)
    checks = reperformed(result, [path])
    assert len(checks) > 1000
    assert [check for check in checks if not check.holds] == []
    for part, name in (("input", "rows"), ("input", "counts_sha256"), ("method", "threshold")):
        broken = {**result, part: {**result[part], name: "Another."}}
        assert not all(check.holds for check in recheck(broken)), name
    for name in ("law", "count_rule", "unknowns_rule"):
        broken = {**result, "method": {**result["method"], name: "Another."}}
        assert not all(check.holds for check in reperformed(broken, [path])), name
    silent = {**result, "method": {name: value for name, value in result["method"].items() if name != "columns"}}
    assert [check.where for check in reperformed(silent, [path]) if not check.holds] == [
        "input (how the files were read)"
    ]
    path.write_text(SCORES.replace("M,White,9", "M,White,2"))
    wrong = {check.where for check in reperformed(result, [path]) if not check.holds}
    assert {"input.sources (SHA-256 of every file)", "input.counts_sha256"} <= wrong
    path.write_text(SCORES.replace("M,White,9", "M,Martian,9"))
    assert "not a known value" in str([check.got for check in reperformed(result, [path]) if not check.holds])


def test_pooled_files_may_be_named_in_any_order(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("one.csv", "two.csv")]
    paths[0].write_text("sex,race,hired\nMale,White,1\nFemale,White,0\n")
    paths[1].write_text("sex,race,hired\nFemale,Black,1\nMale,Black,0\nMale,Asian,1\n")
    plan = Plan("sex", "race", selected="hired", favourable="1", pooled="One employer.")
    result = run([File(path, path.name) for path in paths], plan).as_json()
    assert [check for check in reperformed(result, paths[::-1]) if not check.holds] == []
    assert not all(check.holds for check in reperformed(result, paths[:1]))


def test_a_classifying_tool_has_its_tables_for_each_class_an_empty_one_too(tmp_path: Path) -> None:
    path = tmp_path / "styles.csv"
    path.write_text("sex,race,style\nMale,White,driver\nMale,White,coach\nFemale,White,coach\nFemale,Asian,coach\n")
    known = ("driver", "coach", "visionary")
    result = run(path, Plan("sex", "race", output_class="style", classes=known)).as_json()
    rates = {one["class"]: [row["selected"] for row in one["tables"][0]["rows"]] for one in result["classes"]}
    assert rates == {"driver": [1, 0], "coach": [1, 2], "visionary": [0, 0]}
    assert result["tables"] == []
    assert [check for check in reperformed(result, [path]) if not check.holds] == []
    with pytest.raises(Refused, match="was not declared"):
        run(path, Plan("sex", "race", output_class="style", classes=known[1:]))


def test_the_command_says_equal_or_each_difference_or_that_it_cannot_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, document, _ = run_command(BiasAudit, "bias_audit", capsys, GOLDEN, *MAPPED, "--format", "json")
    path = tmp_path / "result.json"
    path.write_text(document)
    code, said, _ = run_command(Command, "reperform", capsys, path, "--data", GOLDEN)
    assert (code, "and none differs" in said) == (0, True)
    # The command ended its document with a line break, which is no part of the result.
    assert f"Result SHA-256 {digest(json.loads(document))}\n" in said
    assert sha256(document.encode()) in said
    broken = json.loads(document)
    broken["tables"][0]["rows"][0]["applicants"] += 1
    path.write_text(json.dumps(broken))
    code, said, _ = run_command(Command, "reperform", capsys, path, "--format", "json")
    difference = {"where": "tables[0].rows[0].applicants", "result": 1391, "again": 1390}
    assert (code, json.loads(said)["differences"]) == (1, [difference])
    path.write_text('{"schema": "other"}')
    assert run_command(Command, "reperform", capsys, path)[0] == 2
    assert run_command(Command, "reperform", capsys, tmp_path / "missing.json")[0] == 2


def test_a_threshold_is_the_callers_own_and_has_an_exit_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    code, said, errors = run_command(
        BiasAudit, "bias_audit", capsys, GOLDEN, *MAPPED, "--fail-below", "0.8", "--readings"
    )
    assert code == 3
    assert "is 0.789, below 0.8. That is your own threshold (--fail-below); Local Law 144 sets none." in errors
    assert "Other readings of the rule" in said
    assert "Self-assessment" in said
    assert run_command(BiasAudit, "bias_audit", capsys, GOLDEN, *MAPPED, "--fail-below", "0.788")[0] == 0
    assert run_command(BiasAudit, "bias_audit", capsys, GOLDEN, *MAPPED, "--fail-below", "80")[0] == 2


def test_an_exclusion_and_a_plan_from_the_command_are_in_the_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    left = ["--exclude", "intersectional=Female, Native American or Alaska Native"]
    why = ["--justification", "Seventeen people.", "--approver", "Bob"]
    assert run_command(BiasAudit, "bias_audit", capsys, GOLDEN, *MAPPED, *left)[0] == 2
    document = {
        "schema": "probanda/bias-plan/1",
        "metrics": ["impact ratio"],
        "thresholds": [],
        "choices": {"unknowns": "complete-case", "exclusions": []},
    }
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(document))
    words = [GOLDEN, *MAPPED, *left, *why, "--plan", path, "--format", "json"]
    code, said, errors = run_command(BiasAudit, "bias_audit", capsys, *words)
    assert code == 0, errors
    result = json.loads(said)
    assert result["method"]["unknowns"] == "complete-case"
    assert result["conduct"]["plan"]["sha256"] == digest(document)
    assert [one["field"] for one in result["conduct"]["deviations"]] == ["exclusions"]
    assert "nobody has locked" in result["conduct"]["plan_sentence"]
    assert [row["excluded"] for row in result["tables"][2]["rows"]].count(True) == 1


def test_test_data_needs_its_explanations_and_the_analysis_of_what_historical_data_could_show(tmp_path: Path) -> None:
    path = tmp_path / "applicants.csv"
    path.write_text("sex,race,hired\nMale,White,1\nFemale,White,0\n")
    with pytest.raises(Refused, match="why historical data was not used"):
        Plan("sex", "race", selected="hired", data={"kind": "test", "how_obtained": "Drawn."})
    history = [{"sex": "Male", "race_ethnicity": None, "applicants": 30, "selected": 10}]
    said = {"conclusion": "Too few.", "reason": "No women applied.", "by": "Bob"}
    data = {
        "kind": "test",
        "why_not_historical": "The tool is new.",
        "how_obtained": "Drawn from a public register.",
        "sufficiency": {"counts": history, **said},
    }
    result = run(path, Plan("sex", "race", selected="hired", data=data)).as_json()
    analysis = result["method"]["data"]["sufficiency"]
    assert (analysis["people"], analysis["conclusion"]) == (30, "Too few.")
    assert all(check.holds for check in recheck(result))
    analysis["tables"][0]["rows"][0]["applicants"] = 3000
    assert not all(check.holds for check in recheck(result))


THRESHOLD = {"metric": "impact ratio", "value": "0.85", "reason": "Our own policy."}
DOCUMENT: dict[str, Any] = {
    "schema": "probanda/bias-plan/1",
    "metrics": ["impact ratio"],
    "thresholds": [THRESHOLD],
    "choices": {"unknowns": "per-table"},
}
LOCKED: dict[str, Any] = {
    "document": DOCUMENT,
    "sha256": digest(DOCUMENT),
    "locked_at": "2026-01-02T10:00:00+00:00",
    "locked_by": "Alice",
    "approved_by": "Bob",
    "authors": ["Alice", "Charlie"],
    "timestamp": None,
}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"approved_by": None}, "A plan with thresholds is approved by a second person before it is locked."),
        ({"approved_by": "Charlie"}, "A plan with thresholds is approved by a second person before it is locked."),
        ({"authors": []}, "A locked plan names everybody who wrote in it."),
        ({"locked_at": "yesterday"}, "A locked plan says when it was locked, with its time zone, and by whom."),
        ({"locked_at": "2026-01-02T10:00:00"}, "A locked plan says when it was locked"),
        ({"locked_by": " "}, "A locked plan says when it was locked"),
        ({"locked_at": None}, "The plan names who locked or approved it, but not when it was locked."),
        ({"sha256": "0" * 64}, "does not give the digest that it states."),
        ({"document": {**DOCUMENT, "metrics": ["luck"]}}, "Name the metrics:"),
    ],
)
def test_the_command_holds_a_locked_plan_against_the_rules_of_the_pages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, Any], sentence: str
) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({**LOCKED, **changed}))
    code, said, errors = run_command(BiasAudit, "bias_audit", capsys, GOLDEN, *MAPPED, "--plan", path)
    assert (code, said) == (1, "")
    assert sentence in errors


def test_that_a_file_was_locked_and_approved_is_its_own_word_and_the_result_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(LOCKED))
    words = [GOLDEN, *MAPPED, "--plan", path, "--format", "json"]
    code, said, errors = run_command(BiasAudit, "bias_audit", capsys, *words)
    assert code == 0, errors
    assert json.loads(said)["conduct"]["plan_sentence"] == (
        "The audit ran as its plan says. That Alice locked the plan at 2026-01-02T10:00:00+00:00 and that Bob approved "
        "it is what its file says; the command that ran the audit cannot witness it."
    )
    assert all(check.holds for check in recheck(json.loads(said)))


def test_the_command_asks_for_the_six_records_where_plan_or_option_says_people_in_the_union(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plan.json"

    def ran(special: dict[str, Any] | None, *more: Any) -> tuple[int, str, str]:
        path.write_text(json.dumps({**DOCUMENT, "thresholds": [], "special_categories": special}))
        return run_command(BiasAudit, "bias_audit", capsys, GOLDEN, *MAPPED, "--plan", path, "--format", "json", *more)

    records = {letter: f"Memo {letter}." for letter in "abcdef"}
    code, said, _ = ran({"people_in_union": True})
    assert (code, said.count("has no record yet")) == (1, 6)
    code, said, _ = ran({"people_in_union": True, "conditions": records})
    special = json.loads(said)["conduct"]["special_categories"]
    assert (code, special) == (0, {"people_in_union": True, "conditions": records})
    (tmp_path / "records.json").write_text(json.dumps(records))
    assert ran({"people_in_union": True}, "--records", tmp_path / "records.json")[0] == 0
    assert ran(None, "--people-in-union", "yes")[0] == 1
    code, said, _ = ran({"people_in_union": True, "conditions": records}, "--people-in-union", "no")
    assert [one["field"] for one in json.loads(said)["conduct"]["deviations"]] == ["people_in_union"]
    assert json.loads(ran(None)[1])["conduct"]["special_categories"]["people_in_union"] is None
    assert "true or false" in ran({"people_in_union": "perhaps"})[1]


def test_a_threshold_of_the_plan_is_held_against_every_number_and_named_as_the_planners_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = [{**THRESHOLD, "value": "0.82"}, {**THRESHOLD, "metric": "scoring rate", "value": "0.4"}]
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({**DOCUMENT, "thresholds": own}))
    words = [GOLDEN, *MAPPED, "--plan", path]
    result = json.loads(run_command(BiasAudit, "bias_audit", capsys, *words, "--format", "json")[1])
    ratios, scoring = result["conduct"]["thresholds"]
    with GOLDEN.open(newline="") as stream:
        published = {
            (row["sex"], row["race_ethnicity"]): "above" if float(row["published_impact_ratio"]) > 0.82 else "below"
            for row in csv.DictReader(stream)
            if row["published_impact_ratio"]
        }
    found = {
        (one["sex"], one["race_ethnicity"]): one["side"] for one in ratios["held"] if one["table"] == "intersectional"
    }
    assert {key: found[key] for key in published} == published
    assert set(published.values()) == {"above", "below"}
    assert "That is the planner's own threshold; no law named here sets one." in ratios["sentence"]
    assert (scoring["held"], "No table of this result has a number called scoring rate" in scoring["sentence"]) == (
        [],
        True,
    )
    assert "held against 0.82: of 23 numbers" in run_command(BiasAudit, "bias_audit", capsys, *words)[1]
    assert all(check.holds for check in recheck(result))
    ratios["held"][0]["side"] = "below"
    assert [check.where for check in recheck(result) if not check.holds] == ["conduct.thresholds[0].held[0].side"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"metric": "luck"},
            "A threshold is set for one of impact ratio, selection rate, scoring rate; this one names",
        ),
        ({"value": "80%"}, "A threshold is a plain number such as 0.85; this one is 80%."),
    ],
)
def test_a_threshold_that_nothing_could_be_held_against_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, str], sentence: str
) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({**DOCUMENT, "thresholds": [{**THRESHOLD, **changed}]}))
    code, _, errors = run_command(BiasAudit, "bias_audit", capsys, GOLDEN, *MAPPED, "--plan", path)
    assert (code, sentence in errors) == (1, True)


FORGED: dict[str, Any] = {
    "favourable": lambda result: result["method"].update(favourable="0"),
    "no favourable": lambda result: result["method"].update(favourable=None),
    "mapping_source": lambda result: result["method"]["mapping_source"]["sex"].update({"built-in list": ["Male"]}),
    "moved mapping_source": lambda result: result["method"]["mapping_source"].update(
        outcome={"built-in list": ["0", "1"]}
    ),
    "pooled": lambda result: result["method"].update(pooled="One employer."),
    "file": lambda result: result["method"].update(file={"encoding": "cp1252", "delimiter": "comma"}),
    "bytes": lambda result: result["input"]["sources"][0].update(bytes=1),
    "delimiter": lambda result: result["input"]["sources"][0].update(delimiter="tab"),
    "encoding": lambda result: result["input"]["sources"][0].update(encoding="cp1252"),
    "rows of a source": lambda result: result["input"]["sources"][0].update(rows=1),
}


@pytest.mark.parametrize("forged", FORGED)
def test_what_was_changed_beside_the_numbers_is_found(tmp_path: Path, forged: str) -> None:
    path = tmp_path / "applicants.csv"
    path.write_text("sex,race,hired\nMale,White,1\nFemale,White,0\nFemale,Black,1\n")
    result = run(path, Plan("sex", "race", selected="hired", favourable="1")).as_json()
    assert [check for check in reperformed(result, [path]) if not check.holds] == []
    changed = json.loads(json.dumps(result))
    FORGED[forged](changed)
    assert [check for check in reperformed(changed, [path]) if not check.holds], forged


def test_what_no_file_can_show_is_listed_as_stated_or_bound_by_the_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = {**DOCUMENT, "thresholds": [], "choices": {"unit_of_analysis": "application"}}
    locked = {**LOCKED, "document": plan, "sha256": digest(plan), "approved_by": None}
    (tmp_path / "plan.json").write_text(json.dumps(locked))
    words = [GOLDEN, *MAPPED, "--plan", tmp_path / "plan.json", "--people-in-union", "no", "--format", "json"]
    (tmp_path / "result.json").write_text(run_command(BiasAudit, "bias_audit", capsys, *words)[1])
    code, said, _ = run_command(Command, "reperform", capsys, tmp_path / "result.json", "--format", "json")
    told = {one["where"]: one["bound_by"] for one in json.loads(said)["stated"]}
    assert code == 0
    assert told["method.unit_of_analysis"] == "the plan that was locked before, by its digest"
    assert told["conduct.special_categories"] == ""
    said = run_command(Command, "reperform", capsys, tmp_path / "result.json")[1]
    assert "Stated, and not recomputable from any file or count:" in said
