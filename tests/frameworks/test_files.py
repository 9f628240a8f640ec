"""A framework goes into a sheet or YAML and comes out the same; what is wrong is told all at once, with its place."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from openpyxl import Workbook, load_workbook

from compliance.catalogue.document import Document, from_json
from compliance.frameworks import sheets, workbook, yaml_file
from compliance.lib.problems import Refused
from tests.frameworks.example import HOUSE, documents, house

_SLOWLY = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@_SLOWLY
@given(documents())
def test_a_workbook_gives_back_what_was_written(document: Document) -> None:
    data = workbook.write(document)
    assert sheets.read(data) == document
    assert workbook.write(sheets.read(data)) == data


@_SLOWLY
@given(documents())
def test_a_yaml_file_gives_back_what_was_written(document: Document) -> None:
    data = yaml_file.write(document)
    assert yaml_file.read(data) == document
    assert yaml_file.write(yaml_file.read(data)) == data
    assert from_json(document.as_json()) == document


def test_a_long_value_beside_the_fields_is_kept_whole() -> None:
    rows = [{**HOUSE["rows"][0], "more": {"oscal.parts": "x y " * 30_000}}]
    document = house(rows=rows, crosswalk=[])
    assert sheets.read(workbook.write(document)) == document


def test_a_file_with_far_too_many_rows_is_refused_before_each_is_looked_at() -> None:
    with pytest.raises(Refused) as refused:
        yaml_file.read(b"rows:\n" + b"- {}\n" * 2001)
    assert [(one.code, one.found, one.expected) for one in refused.value.problems] == [
        ("too-long", "2001", "at most 2000")
    ]


def changed(change: Any) -> bytes:
    """Return the workbook of the house rules after a person worked on it."""
    book = load_workbook(io.BytesIO(workbook.write(house())))
    change(book)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_every_problem_of_a_workbook_is_told_with_sheet_row_and_column() -> None:
    def spoil(book: Workbook) -> None:
        rows = book["Rows"]
        rows["A2"] = "RULE-1"
        rows["B2"] = "nowhere"
        rows["D3"] = "No question"
        rows["C4"] = "=HYPERLINK(1)"
        rows["J3"] = "{fact: no_such_fact, is: true}"
        rows["K4"] = "soon"
        rows["C5"] = 1.10
        rows["A5"], rows["B5"], rows["D5"] = "HOUSE-3", "people", "Twice?"
        book["Crosswalk"]["C2"] = "RMF-MEASURE-9.9"
        book["Framework"]["B4"] = "house"
        book.create_sheet("Scratch")["A1"] = "mine"

    with pytest.raises(Refused) as refused:
        sheets.read(changed(spoil))
    found = {(one.sheet, one.row, one.column, one.code) for one in refused.value.problems}
    assert {
        ("Framework", 4, "Row prefix", "string-pattern-mismatch"),
        ("Rows", 2, "Section", "no-such-section"),
        ("Rows", 3, "Question", "string-pattern-mismatch"),
        ("Rows", 4, "Title", "formula"),
        ("Rows", 3, "Condition", "no-such-fact"),
        ("Rows", 4, "In force from", "value-error"),
        ("Rows", 5, "Title", "not-text"),
        ("Rows", 5, "ID", "double-id"),
        ("Crosswalk", 2, "Row there", "no-such-row"),
        ("Scratch", None, None, "unknown-sheet"),
    } <= found
    by_place = {(one.sheet, one.row, one.column): one for one in refused.value.problems}
    section = by_place["Rows", 2, "Section"]
    assert (section.found, section.expected) == ("nowhere", "people, data")


def test_what_people_type_is_not_guessed() -> None:
    def type_in(book: Workbook) -> None:
        book["Rows"]["M2"] = "One\n\n  Two  "
        book["Rows"]["G2"] = 7

    row = sheets.read(changed(type_in)).rows[0]
    assert (row.evidence, row.reference) == (("One", "Two"), ("7",))


def test_no_cell_of_an_export_acts() -> None:
    book = load_workbook(io.BytesIO(workbook.write(house())))
    cells = [cell for sheet in book.worksheets for line in sheet.iter_rows() for cell in line]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    marked = [cell for cell in cells if str(cell.value or "").startswith("=")]
    assert marked
    assert all(cell.quotePrefix for cell in marked)


def test_a_small_file_that_unpacks_to_much_is_not_unpacked() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", b" " * (sheets.MOST_UNPACKED + 1))
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(Refused, match="more than a framework can need"):
        sheets.read(bomb.getvalue())


def test_a_workbook_that_defines_entities_is_refused() -> None:
    data = workbook.write(house())
    spoiled = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(spoiled, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, b'<!DOCTYPE a [<!ENTITY b "c">]>' + content if name == "xl/workbook.xml" else content)
    with pytest.raises(Refused) as refused:
        sheets.read(spoiled.getvalue())
    assert refused.value.code == "not-plain"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04nothing", b"a,b\n1,2\n", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_workbook_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        sheets.read(data)
    assert refused.value.code == "not-xlsx"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "empty-file", None),
        ("framework: [x\n", "not-yaml", 2),
        ("a: &x [1]\nb: *x\n", "yaml-alias", 1),
        ("a: !!python/object:os.system x\n", "yaml-tag", 1),
        ("[" * 10_000, "too-deep", 1),
        ("just words\n", "not-a-framework", None),
    ],
)
def test_a_yaml_file_that_is_none_or_does_harm_is_refused(text: str, code: str, line: int | None) -> None:
    with pytest.raises(Refused) as refused:
        yaml_file.read(text.encode())
    assert (refused.value.code, refused.value.problems[0].row) == (code, line)


def test_every_problem_of_a_yaml_file_is_told_with_its_line() -> None:
    text = yaml_file.write(house()).decode()
    text = text.replace("title: Owner", "title: 1.10").replace("section: data", "section: dada")
    text = text.replace("relation: subset_of", "relation: below").replace("fact: tool_scores", "fact: tool_roars")
    with pytest.raises(Refused) as refused:
        yaml_file.read(text.encode())
    lines = text.splitlines()
    told = {
        (one.code, one.column, lines[(one.row or 1) - 1].strip().removeprefix("- ")) for one in refused.value.problems
    }
    assert told == {
        ("string-type", "Title", "title: 1.10"),
        ("no-such-section", "Section", "section: dada"),
        ("no-such-fact", "Condition", "all:"),
        ("literal-error", "Relation", "relation: below"),
    }


def test_text_that_would_act_on_a_screen_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        house(rows=[{**HOUSE["rows"][0], "title": "Owner \u202e evil"}], crosswalk=[])
    assert refused.value.problems[0].code == "value-error"
