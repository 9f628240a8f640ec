"""The pages of checklists, walked by Alice, Bob and Charlie without JavaScript."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from compliance.checklists import actions
from compliance.checklists.models import Checklist, ChecklistItem, Review
from compliance.evidence.models import Evidence
from compliance.people import actions as people_actions
from tests import build
from tests.people import People, client_of

EVERY_ROW = 82


@pytest.fixture
def checklist(people: People) -> Checklist:
    return build.checklist(people.alice)


def at(people: People, path: str) -> str:
    return f"/o/{people.alice.organisation.slug}/checklists/{path}"


def row_url(people: People, item: ChecklistItem, act: str = "") -> str:
    return at(people, f"rows/{item.pk}/{act and act + '/'}")


def rows_of(page: str) -> list[str]:
    return re.findall(r'<tr id="(LL144-[A-Z]+-\d+)">', page)


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_row_from_the_first_word_to_the_decision(people: People) -> None:
    alice, bob = client_of(people.alice), client_of(people.bob)
    system = build.system(people.alice)
    url = at(people, "new/")
    page = alice.post(url, {"system": system.pk, "law": "nyc-ll144/2023-05-06"}, follow=True).content.decode()
    assert len(rows_of(page)) == EVERY_ROW
    item = build.item(people.alice, on=Checklist.objects.get())

    file = SimpleUploadedFile("audit.pdf", b"%PDF-1.7 signed")
    page = alice.post(row_url(people, item, "add-file"), {"file": file}, follow=True).content.decode()
    assert "“audit.pdf” is kept, and attached to LL144-AUD-01." in page
    item.refresh_from_db()
    answer = {"verdict": "met", "owner": people.alice.pk, "due_on": "2026-12-01", "revision": item.revision}
    page = alice.post(row_url(people, item), {**answer, "submit": ""}, follow=True).content.decode()
    assert "LL144-AUD-01 is submitted for review." in page
    assert "LL144-AUD-01 is submitted, so it cannot be changed now." in page

    page = bob.get(at(people, "review/")).content.decode()
    assert row_url(people, item) in page
    page = bob.post(row_url(people, item, "return"), {"reason": "It is not signed."}, follow=True).content.decode()
    assert "Bob returned LL144-AUD-01: It is not signed." in page
    alice.post(row_url(people, item, "submit"))
    answer_to = bob.post(row_url(people, item, "accept"), {"reason": "", "queue": "1"})
    assert answer_to["Location"] == at(people, "review/")
    item.refresh_from_db()
    assert (item.progress, item.owner, item.reviews.count()) == ("done", people.alice, 2)


def test_a_decision_out_of_the_queue_leads_on_to_the_next_row(people: People, checklist: Checklist) -> None:
    first, second, third = (
        build.submitted(people.alice, build.item(people.alice, f"LL144-AUD-0{n}", on=checklist)) for n in (3, 1, 2)
    )
    bob = client_of(people.bob)
    assert (
        bob.post(row_url(people, first, "accept"), {"queue": "1"})["Location"] == f"{row_url(people, second)}?queue=1"
    )
    answer = bob.post(row_url(people, second, "return"), {"queue": "1", "reason": " "})
    assert answer.status_code == 400
    assert "Say why the row is returned." in answer.content.decode()
    assert 'name="queue"' in answer.content.decode()
    assert bob.post(row_url(people, third, "accept"), {})["Location"] == row_url(people, third)


def test_what_cannot_be_submitted_is_told_and_stays_in_the_form(people: People, checklist: Checklist) -> None:
    item = build.item(people.alice, on=checklist)
    alice = client_of(people.alice)
    typed = {"verdict": "partly_met", "reason": "One of <two> sites.", "note": "Ask the vendor.", "revision": 0}
    answer = alice.post(row_url(people, item), {**typed, "submit": ""})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "LL144-AUD-01 is said to be partly met, but no evidence is attached." in page
    assert "One of &lt;two&gt; sites." in page
    assert "Ask the vendor." in page
    item.refresh_from_db()
    assert (item.verdict, item.progress) == ("", "to_do")
    answer = alice.post(row_url(people, item), {"verdict": "not_met", "reason": "", "revision": 0})
    assert "The verdict “not met” needs a reason." in answer.content.decode()


def test_of_two_who_save_at_once_the_second_keeps_what_they_typed(people: People, checklist: Checklist) -> None:
    item = build.item(people.alice, on=checklist)
    client_of(people.alice).post(row_url(people, item), {"note": "As Alice saw it.", "revision": 0})
    answer = client_of(people.bob).post(row_url(people, item), {"note": "As Bob saw it.", "revision": 0})
    page = answer.content.decode()
    assert "Somebody else changed LL144-AUD-01 while you were writing." in page
    assert page.count("As Bob saw it.") == 1
    assert page.count("As Alice saw it.") >= 1  # what the row says now, to compare
    assert ChecklistItem.objects.get(pk=item.pk).note == "As Alice saw it."
    revision = re.search(r'name="revision" value="(\d+)"', page)
    assert revision
    client_of(people.bob).post(row_url(people, item), {"note": "As both saw it.", "revision": revision[1]})
    assert ChecklistItem.objects.get(pk=item.pk).note == "As both saw it."


def test_what_is_typed_while_the_row_goes_on_is_given_back(people: People, checklist: Checklist) -> None:
    item = build.submitted(people.alice, build.item(people.alice, on=checklist))
    given = {"note": "A thought that came a moment too late.", "revision": item.revision}
    page = client_of(people.charlie).post(row_url(people, item), given).content.decode()
    assert "LL144-AUD-01 is submitted, so it cannot be changed now." in page
    assert page.count("A thought that came a moment too late.") == 1
    actions.accept(by=people.bob, item=item)
    given = {"reason": "A remark that came a moment too late."}
    page = client_of(people.charlie).post(row_url(people, item, "return"), given).content.decode()
    assert "LL144-AUD-01 is done, so it cannot be returned now." in page
    assert page.count("A remark that came a moment too late.") == 1


def test_attaching_keeps_an_answer_that_is_not_saved_yet(people: People, checklist: Checklist) -> None:
    item = build.item(people.alice, on=checklist)
    alice = client_of(people.alice)
    came_along = {"answer-verdict": "met", "answer-note": "Half a thought", "answer-revision": "0"}
    note = {"title": "Call with the vendor", "note": "They sent the report."}
    page = alice.post(row_url(people, item, "add-note"), {**note, **came_along}, follow=True).content.decode()
    assert "What you typed here is not saved yet." in page
    assert "Half a thought" in page
    assert ChecklistItem.objects.get(pk=item.pk).note == ""
    revision = re.search(r'name="revision" value="(\d+)"', page)
    assert revision
    answer = {"verdict": "met", "note": "Half a thought", "revision": revision[1]}
    page = alice.post(row_url(people, item), answer, follow=True).content.decode()
    assert "not saved yet" not in page
    assert ChecklistItem.objects.get(pk=item.pk).note == "Half a thought"
    # Bob's change in between is still noticed when an older draft is saved.
    build.note(people.alice, "Another")
    actions.change(by=people.bob, item=item, note="As Bob saw it.")
    piece = Evidence.objects.get(title="Another")
    came_along = {"answer-note": "As Alice saw it.", "answer-revision": "2"}
    answered = alice.post(row_url(people, item, "attach"), {"evidence": piece.pk, **came_along}, follow=True)
    assert 'name="revision" value="2"' in answered.content.decode()
    page = alice.post(row_url(people, item), {"note": "As Alice saw it.", "revision": "2"}).content.decode()
    assert "Somebody else changed" in page


def test_evidence_that_cannot_be_kept_is_not_attached_and_stays_typed(people: People, checklist: Checklist) -> None:
    item = build.item(people.alice, on=checklist)
    answer = client_of(people.alice).post(row_url(people, item, "add-link"), {"title": "Summary", "url": "nowhere"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "is not a web address" in page
    assert 'value="Summary"' in page
    assert not Evidence.objects.exists()
    done = build.accepted(people.alice, people.bob, item)
    before = Evidence.objects.count()
    answer = client_of(people.alice).post(row_url(people, done, "add-note"), {"title": "Late", "note": "x"})
    assert "LL144-AUD-01 is done, so it cannot be changed now." in answer.content.decode()
    assert Evidence.objects.count() == before


def test_evidence_is_attached_from_the_library_and_taken_off_again(people: People, checklist: Checklist) -> None:
    item = build.item(people.alice, on=checklist)
    mine, other = build.file(people.alice, systems=[checklist.system]), build.note(people.alice, "Something else")
    theirs = build.note(people.stranger)
    alice = client_of(people.alice)
    page = alice.get(row_url(people, item)).content.decode()
    assert page.index(str(mine.pk)) < page.index(str(other.pk))
    page = alice.get(row_url(people, item) + "?find=something").content.decode()
    assert str(other.pk) in page
    assert str(mine.pk) not in page
    url = row_url(people, item, "attach")
    assert "Choose at least one piece of evidence." in alice.post(url, {}).content.decode()
    assert alice.post(url, {"evidence": [mine.pk, theirs.pk]}).status_code == 400
    assert not item.evidence.exists()
    alice.post(url, {"evidence": [mine.pk, other.pk]})
    assert item.evidence.count() == 2
    alice.post(row_url(people, item, f"detach/{other.pk}"))
    assert list(item.evidence.all()) == [mine]


def test_a_row_rests_on_the_version_that_is_chosen_or_follows_the_newest(people: People, checklist: Checklist) -> None:
    item = build.item(people.alice, on=checklist)
    piece = build.note(people.alice, "Minutes", valid_until=timezone.now().date() + timedelta(days=9))
    actions.attach(by=people.alice, item=item, evidence=piece)
    build.note_again(people.alice, piece, "What was said later.")
    first = piece.versions.get(number=1)
    alice, bind = client_of(people.alice), row_url(people, item, f"bind/{piece.pk}")
    page = alice.get(row_url(people, item)).content.decode()
    assert "Version 2; the row follows the newest." in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    page = alice.post(bind, {"version": "1"}, follow=True).content.decode()
    assert "rests on version 1 of “Minutes”, also when a newer one comes." in page
    assert "Version 1, and no other; the newest is version 2." in page
    assert first.sha256 in page
    assert "Valid until" in page
    assert item.attachments.get().shown == first
    alice.post(bind, {"version": ""})
    assert item.attachments.get().version is None
    stranger = client_of(people.stranger).post(bind, {"version": "1"})
    assert stranger.status_code == 404


def test_a_button_that_cannot_be_pressed_says_why(people: People, checklist: Checklist) -> None:
    item = build.item(people.charlie, on=checklist)
    page = text_of(client_of(people.charlie).get(row_url(people, item)).content.decode())
    assert "Before it can be submitted: LL144-AUD-01 has no verdict yet." in page
    assert "LL144-AUD-01 is to do, so it cannot be accepted now." in page
    build.submitted(people.charlie, item)
    page = text_of(client_of(people.charlie).get(row_url(people, item)).content.decode())
    assert "You submitted LL144-AUD-01 yourself; another person reviews it." in page
    page = text_of(client_of(people.alice).get(row_url(people, item)).content.decode())
    assert "Only a member with the role auditor or legal reviewer may review checklist rows." in page
    answer = client_of(people.charlie).post(row_url(people, item, "accept"))
    assert answer.status_code == 403
    assert not Review.objects.exists()


def test_filters_narrow_the_rows_and_stand_in_the_address(people: People, checklist: Checklist) -> None:
    actions.change(by=people.alice, item=build.item(people.alice, on=checklist), owner=people.alice, note="Zebra")
    build.answered(people.alice, build.item(people.alice, "LL144-PUB-01", on=checklist))
    alice = client_of(people.alice)

    def shown(query: str) -> list[str]:
        return rows_of(alice.get(at(people, f"{checklist.pk}/?{query}")).content.decode())

    assert len(shown("")) == EVERY_ROW
    assert shown("progress=in_progress") == ["LL144-AUD-01", "LL144-PUB-01"]
    assert shown("verdict=met") == ["LL144-PUB-01"]
    assert len(shown("verdict=none")) == EVERY_ROW - 1
    assert shown("owner=me") == shown("q=zebra") == ["LL144-AUD-01"]
    assert shown(f"owner={people.bob.pk}") == []
    assert shown("q=LL144-SEL-02") == ["LL144-SEL-02"]
    assert set(shown("computed=direct")).isdisjoint(shown("computed=none"))
    assert len(shown("computed=direct") + shown("computed=partial") + shown("computed=none")) == EVERY_ROW
    assert shown("progress=nonsense") == shown("")


def test_what_expired_is_overdue_or_withdrawn_is_marked(people: People, checklist: Checklist) -> None:
    yesterday = timezone.now().date() - timedelta(days=1)
    item = build.item(people.alice, on=checklist)
    actions.attach(by=people.alice, item=item, evidence=build.note(people.alice, "Old", valid_until=yesterday))
    actions.change(by=people.alice, item=item, due_on=yesterday)
    alice = client_of(people.alice)
    page = text_of(alice.get(at(people, f"{checklist.pk}/")).content.decode())
    assert "Old expired" in page
    assert "overdue" in page
    assert "expired" in text_of(alice.get(row_url(people, item)).content.decode())


def test_the_bars_count_the_rows_that_bind_and_give_no_percentage(people: People, checklist: Checklist) -> None:
    build.answered(people.alice, build.item(people.alice, on=checklist))
    for path in ("", f"{checklist.pk}/"):
        page = client_of(people.alice).get(at(people, path)).content.decode()
        bars = [text_of(bar) for bar in re.findall(r"<figure.*?</figure>", page, re.DOTALL)]
        assert len(bars) == (3 if path else 2)
        assert "in progress 1" in bars[-2]
        assert "to do 46" in bars[-2]
        assert not any("%" in bar for bar in bars)


def test_no_page_costs_more_queries_when_there_is_more_on_it(people: People, checklist: Checklist) -> None:
    rows = [f"LL144-AUD-0{n}" for n in range(1, 8)]
    bob = client_of(people.bob)
    house = at(people, "").removesuffix("checklists/")
    first = build.submitted(people.alice, build.item(people.alice, rows[0], on=checklist))
    pages = ["checklists/", "checklists/review/", "evidence/", "trail/", f"checklists/rows/{first.pk}/"]

    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert bob.get(house + path).status_code == 200
        return len(queries)

    cost(pages[0])  # the first page of a process asks once whether anybody has an account
    before = {path: cost(path) for path in pages}
    for row in rows[1:]:
        build.submitted(people.alice, build.item(people.alice, row, on=checklist))
        build.checklist(people.alice, build.system(people.alice, f"Tool for {row}"))
        actions.give_back(by=people.bob, item=first, reason="Not yet.")
        build.submitted(people.alice, first)
    assert {path: cost(path) for path in pages} == before


@pytest.mark.parametrize("busy", [False, True])
def test_the_checklist_page_costs_the_same_queries_however_much_is_on_it(
    people: People, checklist: Checklist, django_assert_num_queries: DjangoAssertNumQueries, busy: bool
) -> None:
    build.accepted(people.alice, people.bob, build.item(people.alice, on=checklist))
    if busy:
        for row in ("LL144-AUD-02", "LL144-AUD-03", "LL144-PUB-01", "LL144-NOT-01"):
            build.accepted(people.alice, people.bob, build.item(people.alice, row, on=checklist))
    alice = client_of(people.alice)
    alice.get(at(people, ""))  # the first page of a process asks once whether anybody has an account
    with django_assert_num_queries(16):
        answer = alice.get(at(people, f"{checklist.pk}/"))
    assert len(answer.content) < 300_000 * EVERY_ROW / 347


def test_an_ended_member_stays_the_owner_until_somebody_else_is_named(people: People, checklist: Checklist) -> None:
    item = build.item(people.alice, on=checklist)
    actions.change(by=people.alice, item=item, owner=people.bob)
    people_actions.end_membership(by=people.administrator, member=people.bob)
    alice = client_of(people.alice)
    alice.post(row_url(people, item), {"owner": people.bob.pk, "note": "Still open.", "revision": 1})
    item.refresh_from_db()
    assert (item.owner, item.note) == (people.bob, "Still open.")
    other = build.item(people.alice, "LL144-AUD-02", on=checklist)
    answer = alice.post(row_url(people, other), {"owner": people.bob.pk, "revision": 0})
    assert "Select a valid choice." in answer.content.decode()
