"""What is left of a formula is exact: held against going through every case."""

import itertools
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.catalogue.logic import NO, YES, Formulas, Test

DOMAINS = {"a": ("yes_no", ()), "b": ("yes_no", ()), "c": ("choice", ("x", "y", "z")), "n": ("number", ())}
NUMBERS = (0, 1, 2)  # below 1, 1, at least 2

Build = Callable[[Formulas], int]
TESTS: list[Test] = [
    ("a", "holds", None), ("b", "holds", None), ("c", "is", "x"), ("c", "is", "y"),
    ("n", "below", 1), ("n", "below", 2),
]  # fmt: skip


def leaf(test: Test) -> Build:
    return lambda table: table.test(*test)


def joined(kind: str, parts: list[Build]) -> Build:
    def build(table: Formulas) -> int:
        made = [part(table) for part in parts]
        return table.all_of(made) if kind == "all" else table.any_of(made)

    return build


FORMULAS = st.recursive(
    st.sampled_from(TESTS).map(leaf),
    lambda inner: st.one_of(
        inner.map(lambda part: lambda table: table.negation(part(table))),
        st.tuples(st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=4)).map(
            lambda one: joined(*one)
        ),
    ),
    max_leaves=12,
)
FACTS = {"a": (True, False), "b": (True, False), "c": ("x", "y", "z"), "n": NUMBERS}


def truth(test: Test, case: dict[str, Any]) -> bool:
    fact, relation, value = test
    if relation == "holds":
        return bool(case[fact])
    return bool(case[fact] == value) if relation == "is" else bool(case[fact] < value)


def given_of(case: dict[str, Any]) -> dict[Test, bool]:
    return {test: truth(test, case) for test in TESTS if test[0] in case}


@settings(max_examples=300, deadline=None)
@given(FORMULAS, st.dictionaries(st.sampled_from(list(FACTS)), st.integers(0, 2)))
def test_what_is_left_is_what_going_through_every_case_says(build: Build, chosen: dict[str, int]) -> None:
    table = Formulas(DOMAINS)
    formula = build(table)
    known = {fact: FACTS[fact][number % len(FACTS[fact])] for fact, number in chosen.items()}
    size = len(table)
    values = table.kleene(size, given_of(known))
    exact = table.exact(table.rest(formula, values, {}))

    unknown = [fact for fact in FACTS if fact not in known]
    cases = [dict(zip(unknown, case, strict=True)) for case in itertools.product(*(FACTS[fact] for fact in unknown))]
    outcome = {tuple(case.values()): table.kleene(size, given_of({**known, **case}))[formula] for case in cases}
    assert None not in outcome.values()
    assert exact.value == (None if len(set(outcome.values())) > 1 else next(iter(outcome.values())))
    deciding = {
        fact
        for place, fact in enumerate(unknown)
        for one, other in itertools.combinations(outcome, 2)
        if outcome[one] != outcome[other] and one[:place] + one[place + 1 :] == other[:place] + other[place + 1 :]
    }
    assert exact.facts == deciding
    for target in (True, False):
        if table.can_be(formula, target, values, {}):
            assert target in outcome.values()


def test_a_formula_with_too_many_cases_names_every_fact() -> None:
    names = [f"f{number}" for number in range(40)]
    table = Formulas(dict.fromkeys(names, ("yes_no", ())))
    holds = [table.test(name, "holds") for name in names]
    # Pairs far apart in the order: the diagram of their disjunction doubles with each pair.
    wide = table.any_of(table.all_of([holds[place], holds[place + 20]]) for place in range(20))
    assert table.exact(wide).value is None
    assert table.exact(wide).facts == frozenset(names)


def test_nothing_and_everything() -> None:
    table = Formulas(DOMAINS)
    a = table.test("a", "holds")
    assert table.all_of([]) == YES
    assert table.any_of([]) == NO
    assert table.all_of([a, table.negation(a)]) == NO
    assert table.negation(table.negation(a)) == a
