"""A checklist's workbook that comes back: shown first, taken in by the same actions, and never over newer work."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from compliance.checklists import actions
from compliance.checklists.models import Checklist
from tests import build, engaging
from tests.people import People, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def checklist(people: People) -> Checklist:
    return build.checklist(people.alice)


def book_of(people: People, checklist: Checklist) -> tuple[Any, dict[str, int], dict[str, int]]:
    """Return the workbook, the place of each column by its head and of each line by its row."""
    answer = client_of(people.alice).get(f"/o/{people.alice.organisation.slug}/sheets/rows/{checklist.pk}/xlsx/")
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    columns = {cell.value: cell.column for cell in book.active[1]}
    return book, columns, {cell.value: cell.row for cell in book.active["A"]}


def shown(people: People, checklist: Checklist, data: bytes) -> Any:
    file = SimpleUploadedFile("rows.xlsx", data)
    return client_of(people.alice).post(url(people, checklist), {"file": file})


def url(people: People, checklist: Checklist) -> str:
    return f"/o/{people.alice.organisation.slug}/sheets/rows/{checklist.pk}/import/"


def packed(book: Any) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_sheet_that_nobody_changed_changes_nothing(people: People, checklist: Checklist) -> None:
    row = build.answered(people.alice, build.item(people.alice, on=checklist), "partly_met", "Half of it.\r\nLater.")
    actions.change(by=people.alice, item=row, owner=people.bob, due_on=engaging.today(3), note="=1+1")
    book, _columns, _lines = book_of(people, checklist)
    assert "The sheet changes nothing." in shown(people, checklist, packed(book)).content.decode()


def test_changes_are_shown_line_by_line_and_taken_in_once_a_person_says_so(
    people: People, checklist: Checklist
) -> None:
    book, columns, lines = book_of(people, checklist)
    given = {"Owner": "BOB@example.org", "Due": engaging.today(9), "Note": "Ask the vendor.", "Verdict": "not met"}
    for name, value in {**given, "Reason": "No audit."}.items():
        book.active.cell(lines["LL144-AUD-01"], columns[name]).value = value
    wrong = {"02": ("Owner", "nobody@example.org"), "03": ("Due", "soon"), "04": ("Verdict", "PASS")}
    for number, (name, value) in wrong.items():
        book.active.cell(lines[f"LL144-AUD-{number}"], columns[name]).value = value
    moved = build.item(people.alice, "LL144-AUD-05", on=checklist)
    book.active.cell(lines["LL144-AUD-05"], columns["Note"]).value = "Over what Bob wrote"
    actions.change(by=people.bob, item=moved, note="What Bob wrote")
    page = shown(people, checklist, packed(book)).content.decode()
    for sentence in (
        "Nobody here has the e-mail address nobody@example.org.",
        "not soon",
        "not pass",
        "would undo that",
    ):
        assert sentence in page
    assert f"Line {lines['LL144-AUD-03']} (LL144-AUD-03)" in page
    item = build.item(people.alice, "LL144-AUD-01", on=checklist)
    assert (item.owner, item.note) == (None, "")
    kept = re.search(r'name="changes" value="([^"]+)"', page)
    assert kept is not None
    done = client_of(people.alice).post(url(people, checklist), {"changes": kept[1]}).content.decode()
    assert "1 row is changed" in done
    item.refresh_from_db()
    assert (item.owner, item.due_on, item.note) == (people.bob, engaging.today(9), "Ask the vendor.")
    assert (item.verdict, item.reason, item.revision) == ("not_met", "No audit.", 1)
    again = client_of(people.alice).post(url(people, checklist), {"changes": kept[1]}).content.decode()
    assert "0 rows are changed" in again
    assert "Somebody else changed LL144-AUD-01" in again
    moved.refresh_from_db()
    assert moved.note == "What Bob wrote"


def test_what_is_no_sheet_of_this_checklist_is_refused_with_a_sentence(people: People, checklist: Checklist) -> None:
    assert "This is no workbook" in shown(people, checklist, b"PK no").content.decode()
    book, columns, _lines = book_of(people, checklist)
    book.active.delete_cols(columns["probanda_revision"])
    assert "lacks the column probanda_revision" in shown(people, checklist, packed(book)).content.decode()
    other = build.checklist(people.alice, build.system(people.alice, "Another"))
    book, _columns, _lines = book_of(people, other)
    assert "of no row of this checklist" in shown(people, checklist, packed(book)).content.decode()
    forged = client_of(people.alice).post(url(people, checklist), {"changes": "forged"}, follow=True)
    assert "choose the workbook again" in forged.content.decode()
