"""Intervals and tests to the digits that textbooks, R, scipy and statsmodels print."""

from __future__ import annotations

import csv
import math
import warnings
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.metrics.battery import compare
from audits.metrics.intervals import adjusted_log, clopper_pearson, katz, newcombe, score_ratio, wilson
from audits.metrics.measures import Measure, Pair, quantile
from audits.metrics.significance import (
    benjamini_hochberg,
    chi_square_p,
    fisher,
    holm,
    homogeneity,
    normal_p,
    pooled_z,
    standard_deviations,
)
from audits.metrics.strata import breslow_day, mantel_haenszel
from audits.metrics.sufficiency import detectable

GOLDEN = Path(__file__).parent.parent / "golden" / "reference_significance.csv"
with GOLDEN.open(newline="") as stream:
    REFERENCE = list(csv.DictReader(stream))

# Six departments of Berkeley, 1973: women and men admitted, of those who applied (R, UCBAdmissions).
BERKELEY = {
    "A": Pair(89, 108, 512, 825),
    "B": Pair(17, 25, 353, 560),
    "C": Pair(202, 593, 120, 325),
    "D": Pair(131, 375, 138, 417),
    "E": Pair(94, 393, 53, 191),
    "F": Pair(24, 341, 22, 373),
}


def printed(text: str, value: Any) -> bool:
    """Say whether a value, rounded to as many places as were printed, is what was printed."""
    places = max(0, -int(Decimal(text).as_tuple().exponent))
    return Decimal(f"{float(value):.{places}f}") == Decimal(text)


@pytest.mark.parametrize("row", REFERENCE, ids=lambda row: f"{row['table']} {row['category']}")
def test_every_reference_row_to_its_printed_digits(row: dict[str, str]) -> None:
    groups = {
        row["category"]: {"n": int(row["n"]), "selected": int(row["selected"])},
        row["reference"]: {"n": int(row["n_ref"]), "selected": int(row["selected_ref"])},
    }
    found = compare(groups, benchmark=row["reference"])
    comparison = found.comparisons[0]
    assert comparison.pair.ratio is not None
    for column, value in {
        "impact_ratio": comparison.pair.ratio,
        "z_pooled_two_sample": comparison["pooled-z"]["z"],
        "p_two_sided_z": comparison["pooled-z"]["p"],
        "p_fisher_two_sided": comparison["fisher"]["p"],
        "ir_ci95_low_katz": comparison["katz"]["low"],
        "ir_ci95_high_katz": comparison["katz"]["high"],
        "ir_after_moving_one_selection": comparison["flip-flop"]["ratio_after"],
        "shortfall_vs_pooled_expectation": comparison["shortfall"]["shortfall"],
        "extra_selections_to_reach_0_8": comparison["four-fifths-selections"]["selections"],
    }.items():
        assert printed(row[column], value), (column, row[column], value)
    assert str(bool(comparison["four-fifths-selections"]["below"])) == row["below_four_fifths"]
    assert str(bool(comparison["flip-flop"]["flips"])) == row["flip_flop"]


def test_wilson_as_newcombe_prints_it() -> None:
    for selected, people, low, high in [
        (81, 263, "0.2553", "0.3662"),
        (15, 148, "0.0624", "0.1605"),
        (0, 20, "0.0000", "0.1611"),
    ]:
        found = wilson(selected, people)
        assert printed(low, found["low"])
        assert printed(high, found["high"])


def test_newcombe_katz_and_fisher_as_textbooks_print_them() -> None:
    difference = newcombe(Pair(56, 70, 48, 80))
    assert printed("0.0524", difference["low"])
    assert printed("0.3339", difference["high"])
    aspirin = katz(Pair(189, 11034, 104, 11037))  # Agresti, Categorical Data Analysis
    assert [printed(text, aspirin[name]) for text, name in (("1.818", "ratio"), ("1.433", "low"), ("2.306", "high"))]
    assert fisher(Pair(3, 4, 1, 4))["p"] == Fraction(34, 70)  # the lady tasting tea


def test_strata_as_r_prints_them() -> None:
    """R's mantelhaen.test on UCBAdmissions: odds of admission of men over women 0.9046968, corrected X² 1.4269."""
    found = mantel_haenszel({name: _swap(pair) for name, pair in BERKELEY.items()})
    assert printed("0.9046968", found["odds_ratio"])
    assert printed("0.7719074", found["odds_low"])
    assert printed("1.0603298", found["odds_high"])
    assert printed("1.4269", found["statistic_corrected"])
    assert printed("0.2323", found["p_corrected"])
    assert printed("1.5246", found["statistic"])


def _swap(pair: Pair) -> Pair:
    return Pair(pair.reference_selected, pair.reference_people, pair.selected, pair.people)


def test_pooling_turns_berkeley_round() -> None:
    pooled = Pair(*(sum(pair[place] for pair in map(_numbers, BERKELEY.values())) for place in range(4)))
    assert pooled.ratio is not None
    assert printed("0.6818", pooled.ratio)
    assert mantel_haenszel(BERKELEY).number("odds_ratio") > 1


def _numbers(pair: Pair) -> tuple[int, int, int, int]:
    return pair.selected, pair.people, pair.reference_selected, pair.reference_people


people = st.integers(1, 300)


@st.composite
def pairs(draw: Any) -> Pair:
    one, other = draw(people), draw(people)
    return Pair(draw(st.integers(0, one)), one, draw(st.integers(0, other)), other)


def close(measure: Measure, name: str, expected: float, within: float = 1e-8) -> bool:
    return math.isclose(measure.number(name), expected, rel_tol=within, abs_tol=1e-11)


@settings(deadline=None)  # the first call loads scipy
@given(pairs())
def test_one_pair_beside_scipy_and_statsmodels(pair: Pair) -> None:
    from scipy.stats import binomtest, fisher_exact
    from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

    s1, n1, s2, n2 = _numbers(pair)
    exact = binomtest(s1, n1).proportion_ci(method="exact")
    assert close(clopper_pearson(s1, n1), "low", exact.low)
    assert close(clopper_pearson(s1, n1), "high", exact.high)
    low, high = proportion_confint(s1, n1, method="wilson")
    assert close(wilson(s1, n1), "low", low)
    assert close(wilson(s1, n1), "high", high)
    assert close(fisher(pair), "p", fisher_exact([[s1, n1 - s1], [s2, n2 - s2]])[1])
    low, high = confint_proportions_2indep(s1, n1, s2, n2, compare="diff", method="newcomb")
    assert close(newcombe(pair), "low", low)
    assert close(newcombe(pair), "high", high)
    low, high = confint_proportions_2indep(s1, n1, s2, n2, compare="ratio", method="log-adjusted")
    assert close(adjusted_log(pair), "low", low)
    assert close(adjusted_log(pair), "high", high)
    if 0 < pair.chosen < pair.total:
        z, p = proportions_ztest([s1, s2], [n1, n2])
        assert close(pooled_z(pair), "z", z)
        assert close(pooled_z(pair), "p", p)
        squared = homogeneity([(s1, n1), (s2, n2)])
        assert close(squared, "chi_square", z * z)
        drawn = standard_deviations(pair)["without_replacement"]
        assert isinstance(drawn, float)
        assert math.isclose(drawn, z * math.sqrt((pair.total - 1) / pair.total), rel_tol=1e-9, abs_tol=1e-12)
    if 0 < s1 < n1 and 0 < s2 < n2:
        low, high = confint_proportions_2indep(s1, n1, s2, n2, compare="ratio", method="log")
        assert close(katz(pair), "low", low)
        assert close(katz(pair), "high", high)
        for correction in (True, False):
            ours = score_ratio(pair, correction=correction)
            # statsmodels solves it by a formula that loses some digits where one side is much larger.
            low, high = confint_proportions_2indep(
                s1, n1, s2, n2, compare="ratio", method="score", correction=correction
            )
            assert close(ours, "low", low, 1e-5)
            assert close(ours, "high", high, 1e-5)


@settings(deadline=None)
@given(pairs(), st.sampled_from([1, 1000, 100_000]))
def test_the_score_statistic_at_either_limit_is_the_quantile(pair: Pair, scale: int) -> None:
    """Held in 60 digits, because floats lose most of theirs where one side is much larger than the other."""
    large = Pair(pair.selected, pair.people, pair.reference_selected * scale, pair.reference_people * scale)
    found = score_ratio(large, correction=False)
    for name in ("low", "high"):
        limit = found[name]
        if isinstance(limit, float) and limit:
            assert math.isclose(abs(_statistic(large, limit)), quantile("0.95"), rel_tol=1e-7)


def _statistic(pair: Pair, limit: float) -> float:
    with localcontext(prec=60):
        ratio = Decimal(limit)
        s1, n1, s2, n2 = map(Decimal, _numbers(pair))
        lead, middle = (n1 + n2) * ratio, n1 * ratio + s1 + n2 + s2 * ratio
        p2 = (middle - (middle * middle - 4 * lead * (s1 + s2)).sqrt()) / (2 * lead)
        variance = p2 * ratio * (1 - p2 * ratio) / n1 + ratio * ratio * p2 * (1 - p2) / n2
        return float((s1 / n1 - ratio * s2 / n2) / variance.sqrt())


@pytest.mark.parametrize("scale", [1, 10, 100])
def test_fisher_keeps_its_digits_with_many_people(scale: int) -> None:
    """The exact sum in whole numbers, beside the walk in floats that large counts take."""
    pair = Pair(2 + 5 * scale, 30 * scale, 9 * scale, 35 * scale)
    found = fisher(pair).number("p")
    low, high = max(0, pair.chosen - pair.reference_people), min(pair.people, pair.chosen)
    weights = [
        math.comb(pair.people, k) * math.comb(pair.reference_people, pair.chosen - k) for k in range(low, high + 1)
    ]
    own = weights[pair.selected - low]
    assert math.isclose(found, sum(one for one in weights if one <= own) / sum(weights), rel_tol=1e-11)


@pytest.mark.parametrize("counts", [(200, 2000, 1800, 2000), (1200, 2000, 300, 5000), (1, 2999, 1499, 1500)])
def test_a_p_value_too_small_for_a_double_is_the_exact_sum_and_no_zero(counts: tuple[int, int, int, int]) -> None:
    pair = Pair(*counts)
    low, high = max(0, pair.chosen - pair.reference_people), min(pair.people, pair.chosen)
    weights = [
        math.comb(pair.people, k) * math.comb(pair.reference_people, pair.chosen - k) for k in range(low, high + 1)
    ]
    exact = Fraction(sum(one for one in weights if one <= weights[pair.selected - low]), sum(weights))
    p = fisher(pair)["p"]
    assert isinstance(p, Decimal)
    assert p < Decimal("1E-300")
    assert abs(Fraction(p) / exact - 1) < Fraction(1, 10**11)
    with localcontext(prec=10):
        assert Decimal(fisher(pair).as_json()["values"]["p"]) == Decimal(exact.numerator) / exact.denominator


def test_very_small_p_values_of_z_and_chi_square_as_mpmath_gives_them() -> None:
    mpmath = pytest.importorskip("mpmath")
    with mpmath.workdps(40):
        for root in (38, 40, 1000):
            expected = mpmath.erfc(mpmath.mpf(root) / mpmath.sqrt(2))
            assert mpmath.almosteq(mpmath.mpf(str(normal_p(float(root)))), expected, rel_eps=1e-14)
            for degrees in (1, 2, 5, 13):
                upper = mpmath.gammainc(mpmath.mpf(degrees) / 2, mpmath.mpf(root**2) / 2, regularized=True)
                found = mpmath.mpf(str(chi_square_p(float(root**2), degrees)))
                assert mpmath.almosteq(found, upper, rel_eps=1e-12)


def test_the_smallest_p_values_stay_in_the_family_that_is_adjusted() -> None:
    groups = {"a": (900_000, 1_000_000), "b": (100_000, 1_000_000), "c": (895_900, 1_000_000), "d": (0, 3)}
    found = compare({name: {"n": people, "selected": chosen} for name, (chosen, people) in groups.items()})
    assert found.family == 3
    values = {one.group: one.as_json() for one in found.comparisons}
    raw = next(one["values"]["p"] for one in values["b"]["measures"] if one["code"] == "pooled-z")
    assert Decimal(raw).adjusted() < -100_000
    assert Decimal(values["b"]["adjusted_p"]["holm"]) == pytest.approx(Decimal(raw) * 3, rel=Decimal("1E-8"))
    assert all(one["adjusted_p"]["holm"] is not None for one in values.values())


@settings(deadline=None)
@given(st.lists(pairs(), min_size=2, max_size=5))
def test_strata_beside_statsmodels(strata: list[Pair]) -> None:
    import numpy as np
    from statsmodels.stats.contingency_tables import StratifiedTable

    named = {str(number): pair for number, pair in enumerate(strata)}
    tables = [np.array([[s1, n1 - s1], [s2, n2 - s2]], dtype=float) for s1, n1, s2, n2 in map(_numbers, strata)]
    found = mantel_haenszel(named)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        table = StratifiedTable(tables)
        if isinstance(found["odds_low"], float):
            assert close(found, "odds_ratio", table.oddsratio_pooled)
            assert close(found, "odds_low", table.oddsratio_pooled_confint()[0])
            assert close(found, "odds_high", table.oddsratio_pooled_confint()[1])
        if isinstance(found["ratio"], Fraction):
            assert close(found, "ratio", table.riskratio_pooled)
        if found["p"] is not None:
            test = table.test_null_odds()
            assert close(found, "statistic", test.statistic)
            assert close(found, "p", test.pvalue)
        equal = breslow_day(named)
        # At a common odds ratio of 1 statsmodels divides 0 by 0, and beside it subtracts nearly equal numbers.
        apart = equal["p"] is not None and abs(found.number("odds_ratio") - 1) > 1e-3
        if apart and all(0 < pair.chosen < pair.total for pair in strata):
            for name, adjust in (("statistic", False), ("adjusted", True)):
                theirs = table.test_equal_odds(adjust=adjust).statistic
                assert math.isclose(equal.number(name), theirs, rel_tol=1e-5, abs_tol=1e-7)


def test_breslow_day_at_a_common_odds_ratio_of_one() -> None:
    found = breslow_day({"A": Pair(6, 10, 5, 10), "B": Pair(5, 10, 6, 10)})
    # Expected 5.5 of 10 in each cell of both strata: four times (1/2)²/5.5 or 4.5, twice.
    assert found.number("statistic") == pytest.approx(2 * 0.25 * (2 / 5.5 + 2 / 4.5))


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_adjusted_p_values_beside_statsmodels(p_values: list[float]) -> None:
    from statsmodels.stats.multitest import multipletests

    for ours, theirs in ((holm, "holm"), (benjamini_hochberg, "fdr_bh")):
        expected = multipletests(p_values, method=theirs)[1]
        assert all(
            math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-12)
            for one, other in zip(ours(p_values), expected, strict=True)
        )


@settings(deadline=None)
@given(st.integers(5, 5_000), st.integers(5, 5_000), st.fractions(Fraction(1, 20), Fraction(19, 20)))
def test_the_smallest_noticed_difference_has_the_power_that_statsmodels_gives_it(
    people: int, others: int, rate: Fraction
) -> None:
    from statsmodels.stats.proportion import power_proportions_2indep

    top, found = float(rate), detectable(people, others, rate)
    # The near tail of a test at 0.05: that the category seems ahead by chance is not noticing that it lies behind.
    near = {"alternative": "smaller", "alpha": 0.025, "return_results": False}
    noticed = partial(power_proportions_2indep, prop2=top, nobs1=people, ratio=others / people, **near)
    if found is None:
        assert noticed(-top) < 0.8
    else:
        assert noticed(found * top - top) == pytest.approx(0.8, abs=1e-6)


@pytest.mark.parametrize(
    ("measure", "reason"),
    [
        (wilson(0, 0), "The category has no people."),
        (pooled_z(Pair(0, 5, 0, 5)), "Everybody or nobody was selected on both sides, so the rates cannot differ."),
        (katz(Pair(0, 5, 2, 5)), "A side without a single selection has no logarithm of its rate."),
        (fisher(Pair(1, 2, 0, 0)), "The reference has no people."),
        (score_ratio(Pair(0, 5, 0, 5)), "Nobody was selected on either side, so the data say nothing about the ratio."),
    ],
)
def test_what_has_no_value_says_why_and_is_never_zero(measure: Measure, reason: str) -> None:
    assert measure.undefined == reason
    assert None in measure.values.values()


def test_many_strata_give_what_the_exact_sums_give(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requisitions are many; their exact common denominator is not followed, and no digit that is shown may change."""
    many = {f"{n}": Pair(n % 7, 9 + n, n % 11 + 1, 13 + n) for n in range(200)}
    quick, equal = mantel_haenszel(many).as_json(), breslow_day(many).as_json()
    monkeypatch.setattr("audits.metrics.strata.EXACT_UP_TO", 1_000)
    exact = mantel_haenszel(many)
    for name, value in quick["values"].items():
        assert math.isclose(float(value), exact.number(name), rel_tol=1e-9)
    for name, value in equal["values"].items():
        assert math.isclose(float(value), breslow_day(many).number(name), rel_tol=1e-8)
