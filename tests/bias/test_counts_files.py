"""Files that hold counts: an outcome and its count, or a number selected of a count, and which of them it was."""

from pathlib import Path
from typing import Any

import pytest

from audits.bias.audit import run
from audits.bias.plan import Plan

GOLDEN = Path(__file__).parent.parent / "golden"


def rows(*lines: str) -> str:
    return "\n".join(["sex,race,hired,n", *lines]) + "\n"


def selected(result: dict[str, Any]) -> tuple[str, list[tuple[int, int]]]:
    return result["method"]["count_reading"], [
        (row["selected"], row["applicants"]) for row in result["tables"][0]["rows"]
    ]


@pytest.mark.parametrize(("place", "name"), [(0, "sex"), (1, "race_ethnicity"), (2, "intersectional")])
def test_the_official_tables_are_read_as_they_are(place: int, name: str) -> None:
    plan = Plan("sex", "race_ethnicity", selected="selected", count="applicants")
    result = run(GOLDEN / f"dcwp_selection_{name}.csv", plan).as_json()
    people = {"sex": 2571, "race_ethnicity": 2584, "intersectional": 2571}
    assert (result["input"]["people"], result["input"]["rows"]) == (people[name], len(result["tables"][place]["rows"]))
    assert result["method"]["count_reading"] == "number"


@pytest.mark.parametrize(
    ("lines", "options", "reading", "counted"),
    [
        (["M,White,30,50", "F,White,0,20"], {}, "number", [(30, 50), (0, 20)]),
        (["M,White,30,50", "M,White,1,7", "F,White,0,20"], {}, "number", [(31, 57), (0, 20)]),
        (["M,White,1,50", "F,White,0,20"], {}, "number", [(1, 50), (0, 20)]),
        (["M,White,1,50", "M,White,0,9", "F,White,0,20"], {}, "outcome", [(50, 59), (0, 20)]),
        (["M,White,yes,50", "F,White,no,20"], {}, "outcome", [(50, 50), (0, 20)]),
        (["M,White,1,50", "F,White,0,20"], {"favourable": "1"}, "outcome", [(50, 50), (0, 20)]),
        (["M,White,1,50", "M,White,1,6"], {"count_reading": "number"}, "number", [(2, 56), (0, 0)]),
        (["M,White,1,50", "M,White,1,6"], {"count_reading": "outcome"}, "outcome", [(56, 56), (0, 0)]),
        (["M,White,0,0", "F,White,3,4"], {}, "number", [(0, 0), (3, 4)]),
        (["M,White,1,50", "M,White,2,60"], {"count_reading": "number"}, "number", [(3, 110), (0, 0)]),
        (["M,White,1,50", "M,White,2,60"], {"favourable": "1"}, "outcome", [(50, 110), (0, 0)]),
    ],
)
def test_counts_are_read_in_a_stated_way(
    audit: Any, lines: list[str], options: dict[str, Any], reading: str, counted: list[tuple[int, int]]
) -> None:
    assert selected(audit(rows(*lines), count="n", **options)) == (reading, counted)


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ("M,White,60,50", "selected-exceed-applicants", "hired"),
        ("M,White,5,-50", "not-a-count", "n"),
        ("M,White,5,50.5", "not-a-count", "n"),
        ('M,White,5,"1,000"', "not-a-count", "n"),
        ("M,White,5,", "blank", "n"),
        ("M,White,-5,50", "unmapped-value", "hired"),
        ("M,White,4.5,50", "unmapped-value", "hired"),
    ],
)
def test_counts_that_cannot_be_are_refused(refusal: Any, line: str, code: str, column: str) -> None:
    problems = refusal(rows("F,White,0,20", line), count="n")
    assert (code, 3, column) in [(problem.code, problem.row, problem.column) for problem in problems]


def test_one_bad_cell_in_a_column_of_numbers_is_the_only_problem(refusal: Any) -> None:
    (problem,) = refusal(rows("F,White,8,20", "M,White,N/A,50"), count="n")
    assert (problem.code, problem.row, problem.found) == ("not-a-count", 3, "N/A")


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["M,White,1,50", "M,White,1,6", "F,White,0,3"], "0 and 1"),
        (["M,White,1,50", "M,White,2,60", "F,White,1,3", "F,White,2,5"], "1 and 2"),
    ],
)
def test_codes_that_can_be_read_in_two_ways_are_refused(refusal: Any, lines: list[str], found: str) -> None:
    (problem,) = refusal(rows(*lines), count="n")
    assert (problem.code, problem.found) == ("ambiguous-counts", found)
    assert "--favourable" in problem.hint


def test_counts_are_people_and_rows_are_rows(audit: Any) -> None:
    given = audit(rows("M,White,yes,50", ",,no,20"), count="n")
    assert (given["input"]["people"], given["input"]["rows"], given["unknown"]["either"]) == (70, 2, 20)


def test_more_people_than_can_be_written_exactly_are_refused(refusal: Any) -> None:
    lines = ["M,White,yes,999999999999999"] * 10
    assert refusal(rows(*lines), count="n")[0].code == "too-many-people"
