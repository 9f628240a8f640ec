"""What was approved is remembered whole, and whatever changes afterwards is told, once, and confirmed by two people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.checklists import actions, approvals
from compliance.checklists.models import ChecklistItem, Progress, Review, Verdict
from compliance.determinations import actions as determinations
from compliance.evidence import actions as evidence
from compliance.lib.canonical import load, sha256
from compliance.lib.problems import Forbidden, Refused
from compliance.outbox import tasks
from compliance.systems import actions as systems
from compliance.trail.models import TrailEntry
from tests import build, guards
from tests.people import People, client_of


def approved(people: People, **fields: object) -> ChecklistItem:
    """A row of Alice's that rests on a note, accepted by Bob."""
    row = build.item(people.alice)
    actions.attach(by=people.alice, item=row, evidence=build.note(people.alice, "Minutes", **fields))
    actions.change(by=people.alice, item=row, verdict=Verdict.MET, owner=people.alice)
    actions.submit(by=people.alice, item=row)
    actions.accept(by=people.bob, item=row)
    row.refresh_from_db()
    return row


def why(row: ChecklistItem) -> list[tuple[str, str]]:
    row.refresh_from_db()
    return [(one["part"], one["sentence"]) for one in row.stale_reasons]


def test_an_approval_keeps_the_document_that_it_was_given_on(people: People) -> None:
    row = approved(people, valid_until=date(2099, 1, 31))
    review = Review.objects.get()
    assert sha256(review.subject.encode()) == review.subject_sha256
    kept = load(review.subject.encode())
    piece = row.evidence.get()
    [told] = kept["evidence"]
    assert kept["row"]["question"] == row.checklist.catalogue.row(row.row_id).question
    assert (kept["answer"]["verdict"], kept["system"]["version"]) == ("met", "4.2")
    assert (told["piece"], told["version"], told["sha256"], told["valid_until"]) == (
        str(piece.pk), 1, piece.sha256, "2099-01-31",
    )  # fmt: skip
    assert kept["facts"]["tool_used_in_city"] is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda people, row: build.note_again(people.alice, row.evidence.get()),
            ("evidence", "“Minutes” has a newer version: 2."),
        ),
        (
            lambda people, row: evidence.withdraw(by=people.bob, evidence=row.evidence.get(), reason="Another tool."),
            ("evidence", "“Minutes” was withdrawn: Another tool."),
        ),
        (
            lambda people, row: systems.change(by=people.alice, system=row.checklist.system, version="5.0"),
            ("system", "The AI system is registered in another version."),
        ),
        (
            lambda people, row: determinations.save_answers(
                by=people.alice,
                system=row.checklist.system,
                answers={"tool_used_in_city": True, "union_link": ["none"]},
            ),
            (
                "facts",
                "The answer to “Is the tool used, or meant to be used, for a position or by an agency in New York "
                "City?” is another one.",
            ),
        ),
    ],
)
def test_a_later_change_marks_the_row_and_mails_its_owner_once(
    people: People,
    change: Callable[[People, ChecklistItem], object],
    expected: tuple[str, str],
) -> None:
    row = approved(people)
    assert approvals.recheck_all() == 0
    change(people, row)
    approvals.recheck_all()
    assert tasks.send_left() == 1
    [(part, sentence)] = why(row)
    assert (part, sentence) == expected
    assert row.stale_since is not None
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (["alice@example.org"], "1 approved row changed")
    assert sentence in sent.body
    assert f"/checklists/rows/{row.pk}/" in sent.body
    assert TrailEntry.objects.filter(verb="item.stale", subject_label=row.row_id).count() == 1


def test_what_does_not_touch_the_approval_marks_nothing(people: People) -> None:
    row = approved(people)
    piece = row.evidence.get()
    evidence.handle(by=people.alice, evidence=piece, title="Minutes of May", tags=["may"], confidentiality="client")
    systems.change(by=people.alice, system=row.checklist.system, positions="Warehouse")
    other = build.note(people.alice, "Something else")
    build.note_again(people.alice, other)
    assert why(row) == []


def test_a_row_bound_to_a_version_does_not_follow_the_newest(people: People) -> None:
    row, piece = build.item(people.alice), build.note(people.alice, "Minutes")
    actions.attach(by=people.alice, item=row, evidence=piece, version=piece.newest)
    actions.change(by=people.alice, item=row, verdict=Verdict.MET)
    actions.submit(by=people.alice, item=row)
    actions.accept(by=people.bob, item=row)
    build.note_again(people.alice, piece)
    assert why(row) == []


def test_expiry_is_found_by_the_night(people: People) -> None:
    today = timezone.now().date()
    row = approved(people, valid_until=today)
    assert approvals.recheck_all() == 0
    version = row.evidence.get().newest
    guards.lift("compliance_evidenceversion")  # so that a night has gone by
    type(version).objects.filter(pk=version.pk).update(valid_until=today - timedelta(days=1))
    out = StringIO()
    call_command("approvals_check", stdout=out)
    assert out.getvalue() == "Marks corrected: 1. Rows approved, then changed: 1.\n"
    yesterday = (today - timedelta(days=1)).isoformat()
    assert why(row) == [("evidence", f"“Minutes” has expired: it was valid until {yesterday}.")]


def test_what_had_expired_before_was_seen(people: People) -> None:
    row = approved(people, valid_until=timezone.now().date() - timedelta(days=1))
    assert approvals.recheck_all() == 0
    assert why(row) == []


def test_confirming_takes_a_reason_and_two_people_again(people: People) -> None:
    row = approved(people)
    with pytest.raises(Refused, match="has not changed since it was accepted"):
        actions.reconfirm(by=people.alice, item=row, reason="Still so.")
    build.note_again(people.alice, row.evidence.get())
    with pytest.raises(Refused, match="Say why the row is confirmed after a change"):
        actions.reconfirm(by=people.alice, item=row, reason=" ")
    row = actions.reconfirm(by=people.bob, item=row, reason="Only the date was put right.")
    assert (row.progress, row.stale_since is not None) == (Progress.SUBMITTED, True)
    with pytest.raises(Forbidden, match="You submitted"):
        actions.accept(by=people.bob, item=row)
    actions.accept(by=people.charlie, item=row)
    row.refresh_from_db()
    assert (row.progress, row.stale_since, row.stale_reasons, row.reconfirmed) == (Progress.DONE, None, [], "")
    assert load(row.reviews.latest("at").subject.encode())["evidence"][0]["version"] == 2
    assert approvals.recheck_all() == 0


def test_a_change_that_is_taken_back_takes_the_mark_away(people: People) -> None:
    row = approved(people)
    systems.change(by=people.alice, system=row.checklist.system, version="5.0")
    assert why(row)
    systems.change(by=people.alice, system=row.checklist.system, version="4.2")
    assert why(row) == []


def test_reopening_a_row_ends_the_mark(people: People) -> None:
    row = approved(people)
    build.note_again(people.alice, row.evidence.get())
    actions.reopen(by=people.alice, item=row, reason="The minutes say otherwise now.")
    row.refresh_from_db()
    assert (row.progress, row.stale_since, row.stale_reasons) == (Progress.IN_PROGRESS, None, [])


def test_an_altered_document_is_found(people: People) -> None:
    approved(people)
    Review.objects.update(subject=Review.objects.get().subject.replace('"met"', '"not_met"'))
    out = StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("approvals_check", stdout=out)
    assert "no longer has the digest recorded with it" in out.getvalue()


def test_the_page_shows_old_beside_new_and_confirms_with_one_click(people: People) -> None:
    row = approved(people)
    systems.change(by=people.alice, system=row.checklist.system, version="5.0")
    alice, url = client_of(people.alice), f"/o/{people.alice.organisation.slug}/checklists/rows/{row.pk}/"
    page = alice.get(url).content.decode()
    assert "Approved, then changed" in page
    assert "<td>4.2</td><td>5.0</td>" in page
    assert "Bob had accepted it on" in page
    page = alice.post(
        f"{url}reconfirm/", {"reason": "The scores are computed as before."}, follow=True
    ).content.decode()
    assert "Alice says that it still holds:" in page
    assert "The scores are computed as before." in page
    row.refresh_from_db()
    assert row.progress == Progress.SUBMITTED


def test_an_act_costs_the_same_however_many_rows_it_concerns(people: People) -> None:
    system = build.system(people.alice)
    checklist = build.checklist(people.alice, system)
    rows = list(checklist.items.all()[:11])

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            systems.change(by=people.alice, system=system, version=f"{system.version}.1")
        system.refresh_from_db()
        return len(found)

    build.accepted(people.alice, people.bob, rows[0])
    cost()
    one = cost()
    for row in rows[1:]:
        build.accepted(people.alice, people.bob, row)
    cost()
    assert cost() == one
    assert ChecklistItem.objects.filter(stale_since__isnull=False).count() == 11
