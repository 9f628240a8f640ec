"""True outcomes within the classes of a tool and over strata: counted from the rows, tested, performed again."""

from __future__ import annotations

import copy
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable

from audits.bias.audit import run
from audits.bias.plan import Plan
from audits.bias.reperform import plan_of, reperformed
from audits.metrics.recheck import recheck
from compliance.lib.canonical import dump, load
from compliance.lib.problems import Refused

Row = tuple[str, str, str, str, int, str]
SEXES = {"M": "Male", "F": "Female"}


def people() -> list[Row]:
    """Return people with sex, hired or not, class, year, score and true outcome, which some do not have."""
    dice = random.Random(4)
    return [
        (
            dice.choice("MF"),
            dice.choice(["yes", "no"]),
            dice.choice(["coach", "driver"]),
            dice.choice(["2024", "2025", "2026"]),
            dice.randrange(100),
            dice.choice(["good", "good", "bad", "bad", "?"]),
        )
        for _ in range(600)
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "people.csv"
    lines = [f"{sex},White,{hired},{style},{year},{score},{good}" for sex, hired, style, year, score, good in people()]
    made.write_text("sex,race,hired,style,year,score,good\n" + "\n".join(lines) + "\n")
    return made


def audited(path: Path, **more: Any) -> dict[str, Any]:
    mapping: Any = {"truth": {"good": "selected", "bad": "not selected", "?": None}}
    result = run(path, Plan("sex", "race", truth="good", mapping=mapping, **more)).as_json()
    assert [check for check in reperformed(load(dump(result)), [path]) if not check.holds] == []
    return result


def counted(of: Callable[[Row], str | None]) -> dict[str, Counter[str]]:
    """Count people by sex and by what `of` calls them, in plain Python."""
    found: dict[str, Counter[str]] = {"Male": Counter(), "Female": Counter()}
    for row in people():
        if name := of(row):
            found[SEXES[row[0]]][name] += 1
    return found


def cell(predicted: bool, good: str) -> str:
    if good == "?":
        return "missing_predicted" if predicted else "missing_other"
    return ("tp" if predicted else "fn") if good == "good" else ("fp" if predicted else "tn")


def same(counts: list[dict[str, Any]], expected: dict[str, Counter[str]]) -> None:
    parts = ("tp", "fp", "fn", "tn", "missing_predicted", "missing_other")
    assert {one["sex"]: {part: one[part] for part in parts} for one in counts} == {
        sex: {part: of[part] for part in parts} for sex, of in expected.items()
    }


@pytest.mark.parametrize("reading", ["put-into", "outcome-within"])
def test_every_class_has_its_counts_by_outcome(path: Path, reading: str) -> None:
    result = audited(path, selected="hired", output_class="style", class_reading=reading)
    assert [one["class"] for one in result["classes"]] == ["coach", "driver"]
    for one in result["classes"]:
        name = one["class"]

        def of(row: Row, name: str = name) -> str | None:
            if reading == "outcome-within":
                return cell(row[1] == "yes", row[5]) if row[2] == name else None
            return cell(row[2] == name, row[5])

        same(one["outcomes"]["counts"], counted(of))
        said = "Who was put into a class" if reading == "put-into" else "Who was selected"
        assert one["outcomes"]["prediction_rule"].startswith(said)
        by_sex = one["outcomes"]["tables"][0]
        assert {gap["code"] for gap in by_sex["gaps"]} >= {"equalized-odds", "equal-opportunity"}


def test_a_tool_that_only_sorts_into_classes_is_held_against_outcomes_class_by_class(path: Path) -> None:
    result = audited(path, output_class="style", strata=("year",), pooled="One tool.")
    assert "outcomes" not in result
    assert result["method"]["outcome"]["prediction"] == "put-into"
    same(result["classes"][1]["outcomes"]["counts"], counted(lambda row: cell(row[2] == "driver", row[5])))
    assert all("outcomes" not in one for one in result["strata"])  # no one prediction there
    assert plan_of(result).truth == "good"
    with pytest.raises(Refused, match="being put into one is the prediction"):
        Plan("sex", "race", output_class="style", truth="good", outcome={"prediction": "above-median"})


@pytest.mark.parametrize(
    ("measured", "predicted"),
    [
        ({"selected": "hired"}, lambda row: row[1] == "yes"),
        ({"score": "score", "outcome": {"prediction": "cut-off", "cutoff": "60"}}, lambda row: row[4] >= 60),
    ],
)
def test_strata_hold_their_counts_and_are_tested_together_as_statsmodels_does(
    path: Path, measured: dict[str, Any], predicted: Callable[[Row], bool]
) -> None:
    result = audited(path, **measured, strata=("year",), pooled="One tool.")
    tables = []
    for one in result["strata"]:
        [year] = one["stratum"]
        found = counted(lambda row, year=year: cell(predicted(row), row[5]) if row[3] == year else None)  # type: ignore[misc]
        same(one["outcomes"]["counts"], found)
        women, men = found["Female"], found["Male"]
        tables.append(np.array([[women["tp"], women["fn"]], [men["tp"], men["fn"]]]))
    theirs = StratifiedTable(tables)
    [by_sex] = [one for one in result["outcomes"]["over_strata"]["tables"] if one["table"] == "sex"]
    group = by_sex["groups"][0]
    if group["group"] == "Male":  # the reference is the larger group
        tables = [table[::-1] for table in tables]
        theirs = StratifiedTable(tables)
    [rate] = [one for one in group["rates"] if one["rate"] == "true-positive-rate"]
    values = rate["common"]["values"]
    assert float(values["odds_ratio"]) == pytest.approx(theirs.oddsratio_pooled, rel=1e-9)
    assert float(values["ratio"]) == pytest.approx(theirs.riskratio_pooled, rel=1e-9)
    assert float(values["p"]) == pytest.approx(theirs.test_null_odds(correction=False).pvalue, rel=1e-6)
    assert float(rate["same"]["values"]["p"]) == pytest.approx(theirs.test_equal_odds().pvalue, rel=1e-6)
    assert values["p_holm"] == values["p"]  # one comparison a rate


def test_what_was_changed_in_a_part_is_found_and_what_was_taken_out_too(path: Path) -> None:
    result = audited(
        path, selected="hired", output_class="style", class_reading="put-into", strata=("year",), pooled="One tool."
    )
    assert all(check.holds for check in recheck(result))
    changed = copy.deepcopy(result)
    first = changed["strata"][0]["outcomes"]["counts"][0]
    first["tp"], first["fn"] = first["tp"] - 1, first["fn"] + 1
    wrong = {check.where for check in recheck(changed) if not check.holds}
    assert "strata (outcomes of each category)[0].tp" in wrong or "strata (outcomes of each category)" in wrong
    moved = copy.deepcopy(result)
    first = moved["classes"][0]["outcomes"]["counts"][0]
    first["tp"], first["fp"] = first["tp"] - 1, first["fp"] + 1
    assert any("true outcomes of each category" in check.where for check in recheck(moved) if not check.holds)
    gone = copy.deepcopy(result)
    del gone["classes"][0]["outcomes"]
    assert [check.where for check in recheck(gone)] == ["document"]


def test_results_of_earlier_versions_say_nothing_of_parts_and_still_hold(path: Path) -> None:
    result = audited(
        path, selected="hired", output_class="style", class_reading="put-into", strata=("year",), pooled="One tool."
    )
    del result["method"]["outcome"]["split"], result["outcomes"]["over_strata"]
    for one in (*result["classes"], *result["strata"]):
        del one["outcomes"]
    assert [check for check in recheck(result) if not check.holds] == []


def test_there_are_no_bins_in_parts_from_which_a_person_could_be_subtracted(path: Path) -> None:
    outcome = {"prediction": "cut-off", "cutoff": "60", "edges": ["25", "50"]}
    more: dict[str, Any] = {"strata": ("year",), "pooled": "One tool.", "output_class": "style"}
    result = audited(path, score="score", outcome=outcome, **more)
    assert result["outcomes"]["bins"]
    parts = [one["outcomes"] for one in (*result["classes"], *result["strata"])]
    assert [one.get("bins") for one in parts if one.get("bins")] == []
    assert "one subtraction could give back" in " ".join(result["classes"][0]["outcomes"]["notes"])
