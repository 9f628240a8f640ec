"""True outcomes from the file to the result: published figures, every way to predict, and what is not known."""

from __future__ import annotations

import copy
import csv
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from audits.bias.audit import run
from audits.bias.locking import planned
from audits.bias.outcome_choices import chosen_of
from audits.bias.plan import Plan
from audits.bias.reperform import reperformed
from audits.bias.rules import check_document
from audits.bias.vocabulary import Role, category_named
from audits.metrics.conduct import conduct
from audits.metrics.recheck import recheck
from compliance.lib.canonical import digest, dump, load
from tests.bias.conftest import Audit, Refusal

SHARED = Path(__file__).parents[3] / "shared"
RACES = {
    "African-American": "Black",
    "Asian": "Asian",
    "Caucasian": "White",
    "Hispanic": "Hispanic or Latino",
    "Native American": "American Indian or Alaska Native",
}
MAPPING: dict[Role, dict[str, str | None]] = {
    "race_ethnicity": {**{raw: category_named("race_ethnicity", name) for raw, name in RACES.items()}, "Other": None}
}
WHITE = category_named("race_ethnicity", "White")
NAMES = {raw: str(MAPPING["race_ethnicity"][raw]) for raw in RACES}


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the published figures lie beside the project, in ../shared/{name}, and not here")
    return path


def groups(result: dict[str, Any], table: str) -> dict[str, dict[str, Any]]:
    [found] = [one for one in result["outcomes"]["tables"] if one["table"] == table]
    return {one["group"]: one for one in found["groups"]}


def values(measures: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {one["code"]: one["values"] for one in measures}


def compas_decisions() -> dict[str, Any]:
    path = shared("data/compas_for_aequitas.csv")
    outcome = {"favourable": "1", "base": "group", "reference": {"sex": "Male", "race_ethnicity": WHITE}}
    mapping: dict[Role, dict[str, str | None]] = {**MAPPING, "outcome": {"1.0": "selected", "0.0": "not selected"}}
    plan = Plan("sex", "race", selected="score", truth="label_value", mapping=mapping, outcome=outcome)
    result = run(path, plan).as_json()
    assert [check for check in reperformed(load(dump(result)), [path]) if not check.holds] == []
    return result


def test_compas_gives_the_crosstab_and_the_disparities_that_aequitas_published() -> None:
    result = compas_decisions()
    with shared("golden/metrics/aequitas_compas_crosstab.csv").open() as stream:
        rows = [row for row in csv.DictReader(stream) if row["attribute"] == "sex" or row["group"] in NAMES]
    found = {**groups(result, "sex"), **groups(result, "race_ethnicity")}
    assert len(rows) == len(found) == 7
    for row in rows:
        counts = found[NAMES.get(row["group"], row["group"])]["counts"]
        assert {name: int(row[name]) for name in ("tp", "fp", "fn", "tn")} == {
            k: v for k, v in counts.items() if k != "n"
        }
    theirs = {
        "fdr": "false-discovery-rate", "fnr": "false-negative-rate", "for": "false-omission-rate",
        "fpr": "false-positive-rate", "npv": "negative-predictive-value", "pprev": "selection-rate",
        "precision": "positive-predictive-value",
    }  # fmt: skip
    with shared("golden/metrics/aequitas_compas_disparity_vs_caucasian.csv").open() as stream:
        for row in csv.DictReader(stream):
            if row["group"] not in NAMES:
                continue
            against = values(found[NAMES[row["group"]]]["against_reference"])
            for short, code in theirs.items():
                assert float(against[code]["ratio"]) == pytest.approx(float(row[f"{short}_disparity"]), abs=1e-6)


def test_compas_scores_cut_off_give_the_truth_tables_that_propublica_published() -> None:
    path = shared("data/compas-scores-two-years.csv")
    with shared("golden/metrics/propublica_compas_truth_tables.csv").open() as stream:
        published = {row["group"]: row for row in csv.DictReader(stream)}
    edges = [str(decile) for decile in range(2, 11)]
    for cutoff, ending in (("5", ""), ("8", " (High only)")):
        outcome = {"favourable": "1", "prediction": "cut-off", "cutoff": cutoff, "edges": edges}
        plan = Plan("sex", "race", score="#8", truth="two_year_recid", mapping=MAPPING, outcome=outcome)
        result = run(path, plan).as_json()
        assert all(check.holds for check in recheck(result))
        found = groups(result, "race_ethnicity")
        for raw in ("African-American", "Caucasian"):
            row, ours = published[f"{raw}{ending}"], found[NAMES[raw]]
            assert [ours["counts"][name] for name in ("tn", "fp", "fn", "tp")] == [
                int(row[f"published_{name}"]) for name in ("tn", "fp", "fn", "tp")
            ]
            rates = values(ours["rates"])
            for code, name in (
                ("false-positive-rate", "fpr"),
                ("false-negative-rate", "fnr"),
                ("accuracy", "accuracy"),
            ):
                assert float(rates[code]["rate"]) == pytest.approx(float(row[f"recomputed_{name}"]), abs=1e-12)
            assert sum(one["people"] for one in ours["bins"]) == int(row["recomputed_n"])
            assert sum(one["positive"] for one in ours["bins"][4:]) == ours["counts"]["tp"] + (
                0 if cutoff == "5" else sum(one["positive"] for one in ours["bins"][4:7])
            )
    assert "no calibration error" in " ".join(result["outcomes"]["notes"])


PEOPLE = [
    *[("M", "White", 0.9, 1)] * 6, *[("M", "White", 0.9, 0)] * 2, *[("M", "White", 0.2, 0)] * 5,
    *[("F", "White", 0.5, 1)] * 3, *[("F", "White", 0.5, 0)] * 1, *[("F", "White", 0.123456789, 1)] * 2,
    *[("F", "Asian", 0.75, "?")] * 2, *[("F", "Asian", 0.1, "?")] * 1, *[("", "White", 0.3, 0)] * 1,
]  # fmt: skip
FILE = "sex,race,score,good,hired\n" + "".join(
    f"{sex},{race},{score},{good},{int(score >= 0.5)}\n" for sex, race, score, good in PEOPLE
)
READ: dict[Role, dict[str, str | None]] = {"sex": {"": None}, "truth": {"?": None}}
CHANCES = {"prediction": "cut-off", "cutoff": "0.5", "edges": ["0.25", "0.5", "0.75"], "chance": True}


def test_calibration_is_that_of_the_people_and_the_brier_score_that_of_scikit_learn(audit: Audit) -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn comes with the group bench")
    result = audit(FILE, score="score", truth="good", mapping=READ, outcome=CHANCES)
    known = [(float(score), good) for sex, _, score, good in PEOPLE if sex == "M" and good != "?"]
    scores = values(groups(result, "sex")["Male"]["scores"])
    expected = metrics.brier_score_loss([good for _, good in known], [score for score, _ in known])
    assert float(scores["brier"]["score"]) == pytest.approx(expected, abs=1e-6)
    assert Fraction(scores["calibration"]["expected_error"]) == pytest.approx((8 * 0.15 + 5 * 0.2) / 13)
    assert Fraction(scores["generalised-rates"]["true_positive_rate"]) == pytest.approx(0.9)
    bins = groups(result, "sex")["Female"]["bins"]
    assert [(one["place"], one["people"], one["positive"]) for one in bins] == [(0, 2, 2), (2, 4, 3)]
    assert bins[0]["mean_score"] == "0.123457000000000"  # scores are summed as whole millionths


def test_fewer_than_five_people_are_in_no_bin_and_in_no_figure_made_from_bins(audit: Audit) -> None:
    result = audit(FILE, score="score", truth="good", mapping=READ, outcome=CHANCES)
    assert {(one["sex"], one["race_ethnicity"]) for one in result["outcomes"]["bins"]} == {
        ("Male", NAMES["Caucasian"]), ("Female", NAMES["Caucasian"])
    }  # fmt: skip
    white = groups(result, "race_ethnicity")[NAMES["Caucasian"]]
    assert (white["counts"]["n"], white["people_without_bins"]) == (20, 1)
    assert sum(one["people"] for one in white["bins"]) == 19
    notes = next(one["notes"] for one in result["outcomes"]["tables"] if one["table"] == "race_ethnicity")
    assert any("1 of known outcome is in no bin of scores" in note for note in notes)
    shown = {"sex": None, "race_ethnicity": NAMES["Caucasian"], "place": 1, "people": 1, "positive": 0}
    result["outcomes"]["bins"].append({**shown, "score_sum": "0.3", "square_sum": "0.09", "positive_sum": "0"})
    assert any("bins" in check.where and not check.holds for check in recheck(result))


def test_missing_outcomes_are_counted_beside_and_part_of_no_metric(audit: Audit) -> None:
    for options in ({"selected": "hired"}, {"score": "score", "outcome": CHANCES}):
        found = audit(FILE, truth="good", mapping=READ, **options)["outcomes"]
        assert found["missing"] == {"people": 3, "predicted": 2, "known": 20}
        assert "of 23 people (13.0%) is not known; 2 of them were predicted" in found["notes"][0]
        tables = {one["table"]: one for one in found["tables"]}
        female = next(one for one in tables["sex"]["groups"] if one["group"] == "Female")
        assert (female["counts"]["n"], female["missing"]) == (6, {"predicted": 2, "other": 1})
        assert "Asian (Not Hispanic or Latino)" in tables["race_ethnicity"]["empty"]
        assert tables["race_ethnicity"]["everybody"]["n"] == 20
        rate = next(one for one in female["rates"] if one["code"] == "true-negative-rate")
        assert rate["values"]["rate"] == "0.000000000000000"
        male = next(one for one in tables["sex"]["groups"] if one["group"] == "Male")
        assert values(male["rates"])["false-positive-rate"]["rate"] == "0.285714285714286"


def test_what_a_score_predicts_is_stated_and_each_way_gives_its_own_counts(audit: Audit) -> None:
    def male(**outcome: Any) -> list[int]:
        decided = {"decision": "hired"} if outcome["prediction"] == "decisions" else {}
        result = audit(FILE, score="score", truth="good", mapping=READ, outcome=outcome, **decided)
        assert result["method"]["outcome"]["prediction_rule"]
        return [groups(result, "sex")["Male"]["counts"][name] for name in ("tp", "fp", "fn", "tn")]

    assert male(prediction="cut-off", cutoff="0.5") == [6, 2, 0, 5]
    assert male(prediction="cut-off", cutoff="0.9") == [6, 2, 0, 5]
    assert male(prediction="cut-off", cutoff="0.900001") == [0, 0, 6, 7]
    assert male(prediction="above-median") == [6, 2, 0, 5]
    assert male(prediction="decisions") == [6, 2, 0, 5]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"selected": "hired"}, "The value '?' in row 21, column 'good' (and in 2 more rows) is not a known value."),
        ({"score": "score"}, "Say what a score predicts before true outcomes are held against it"),
        ({"selected": "hired", "outcome": {"favourable": "yes"}}, "'yes' is nowhere in the column 'good'"),
        ({"score": "score", "outcome": {"prediction": "cut-off"}}, "A cut-off goes with the prediction 'cut-off'"),
        ({"score": "score", "outcome": {"prediction": "decisions"}}, "A column of decisions goes with"),
        ({"score": "score", "outcome": {**CHANCES, "edges": ["0.5", "0.25"]}}, "each above the one before"),
        ({"score": "score", "outcome": {**CHANCES, "edges": []}}, "into which bins scores are divided"),
        ({"selected": "hired", "outcome": {"base": "group"}}, "A group to hold others against is named with the base"),
        ({"selected": "hired", "outcome": {"prediction": "above-median"}}, "the selection is the prediction"),
    ],
)
def test_what_cannot_be_meant_stops_the_run(refusal: Refusal, options: dict[str, Any], sentence: str) -> None:
    mapping = READ if "outcome" in options else {"sex": {"": None}}
    problems = refusal(FILE, truth="good", mapping=mapping, **options)
    assert any(sentence in problem.sentence for problem in problems), problems


def test_scores_that_are_no_chances_stop_the_run(refusal: Refusal) -> None:
    [problem] = refusal(FILE.replace("0.9,", "90,"), score="score", truth="good", mapping=READ, outcome=CHANCES)
    assert "but they go from 0.1 to 90" in problem.sentence


def test_a_changed_metric_count_or_bin_is_found(audit: Audit) -> None:
    sound = load(dump(audit(FILE, score="score", truth="good", mapping=READ, outcome=CHANCES)))
    assert [check for check in recheck(sound) if not check.holds] == []

    def broken(change: Any) -> list[str]:
        other = copy.deepcopy(sound)
        change(other["outcomes"], other)
        return [check.where for check in recheck(other) if not check.holds]

    def add(cell: dict[str, Any], name: str, more: int = 1) -> bool:
        cell[name] += more
        return True

    changes = {
        "a metric": lambda found, _: found["tables"][0]["groups"][0]["rates"][5]["values"].update(rate="0.25"),
        "a gap": lambda found, _: found["tables"][1]["gaps"][3]["values"].update(lowest_group="Asian"),
        "an index": lambda found, _: found["tables"][2]["whole"][0]["values"].update(index="0.1"),
        "a count": lambda found, _: add(found["counts"][0], "tp"),
        "two counts of one sum": lambda found, _: (add(found["counts"][0], "tp"), add(found["counts"][0], "fn", -1)),
        "a bin": lambda found, _: add(found["bins"][0], "people"),
        "a sum of scores": lambda found, _: found["bins"][0].update(score_sum="1.1"),
        "an edge": lambda found, _: found.update(edges=["0.25", "0.5", "0.8"]),
        "a missing outcome": lambda found, _: add(found["missing"], "people"),
        "the rule": lambda _, whole: whole["method"]["outcome"].update(prediction_rule="Another."),
        "all of it": lambda _, whole: whole.pop("outcomes"),
        "all but the account": lambda _, whole: whole["method"].pop("outcome"),
    }
    assert [name for name, change in changes.items() if not broken(change)] == []
    assert json.loads(dump(sound)) == sound


def test_a_plan_that_promised_another_cut_off_or_metric_names_the_deviation(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(FILE)
    plan = Plan("sex", "race", score="score", truth="good", mapping=READ, outcome=CHANCES)
    promised = {**(chosen_of(plan) or {}), "cutoff": "0.6"}
    document = planned(
        system=None,
        choices={"outcome": promised, "reference": None},
        metrics=["group metrics", "calibration by group", "representativeness"],
    )
    check_document(document)
    how = conduct(plan={**dict.fromkeys(("locked_at", "locked_by", "approved_by", "timestamp")), **stated(document)})
    result = run(path, plan, conduct=how).as_json()
    found = {one["field"]: (one["planned"], one["ran"]) for one in result["conduct"]["deviations"]}
    assert found["outcome.cutoff"] == ("0.6", "0.5")
    assert set(found) == {"outcome.cutoff", "metrics"}


def stated(document: dict[str, Any]) -> dict[str, Any]:
    return {"document": document, "sha256": digest(document)}
