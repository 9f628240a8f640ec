"""Group metrics beside published figures, and what must hold for any counts."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.metrics.calibration import ScoreBin, brier, calibration
from audits.metrics.confusion import CODES, Confusion, value_of, variance_of
from audits.metrics.disparities import against, equalized_odds, gap
from audits.metrics.drift import gap_drift, metric_drift, rate_drift, ratio_drift
from audits.metrics.groups import group_metrics
from audits.metrics.inequality import benefits, entropy_variance, generalised_entropy
from audits.metrics.measures import Pair
from audits.metrics.representativeness import representativeness
from audits.metrics.rounding import decimals, percent
from compliance.lib import canonical

SHARED = Path(__file__).parents[3] / "shared"
# ProPublica, "How We Analyzed the COMPAS Recidivism Algorithm" (2016): two years, medium or high score.
COMPAS = {"African-American": Confusion(1369, 805, 532, 990), "Caucasian": Confusion(505, 349, 461, 1139)}

groups = st.builds(Confusion, *(st.integers(0, 30) for _ in range(4)))


def shared(path: str) -> Path:
    """Return a file that is kept beside the checkout and not in it; without it, skip."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"{path} is kept beside the checkout and is not here.")
    return found


def printed(value: Any, places: int) -> str:
    assert isinstance(value, Fraction)
    return decimals(value, places)


def test_error_rates_of_compas_as_propublica_printed_them() -> None:
    rates = group_metrics(COMPAS)
    shown = {
        row.group: [
            percent(value_of(code, row.confusion) or Fraction(0), 2)
            for code in ("false-positive-rate", "false-negative-rate")
        ]
        for row in rates.rows
    }
    assert shown == {"African-American": ["44.85%", "27.99%"], "Caucasian": ["23.45%", "47.72%"]}


def test_disparities_of_compas_as_aequitas_prints_them() -> None:
    """The published notebook on the same data: each rate of African-American over that of Caucasian people."""
    ratios = {code: against(code, *COMPAS.values())["ratio"] for code in CODES}
    assert {code: printed(ratios[code], 6) for code in ("false-positive-rate", "false-negative-rate")} == {
        "false-positive-rate": "1.912093",
        "false-negative-rate": "0.586416",
    }
    assert printed(ratios["false-discovery-rate"], 6) == "0.906085"
    assert printed(ratios["false-omission-rate"], 6) == "1.213154"
    assert printed(ratios["selection-rate"], 6) == "1.690224"
    assert printed(ratios["negative-predictive-value"], 6) == "0.913728"
    assert printed(ratios["positive-predictive-value"], 6) == "1.064904"


def test_fairlearn_user_guide() -> None:
    """The worked example of Fairlearn's guide on assessment: groups a, b and c of 4, 6 and 8 people."""
    guide = {"a": Confusion(1, 2, 1, 0), "b": Confusion(3, 0, 2, 1), "c": Confusion(2, 2, 3, 1)}
    names = ("difference", "ratio", "difference_to_overall", "ratio_to_overall")
    expected = {
        "selection-rate": ["0.250000", "0.666667", "0.194444", "0.740741"],
        "true-positive-rate": ["0.200000", "0.666667", "0.100000", "0.800000"],
        "false-positive-rate": ["1.000000", "0.000000", "0.666667", "0.000000"],
    }
    for code, figures in expected.items():
        found = gap(code, guide)
        assert [printed(found[name], 6) for name in names] == figures
    assert printed(equalized_odds(guide)["ratio"], 6) == "0.000000"


def test_aif360_sample() -> None:
    """The 20 people whose results AI Fairness 360 prints for its own sample; the group is women, the reference men."""
    women, men = Confusion(0, 4, 2, 3), Confusion(1, 2, 1, 7)
    found = group_metrics({"women": women, "men": men}, base="group", reference="men")
    row = found.row("women")
    assert printed(row.against["false-omission-rate"]["ratio"], 1) == "3.2"
    assert printed(row.against["error-rate"]["ratio"], 2) == "2.44"
    assert printed(row.against["false-positive-rate"]["difference"], 3) == "0.349"
    assert printed(row.against["selection-rate"]["ratio"], 3) == "1.630"
    assert printed(row.against["true-positive-rate"]["difference"], 1) == "-0.5"
    assert printed(row.against["average-odds"]["average"], 4) == "-0.0754"
    assert printed(row.against["average-odds"]["average_absolute"], 3) == "0.425"
    entropy, theil = found.whole["generalised-entropy"], found.whole["theil"]
    assert printed(entropy["index"], 2) == "0.16"
    assert printed(entropy["between"], 5) == "0.00161"
    assert round(theil.number("index"), 2) == 0.22
    assert round(theil.number("between"), 4) == 0.0016


def test_compas_with_all_groups_beside_the_published_cross_table() -> None:
    with shared("golden/metrics/aequitas_compas_crosstab.csv").open(newline="") as stream:
        cells = {
            row["group"]: Confusion(*(int(row[name]) for name in ("tp", "fp", "fn", "tn")))
            for row in csv.DictReader(stream)
            if row["attribute"] == "race"
        }
    found = group_metrics(cells, base="group", reference="Caucasian")
    columns = {
        "fdr_disparity": "false-discovery-rate",
        "fnr_disparity": "false-negative-rate",
        "for_disparity": "false-omission-rate",
        "fpr_disparity": "false-positive-rate",
        "npv_disparity": "negative-predictive-value",
        "pprev_disparity": "selection-rate",
        "precision_disparity": "positive-predictive-value",
    }
    shares = {row.group: row.rates["predicted-positive-share"]["rate"] for row in found.rows}
    with shared("golden/metrics/aequitas_compas_disparity_vs_caucasian.csv").open(newline="") as stream:
        for line in csv.DictReader(stream):
            row = found.row(line["group"])
            for column, code in columns.items():
                assert printed(row.against[code]["ratio"], 6) == line[column].ljust(8, "0"), (line["group"], code)
            assert printed(shares[line["group"]] / shares["Caucasian"], 6) == line["ppr_disparity"].ljust(8, "0")  # type: ignore[operator]


def test_base_rates_of_adult_from_the_file() -> None:
    expected = json.loads(shared("golden/metrics/adult_base_rates.json").read_text())["tables"]["adult.data"]["groups"]
    cells: dict[str, list[int]] = {}
    with shared("data/adult.data").open(newline="") as stream:
        for row in csv.reader(stream, skipinitialspace=True):
            if row and row[9] != "sex":
                cell = cells.setdefault(f"sex={row[9]}", [0, 0])
                cell[row[14].startswith(">")] += 1
    counted = {name: Confusion(0, 0, high, low) for name, (low, high) in cells.items()}
    for name, group in counted.items():
        assert [group.people, group.positive] == expected[name]
        assert value_of("prevalence", group) == Fraction(expected[name][1], expected[name][0])


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("abcd"), groups, min_size=1))
def test_a_report_holds_no_float_and_says_why_where_it_holds_nothing(cells: dict[str, Confusion]) -> None:
    found = group_metrics(cells)
    canonical.dump(found.as_json())
    for row in found.rows:
        for one in (*row.rates.values(), *row.against.values()):
            assert all(value is not None for value in one.values.values()) or one.undefined
    for one in (*found.gaps.values(), *found.whole.values()):
        assert all(value is not None for value in one.values.values()) or one.undefined or one.code == "theil"


@settings(deadline=None)
@given(groups, groups, groups, st.integers(2, 9))
def test_splitting_renaming_and_scaling(one: Confusion, other: Confusion, third: Confusion, factor: int) -> None:
    """Counts of two files add up; names and order say nothing; more of the same people keep every rate."""
    cells = {"a": one + other, "b": third}
    for code in CODES:
        assert value_of(code, one + other) == value_of(
            code, Confusion(*map(sum, zip(one.counts, other.counts, strict=True)))
        )
        grown = {key: Confusion(*(count * factor for count in group.counts)) for key, group in cells.items()}
        first, again = gap(code, cells), gap(code, {"z": cells["b"], "y": cells["a"]})
        large = gap(code, grown)
        for name in ("difference", "ratio", "difference_to_overall", "ratio_to_overall"):
            assert first[name] == again[name] == large[name]
        spread, wide = variance_of(code, one), variance_of(code, grown["b"])
        small = variance_of(code, third)
        assert (small is None and wide is None) or (small is not None and wide == small / factor)
        assert spread is None or spread >= 0


@settings(deadline=None)
@given(groups)
def test_swapping_what_is_called_positive_twice_changes_nothing(group: Confusion) -> None:
    swapped = Confusion(group.tn, group.fn, group.fp, group.tp)
    mirrored = {
        "true-positive-rate": "true-negative-rate",
        "positive-predictive-value": "negative-predictive-value",
        "false-discovery-rate": "false-omission-rate",
        "accuracy": "accuracy",
    }
    for code, other in mirrored.items():
        assert value_of(code, group) == value_of(other, swapped)
    assert Confusion(swapped.tn, swapped.fn, swapped.fp, swapped.tp) == group


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("abc"), groups, min_size=1))
def test_entropy_splits_into_within_and_between(cells: dict[str, Confusion]) -> None:
    shared_out = {key: benefits(group) for key, group in cells.items()}
    found = generalised_entropy(shared_out)
    if found.undefined:
        return
    index, within, between = (found[name] for name in ("index", "within", "between"))
    assert isinstance(index, Fraction)
    assert isinstance(between, Fraction)
    assert isinstance(within, Fraction)
    assert 0 <= between <= index
    assert within == index - between


def test_a_group_without_a_rate_is_named_and_is_not_zero() -> None:
    cells = {"a": Confusion(3, 1, 1, 5), "b": Confusion(2, 1, 2, 5), "none": Confusion(0, 2, 0, 3)}
    found = gap("true-positive-rate", cells)
    assert (found["lowest"], found["lowest_group"]) == (Fraction(1, 2), "b")
    assert found.notes == ("none has no such rate, since nobody has the outcome; it is left out here.",)
    assert gap("true-positive-rate", {"none": cells["none"], "a": cells["a"]})["difference"] is None
    assert against("false-positive-rate", cells["a"], Confusion(1, 0, 0, 4)).undefined == (
        "The rate of the reference is 0, so there is no ratio."
    )


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"base": "best"}, "'best' is nothing to hold groups against"),
        ({"base": "group"}, "A reference group is named with the base 'group'"),
        ({"reference": "a"}, "A reference group is named with the base 'group'"),
        ({"base": "group", "reference": "z"}, "z is no group of this table"),
    ],
)
def test_a_base_that_cannot_be_meant_is_refused(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        group_metrics({"a": Confusion(1, 1, 1, 1)}, **wrong)


def test_bins_beside_people() -> None:
    """Sums over two bins give the Brier score of the people themselves, and scikit-learn's where it is installed."""
    scores = [Fraction(n, 20) for n in (1, 3, 5, 9, 12, 15, 18, 19)]
    outcomes = [0, 0, 1, 0, 1, 1, 1, 0]
    people = list(zip(scores, outcomes, strict=True))
    halves = [
        ScoreBin(
            len(half),
            sum(outcome for _, outcome in half),
            sum((score for score, _ in half), Fraction(0)),
            sum((score * score for score, _ in half), Fraction(0)),
            sum((score for score, outcome in half if outcome), Fraction(0)),
        )
        for half in (people[:4], people[4:])
    ]
    exact = sum(((score - outcome) ** 2 for score, outcome in people), Fraction(0)) / len(people)
    assert (
        brier(halves)["score"] == brier([ScoreBin.at(score, 1, outcome) for score, outcome in people])["score"] == exact
    )
    assert calibration(halves)["calibration_in_the_large"] == sum(scores, Fraction(0)) / 8 - Fraction(1, 2)
    assert brier([ScoreBin(3, 1, Fraction(1))]).undefined


def test_representativeness_beside_scipy() -> None:
    from scipy.spatial.distance import jensenshannon
    from scipy.stats import chisquare

    found = representativeness({"a": 30, "b": 50, "c": 20}, {"a": 400, "b": 400, "c": 200})
    theirs = chisquare([30, 50, 20], [40, 40, 20])
    assert found.whole.number("chi_square") == pytest.approx(theirs.statistic)
    assert found.whole.number("p") == pytest.approx(theirs.pvalue)
    assert found.distance.number("jensen_shannon_distance") == pytest.approx(
        jensenshannon([0.3, 0.5, 0.2], [0.4, 0.4, 0.2], base=2)
    )
    assert found.groups["c"]["difference"] == 0
    canonical.dump(found.as_json())


def test_a_group_that_only_one_side_knows_is_refused_or_said() -> None:
    with pytest.raises(ValueError, match="c is missing in the reference population"):
        representativeness({"a": 1, "c": 1}, {"a": 1})
    found = representativeness({"a": 5, "b": 5, "c": 1}, {"a": 1, "b": 1, "c": 0})
    assert found.whole["p"] is None
    assert found.whole.undefined == "The reference population has nobody in c, where the data set has people."
    assert found.groups["c"].undefined


def test_nothing_moved_between_a_run_and_itself_and_much_between_others() -> None:
    one, other = COMPAS.values()
    for code in CODES:
        still, moved = metric_drift(code, one, one), metric_drift(code, one, other)
        assert still["difference"] in (0, 0.0)
        assert still.number("p") == pytest.approx(1)
        assert moved.undefined is None
        before, after = metric_drift(code, other, one), moved
        assert before.number("z") == pytest.approx(-after.number("z"))
    assert gap_drift("accuracy", (one, other), (one, other)).number("p") == 1


def test_drift_of_a_ratio_is_the_test_of_two_log_ratios() -> None:
    found = ratio_drift(Pair(34, 76, 50, 92), Pair(60, 80, 50, 92))
    assert found.number("low") < found.number("ratio") < found.number("high")
    assert (found.number("low") > 1) == (found.number("p") < 0.05)
    assert ratio_drift(Pair(0, 5, 2, 5), Pair(1, 5, 2, 5)).undefined
    assert rate_drift((1, 4), (3, 4)).parameters["test"] == "fisher"


def test_compas_from_the_file_gives_the_published_cross_table() -> None:
    cells: dict[str, list[int]] = {}
    with shared("data/compas_for_aequitas.csv").open(newline="") as stream:
        for row in csv.DictReader(stream):
            place = {("1", "1"): 0, ("1", "0"): 1, ("0", "1"): 2, ("0", "0"): 3}[row["score"][0], row["label_value"]]
            cells.setdefault(row["race"], [0, 0, 0, 0])[place] += 1
    for name, published in COMPAS.items():
        assert Confusion(*cells[name]) == published
    found = group_metrics({name: Confusion(*counts) for name, counts in cells.items()})
    assert found.reference == "African-American"
    assert found.gaps["true-positive-rate"]["lowest_group"] == "Other"


def test_the_spread_of_the_entropy_index_is_that_of_resampled_people() -> None:
    import numpy as np

    group = COMPAS["Caucasian"]
    dice = np.random.default_rng(7)
    drawn = dice.multinomial(group.people, np.array(group.counts) / group.people, size=4_000)
    right, high = drawn[:, 0] + drawn[:, 3], drawn[:, 1]
    mean, square = (right + 2 * high) / group.people, (right + 4 * high) / group.people
    spread = entropy_variance(group)
    assert spread is not None
    assert ((square / mean**2 - 1) / 2).var() == pytest.approx(float(spread), rel=0.1)
    moved = metric_drift("generalised-entropy", group, COMPAS["African-American"])
    assert moved.undefined is None
    assert metric_drift("generalised-entropy", group, Confusion(0, 0, 3, 0)).undefined == (
        "The later run has no such rate, since nobody has any benefit, so nothing is shared out."
    )
