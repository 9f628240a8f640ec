"""The same people through Fairlearn, AI Fairness 360 and Aequitas, where they are installed (the group `bench`)."""

from __future__ import annotations

import logging
import random
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest

from audits.metrics.confusion import Confusion
from audits.metrics.disparities import against, gap
from audits.metrics.groups import GroupReport, group_metrics

CASES: dict[str, dict[str, Confusion]] = {
    "two groups": {"a": Confusion(30, 12, 9, 49), "b": Confusion(11, 8, 21, 60)},
    "four groups": {
        "a": Confusion(30, 12, 9, 49),
        "b": Confusion(11, 8, 21, 60),
        "c": Confusion(2, 1, 1, 1),
        "d": Confusion(150, 80, 40, 300),
    },
    "a zero in every place": {
        "a": Confusion(0, 5, 6, 7),
        "b": Confusion(5, 0, 6, 7),
        "c": Confusion(5, 6, 0, 7),
        "d": Confusion(5, 6, 7, 0),
    },
}
NAMES = list(CASES)


@pytest.fixture(autouse=True)
def _their_warnings_are_not_ours() -> Iterator[None]:
    logging.disable(logging.WARNING)  # AI Fairness 360 logs what it lacks when it is imported
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    logging.disable(logging.NOTSET)


def imported(name: str) -> Any:
    return pytest.importorskip(
        name, reason=f"{name} comes with the group bench; it is an oracle and no part of the product"
    )


def people(cells: dict[str, Confusion]) -> tuple[list[str], list[int], list[int]]:
    """Return (group, true outcome, prediction) of every person, shuffled: the counts must not notice."""
    rows = [
        (name, true, predicted)
        for name, cell in cells.items()
        for count, true, predicted in zip(cell.counts, (1, 0, 1, 0), (1, 1, 0, 0), strict=True)
        for _ in range(count)
    ]
    random.Random(7).shuffle(rows)
    names, true, predicted = (list(column) for column in zip(*rows, strict=True))
    return names, true, predicted


def counted(names: list[str], true: list[int], predicted: list[int]) -> dict[str, Confusion]:
    seen = Counter(zip(names, true, predicted, strict=True))
    return {
        name: Confusion(seen[name, 1, 1], seen[name, 0, 1], seen[name, 1, 0], seen[name, 0, 0])
        for name in dict.fromkeys(names)
    }


@pytest.mark.parametrize("case", NAMES)
def test_fairlearn(case: str) -> None:
    theirs = imported("fairlearn.metrics")
    names, true, predicted = people(CASES[case])
    found = group_metrics(counted(names, true, predicted))

    def same(code: str, value: str, function: Callable[..., float], **options: Any) -> None:
        ours = found.gaps[code][value]
        assert ours is not None
        expected = function(true, predicted, sensitive_features=names, **options)
        assert float(ours) == pytest.approx(expected, abs=1e-12), (code, value)

    for name, code in (
        ("demographic_parity", "demographic-parity"),
        ("equal_opportunity", "equal-opportunity"),
        ("equalized_odds", "equalized-odds"),
        ("false_positive_rate", "false-positive-rate"),
        ("false_negative_rate", "false-negative-rate"),
        ("true_negative_rate", "true-negative-rate"),
    ):
        for kind in ("difference", "ratio"):
            function = getattr(theirs, f"{name}_{kind}")
            same(code, kind, function)
            if case != "a zero in every place" or kind == "difference":  # there 0/0 and x/0 differ
                same(code, f"{kind}_to_overall", function, method="to_overall")
            if code == "equalized-odds":
                same(code, f"mean_{kind}", function, agg="mean")
    same("balanced-accuracy", "lowest", theirs.balanced_accuracy_score_group_min)
    same("f1-score", "lowest", theirs.f1_score_group_min)
    same("positive-predictive-value", "lowest", theirs.precision_score_group_min)
    same("accuracy", "lowest", theirs.accuracy_score_group_min)
    same("error-rate", "highest", theirs.zero_one_loss_group_max)


@pytest.mark.parametrize("case", NAMES)
def test_aif360(case: str) -> None:
    metrics, datasets = imported("aif360.metrics"), imported("aif360.datasets")
    import pandas

    names, true, predicted = people(CASES[case])
    places = [list(CASES[case]).index(name) for name in names]

    def dataset(labels: list[int]) -> Any:
        frame = pandas.DataFrame({"group": places, "label": labels}).astype(float)
        return datasets.BinaryLabelDataset(df=frame, label_names=["label"], protected_attribute_names=["group"])

    cells = counted(names, true, predicted)
    for name in list(cells):
        if name == "a":
            continue
        other = metrics.ClassificationMetric(
            dataset(true),
            dataset(predicted),
            unprivileged_groups=[{"group": float(list(CASES[case]).index(name))}],
            privileged_groups=[{"group": 0.0}],
        )
        _beside_aif360(group_metrics(cells, base="group", reference="a"), name, other)
    whole = group_metrics(cells).whole
    if len(cells) == 2:
        assert whole["generalised-entropy"].number("between") == pytest.approx(
            other.between_all_groups_generalized_entropy_index()
        )
        assert whole["theil"].number("between") == pytest.approx(other.between_all_groups_theil_index())
        fair = whole["differential-fairness"]
        assert fair.number("outcomes") == pytest.approx(other.smoothed_empirical_differential_fairness())
        assert fair.number("amplification") == pytest.approx(other.differential_fairness_bias_amplification())
    assert whole["generalised-entropy"].number("index") == pytest.approx(other.generalized_entropy_index())
    assert whole["theil"].number("index") == pytest.approx(other.theil_index())
    assert whole["coefficient-of-variation"].number("index") == pytest.approx(other.coefficient_of_variation())


def _beside_aif360(found: GroupReport[str], name: str, other: Any) -> None:
    row = found.row(name)
    for code, theirs in {
        "selection-rate": "statistical_parity_difference",
        "true-positive-rate": "equal_opportunity_difference",
        "false-positive-rate": "false_positive_rate_difference",
        "false-negative-rate": "false_negative_rate_difference",
        "false-discovery-rate": "false_discovery_rate_difference",
        "false-omission-rate": "false_omission_rate_difference",
        "error-rate": "error_rate_difference",
    }.items():
        assert row.against[code].number("difference") == pytest.approx(getattr(other, theirs)()), theirs
    for code in ("false-positive-rate", "false-negative-rate", "false-discovery-rate", "error-rate"):
        ratio = row.against[code]["ratio"]
        if isinstance(ratio, Fraction):
            assert float(ratio) == pytest.approx(getattr(other, f"{code.replace('-', '_')}_ratio")())
    assert row.against["selection-rate"].number("ratio") == pytest.approx(other.disparate_impact())
    odds = row.against["average-odds"]
    assert odds.number("average") == pytest.approx(other.average_odds_difference())
    assert odds.number("average_absolute") == pytest.approx(other.average_abs_odds_difference())
    assert odds.number("largest") == pytest.approx(other.equalized_odds_difference())
    predictive = row.against["average-predictive-value"]
    assert predictive.number("average") == pytest.approx(other.average_predictive_value_difference())


@pytest.mark.parametrize("case", NAMES)
def test_aequitas(case: str) -> None:
    group, bias = imported("aequitas.group"), imported("aequitas.bias")
    import pandas

    names, true, predicted = people(CASES[case])
    frame = pandas.DataFrame({"score": predicted, "label_value": true, "group": names})
    table, _ = group.Group().get_crosstabs(frame, attr_cols=["group"])
    lines = bias.Bias().get_disparity_predefined_groups(
        table, original_df=frame, ref_groups_dict={"group": "a"}, check_significance=False, mask_significance=False
    )
    found = group_metrics(counted(names, true, predicted), base="group", reference="a")
    columns = {
        "tpr": "true-positive-rate",
        "tnr": "true-negative-rate",
        "for": "false-omission-rate",
        "fdr": "false-discovery-rate",
        "fpr": "false-positive-rate",
        "fnr": "false-negative-rate",
        "npv": "negative-predictive-value",
        "precision": "positive-predictive-value",
        "pprev": "selection-rate",
        "prev": "prevalence",
        "accuracy": "accuracy",
        "ppr": "predicted-positive-share",
    }
    compared = 0
    for line in lines.to_dict("records"):
        row = found.row(line["attribute_value"])
        for short, code in columns.items():
            rate = row.rates[code]["rate"]
            assert isinstance(rate, Fraction)
            assert float(rate) == pytest.approx(line[short]), (row.group, short)
            # It writes 10 where it divides by 0; we say that there is no ratio.
            ratio = row.against[code]["ratio"] if code in row.against else None
            if isinstance(ratio, Fraction) and f"{short}_disparity" in line:
                assert float(ratio) == pytest.approx(line[f"{short}_disparity"]), (row.group, short)
                compared += 1
    assert compared > 5


def test_what_they_give_where_nothing_is_defined_is_not_what_we_give() -> None:
    """Fairlearn takes the true positive rate of a group without positives as 0, which makes the gap the largest."""
    theirs = imported("fairlearn.metrics")
    cells = {"a": Confusion(8, 1, 2, 9), "b": Confusion(8, 2, 2, 8), "none": Confusion(0, 1, 0, 9)}
    names, true, predicted = people(cells)
    assert theirs.equal_opportunity_difference(true, predicted, sensitive_features=names) == pytest.approx(0.8)
    found = gap("true-positive-rate", cells)
    assert (found["difference"], len(found.notes)) == (0, 1)
    assert against("true-positive-rate", cells["none"], cells["a"]).undefined
