"""Lists taken along: what the page shows, with real days, and no cell that acts."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from compliance.checklists import actions
from compliance.people.models import Membership
from tests import build, engaging
from tests.people import People, client_of

pytestmark = pytest.mark.django_db


def taken(by: Membership, path: str, organisation: Membership | None = None) -> bytes:
    answer = client_of(by).get(f"/o/{(organisation or by).organisation.slug}/sheets/{path}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def sheet(data: bytes) -> Any:
    return load_workbook(io.BytesIO(data)).active


def test_the_rows_of_a_checklist_as_filtered(people: People) -> None:
    checklist = build.checklist(people.alice)
    row = build.item(people.alice, "LL144-AUD-02", on=checklist)
    due = engaging.today(3)
    actions.change(by=people.alice, item=row, owner=people.bob, due_on=due, note='=HYPERLINK("x")')
    found = sheet(taken(people.alice, f"rows/{checklist.pk}/xlsx/?owner={people.bob.pk}"))
    head, only = ([cell.value for cell in line] for line in found.iter_rows())
    told = dict(zip(head, only, strict=True))
    assert (told["Row"], told["Owner"], told["Due"].date()) == (
        "LL144-AUD-02",
        "bob@example.org",
        due,
    )
    note = found.cell(2, head.index("Note") + 1)
    assert (note.value, note.data_type, note.quotePrefix) == ('=HYPERLINK("x")', "s", True)
    assert found.column_dimensions["R"].hidden
    assert told["probanda_revision"] == 1
    whole = sheet(taken(people.alice, f"rows/{checklist.pk}/xlsx/"))
    assert whole.max_row == 1 + len(checklist.catalogue.rows)


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t=", "\r="])
def test_a_title_that_is_a_formula_stays_text(people: People, begin: str) -> None:
    build.note(people.alice, f"{begin}1+1".strip() if begin in "\t=\r=" else f"{begin}1+1", source="The vendor")
    lines = list(csv.reader(io.StringIO(taken(people.alice, "evidence/csv/").decode("utf-8-sig"))))
    assert lines[1][0].startswith("'")
    assert len(lines) == 2


def test_a_guest_takes_what_is_in_reach_and_a_stranger_nothing(people: People) -> None:
    mine, other = build.system(people.alice, "One"), build.system(people.alice, "Two")
    checklist = build.checklist(people.alice, other)
    _engagement, guest = engaging.opened(people.administrator, mine, engaging.firm().auditor)
    lines = list(csv.reader(io.StringIO(taken(guest, "systems/csv/", people.alice).decode("utf-8-sig"))))
    assert [line[0] for line in lines[1:]] == ["One"]
    base = f"/o/{people.alice.organisation.slug}/sheets/"
    assert client_of(guest).get(f"{base}rows/{checklist.pk}/csv/").status_code == 404
    assert client_of(people.stranger).get(f"{base}systems/csv/").status_code == 404
    assert client_of(people.alice).get(f"{base}systems/exe/").status_code == 404
