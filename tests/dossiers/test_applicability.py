"""The statement of applicability in a dossier: every row with its ground; what does not apply needs no answer."""

from __future__ import annotations

import html

from audits.dossiers import actions, render, rules
from audits.dossiers.manifest import validate
from compliance.checklists import actions as checklists
from compliance.checklists import moving, queries
from tests import build
from tests.people import People


def test_rows_that_do_not_apply_stand_in_the_statement_with_their_ground(people: People) -> None:
    signed = build.signed(people.alice, people.bob)
    checklist = checklists.open_checklist(
        by=people.alice, system=signed.system, law=signed.law, text_version=signed.text_version, determination=signed
    )
    manifest, _attachments = actions.contents(actions.freeze(by=people.charlie, checklist=checklist, status="draft"))
    told = validate(manifest).applicability
    assert told is not None
    assert [one.row for one in told.rows] == [row.id for row in checklist.catalogue.rows]
    assert told.determination.sha256 == signed.sha256
    page = render.html(manifest)
    never = checklist.items.filter(binding="no").first()
    assert never is not None
    assert never.grounds[0]["sentence"] in html.unescape(page)
    assert page.count(f"{never.row_id} {never.checklist.catalogue.row(never.row_id).title} <") == 1
    assert f"{never.row_id} ·" not in page  # it is not told row by row as well


def test_a_final_dossier_needs_no_answer_where_a_row_does_not_apply(people: People) -> None:
    signed = build.signed(people.alice, people.bob)
    checklist = checklists.open_checklist(
        by=people.alice, system=signed.system, law=signed.law, text_version=signed.text_version, determination=signed
    )
    by_id = {item.row_id: item.binding for item in checklist.items.all()}
    undone = rules.open_rows(checklist)
    assert {by_id[row] for row in undone} == {"applies", "later", "undetermined"}
    assert len(undone) == queries.counts(checklist).binding


def test_what_is_to_be_confirmed_again_and_decisions_under_an_older_text_are_told(people: People) -> None:
    old = checklists.open_checklist(
        by=people.alice, system=build.system(people.alice), law="eu-ai-act", text_version="2024-07-12"
    )
    build.accepted(people.alice, people.bob, build.item(people.alice, "EUAIA-4.1", on=old))
    new = moving.move(by=people.alice, checklist=old, text_version="2026-07-27")
    manifest, _attachments = actions.contents(actions.freeze(by=people.charlie, checklist=new, status="draft"))
    (row,) = (row for row in validate(manifest).rows if row.id == "EUAIA-4.1")
    assert "reworded" in row.confirm_again
    assert [review.text_version for review in row.reviews] == ["2024-07-12"]
    page = render.html(manifest)
    assert "To be confirmed again." in page
    assert "under the text of 2024-07-12" in page
