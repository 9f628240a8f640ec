"""What holds for any counts, and the faults of other tools that must not be ours."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.metrics.categories import HISPANIC, RACES, SEXES, TABLES, Category
from audits.metrics.counts import Cell, by_category, merge
from audits.metrics.display import shown
from audits.metrics.ratios import table
from audits.metrics.result import result_from_counts, tables_from_counts
from audits.metrics.rounding import decimals, percent

SMALL = Category(None, RACES[3])


@st.composite
def cell(draw: Any) -> Cell:
    people = draw(st.integers(0, 400))
    sex, race = draw(st.sampled_from([*SEXES, None])), draw(st.sampled_from([*RACES, None]))
    return Cell(sex, race, people, draw(st.integers(0, people)))


@given(st.lists(cell()), st.randoms())
def test_order_and_splitting_of_the_counts_do_not_matter(cells: list[Cell], dice: Any) -> None:
    split = []
    for one in cells:
        people = dice.randint(0, one.applicants)
        chosen = dice.randint(max(0, one.selected - (one.applicants - people)), min(people, one.selected))
        split += [
            Cell(one.sex, one.race_ethnicity, people, chosen),
            Cell(one.sex, one.race_ethnicity, one.applicants - people, one.selected - chosen),
        ]
    dice.shuffle(split)
    assert merge(split) == merge(cells)
    assert tables_from_counts(split, rate_kind="selection") == tables_from_counts(cells, rate_kind="selection")


@given(st.lists(cell()))
def test_ratios_follow_from_unrounded_rates_and_none_is_above_one(cells: list[Cell]) -> None:
    for name in TABLES:
        found = table(cells, name)
        best = max((row.rate for row in found.rows if row.rate is not None), default=Fraction(0))
        for row in found.rows:
            if not row.applicants:
                assert row.rate is row.impact_ratio is None
            elif not best:
                assert row.impact_ratio is None
            else:
                assert row.impact_ratio == Fraction(row.selected, row.applicants) / best
                assert row.impact_ratio <= 1


def test_a_person_of_unknown_race_counts_in_the_sex_table_unless_complete_cases_are_chosen() -> None:
    cells = [Cell("Male", None, 10, 5), Cell("Male", HISPANIC, 4, 1)]
    assert by_category(cells, "sex")[Category("Male", None)] == (14, 6)
    assert by_category(cells, "sex", complete_case=True)[Category("Male", None)] == (4, 1)
    assert by_category(cells, "race_ethnicity")[Category(None, HISPANIC)] == (4, 1)


def test_unknown_people_get_no_row_and_no_ratio() -> None:
    names = [row["sex"] for row in tables_from_counts([Cell(None, None, 9, 9)], rate_kind="selection")[0]["rows"]]
    assert names == list(SEXES)


def test_an_excluded_category_keeps_rate_and_number_but_is_neither_benchmark_nor_compared() -> None:
    cells = [Cell("Male", RACES[1], 990, 400), Cell("Male", RACES[2], 991, 300), Cell("Male", RACES[3], 19, 19)]
    assert table(cells, "race_ethnicity").benchmark == SMALL
    found = table(cells, "race_ethnicity", excluded=[SMALL])
    left = next(row for row in found.rows if row.category == SMALL)
    assert found.benchmark == Category(None, RACES[1])
    assert (left.applicants, left.rate, left.impact_ratio, left.excluded) == (19, Fraction(1), None, True)


def test_exactly_two_percent_may_not_be_excluded() -> None:
    cells = [Cell("Male", RACES[1], 98, 40), Cell("Male", RACES[3], 2, 2)]
    with pytest.raises(ValueError, match="2 of 100 people; only a category below 2%"):
        table(cells, "race_ethnicity", excluded=[SMALL])


def test_nobody_selected_leaves_ratios_not_computable() -> None:
    result = result_from_counts(
        [Cell("Male", HISPANIC, 3, 0), Cell("Female", HISPANIC, 5, 0)],
        source={"sha256": "0" * 64, "bytes": 1, "rows": 8, "people": 8},
        method={"rate_kind": "selection", "unknowns": "per-table", "median": None},
    )
    sex = result["tables"][0]
    assert sex["benchmark"] is None
    assert [(row["rate"], row["impact_ratio"]) for row in sex["rows"]] == [("0.000000000000000", None)] * 2
    assert {note["code"] for note in result["notes"]} >= {"nobody-selected", "one-category"}
    assert [row.impact_ratio for row in shown(result)[0].rows] == ["not computable"] * 2


def test_a_ratio_just_below_four_fifths_is_not_shown_as_four_fifths() -> None:
    result = result_from_counts(
        [Cell("Male", None, 1000, 1000), Cell("Female", None, 1000, 796)],
        source={},
        method={"rate_kind": "selection", "unknowns": "per-table", "median": None},
    )
    female = shown(result)[0].rows[1]
    assert female.impact_ratio == "0.796"


def test_a_lost_person_is_noticed() -> None:
    with pytest.raises(ValueError, match="3 people, but 4 were read"):
        result_from_counts(
            [Cell("Male", None, 3, 1)], source={"people": 4}, method={"rate_kind": "selection", "unknowns": "per-table"}
        )


@given(st.fractions(), st.integers(0, 20))
def test_rounding_is_half_up_and_never_further_than_half_a_digit(value: Fraction, places: int) -> None:
    written = Fraction(decimals(value, places))
    assert abs(written - value) <= Fraction(1, 2 * 10**places)
    if abs(written - value) == Fraction(1, 2 * 10**places):
        assert abs(written) > abs(value)


def test_halves_go_up_where_floats_and_bankers_round_down() -> None:
    assert decimals(Fraction(165, 200), 2) == "0.83"
    assert percent(Fraction(1, 8), 0) == "13%"
