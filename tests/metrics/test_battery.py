"""One table's whole battery: what it rests on, what it leaves open, and what must not change it."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.metrics.battery import Battery, compare
from audits.metrics.bounds import unknown_bounds
from compliance.lib import canonical

NAMES = ("Asian", "Black", "Hispanic", "White")


@st.composite
def tables(draw: Any) -> dict[str, dict[str, int]]:
    found = {}
    for name in NAMES[: draw(st.integers(2, 4))]:
        people = draw(st.integers(0, 40))
        found[name] = {"n": people, "selected": draw(st.integers(0, people))}
    return found


def by_group(found: Battery[str]) -> dict[str, Any]:
    shown = found.as_json()
    return {row["group"]: row for row in shown["comparisons"]}


@settings(deadline=None)
@given(tables(), st.randoms())
def test_neither_the_order_nor_the_names_of_categories_change_a_number(
    counts: dict[str, dict[str, int]], dice: Any
) -> None:
    rates = [Fraction(cell["selected"], cell["n"]) for cell in counts.values() if cell["n"]]
    first = compare(counts)
    keys = list(counts)
    dice.shuffle(keys)
    renamed = {name: name[::-1] for name in keys}
    again = compare({renamed[name]: counts[name] for name in keys})
    if len(set(rates)) == len(rates):  # of two with the highest rate the first is the benchmark
        ours, theirs = by_group(first), by_group(again)
        assert {renamed[name]: row["measures"] for name, row in ours.items()} == {
            name: row["measures"] for name, row in theirs.items()
        }
        assert {row["adjusted_p"]["holm"] for row in ours.values()} == {
            row["adjusted_p"]["holm"] for row in theirs.values()
        }
    canonical.dump(first.as_json())  # no float anywhere


@settings(deadline=None)
@given(tables(), st.integers(2, 50))
def test_more_of_the_same_people_keep_every_ratio_and_narrow_every_interval(
    counts: dict[str, dict[str, int]], factor: int
) -> None:
    small = compare(counts)
    large = compare({name: {key: value * factor for key, value in cell.items()} for name, cell in counts.items()})
    assert small.benchmark == large.benchmark
    for one, other in zip(small.comparisons, large.comparisons, strict=True):
        assert one.pair.ratio == other.pair.ratio
        if isinstance(one["katz"]["low"], float):
            assert one["katz"].number("low") <= other["katz"].number("low")
        if isinstance(one["pooled-z"]["z"], float):
            assert other["pooled-z"].number("z") == pytest.approx(one["pooled-z"].number("z") * factor**0.5)
        assert one["shortfall"].number("shortfall") * factor == pytest.approx(other["shortfall"].number("shortfall"))


def test_an_excluded_category_is_neither_benchmark_nor_compared() -> None:
    found = compare(
        {"Small": {"n": 2, "selected": 2}, "Male": {"n": 99, "selected": 50}, "Female": {"n": 99, "selected": 40}},
        excluded=["Small"],
    )
    assert (found.benchmark, [one.group for one in found.comparisons]) == ("Male", ["Female"])
    assert [row.group for row in found.rates] == ["Small", "Male", "Female"]
    assert any("Small" in note for note in found.notes)


def test_nobody_selected_leaves_nothing_to_compare() -> None:
    found = compare({"Male": {"n": 5, "selected": 0}, "Female": {"n": 5, "selected": 0}})
    assert (found.benchmark, found.comparisons) == (None, ())
    assert any("no benchmark" in note for note in found.notes)


def test_a_p_value_that_does_not_exist_is_not_counted_into_the_family() -> None:
    found = compare({"A": {"n": 3, "selected": 3}, "B": {"n": 4, "selected": 4}, "C": {"n": 5, "selected": 2}})
    same = found.comparison("B")
    assert same["pooled-z"]["p"] is None
    assert same["fisher"]["p"] == 1
    assert same.adjusted["holm"] == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"benchmark": "Other"}, "Other has no people"),
        ({"benchmark": "Male", "excluded": ["Male"]}, "Male is excluded"),
        ({"outcome": "above"}, "A count holds n and above"),
        ({"strata": {"2025": {"Male": {"n": 9, "selected": 4}}}}, "The strata hold 4 of 9 people in Male"),
        ({"level": "95"}, "A confidence level lies between 0 and 1"),
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        compare({"Male": {"n": 9, "selected": 5}, "Female": {"n": 9, "selected": 3}}, **wrong)


def test_strata_stand_beside_the_pooled_comparison() -> None:
    strata = {
        "A": {"Men": {"n": 825, "selected": 512}, "Women": {"n": 108, "selected": 89}},
        "F": {"Men": {"n": 373, "selected": 22}, "Women": {"n": 341, "selected": 24}},
    }
    pooled = {"Men": {"n": 1198, "selected": 534}, "Women": {"n": 449, "selected": 113}}
    women = compare(pooled, strata=strata).comparison("Women")
    assert women.pair.ratio is not None
    assert women.pair.ratio < Fraction(6, 10)
    assert women["mantel-haenszel"].number("ratio") > 1
    assert women["breslow-day"]["degrees_of_freedom"] == 1


def every_way(people: int, places: int) -> Any:
    return (split for split in itertools.product(range(people + 1), repeat=places) if sum(split) == people)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)).map(sorted), min_size=1, max_size=3),
    st.integers(0, 3),
    st.integers(0, 3),
)
def test_bounds_are_the_least_and_most_of_every_way_to_place_the_unknown(
    cells: list[list[int]], chosen: int, refused: int
) -> None:
    groups = {str(number): (selected, people) for number, (selected, people) in enumerate(cells)}
    found = unknown_bounds(groups, unknown_selected=chosen, unknown_people=chosen + refused)
    filled = [key for key, (_, people) in groups.items() if people]
    seen: dict[str, list[Fraction]] = {key: [] for key in filled}
    undecided = not filled
    for more, less in itertools.product(every_way(chosen, len(filled)), every_way(refused, len(filled))):
        rates = {
            key: Fraction(groups[key][0] + more[n], groups[key][1] + more[n] + less[n]) for n, key in enumerate(filled)
        }
        best = max(rates.values(), default=Fraction(0))
        undecided = undecided or not best
        for key in filled:
            if best:
                seen[key].append(rates[key] / best)
    for key in filled:
        if seen[key] and not undecided:
            assert (found[key]["low"], found[key]["high"]) == (min(seen[key]), max(seen[key]))
        else:
            assert found[key]["low"] is found[key]["high"] is None
            assert found[key].undefined
