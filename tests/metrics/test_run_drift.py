"""Two runs side by side: the tests are those of other libraries, and runs of the same people get none."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportions_ztest

from audits.metrics.categories import RACES
from audits.metrics.confusion import Confusion
from audits.metrics.counts import Cell
from audits.metrics.outcome_counts import OutcomeCell, Outcomes
from audits.metrics.outcomes import rules
from audits.metrics.result import Counted, result_from_counts
from audits.metrics.run_drift import GAPS, METRICS, ONE_FILE, OTHER_PREDICTION, drifted

WHITE, ASIAN = RACES[1], RACES[4]
BEFORE = {("Male", WHITE): (60, 20, 15, 105), ("Female", WHITE): (60, 30, 25, 65), ("Female", ASIAN): (12, 9, 8, 11)}
AFTER = {("Male", WHITE): (70, 25, 20, 125), ("Female", WHITE): (25, 15, 45, 105), ("Female", ASIAN): (3, 1, 2, 2)}
HOW: dict[str, Any] = {
    "favourable": "1",
    "prediction": "selected",
    "cutoff": None,
    "decision_favourable": None,
    "edges": [],
    "chance": False,
    "base": "largest",
    "reference": None,
}


def run(counts: dict[tuple[str, str], tuple[int, int, int, int]], file: str, **changed: Any) -> dict[str, Any]:
    cells = [OutcomeCell(*key, *numbers) for key, numbers in counts.items()]
    method = {"rate_kind": "selection", "unknowns": "per-table", "median": None, "outcome": rules({**HOW, **changed})}
    return result_from_counts(
        Counted([Cell(*one.key, one.people, one.predicted) for one in cells], outcomes=Outcomes(cells)),
        source={"sources": [{"kind": "file", "sha256": file}]},
        method=method,
    )


def counted(counts: dict[tuple[str, str], tuple[int, int, int, int]], sex: str) -> tuple[int, int]:
    """Return how many of a sex were selected, and how many there are."""
    groups = [Confusion(*numbers) for key, numbers in counts.items() if key[0] == sex]
    return sum(one.predicted for one in groups), sum(one.people for one in groups)


def of(found: dict[str, Any], table: str) -> dict[str, Any]:
    return next(one for one in found["tables"] if one["table"] == table)


def test_each_rate_and_ratio_has_the_test_of_other_libraries() -> None:
    found = of(drifted(run(BEFORE, "a"), run(AFTER, "b")), "sex")
    rates = {one["group"]: one["values"] for one in found["rates"]}
    women, later = counted(BEFORE, "Female"), counted(AFTER, "Female")
    z, p = proportions_ztest([later[0], women[0]], [later[1], women[1]])
    assert float(rates["Female"]["z"]) == pytest.approx(z, rel=1e-9)
    assert float(rates["Female"]["p"]) == pytest.approx(p, rel=1e-9)
    table = [[later[0], later[1] - later[0]], [women[0], women[1] - women[0]]]
    assert float(rates["Female"]["p_fisher"]) == pytest.approx(stats.fisher_exact(table).pvalue, rel=1e-6)
    raw = [float(rates[group]["p"]) for group in ("Male", "Female")]
    expected = multipletests(raw, method="holm")[1]
    assert [float(rates[group]["p_holm"]) for group in ("Male", "Female")] == pytest.approx(list(expected), rel=1e-9)
    [ratio] = found["ratios"]
    led = found["benchmark"]
    assert (ratio["group"], led["of_the_test"], led["after"]) == ("Male", "Female", "Male")
    men, men_later = counted(BEFORE, "Male"), counted(AFTER, "Male")
    moved = math.log(Fraction(*men_later) / Fraction(*later) / (Fraction(*men) / Fraction(*women)))
    z = moved / math.sqrt(sum(1 / chosen - 1 / people for chosen, people in (men, men_later, women, later)))
    assert float(ratio["values"]["z"]) == pytest.approx(z, rel=1e-9)
    assert float(ratio["values"]["p"]) == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-9)
    assert ratio["stated"]["after"] == "1.000000000000000"


def test_every_group_metric_and_gap_is_there_and_what_has_no_test_says_why() -> None:
    found = drifted(run(BEFORE, "a"), run(AFTER, "b"))
    for table in found["tables"]:
        outcomes = table["outcomes"]
        assert [one["metric"] for one in outcomes["metrics"]] == list(METRICS)
        assert [one["metric"] for one in outcomes["gaps"]] == list(GAPS)
        for one in (group for metric in outcomes["metrics"] for group in metric["groups"]):
            assert one["values"].get("p") is not None or one["undefined"], one
    metrics = of(found, "race_ethnicity")["outcomes"]["metrics"]
    small = next(one for one in metrics if one["metric"] == "true-positive-rate")
    asian = next(one for one in small["groups"] if one["group"].startswith("Asian"))
    assert (asian["parameters"]["test"], asian["values"]["before"]) == ("fisher", "0.600000000000000")
    assert Confusion(*BEFORE["Female", ASIAN]).positive == 20


def test_runs_of_one_file_keep_their_numbers_and_have_no_test() -> None:
    found = drifted(run(BEFORE, "a"), run(AFTER, "a"))
    assert found["notes"][0] == ONE_FILE
    every = [one for table in found["tables"] for one in (*table["rates"], *table["ratios"])]
    assert {one["values"]["p"] for one in every} == {None}
    assert all(one["undefined"] and one["values"]["before"] for one in every)


def test_runs_that_measure_different_things_are_not_compared() -> None:
    other = run(AFTER, "b")
    other["method"]["rate_kind"] = "scoring"
    with pytest.raises(ValueError, match="The earlier run has selection rates and the later one scoring rates"):
        drifted(run(BEFORE, "a"), other)
    changed = run(AFTER, "b")
    changed["method"]["outcome"]["prediction"] = "decisions"
    found = drifted(run(BEFORE, "a"), changed)
    assert OTHER_PREDICTION in found["notes"]
    assert "outcomes" not in found["tables"][0]
