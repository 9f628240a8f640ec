"""Workpapers: prepared by one and reviewed by another, never overwritten, and carried into sight under newer texts."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from compliance.checklists import moving
from compliance.checklists.actions import open_checklist
from compliance.checklists.models import ChecklistItem
from compliance.lib.problems import Forbidden, Refused
from compliance.people.models import Membership
from compliance.trail import queries as trail
from compliance.workpapers import actions
from compliance.workpapers.models import Workpaper, WorkpaperVersion
from tests import build
from tests.people import People, client_of

pytestmark = pytest.mark.django_db
WORDS = {
    "title": "Notices of May",
    "population": "412 candidates in the export of May.",
    "sample": "25, drawn by a seed that is written down.",
    "procedure": "Hold the date of each notice against the first use.",
    "result": "24 in time; one was sent nine business days before.",
}


def prepared(by: Membership, item: ChecklistItem, **changed: str) -> WorkpaperVersion:
    return actions.prepare(by=by, item=item, **{**WORDS, **changed})


def at(people: People, path: str) -> str:
    return f"/o/{people.alice.organisation.slug}/{path}"


def test_a_workpaper_is_prepared_written_anew_and_reviewed_by_somebody_else(people: People) -> None:
    item = build.item(people.charlie)
    charlie, bob = client_of(people.charlie), client_of(people.bob)
    url = at(people, f"workpapers/rows/{item.pk}/new/")
    refused = charlie.post(url, {**WORDS, "procedure": " "})
    assert refused.status_code == 400
    assert "Say what is done." in refused.content.decode()
    assert WORDS["sample"] in refused.content.decode()
    page = charlie.post(url, {**WORDS, "result": ""}, follow=True).content.decode()
    assert "LL144-AUD-01/W1 is kept." in page
    paper = Workpaper.objects.get()
    with pytest.raises(Refused, match="has no result yet"):
        actions.review(by=people.bob, paper=paper, seen=1)
    charlie.post(at(people, f"workpapers/{paper.pk}/"), {**WORDS, "seen": 1})
    with pytest.raises(Forbidden, match="You prepared LL144-AUD-01/W1 yourself"):
        actions.review(by=people.charlie, paper=paper, seen=2)
    with pytest.raises(Refused, match="Charlie wrote version 2 of LL144-AUD-01/W1 while you were writing"):
        actions.review(by=people.bob, paper=paper, seen=1)
    told = bob.post(at(people, f"workpapers/{paper.pk}/review/"), {"seen": 2, "remark": "Drawn again."}, follow=True)
    assert "Bob reviewed version 2 of the workpaper LL144-AUD-01/W1" in told.content.decode()
    first, second = paper.versions.order_by("number")
    assert (first.result, first.reviewed_by, second.reviewed_by) == ("", None, people.bob)
    assert first.sha256 != second.sha256
    with pytest.raises(Forbidden):
        actions.revise(by=people.observer, paper=paper, seen=2, **WORDS)
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkpaperVersion.objects.filter(pk=first.pk).update(reviewed_by=people.charlie)
    assert list(trail.breaks(item.checklist.organisation_id)) == []


def test_of_two_who_write_at_once_the_second_sees_the_other_version_and_keeps_what_they_typed(people: People) -> None:
    paper = prepared(people.charlie, build.item(people.charlie)).workpaper
    actions.revise(by=people.bob, paper=paper, seen=1, **{**WORDS, "sample": "All 412."})
    url = at(people, f"workpapers/{paper.pk}/")
    typed = {**WORDS, "sample": "Thirty.", "seen": 1}
    answer = client_of(people.charlie).post(url, typed)
    page = answer.content.decode()
    assert answer.status_code == 400
    for text in ("Bob wrote version 2", "All 412.", "Thirty.", 'name="seen" value="2"'):
        assert text in page
    client_of(people.charlie).post(url, {**typed, "seen": 2})
    assert [one.sample for one in paper.versions.order_by("number")] == [WORDS["sample"], "All 412.", "Thirty."]
    assert actions.revise(by=people.bob, paper=paper, seen=3, **{**WORDS, "sample": "Thirty."}).number == 3


def test_workpapers_stay_in_sight_when_the_checklist_moves_to_a_newer_text(people: People) -> None:
    system = build.system(people.alice)
    old = open_checklist(by=people.alice, system=system, law="eu-ai-act", text_version="2024-07-12")
    item = old.items.get(row_id="EUAIA-26.1")
    prepared(people.charlie, item)
    new = moving.move(by=people.alice, checklist=old, text_version="2026-07-27")
    row = new.items.get(carried_from=item)
    page = client_of(people.charlie).get(at(people, f"checklists/rows/{row.pk}/")).content.decode()
    assert "Notices of May" in page
    assert "Made under the text of 12 July 2024; kept to be read." in page
    with pytest.raises(Refused, match="replaced"):
        prepared(people.charlie, item)


def test_strangers_find_none_and_a_row_costs_the_same_queries_however_many_there_are(people: People) -> None:
    item = build.item(people.charlie)
    paper = prepared(people.charlie, item).workpaper
    theirs = client_of(people.stranger)
    assert theirs.get(f"/o/{people.stranger.organisation.slug}/workpapers/{paper.pk}/").status_code == 404
    with pytest.raises(Workpaper.DoesNotExist):
        actions.revise(by=people.stranger, paper=paper, seen=1, **WORDS)
    bob = client_of(people.bob)

    def cost() -> int:
        with CaptureQueriesContext(connection) as made:
            assert bob.get(at(people, f"checklists/rows/{item.pk}/")).status_code == 200
        return len(made)

    cost()
    before = cost()
    for _ in range(4):
        actions.revise(
            by=people.bob, paper=prepared(people.charlie, item).workpaper, seen=1, **{**WORDS, "sample": "9"}
        )
    assert cost() == before
