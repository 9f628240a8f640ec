"""Files of people through the whole way, held against what Fairlearn, AI Fairness 360 and Aequitas give for them."""

from __future__ import annotations

import csv
import json
import random
import warnings
from pathlib import Path
from typing import Any

import pytest

from audits.bias.audit import run
from audits.bias.plan import Plan
from audits.bias.vocabulary import Role
from audits.metrics.categories import RACES
from tests.bias.test_outcomes import groups, shared, values
from tests.metrics.test_other_libraries import imported

WHITE = RACES[1]


def written(path: Path, rows: list[tuple[str, str, Any, Any]]) -> Path:
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([("sex", "race", "predicted", "true"), *rows])
    return path


def audited(path: Path, mapping: dict[Role, dict[str, str | None]], **outcome: Any) -> dict[str, Any]:
    plan = Plan("sex", "race", selected="predicted", truth="true", mapping=mapping, outcome=outcome)
    return run(path, plan).as_json()


def table(result: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in result["outcomes"]["tables"] if one["table"] == name)
    return found


def test_the_sample_of_aif360_in_r(tmp_path: Path) -> None:
    files = [shared(f"data/aif360r_{name}_data.csv").read_text().splitlines() for name in ("predicted", "actual")]
    pairs = list(zip(*(csv.DictReader(lines) for lines in files), strict=True))
    rows = [(guess["sex"], "White", guess["income"], real["income"]) for guess, real in pairs]
    mapping: dict[Role, dict[str, str | None]] = {"sex": {"1": "Male", "0": "Female"}}
    named = {"sex": "Male", "race_ethnicity": WHITE}
    result = audited(written(tmp_path / "r.csv", rows), mapping, base="group", reference=named)
    published = json.loads(shared("golden/metrics/aif360r_expected.json").read_text())["tests"]["test-classification.R"]
    expected = {one["call"]: (one["expected"], one["tolerance"] or 0.0005) for one in published}
    by_sex = groups(result, "sex")
    against = values(by_sex["Female"]["against_reference"])
    whole = {one["code"]: one["values"] for one in table(result, "sex")["whole"]}
    ours = {
        "accuracy(privileged=TRUE)": values(by_sex["Male"]["rates"])["accuracy"]["rate"],
        "accuracy(privileged=FALSE)": values(by_sex["Female"]["rates"])["accuracy"]["rate"],
        "average_abs_odds_difference()": against["average-odds"]["average_absolute"],
        "average_odds_difference()": against["average-odds"]["average"],
        "between_all_groups_generalized_entropy_index(alpha=2)": whole["generalised-entropy"]["between"],
        "between_all_groups_theil_index()": whole["theil"]["between"],
        "disparate_impact()": against["selection-rate"]["ratio"],
        "equal_opportunity_difference()": against["true-positive-rate"]["difference"],
        "error_rate_difference()": against["error-rate"]["difference"],
        "error_rate_ratio()": against["error-rate"]["ratio"],
        "false_discovery_rate_difference()": against["false-discovery-rate"]["difference"],
        "false_negative_rate_ratio()": against["false-negative-rate"]["ratio"],
        "false_omission_rate_ratio()": against["false-omission-rate"]["ratio"],
        "false_positive_rate_difference()": against["false-positive-rate"]["difference"],
        "generalized_entropy_index(alpha=2)": whole["generalised-entropy"]["index"],
    }
    for call, value in ours.items():
        number, tolerance = expected[call]
        assert float(value) == pytest.approx(number, abs=tolerance * 1.01), call  # as many digits as they print


def test_the_user_guide_of_fairlearn(tmp_path: Path) -> None:
    guide = json.loads(shared("golden/metrics/fairlearn_userguide.json").read_text())
    races = {"a": "White", "b": "Black", "c": "Asian"}
    people = zip(guide["sensitive"], guide["y_pred"], guide["y_true"], strict=True)
    result = audited(written(tmp_path / "g.csv", [("M", races[group], *rest) for group, *rest in people]), {})
    gaps = {one["code"]: one["values"] for one in table(result, "race_ethnicity")["gaps"]}
    for code, name in (("true-positive-rate", "tpr"), ("false-positive-rate", "fpr"), ("selection-rate", "sel")):
        for ours, theirs in (("", ""), ("_to_overall", "_to_overall")):
            assert float(gaps[code][f"difference{ours}"]) == pytest.approx(guide[f"difference{theirs}"][name], abs=1e-6)
    assert float(gaps["demographic-parity"]["ratio"]) == pytest.approx(guide["demographic_parity_ratio"], abs=1e-6)
    assert float(gaps["equalized-odds"]["ratio"]) == guide["equalized_odds_ratio"]


def test_people_at_random_through_fairlearn_and_aequitas(tmp_path: Path) -> None:
    metrics, group_module = imported("fairlearn.metrics"), imported("aequitas.group")
    import pandas

    dice = random.Random(11)
    rows = [
        (dice.choice("MF"), dice.choice(["White", "Black", "Asian"]), dice.randrange(2), dice.randrange(2))
        for _ in range(900)
    ]
    result = audited(written(tmp_path / "p.csv", rows), {})
    sexes, races, predicted, true = (list(column) for column in zip(*rows, strict=True))
    gaps = {one["code"]: one["values"] for one in table(result, "intersectional")["gaps"]}
    both = [f"{sex} {race}" for sex, race in zip(sexes, races, strict=True)]
    theirs = metrics.equalized_odds_difference(true, predicted, sensitive_features=both)
    assert float(gaps["equalized-odds"]["difference"]) == pytest.approx(theirs, abs=1e-12)
    theirs = metrics.demographic_parity_ratio(true, predicted, sensitive_features=both)
    assert float(gaps["demographic-parity"]["ratio"]) == pytest.approx(theirs, abs=1e-12)
    frame = pandas.DataFrame({"sex": sexes, "score": predicted, "label_value": true})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        crosstab = group_module.Group().get_crosstabs(frame, attr_cols=["sex"])[0]
    found = groups(result, "sex")
    for row in crosstab.to_dict("records"):
        ours = values(found["Male" if row["attribute_value"] == "M" else "Female"]["rates"])
        for code, name in (
            ("false-positive-rate", "fpr"),
            ("false-negative-rate", "fnr"),
            ("false-discovery-rate", "fdr"),
            ("false-omission-rate", "for"),
            ("selection-rate", "pprev"),
            ("predicted-positive-share", "ppr"),
        ):
            assert float(ours[code]["rate"]) == pytest.approx(row[name], abs=1e-9), (row["attribute_value"], name)
