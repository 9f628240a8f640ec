"""Moving a checklist to a newer text of its law: what carries over, what is asked again, and the way back."""

from __future__ import annotations

import re
from datetime import date

import pytest

from compliance.checklists import actions, moving, queries, rules
from compliance.checklists.models import Checklist, ChecklistItem
from compliance.lib.problems import Forbidden, Refused
from compliance.people.models import Membership
from compliance.trail.models import TrailEntry
from tests import build
from tests.people import People, client_of

OLD, NEW = "2024-07-12", "2026-07-27"
SAME, REWORDED, REDATED, GONE = "EUAIA-3.1", "EUAIA-4.1", "EUAIA-26.1", "EUAIA-10.5"


@pytest.fixture
def checklist(people: People) -> Checklist:
    """The EU AI Act as enacted, with an accepted answer on a row of each fate."""
    one = actions.open_checklist(by=people.alice, system=build.system(people.alice), law="eu-ai-act", text_version=OLD)
    for row in (SAME, REWORDED, REDATED, GONE):
        build.accepted(people.alice, people.bob, build.item(people.alice, row, on=one))
    return one


def moved(by: Membership, checklist: Checklist) -> Checklist:
    return moving.move(by=by, checklist=checklist, text_version=NEW)


def item(checklist: Checklist, row: str) -> ChecklistItem:
    return checklist.items.get(row_id=row)


def url(people: People, path: str) -> str:
    return f"/o/{people.alice.organisation.slug}/{path}"


def test_what_differs_between_two_texts_is_on_one_page(people: People) -> None:
    at = url(people, f"laws/eu-ai-act/changes/{OLD}")
    page = client_of(people.observer).get(f"{at}/{NEW}/").content.decode()
    assert "Article 10(5) was deleted; Article 4a takes its place." in page
    assert re.search(r"<td>2 August 2026</td><td><strong>2 December 2027</strong></td>", page)
    assert client_of(people.alice).get(f"{at}/1999-01-01/").status_code == 404


def test_the_impact_is_told_before_anything_happens(people: People, checklist: Checklist) -> None:
    found = moving.impact(checklist, NEW)
    assert [one.id for one in found.asked_again] == [REWORDED, REDATED]
    assert [one.words_stay for one in found.asked_again] == [False, True]
    assert (found.stay, found.go_with_answers) == (1, 1)
    assert [change.id for change, _item in found.go] == [GONE, "EUAIA-A8.B.7", "EUAIA-A8.B.9"]
    page = client_of(people.alice).get(url(people, f"checklists/{checklist.pk}/move/")).content.decode()
    assert "Article 10(5) was deleted; Article 4a takes its place." in page
    assert Checklist.objects.count() == 1


def test_a_move_loses_nothing(people: People, checklist: Checklist) -> None:
    actions.change(by=people.alice, item=item(checklist, "EUAIA-26.2"), owner=people.bob, due_on=date(2027, 1, 1))
    new = moved(people.charlie, checklist)
    assert new.items.count() == len(new.catalogue.rows)
    for old in checklist.items.exclude(progress="to_do").exclude(row_id=GONE):
        heir = new.items.get(row_id=old.row_id)
        same = ("verdict", "reason", "note", "owner_id", "due_on")
        assert [getattr(heir, name) for name in same] == [getattr(old, name) for name in same]
        assert list(heir.evidence.all()) == list(old.evidence.all())
        carried = [(one.reviewer, one.at, one.carried_from) for one in heir.reviews.all()]
        assert carried == [(one.reviewer, one.at, one) for one in old.reviews.all()]
        assert heir.carried_from == old
    assert not new.items.filter(row_id=GONE).exists()
    entry = TrailEntry.objects.get(verb="checklist.moved")
    assert entry.subject_id == str(new.pk)
    assert f'"removed":["{GONE}","EUAIA-A8.B.7","EUAIA-A8.B.9"]' in entry.body


def test_what_was_accepted_stays_so_only_where_nothing_differs(people: People, checklist: Checklist) -> None:
    new = moved(people.alice, checklist)
    assert (item(new, SAME).progress, item(new, SAME).confirm_again) == ("done", "")
    assert item(new, SAME).reviews.get().subject_sha256 == actions.subject_digest(item(new, SAME))
    assert item(new, REDATED).progress == item(new, REWORDED).progress == "in_progress"
    assert item(new, REWORDED).confirm_again == f"In the text of {NEW} this row is reworded, re-dated and re-scoped."
    assert item(new, "EUAIA-26.2").confirm_again == ""  # it differs too, but nobody has said anything on it


def test_confirming_again_takes_two_people_again(people: People, checklist: Checklist) -> None:
    new = moved(people.alice, checklist)
    actions.confirm(by=people.alice, item=item(new, REWORDED))
    found = item(new, REWORDED)
    assert (found.progress, found.submitted_by, found.confirm_again) == ("submitted", people.alice, "")
    actions.accept(by=people.bob, item=found)
    with pytest.raises(Refused, match=r"EUAIA-3\.1 has nothing to confirm\."):
        actions.confirm(by=people.alice, item=item(new, SAME))
    with pytest.raises(Forbidden):
        actions.confirm(by=people.observer, item=item(new, REDATED))


def test_an_answer_that_nobody_had_accepted_is_confirmed_without_a_review(people: People, checklist: Checklist) -> None:
    build.answered(people.alice, item(checklist, "EUAIA-26.2"))
    new = moved(people.alice, checklist)
    actions.confirm(by=people.alice, item=item(new, "EUAIA-26.2"))
    assert (item(new, "EUAIA-26.2").progress, item(new, "EUAIA-26.2").confirm_again) == ("in_progress", "")


def test_the_old_checklist_is_readable_and_takes_no_changes(people: People, checklist: Checklist) -> None:
    waits = build.submitted(people.alice, item(checklist, "EUAIA-26.2"))
    new = moved(people.alice, checklist)
    with pytest.raises(Refused, match="replaced by that under the text of 27 July 2026"):
        actions.accept(by=people.bob, item=waits)
    assert list(queries.in_use(people.alice)) == [new]
    assert list(queries.review_queue(people.bob)) == []  # it differs in the new text, so it is confirmed first
    with pytest.raises(Refused, match="replaced"):
        moved(people.alice, checklist)
    alice = client_of(people.alice)
    page = alice.get(url(people, f"checklists/{checklist.pk}/")).content.decode()
    assert "Replaced by the checklist under the text of 27 July 2026" in page
    assert GONE in page
    assert str(checklist.pk) in alice.get(url(people, "checklists/")).content.decode()


def test_a_move_is_undone_until_somebody_answers(people: People, checklist: Checklist) -> None:
    new = moved(people.alice, checklist)
    assert moving.undo_move(by=people.alice, checklist=new) == checklist
    actions.reopen(by=people.alice, item=item(checklist, SAME), reason="The system has a new version.")
    with pytest.raises(Refused, match="was undone"):
        actions.change(by=people.alice, item=item(new, "EUAIA-26.2"), note="x")
    again = moved(people.alice, checklist)
    actions.change(by=people.alice, item=item(again, "EUAIA-26.2"), note="First thoughts.")
    assert rules.why_not_undo(again) == "The move can no longer be undone: EUAIA-26.2 was changed since."
    with pytest.raises(Refused, match="can no longer be undone"):
        moving.undo_move(by=people.alice, checklist=again)


@pytest.mark.parametrize("to", [OLD, "1999-01-01", ""])
def test_a_checklist_moves_only_to_a_newer_text(people: People, checklist: Checklist, to: str) -> None:
    with pytest.raises(Refused, match="There is no newer text"):
        moving.move(by=people.alice, checklist=checklist, text_version=to)


def test_who_may_not_open_a_checklist_does_not_move_one(people: People, checklist: Checklist) -> None:
    with pytest.raises(Forbidden):
        moved(people.observer, checklist)
    with pytest.raises(Checklist.DoesNotExist):
        moved(people.stranger, checklist)


def test_a_second_checklist_under_the_newer_text_stands_in_the_way(people: People, checklist: Checklist) -> None:
    build.checklist(people.alice, checklist.system, "eu-ai-act")
    with pytest.raises(Refused, match="has the checklist EU AI Act of the text of 27 July 2026 already"):
        moved(people.alice, checklist)
    page = client_of(people.alice).get(url(people, f"checklists/{checklist.pk}/move/")).content.decode()
    assert "of the text of 27 July 2026 already. Go on in that one." in page
    assert "This is what the move does" not in page
    assert 'name="to"' not in page


def test_the_walk_over_the_pages(people: People, checklist: Checklist) -> None:
    alice = client_of(people.alice)
    page = alice.post(url(people, f"checklists/{checklist.pk}/move/"), {"to": NEW}, follow=True).content.decode()
    assert "nothing that was said is lost" in page
    assert "2 answers are to be confirmed again." in page
    new = Checklist.objects.get(text_version=NEW)
    row = alice.get(url(people, f"checklists/rows/{item(new, REWORDED).pk}/")).content.decode()
    assert '<del><span class="visually-hidden">gone: </span>so that</del>' in row
    confirm = url(people, f"checklists/{new.pk}/confirm/")
    page = alice.get(confirm).content.decode()
    assert page.count('type="checkbox"') == 1  # the row whose question stays; the reworded one is read by itself
    assert "Choose at least one row." in alice.post(confirm, {}).content.decode()
    page = alice.post(confirm, {"item": item(new, REDATED).pk}, follow=True).content.decode()
    assert "1 row is confirmed." in page
    assert item(new, REDATED).progress == "submitted"
    undo = url(people, f"checklists/{new.pk}/undo-move/")
    assert "can no longer be undone" in alice.post(undo, follow=True).content.decode()
