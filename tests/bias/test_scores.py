"""The median is exact: no float decides, whatever the scores are; people are counted strictly beyond it."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from audits.bias import aggregate, engines, guess
from audits.bias import median as medians
from audits.bias.audit import run
from audits.bias.plan import Plan
from audits.metrics.categories import RACES
from audits.metrics.recheck import recheck

NEAR = ["0.1", "0.10000000000000000555", "0.1000000000000000056", "1e-1", "00.1", "0.1e0"]  # one float, three values
FAR = ["-1e300", "1e308", "-1.7e308", "5e-324", "1e-400", "0", "-0", "+7", ".5", "5."]
scores = st.one_of(st.sampled_from(NEAR + FAR), st.decimals(-5, 5, places=1).map(str), st.integers(-3, 3).map(str))
people = st.tuples(st.sampled_from(["M", "F", ""]), st.sampled_from(["White", "Asian", ""]), scores, st.integers(0, 3))


MEANT = {"M": "Male", "F": "Female", "White": RACES[1], "Asian": RACES[4], "": None}


def everyone(rows: list[Any]) -> list[tuple[str | None, str | None, Fraction]]:
    """Return sex, race/ethnicity and exact score of every person."""
    return [
        (MEANT[sex], MEANT[race], Fraction(Decimal(score))) for sex, race, score, count in rows for _ in range(count)
    ]


def expected(rows: list[Any], higher: bool, complete: bool) -> tuple[Fraction, int, dict[str | None, int]]:
    """Do the same by hand, person by person, with fractions."""
    every = everyone(rows)
    sample = sorted(score for sex, race, score in every if not complete or (sex and race))
    half = len(sample) // 2
    middle = sample[half] if len(sample) % 2 else (sample[half - 1] + sample[half]) / 2
    better: dict[str | None, int] = {}
    for sex, _, score in (person for person in every if not complete or (person[0] and person[1])):
        better[sex] = better.get(sex, 0) + (score > middle if higher else score < middle)
    return middle, sample.count(middle), better


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(people, min_size=1, max_size=60),
    higher=st.booleans(),
    complete=st.booleans(),
    few=st.sampled_from([0, 3]),
    small=st.sampled_from([0, guess.SMALL]),
)
@example(rows=[("M", "White", score, 1) for score in NEAR], higher=True, complete=False, few=0, small=0)
@example(
    rows=[("M", "White", score, 1) for score in ("-1.7e308", "1.7e308", "1e308")],
    higher=True,
    complete=False,
    few=0,
    small=0,
)
def test_the_median_is_that_of_a_count_by_hand(
    rows: list[Any],
    higher: bool,
    complete: bool,
    few: int,
    small: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not any(count and (not complete or (sex and race)) for sex, race, _, count in rows):
        return
    monkeypatch.setattr(medians, "FEW", few)
    monkeypatch.setattr(guess, "SMALL", small)
    path = tmp_path / "scores.csv"
    path.write_text("sex,race,score,n\n" + "".join(f"{a},{b},{c},{d}\n" for a, b, c, d in rows))
    unknowns = "complete-case" if complete else "per-table"
    plan = Plan("sex", "race", score="score", higher_is_better=higher, count="n", unknowns=unknowns)
    result = run(path, plan).as_json()
    middle, at, better = expected(rows, higher, complete)
    median = result["method"]["median"]
    assert Fraction(Decimal(median["value"])) == middle
    assert (median["at_median"], median["above"]) == (at, sum(better.values()))
    table = {row["sex"]: row["selected"] for row in result["tables"][0]["rows"]}
    assert table == {"Male": better.get("Male", 0), "Female": better.get("Female", 0)}
    assert all(check.holds for check in recheck(result))
    spread = result["scores"]
    edges = [Fraction(Decimal(edge)) for edge in spread["edges"]]
    assert len(edges) <= 27
    for cell, counted in zip(spread["cells"], result["counts"], strict=True):
        met = [score for sex, race, score in everyone(rows) if (sex, race) == (cell["sex"], cell["race_ethnicity"])]
        by_hand = [sum(low <= score < high for score in met) for low, high in pairwise(edges)]
        assert cell["bins"] == (by_hand if len(met) >= 5 else None)
        assert counted["applicants"] == len(met)


@pytest.mark.parametrize("wrong", ["nothing", "far below", "too broad", "too fine", "too much comes back"])
def test_a_wrong_guess_changes_nothing_but_how_often_a_text_is_read(
    wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, plan = tmp_path / "scores.csv", Plan("sex", "race", score="score")
    lines = [f"{'MF'[n % 2]},White,{n * 37 % 400 / 4}" for n in range(2_000)]
    path.write_text("sex,race,score\n" + "\n".join([*lines, "M,Asian,1e12"]) + "\n")
    expected = run(path, plan).data
    monkeypatch.setattr(guess, "SMALL", 0)
    passes: list[str] = []
    beside = aggregate.Rows.beside

    def again(rows: aggregate.Rows, *roles: str, **more: Any) -> list[aggregate.Beside]:
        passes.append("again")
        return beside(rows, *roles, **more)

    monkeypatch.setattr(aggregate.Rows, "beside", again)
    tens = tuple(Decimal(edge) for edge in range(0, 101, 5))
    guesses = {
        "far below": guess.Grid(tuple(Decimal(n) / 1000 for n in range(20)), 40, 0.0, 0.003),
        "too broad": guess.Grid((Decimal(0), Decimal(10**9)), 10, 0.0, 2e8),
        "too fine": guess.Grid(tens, 40, 12.5, 12.75),
        "too much comes back": guess.Grid(tens, 40, 0.0, 100.0),
    }
    if wrong in guesses:
        monkeypatch.setattr(guess, "grid", lambda *given: guesses[wrong])
    if wrong == "too much comes back":
        monkeypatch.setattr(aggregate, "MOST_RANGED", 20)
    assert run(path, plan).data == expected
    assert passes == ([] if wrong in ("nothing", "too broad") else ["again"])


def test_a_large_text_that_many_passes_read_is_written_down_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, plan = tmp_path / "scores.csv", Plan("sex", "race", score="score", strata=("year",), pooled="One employer.")
    lines = [f"{'MF'[n % 2]},White,{n * 37 % 400 / 4},{2020 + n % 3}" for n in range(300)]
    path.write_text("sex,race,score,year\n" + "\n".join(lines) + "\n")
    expected = run(path, plan).data
    monkeypatch.setattr(guess, "SMALL", 0)
    read: list[Path] = []
    kept = engines.kept

    def noted(connection: Any, relation: engines.Relation, to: Path) -> engines.Relation:
        read.append(to)
        return kept(connection, relation, to)

    monkeypatch.setattr(engines, "kept", noted)
    assert run(path, plan).data == expected
    assert len(read) == 1
    path.write_text(path.read_text().replace("F,White", 'F,Wh"ite'))  # mended, then written down
    assert run(
        path,
        Plan(
            "sex", "race", score="score", strata=("year",), pooled="x", mapping={"race_ethnicity": {'Wh"ite': RACES[1]}}
        ),
    ).as_json()["scores"]


def test_people_at_the_median_are_not_above_it_and_all_groups_share_one_median(audit: Any) -> None:
    rows = ["Male,White,9"] * 3 + ["Male,White,5"] * 2 + ["Female,White,5"] * 2 + ["Female,White,1"] * 2
    result = audit("sex,race,score\n" + "\n".join(rows) + "\n", score="score")
    assert result["method"]["median"] == {
        "value": "5",
        "sample": "all-assessed",
        "sample_size": 9,
        "at_median": 4,
        "above": 3,
    }
    assert [row["selected"] for row in result["tables"][0]["rows"]] == [3, 0]


def test_an_even_number_takes_the_mean_of_the_two_middle_scores_in_exact_decimals(audit: Any) -> None:
    result = audit("sex,race,score\nMale,White,0.1\nFemale,White,0.2\n", score="score")
    assert result["method"]["median"]["value"] == "0.15"


def test_lower_is_better_counts_people_strictly_below(audit: Any) -> None:
    content = "sex,race,score\nMale,White,1\nMale,White,2\nFemale,White,2\nFemale,White,3\nFemale,White,4\n"
    result = audit(content, score="score", higher_is_better=False)
    assert [row["selected"] for row in result["tables"][0]["rows"]] == [1, 0]


@pytest.mark.parametrize(
    ("score", "code"),
    [
        ("N/A", "not-a-number"),
        ("inf", "not-a-number"),
        ("-Infinity", "not-a-number"),
        ("nan", "not-a-number"),
        ("1e999", "not-a-number"),
        ('"0,5"', "not-a-number"),
        ("1_000", "not-a-number"),
        ("", "blank"),
        ("=A1", "formula-cell"),
        ("-A1", "formula-cell"),
    ],
)
def test_a_score_that_is_no_finite_number_is_refused_with_its_place(refusal: Any, score: str, code: str) -> None:
    problems = refusal(f"sex,race,score\nMale,White,-1.5\nMale,White,{score}\nMale,White,{score}\n", score="score")
    assert [(problem.code, problem.row, problem.column) for problem in problems] == [(code, 3, "score")]
    assert "(and in 1 more row)" in problems[0].sentence


def test_complete_cases_without_anybody_are_refused(refusal: Any) -> None:
    problems = refusal("sex,race,score\nMale,,1\n", score="score", unknowns="complete-case")
    assert problems[0].code == "no-sample"
    (problem,) = refusal("sex,race,score,n\nMale,White,1,0\n", score="score", count="n")
    assert (problem.code, problem.column) == ("no-sample", "n")
