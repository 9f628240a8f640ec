"""Files of every kind give the same counts; a spoilt one gives a sentence with its place, and no traceback."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audits.bias.audit import run
from audits.bias.plan import Plan
from audits.bias.profile import Profile, profile
from audits.bias.sources import File
from compliance.lib.problems import Refused
from tests.bias.kinds import GOOD, HEADER, ROWS, as_arrow, as_csv, as_parquet, as_xlsx, written, zipped

SELECTION = Plan("sex", "race", selected="hired")
SCORING = Plan("sex", "race", score="score")


@pytest.mark.parametrize("plan", [SELECTION, SCORING], ids=["selection", "scoring"])
@pytest.mark.parametrize("kind", GOOD)
def test_every_kind_gives_the_counts_of_the_plain_text(kind: str, plan: Plan, tmp_path: Path) -> None:
    import hashlib

    content = GOOD[kind]()
    found = run(written(tmp_path, content), plan).as_json()
    expected = run(written(tmp_path, as_csv()), plan).as_json()
    assert found["counts"] == expected["counts"]
    assert found["input"]["counts_sha256"] == expected["input"]["counts_sha256"]
    assert found["input"]["sources"][0]["sha256"] == hashlib.sha256(content).hexdigest()
    assert found["method"]["median"] == expected["method"]["median"]


@pytest.mark.parametrize("kind", GOOD)
def test_every_kind_has_the_same_profile(kind: str, tmp_path: Path) -> None:
    found = profile(written(tmp_path, GOOD[kind]()))
    assert Profile.from_json(found.as_json()) == found
    assert [column.proposed_role for column in found.columns] == ["sex", "race_ethnicity", "selected", "score"]
    assert [(value.raw, value.lines) for value in found.columns[0].values] == [("Female", 2), ("Male", 1)]
    assert (found.lines, found.columns[1].blank, found.columns[3].numeric) == (3, 1, 3)


def merged(sheet: Any) -> None:
    sheet["B1"] = None
    sheet.merge_cells("A1:B1")


def formula(sheet: Any) -> None:
    sheet["C3"] = "=IF(D3>1,1,0)"


def beside(sheet: Any) -> None:
    sheet["G3"] = "a remark"


PEOPLE = ("People", [HEADER, *ROWS], "visible")
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
Case = tuple[Callable[[], bytes], dict[str, Any], str, int | None, str]
BAD: dict[str, Case] = {
    "gzip cut short": (lambda: gzip.compress(as_csv())[:-9], {}, "gzip", None, "The compressed file ends before"),
    "gzip damaged": (
        lambda: gzip.compress(as_csv() * 99)[:40] + b"\0" * 60, {}, "gzip", None, "The compressed file is damaged"
    ),
    "gzip bomb": (
        lambda: gzip.compress(b"0" * 80_000_000), {}, "gzip", None, "The compressed file unfolds to more than 64 MB"
    ),
    "gzip in gzip": (
        lambda: gzip.compress(gzip.compress(as_csv())), {}, "not-a-table", None, "The compressed file holds no text"
    ),
    "gzip of a spreadsheet": (lambda: gzip.compress(as_xlsx()), {}, "not-a-table", None, "The compressed file holds"),
    "gzip of nothing": (lambda: gzip.compress(b""), {}, "empty-file", None, "The file is empty."),
    "bzip2": (lambda: b"BZh91AY", {}, "not-a-table", None, "The file is compressed with bzip2"),
    "archive": (lambda: zipped(a=b"x"), {}, "not-a-table", None, "The file is a spreadsheet or an archive"),
    "binary spreadsheet": (
        lambda: zipped(**{"xl/workbook.bin": b"x"}), {}, "not-a-table", None, "The file is a binary spreadsheet"
    ),
    "old spreadsheet": (lambda: COMPOUND, {}, "not-a-table", None, "The file is an old spreadsheet (XLS)"),
    "spreadsheet with a password": (
        lambda: COMPOUND + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        {}, "not-a-table", None, "The file is a spreadsheet that is protected by a password",
    ),
    "spreadsheet cut short": (lambda: as_xlsx()[:-200], {}, "not-a-table", None, "The file is a spreadsheet or an"),
    "spreadsheet without its parts": (
        lambda: zipped(**{"xl/workbook.xml": b"<x/>"}), {}, "unreadable-file", None, "The spreadsheet is damaged"
    ),
    "spreadsheet bomb": (
        lambda: zipped(**{"xl/workbook.xml": bytes(80_000_000)}),
        {}, "unreadable-file", None, "The spreadsheet unfolds to more than 64 MB",
    ),
    "two sheets": (
        lambda: as_xlsx(PEOPLE, ("More", [["x"]], "visible")), {}, "sheet", None, "The spreadsheet has 2 sheets."
    ),
    "a hidden sheet": (
        lambda: as_xlsx(PEOPLE, ("Old", [["x"]], "hidden")), {}, "sheet", None, "The spreadsheet has 2 sheets, 1 of"
    ),
    "a sheet that is not there": (as_xlsx, {"sheet": "Staff"}, "sheet", None, "The spreadsheet has no sheet 'Staff'."),
    "a sheet of a text": (as_csv, {"sheet": "Staff"}, "sheet", None, "A sheet was named, but the file is no"),
    "merged header": (lambda: as_xlsx(change=merged), {}, "header", 1, "The header has no name in column 2."),
    "title above the header": (
        lambda: as_xlsx(("People", [["Applicants 2026"], HEADER, *ROWS], "visible")),
        {}, "ragged-row", 2, "Row 2 has a value in column 4, but the header has 1 columns.",
    ),
    "blank first row": (lambda: as_xlsx(("People", [[None], HEADER], "visible")), {}, "header", 1, "The first row is"),
    "formula in a sheet": (
        lambda: as_xlsx(change=formula), {}, "formula-cell", 3, "The value '=IF(D3>1,1,0)' in row 3, column 'hired'"
    ),
    "a remark beside the table": (
        lambda: as_xlsx(change=beside), {}, "ragged-row", 3, "Row 3 has a value in column 7, but the header has 4"
    ),
    "a sheet of a header": (lambda: as_xlsx(("People", [HEADER], "visible")), {}, "no-rows", 2, "The file has a"),
    "Parquet cut short": (lambda: as_parquet()[:-30], {}, "unreadable-file", None, "The Parquet file cannot be read"),
    "Parquet without its middle": (
        lambda: as_parquet()[:8] + bytes(200) + as_parquet()[208:],
        {}, "unreadable-file", None, "The Parquet file cannot be read",
    ),
    "Parquet encrypted": (lambda: b"PARE" + bytes(50), {}, "not-a-table", None, "The file is an encrypted Parquet"),
    "names that differ in case": (
        lambda: as_parquet(Sex=["x", "y", "z"]), {}, "doubled-column", None, "The column 'Sex' stands twice."
    ),
    "column of lists": (
        lambda: as_parquet(race=[["White"], ["Asian"], []]), {}, "column-type", None, "The column of race/ethnicity"
    ),
    "column of bytes": (lambda: as_parquet(sex=[b"M", b"F", b"F"]), {}, "column-type", None, "The column of sex holds"),
    "true and false as scores": (
        lambda: as_parquet(score=[True, False, True]), {"score": "score"}, "column-type", None, "The column of scores"
    ),
    "NaN among the scores": (
        lambda: as_parquet(score=[0.5, float("nan"), 1.0]), {"score": "score"}, "not-a-number", 2, "The value 'NaN' in"
    ),
    "infinity among the scores": (
        lambda: as_parquet(score=[0.5, 1.0, float("-inf")]), {"score": "score"}, "not-a-number", 3, "The value '-Inf"
    ),
    "no score": (
        lambda: as_parquet(score=[0.5, None, 1.0]), {"score": "score"}, "blank", 2, "The cell in row 2, column 'score'"
    ),
    "counts below nothing": (
        lambda: as_parquet(n=[3, -1, 2]), {"count": "n"}, "not-a-count", 2, "The value '-1' in row 2, column 'n'"
    ),
    "half a person": (
        lambda: as_parquet(n=[3.0, 1.5, 2.0]), {"count": "n"}, "not-a-count", 2, "The value '1.5' in row 2, column 'n'"
    ),
    "a word in a Parquet file": (
        lambda: as_parquet(sex=["Male", "Woman-ish", "Woman-ish"]),
        {}, "unmapped-value", 2, "The value 'Woman-ish' in row 2, column 'sex' (and in 1 more row)",
    ),
    "an encoding for Parquet": (as_parquet, {"encoding": "cp1252"}, "encoding", None, "An encoding or a delimiter was"),
    "Arrow cut short": (lambda: as_arrow()[:-40], {}, "unreadable-file", None, "The Arrow file cannot be read to its"),
    "Feather of old": (lambda: b"FEA1" + bytes(40), {}, "not-a-table", None, "The file is a Feather file of version 1"),
    "text after a byte that is none": (
        lambda: as_csv() * 3 + b"Male,Wei\xdf,1,1\n", {}, "encoding", 13, "The file is not text in UTF-8: row 13 holds"
    ),
    "a character cut in two": (lambda: as_csv() + b"Male,\xc3", {}, "encoding", 5, "The file is not text in UTF-8"),
    "an encoding that it is not in": (
        lambda: as_csv() + b"\xff", {"encoding": "utf-16"}, "encoding", 1, "The file is not text in UTF-16: row 1"
    ),
    "a quote never closed": (lambda: as_csv() + b'Male,"Whi\nte', {}, "broken-row", 5, "Row 5 cannot be split"),
    "a column that is not there": (as_xlsx, {"selected": "chosen"}, "missing-column", 1, "The column 'chosen' is not"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_spoilt_file_gives_a_sentence_with_its_place(case: str, tmp_path: Path) -> None:
    content, options, code, row, sentence = BAD[case]
    if "score" not in options:
        options = {"selected": "hired", **options}
    with pytest.raises(Refused) as caught:
        run(written(tmp_path, content()), Plan("sex", "race", **options))
    problem = caught.value.problems[0]
    assert (problem.code, problem.row) == (code, row), problem
    assert problem.sentence.startswith(sentence), problem
    assert problem.sentence.endswith(".")
    assert problem.hint


def test_there_are_forty_and_more_of_them() -> None:
    assert len(BAD) >= 40


def test_a_cell_with_a_line_break_is_one_cell_and_rows_keep_the_numbers_of_the_sheet(tmp_path: Path) -> None:
    rows: list[list[Any]] = [HEADER, ["Male", "White", 1, "a\nb"], [None], ["Robot", "White", 1, 0]]
    with pytest.raises(Refused) as caught:
        run(written(tmp_path, as_xlsx(("People", rows, "visible"))), SELECTION)
    assert [(problem.row, problem.found) for problem in caught.value.problems] == [(4, "Robot")]


def test_the_sheet_that_was_named_is_read_and_stated(tmp_path: Path) -> None:
    path = written(tmp_path, as_xlsx(("Notes", [["x"]], "visible"), PEOPLE))
    (source,) = run(path, Plan("sex", "race", selected="hired", sheet="People")).as_json()["input"]["sources"]
    assert (source["format"], source["sheet"], source["rows"]) == ("XLSX", "People", 3)


def test_several_files_are_pooled_only_knowingly_and_give_what_one_file_gives(tmp_path: Path) -> None:
    lines = (as_csv() * 4).decode().splitlines()
    rows = [line for line in lines if not line.startswith("sex")]
    files = []
    for name, part in (("north", rows[:5]), ("south", rows[5:])):
        (tmp_path / name).write_text("\n".join([lines[0], *part]) + "\n")
        files.append(File(tmp_path / name, name))
    with pytest.raises(Refused, match="2 sources are counted as one only if the plan says why"):
        run(files, SCORING)
    whole = run(written(tmp_path, "\n".join([lines[0], *rows]) + "\n"), SCORING).as_json()
    pooled = run(files, Plan("sex", "race", score="score", pooled="One employer, two offices.")).as_json()
    assert pooled["counts"] == whole["counts"]
    assert pooled["method"]["median"] == whole["method"]["median"]
    assert [(one["label"], one["rows"]) for one in pooled["input"]["sources"]] == [("north", 5), ("south", 7)]
    assert pooled["method"]["pooled"] == "One employer, two offices."
    (tmp_path / "south").write_text("sex,race,hired,score\nRobot,White,1,1\n")
    with pytest.raises(Refused, match="south: The value 'Robot' in row 2"):
        run(files, Plan("sex", "race", score="score", pooled="One employer, two offices."))
