"""Every reading side by side: what a choice changes, by how much, and that nothing else moves."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.metrics.categories import RACES, SEXES, TABLES, Category
from audits.metrics.counts import Cell, merge
from audits.metrics.ratios import BASES, SMALL, below_two_percent, shares, table
from audits.metrics.recheck import recheck
from audits.metrics.result import Counted, result_from_counts

WHITE, BLACK, PACIFIC, ASIAN = RACES[1], RACES[2], RACES[3], RACES[4]
SMALL_BEST = [Cell("Male", WHITE, 990, 400), Cell("Female", BLACK, 991, 300), Cell("Male", PACIFIC, 19, 19)]


def method(**changed: Any) -> dict[str, Any]:
    return {"rate_kind": "selection", "unknowns": "per-table", "median": None, **changed}


def leaving_out(race: str, name: str = "race_ethnicity", sex: str | None = None) -> dict[str, Any]:
    return {"table": name, "sex": sex, "race_ethnicity": race, "justification": "Nineteen.", "approver": "Bob"}


def option(result: dict[str, Any], choice: str, name: str) -> dict[str, Any]:
    chosen = next(one for one in result["readings"]["choices"] if one["choice"] == choice)
    return next(one for one in chosen["options"] if one["option"] == name)


def test_leaving_out_the_benchmark_moves_every_ratio_and_the_other_readings_say_so() -> None:
    made = method(exclusions=[leaving_out(PACIFIC)], reasons={"exclusions": "The rate of nineteen people is no rate."})
    result = result_from_counts(SMALL_BEST, source={}, method=made)
    races = result["tables"][1]
    assert races["benchmark"]["race_ethnicity"] == WHITE
    none = option(result, "exclusions", "none")
    white = next(one for one in none["changed"] if (one["table"], one["race_ethnicity"]) == ("race_ethnicity", WHITE))
    assert (white["chosen"]["impact_ratio"], white["reading"]["impact_ratio"]) == (
        "1.000000000000000",
        "0.404040404040404",
    )
    assert Fraction(white["exact_difference"]) == Fraction(400, 990) - 1
    among_all = option(result, "benchmark", "all")
    assert among_all["tables"][0]["benchmark"]["race_ethnicity"] == PACIFIC
    left = next(one for one in among_all["tables"][0]["rows"] if one["race_ethnicity"] == PACIFIC)
    assert (left["excluded"], left["impact_ratio"]) == (True, None)
    chosen = next(one for one in result["readings"]["choices"] if one["choice"] == "exclusions")
    assert (chosen["chosen"], chosen["reason"]) == ("as-decided", "The rate of nineteen people is no rate.")
    white_range = next(
        one
        for one in result["readings"]["range"]
        if one["table"] == "race_ethnicity" and one["race_ethnicity"] == WHITE
    )
    assert (white_range["lowest"], white_range["highest"]) == ("0.404040404040404", "1.000000000000000")
    assert all(check.holds for check in recheck(result))


def test_complete_cases_and_the_base_of_the_two_percent_are_two_choices() -> None:
    cells = [
        Cell("Male", WHITE, 96, 40),
        Cell("Male", PACIFIC, 2, 1),
        Cell("Male", None, 3, 1),
        Cell(None, None, 20, 9),
    ]
    of = {
        (base, complete): shares(cells, "race_ethnicity", base=base, complete_case=complete)
        for base in BASES
        for complete in (False, True)
    }
    small = Category(None, PACIFIC)
    assert {key: value[small] for key, value in of.items()} == {
        ("table", False): (2, 98),
        ("table", True): (2, 98),
        ("table-known", False): (2, 98),
        ("table-known", True): (2, 98),
        ("assessed", False): (2, 121),
        ("assessed", True): (2, 121),
    }
    assert below_two_percent(of["table", False]) == ()
    assert below_two_percent(of["assessed", True]) == (small,)
    with pytest.raises(ValueError, match="2 of 98 people"):
        result_from_counts(cells, source={}, method=method(exclusions=[leaving_out(PACIFIC)]))
    made = method(exclusions=[leaving_out(PACIFIC)], exclusion_base="assessed", unknowns="complete-case")
    result = result_from_counts(cells, source={}, method=made)
    assert option(result, "base", "table")["left_out"] == []
    assert [one["race_ethnicity"] for one in option(result, "base", "assessed")["left_out"]] == [PACIFIC]


def test_complete_cases_can_lose_whom_the_wider_base_still_sees() -> None:
    cells = [Cell("Male", WHITE, 100, 50), Cell("Female", WHITE, 2, 1), Cell("Female", None, 3, 3)]
    women = Category("Female", None)
    assert shares(cells, "sex", complete_case=True)[women] == (2, 102)
    assert shares(cells, "sex", base="table-known", complete_case=True)[women] == (5, 105)
    assert below_two_percent(shares(cells, "sex", complete_case=True)) == (women,)
    with pytest.raises(ValueError, match="5 of 105"):
        table(cells, "sex", complete_case=True, excluded=[women], base="table-known")


def test_a_class_into_which_nobody_was_put_and_a_rate_of_zero_have_no_ratio() -> None:
    people = [Cell("Male", WHITE, 10, 0), Cell("Female", WHITE, 12, 0)]
    leads = [Cell("Male", WHITE, 10, 4), Cell("Female", WHITE, 12, 0)]
    counted = Counted(tuple(people), classes=(("driver", tuple(leads)), ("visionary", tuple(people))))
    result = result_from_counts(counted, source={}, method=method(classes_only=True, class_reading="put-into"))
    driver, visionary = result["classes"]
    assert [row["impact_ratio"] for row in driver["tables"][0]["rows"]] == ["1.000000000000000", "0.000000000000000"]
    assert [row["impact_ratio"] for row in visionary["tables"][0]["rows"]] == [None, None]
    assert "nobody-selected" in {note["code"] for note in visionary["notes"]}
    assert (result["tables"], result["tests"]) == ([], None)
    assert all(check.holds for check in recheck(result))
    result["classes"][0]["counts"][0]["applicants"] += 1
    assert not all(check.holds for check in recheck(result))


def test_strata_that_are_other_people_are_noticed_and_simpson_is_seen() -> None:
    engineers = (Cell("Female", WHITE, 25, 17), Cell("Male", WHITE, 560, 353))
    clerks = (Cell("Female", WHITE, 593, 202), Cell("Male", WHITE, 325, 120))
    counted = Counted(merge([*engineers, *clerks]), strata=((("engineers",), engineers), (("clerks",), clerks)))
    result = result_from_counts(counted, source={}, method=method())
    women = result["tests"]["tables"][0]["comparisons"][0]
    assert "mantel-haenszel" in {one["code"] for one in women["measures"]}
    assert all(check.holds for check in recheck(result))
    result["strata"][0]["counts"][0]["selected"] -= 1
    assert not all(check.holds for check in recheck(result))
    with pytest.raises(ValueError, match="strata hold"):
        result_from_counts(Counted(counted.cells, strata=counted.strata[:1]), source={}, method=method())


@st.composite
def cell(draw: Any) -> Cell:
    people = draw(st.integers(0, 400))
    sex, race = draw(st.sampled_from([*SEXES, None])), draw(st.sampled_from([*RACES, None]))
    return Cell(sex, race, people, draw(st.integers(0, people)))


@settings(max_examples=25, deadline=None)
@given(st.lists(cell(), max_size=12), st.sampled_from(BASES), st.booleans())
def test_every_reading_of_any_counts_rechecks_and_leaves_out_only_what_the_rule_lets(
    cells: list[Cell], base: str, complete: bool
) -> None:
    kept = merge(cells)
    decided = [
        {"table": name, **key._asdict(), "justification": "Few.", "approver": "Bob"}
        for name in TABLES
        for key in below_two_percent(shares(kept, name, base=base, complete_case=complete))
    ]
    unknowns = "complete-case" if complete else "per-table"
    made = method(unknowns=unknowns, exclusion_base=base, exclusions=decided)
    result = result_from_counts(kept, source={}, method=made)
    assert all(check.holds for check in recheck(result))
    for found in result["tables"]:
        leader = found["benchmark"]
        for row in found["rows"]:
            if row["excluded"]:
                assert row["impact_ratio"] is None
                assert Fraction(row["share"]) < SMALL
                assert leader is None or (row["sex"], row["race_ethnicity"]) != tuple(leader.values())
    for choice in result["readings"]["choices"]:
        for one in choice["options"]:
            if one["chosen"]:
                assert (one["changed"], one["tables"]) == ([], [])
