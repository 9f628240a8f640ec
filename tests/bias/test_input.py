"""Bad files get a clear sentence with a place; unusual but sound files are read, and what was found is stated."""

from pathlib import Path
from typing import Any

import pytest

from audits.bias.audit import run
from audits.bias.plan import Plan
from compliance.lib.problems import Refused

GOOD = "sex,race,hired\nMale,White,1\nFemale,Asian,0\n"


def read(audit: Any, content: str | bytes, **options: Any) -> tuple[int, str, str]:
    result = audit(content, **options)
    assert result["counts"][0]["sex"] == "Male"
    return result["input"]["rows"], result["method"]["file"]["encoding"], result["method"]["file"]["delimiter"]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (GOOD, (2, "utf-8", "comma")),
        (GOOD.rstrip("\n"), (2, "utf-8", "comma")),
        (GOOD.replace("\n", "\r\n"), (2, "utf-8", "comma")),
        (GOOD.replace("\n", "\r"), (2, "utf-8", "comma")),
        (GOOD.replace("\n", "\r\n", 2), (2, "utf-8", "comma")),
        (GOOD.replace("\n", "\n\n"), (2, "utf-8", "comma")),
        (GOOD.replace(",", ";"), (2, "utf-8", "semicolon")),
        (GOOD.replace(",", "\t"), (2, "utf-8", "tab")),
        (GOOD.replace(",", "|"), (2, "utf-8", "vertical bar")),
        (b"\xef\xbb\xbf" + GOOD.encode(), (2, "utf-8", "comma")),
        (GOOD.encode("utf-16"), (2, "utf-16", "comma")),
        (b"\xfe\xff" + GOOD.encode("utf-16-be"), (2, "utf-16", "comma")),
        ('"sex","race","hired"\n"Male","White","1"\n"Female","Asian ","0"\n', (2, "utf-8", "comma")),
        ('note,sex,race,hired\n"a ""b"",\nc",Male,White,1\n5" x,Female,Asian,0\n', (2, "utf-8", "comma")),
    ],
)
def test_forms_of_csv_are_read_and_stated(audit: Any, content: str | bytes, found: tuple[int, str, str]) -> None:
    assert read(audit, content) == found


def test_an_encoding_that_cannot_be_seen_must_be_declared(audit: Any, refusal: Any) -> None:
    content = "city,sex,race,hired\nOrléans,Male,White,1\n".encode("cp1252")
    (problem,) = refusal(content)
    assert (problem.code, problem.row, problem.found) == ("encoding", 2, "e9")
    assert "declare the encoding cp1252" in problem.hint
    assert read(audit, content, encoding="cp1252") == (1, "cp1252", "comma")


@pytest.mark.parametrize(
    ("content", "code", "row", "sentence"),
    [
        ("", "empty-file", None, "The file is empty."),
        (" \n\n", "empty-file", None, "The file is empty."),
        ("\nsex,race,hired\n", "header", 1, "The first row is blank."),
        ("sex,race,hired\n", "no-rows", 2, "The file has a header but no rows."),
        ("sex,race,hired", "no-rows", 2, "The file has a header but no rows."),
        ("sex race hired\nMale White 1\n", "header", 1, "The header has one column only"),
        ("sex,race,outcome\nMale,White,1\n", "missing-column", 1, "The column 'hired' is not in the file."),
        (
            "sex,race,hired,hired\nMale,White,1,1\n",
            "doubled-column",
            1,
            "The column 'hired' stands 2 times in the header.",
        ),
        ("sex,race,hired\nMale,Wh\0ite,1\n", "nul-byte", 2, "Row 2 holds a NUL byte"),
        (GOOD.encode("utf-16-le"), "nul-byte", 1, "Row 1 holds a NUL byte"),
        (b"\xff\xfe\0\0" + GOOD.encode("utf-32-le"), "encoding", None, "The file is written in UTF-32"),
        (b"PK\x03\x04 and more", "not-a-table", None, "The file is a spreadsheet or an archive"),
        (b"%PDF-1.7", "not-a-table", None, "The file is a PDF"),
        (GOOD + "Male,White\n", "ragged-row", 4, "Row 4 has 2 cells, but the header has 3."),
        (GOOD + "Male,White,1,1\n", "ragged-row", 4, "Row 4 has 4 cells, but the header has 3."),
        (GOOD + 'Male,"White,1\n', "broken-row", 4, "Row 4 cannot be split into cells"),
        (GOOD + "Male,White,\n", "blank", 4, "The cell in row 4, column 'hired' is empty."),
        (GOOD + "Male,White,=1+0\n", "formula-cell", 4, "The value '=1+0' in row 4, column 'hired' begins like"),
        (GOOD + "@SUM(A1),White,1\n", "formula-cell", 4, "The value '@SUM(A1)' in row 4, column 'sex' begins like"),
        (GOOD + "-,White,1\n", "unmapped-value", 4, "The value '-' in row 4, column 'sex' is not a known value."),
    ],
)
def test_a_bad_file_is_refused_with_its_place(
    refusal: Any, content: str | bytes, code: str, row: int | None, sentence: str
) -> None:
    problem = refusal(content)[0]
    assert (problem.code, problem.row) == (code, row)
    assert problem.sentence.startswith(sentence)
    assert problem.sentence.endswith(".")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(Refused, match="The file cannot be read"):
            run(path, Plan("sex", "race", selected="hired"))


def test_a_column_that_stands_twice_can_be_named_by_its_number(audit: Any) -> None:
    result = audit("sex,race,hired,hired\nMale,White,1,0\n", selected="#4")
    assert result["counts"][0]["selected"] == 0
    assert result["method"]["columns"]["selected"] == "hired (#4)"


def test_a_number_that_is_also_a_header_names_no_column(refusal: Any) -> None:
    (problem,) = refusal("sex,race,#4,hired\nMale,White,1,0\n", selected="#4")
    assert (problem.code, problem.column) == ("doubled-column", "#4")


def test_a_column_that_is_not_there_is_answered_with_those_that_are(refusal: Any) -> None:
    (problem,) = refusal("sex,race,outcome\nMale,White,1\n")
    assert problem.hint == "The header has 'sex', 'race', 'outcome'."
    (problem,) = refusal(f"sex,race,{'x' * 50},{','.join(f'c{n}' for n in range(20))}\n{'Male,White' + ',1' * 21}\n")
    assert (
        problem.hint
        == f"The header has 'sex', 'race', '{'x' * 39}…', {', '.join(repr(f'c{n}') for n in range(9))} and 11 more."
    )


def test_a_header_with_two_readings_is_refused_unless_the_columns_tell(audit: Any, refusal: Any) -> None:
    content = "sex,race;x,hired;y\nMale,White;1,1;0\n"
    assert refusal(content, selected="#2")[0].code == "delimiter"
    assert audit("sex,race,hired|a|b|c\nMale,White,1|2|3|4\n", selected="hired|a|b|c", favourable="1|2|3|4")


def test_a_column_that_is_not_mapped_may_hold_anything(audit: Any) -> None:
    assert audit("note,sex,race,hired\n=1+1,Male,White,1\n,Female,Asian,0\n")["input"]["rows"] == 2


def test_every_different_problem_is_told_once_with_its_first_row_and_how_many_more(refusal: Any) -> None:
    lines = ["Male,Other,1", "Man?,White,0", "Male,Other,1", "Male,Other,maybe"] + [f"Male,R{n},1" for n in range(60)]
    problems = refusal("sex,race,hired\n" + "\n".join(lines) + "\n")
    assert (
        problems[0].sentence == "The value 'Other' in row 2, column 'race' (and in 2 more rows) is not a known value."
    )
    assert [(p.row, p.column, p.found) for p in problems[1:3]] == [(3, "sex", "Man?"), (5, "hired", "maybe")]
    assert len(problems) == 51
    assert problems[-1].sentence == "There are 13 more problems of these kinds."


def test_the_digest_is_that_of_the_bytes_given(audit: Any) -> None:
    import hashlib

    content = GOOD.encode("utf-16")
    given = audit(content)["input"]
    (source,) = given["sources"]
    assert (given["rows"], given["people"]) == (source["rows"], source["people"]) == (2, 2)
    assert (source["sha256"], source["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
    assert source["counts_sha256"] == given["counts_sha256"]


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(GOOD)

    def disturb(fraction: float, sentence: str) -> None:
        if fraction == 0.3:
            path.write_text(GOOD + "Male,White,1\n")

    with pytest.raises(Refused, match="The file was changed while it was read"):
        run(path, Plan("sex", "race", selected="hired"), progress=disturb)


def test_row_order_does_not_matter(audit: Any) -> None:
    head, *rows = GOOD.splitlines()
    one, other = audit(GOOD), audit("\n".join([head, *reversed(rows)]) + "\n")
    assert {**one, "input": None} == {**other, "input": None}


def test_a_column_of_free_text_is_refused_before_its_values_are_listed(refusal: Any) -> None:
    content = "sex,race,hired\n" + "".join(f"Male,White,a note about person {number}\n" for number in range(1_200))
    (problem,) = refusal(content, favourable="hired")
    assert (problem.code, problem.column) == ("too-many-values", "hired")


def test_a_process_that_only_plans_loads_neither_django_nor_the_engine() -> None:
    import subprocess
    import sys

    code = """if True:
        import sys, audits.bias.audit, audits.bias.profile, audits.bias.mapfile, audits.metrics.recheck
        loaded = {"django", "duckdb", "numpy", "pandas", "yaml"} & set(sys.modules)
        sys.exit(str(loaded) if loaded else 0)"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
