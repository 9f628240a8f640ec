"""However a published table is pasted or stored, the same figures are read; what is not understood is said at once."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook

from audits.published.columns import blocks
from audits.published.grid import MOST_UNPACKED, as_text, of_bytes, of_text
from audits.published.intake import read, read_bytes, read_text, split_category
from audits.published.tables import Document
from compliance.lib.problems import Refused

HEADER = "Sex\tApplicants\tSelected\tSelection Rate\tImpact Ratio\n"
TAB = f"{HEADER}Male\t1,390\t667\t48%\t1.00\nFemale\t1,181\t555\t47%\t.979\n"
ROWS = [("Male", 1390, 667, "12/25", "1"), ("Female", 1181, 555, "47/100", "979/1000")]


def rows(document: Document) -> list[tuple[object, ...]]:
    (one,) = document.sets
    return [
        (row.label, row.applicants, row.selected, str(row.rate and row.rate.value), str(row.ratio and row.ratio.value))
        for table in one.tables
        for row in table.rows
    ]


@pytest.mark.parametrize(
    "text",
    [
        TAB,
        "Table 1. Results by sex\n\n" + TAB + "Note: people of unknown sex are not shown\n",
        TAB.replace(",", "").replace("\t", ","),
        TAB.replace("\t", ";").replace(",", ".").replace(";.979", ";0,979").replace("1.00", "1,00"),
        "| Sex | # of Applicants | # Selected | Selection Rate | **Impact Ratio** |\n|:---|---:|---:|---:|---:|\n"
        "| **Male** | 1,390 | 667 | 48 % | 1.00 |\n| Female | 1,181 | 555 | 47% | .979* |\n",
        "Sex Applicants Selected Selection Rate Impact Ratio\nMale 1,390 667 48% 1.00\nFemale 1,181 555 47% .979",
        "Sex     Applicants   Selected   Selection Rate   Impact Ratio\n"
        "Male       1,390       667           48%            1.00\nFemale  1,181  555  47%  .979",
        "\tApplicants\tSelected\tSelection Rate (%)\tImpact Ratio\n"
        "Male\t1390\t667\t48\t1.00\nFemale\t1181\t555\t47\t.979†\n",
    ],
    ids=["tabs", "caption and note", "CSV", "decimal commas", "Markdown", "blanks", "aligned", "percent in the header"],
)
def test_a_pasted_table_is_read(text: str) -> None:
    assert rows(read_text(text)) == ROWS


def test_a_workbook_is_read_as_it_shows_its_numbers() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in [
        ["Sex", "Applicants", "Selected", "Selection rate", "Impact ratio"],
        ["Male", 1390, 667, 667 / 1390, 1],
    ]:
        sheet.append(line)
    sheet.append(["Female", 1181, 555, 555 / 1181, 0.9793])
    for row in (2, 3):
        sheet.cell(row, 4).number_format, sheet.cell(row, 5).number_format = "0%", "0.000"
    stream = io.BytesIO()
    book.save(stream)
    document = read_bytes(stream.getvalue())
    assert rows(document) == [*ROWS[:1], ("Female", 1181, 555, "47/100", "979/1000")]
    assert document.sets[0].tables[0].rows[0].ratio.places == 3  # type: ignore[union-attr]


def test_absent_numbers_unknown_people_and_totals_are_kept_apart() -> None:
    document = read_text(
        "Race/Ethnicity,Applicants,Selected,Selection Rate,Impact Ratio\nWhite,797,412,51.7%,1.000\n"
        "Asian,41,18,43.9%,<2%\nBlack,300,120,40.0%,—\nUnknown,250,90,36%,N/A\nTotal,1388,640,,\n"
    )
    (table,) = document.sets[0].tables
    assert [row.ratio and row.ratio.text for row in table.rows] == ["1.000", None, None]
    assert [(row.label, row.use) for row in table.others] == [("Unknown", "unknown"), ("Total", "total")]


def test_a_second_set_of_the_same_tables_is_another_audit_not_rows_that_stand_twice() -> None:
    document = read_text(TAB + "\n" + TAB)
    assert [one.audit for one in document.sets] == ["", "part 2"]
    assert document.notes


def test_products_of_rates_are_not_taken_as_counts() -> None:
    document = read_text(
        "Sex,Applicants,Selected,Rate,Ratio\nMale,980,396.018,0.4041,0.81\nFemale,1885,936.0,0.4966,1.00"
    )
    assert [row.selected for row in document.sets[0].tables[0].rows] == [None, None]
    assert document.derived_counts


@pytest.mark.parametrize(
    ("label", "parts"),
    [
        ("Male", ("Male", None)),
        ("Asian female", ("Female", "Asian")),
        ("Men - Two or More Races", ("Male", "Two or More Races")),
        ("Female/White (Not Hispanic or Latino)", ("Female", "White (Not Hispanic or Latino)")),
        ("Native Hawaiian or Other Pacific Islander", (None, "Native Hawaiian or Other Pacific Islander")),
        ("Black or African American (Male)", ("Male", "Black or African American")),
        ("", (None, None)),
    ],
)
def test_a_category_in_one_column_is_taken_apart(label: str, parts: tuple[str | None, str | None]) -> None:
    assert split_category(label) == parts


def test_an_unknown_header_is_asked_for_and_can_be_said() -> None:
    text = "Sex\tA\tB\nMale\t48%\t1.00\nFemale\t47%\t0.98\n"
    with pytest.raises(Refused) as caught:
        read_text(text)
    assert caught.value.code == "no-figure-column"
    document = read(of_text(text), chosen={(0, 1): "rate", (0, 2): "ratio"})
    assert [row.ratio and row.ratio.text for row in document.sets[0].tables[0].rows] == ["1.00", "0.98"]


def test_every_cell_that_is_no_number_is_named_at_once() -> None:
    with pytest.raises(Refused) as caught:
        read_text("Sex\tApplicants\tRate\tRatio\nMale\tmany\t48%\t1.00\nFemale\t3.5\tabout 47%\t0.98\n")
    assert [(problem.code, problem.row) for problem in caught.value.problems] == [
        ("not-a-number", 2),
        ("not-a-number", 3),
        ("people-not-whole", 3),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "table-empty"),
        (b" \n\n", "table-empty"),
        (b"%PDF-1.7", "table-is-pdf"),
        (b"PK\x03\x04 broken", "table-not-workbook"),
        (b"\x00\x01\x02", "table-not-text"),
        (b"Hello", "no-table"),
        (b'{"a": ', "not-json"),
        (b'{"schema": "other"}', "not-a-result"),
        (b"Sex,Rate,Ratio\n", "no-table"),
        (b"a\n" * 6000, "table-too-large"),
        (b"x" * (2 * 2**20 + 1), "table-too-large"),
        (b'Sex,Rate,Ratio\nMale,"0,5",0.98\nFemale,"0,48",0.97', "mixed-decimals"),
        (b"Sex,Rate,Ratio\n,0.5,0.98\n", "no-category"),
        (TAB.replace("667", "-667").encode(), "people-not-whole"),
        (b'Sex,Rate,Ratio\n"Male,0.5,0.98\n', "no-table"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as caught:
        read_bytes(data)
    assert code in [problem.code for problem in caught.value.problems]
    assert all(problem.sentence.endswith(".") for problem in caught.value.problems)


def workbook(rate: float, shown: str) -> bytes:
    book, stream = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Sex", "Selection rate", "Impact ratio"])
    sheet.append(["Male", rate, 1])
    sheet["B2"].number_format = shown
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        TAB.replace("1,390", "9" * 20).encode(),
        TAB.replace("667", "9" * 20).encode(),
        TAB.replace(".979", "." + "9" * 3000).encode(),
        workbook(1e30, "0.00"),
    ],
    ids=["people", "selected", "digits", "workbook"],
)
def test_a_number_beyond_any_table_is_named_and_no_crash(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        read_bytes(data)
    assert caught.value.code == "not-a-number"


def test_a_workbook_that_unpacks_to_far_too_much_is_not_opened() -> None:
    stream = io.BytesIO(workbook(0.5, "0.00"))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/more.xml", bytes(MOST_UNPACKED))
    with pytest.raises(Refused) as caught:
        read_bytes(stream.getvalue())
    assert caught.value.code == "table-too-large"


def test_cells_survive_being_written_back_as_text() -> None:
    lines = of_bytes(TAB.replace("\t", "|").replace("Sex", "|Sex").encode())
    again = of_text(as_text(lines))
    assert [(line.number, line.cells) for line in again] == [(line.number, line.cells) for line in lines]
    assert blocks(again)[0].roles == blocks(lines)[0].roles
