"""The table of moves, walked by people: from which progress each move is possible, where it leads, who may make it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date

import pytest
from django.db import transaction

from compliance.checklists import actions, queries, rules
from compliance.checklists.models import ChecklistItem, Progress, Review, Verdict
from compliance.lib.problems import Forbidden, Refused
from compliance.people.models import Membership
from tests import build
from tests.people import People, founder

ACTS: dict[str, Callable[[Membership, ChecklistItem], object]] = {
    "change": lambda by, item: actions.change(by=by, item=item, note="More to come."),
    "submit": lambda by, item: actions.submit(by=by, item=item),
    "withdraw": lambda by, item: actions.withdraw(by=by, item=item),
    "take": lambda by, item: actions.take(by=by, item=item),
    "accept": lambda by, item: actions.accept(by=by, item=item),
    "return": lambda by, item: actions.give_back(by=by, item=item, reason="The minutes are not dated."),
    "reopen": lambda by, item: actions.reopen(by=by, item=item, reason="The tool has a new version."),
}
# from: {move: to}; every other move from there is refused.
TABLE = {
    "in_progress": {"change": "in_progress", "submit": "submitted"},
    "submitted": {"withdraw": "in_progress", "take": "in_review", "accept": "done", "return": "in_progress"},
    "in_review": {"accept": "done", "return": "in_progress"},
    "done": {"reopen": "in_progress"},
}
REVIEWS = ("take", "accept", "return")


def stand(people: People, progress: str) -> ChecklistItem:
    """Lead a row, by Alice and Bob, to where a test begins."""
    item = build.answered(people.alice, build.item(people.alice))
    if progress != Progress.IN_PROGRESS:
        actions.submit(by=people.alice, item=item)
    if progress == Progress.IN_REVIEW:
        actions.take(by=people.bob, item=item)
    if progress == Progress.DONE:
        actions.accept(by=people.bob, item=item)
    item.refresh_from_db()
    assert item.progress == progress
    return item


@pytest.mark.parametrize("progress", TABLE)
def test_a_move_is_possible_from_where_the_table_says_and_nowhere_else(people: People, progress: str) -> None:
    item = stand(people, progress)
    before = item.revision
    for move, act in ACTS.items():
        by = people.charlie if move in REVIEWS else people.alice
        found, sentence = (progress, before), ""
        with suppress(RuntimeError), transaction.atomic():  # each move starts from the same row
            try:
                act(by, item)
            except Refused as refused:
                sentence = refused.problems[0].sentence
            changed = ChecklistItem.objects.get(pk=item.pk)
            found = (changed.progress, changed.revision)
            raise RuntimeError("Undo it.")
        assert sentence == rules.why_not(move, by=by, item=item), move
        to = TABLE[progress].get(move)
        assert found == ((to, before + 1) if to else (progress, before)), move
        assert bool(sentence) == (to is None), move


def test_a_new_row_is_to_do_until_somebody_says_something(people: People) -> None:
    item = build.item(people.alice)
    assert (item.progress, item.verdict) == ("to_do", "")
    actions.change(by=people.alice, item=item)
    item.refresh_from_db()
    assert (item.progress, item.revision) == ("to_do", 0)
    actions.change(by=people.alice, item=item, due_on=date(2026, 12, 1))
    item.refresh_from_db()
    assert (item.progress, item.revision) == ("in_progress", 1)


@pytest.mark.parametrize("move", REVIEWS)
def test_nobody_reviews_what_they_submitted(people: People, move: str) -> None:
    item = build.submitted(people.charlie, build.item(people.charlie))
    assert rules.can_move(move, by=people.bob, item=item)
    with pytest.raises(Forbidden, match=r"You submitted LL144-AUD-01 yourself; another person reviews it\."):
        ACTS[move](people.charlie, item)
    assert list(queries.review_queue(people.charlie)) == []
    assert list(queries.review_queue(people.bob)) == [item]


@pytest.mark.parametrize("move", ["accept", "return"])
def test_what_was_decided_stays_in_the_history_with_the_digest_of_what_was_seen(people: People, move: str) -> None:
    item = stand(people, "in_review")
    seen = actions.subject_digest(item)
    ACTS[move](people.bob, item)
    item.refresh_from_db()
    review = Review.objects.get(item=item)
    assert (review.reviewer, review.role, review.submitted_by) == (people.bob, "legal_reviewer", people.alice)
    assert review.subject_sha256 == seen
    if move == "accept":
        actions.reopen(by=people.alice, item=item, reason="The tool has a new version.")
    actions.change(by=people.alice, item=item, verdict=Verdict.NOT_MET, reason="Nobody audits it.")
    item.refresh_from_db()
    assert actions.subject_digest(item) != seen
    assert Review.objects.get(item=item).subject_sha256 == seen


@pytest.mark.parametrize("move", ["return", "reopen"])
def test_undoing_what_another_did_needs_a_reason(people: People, move: str) -> None:
    item = stand(people, "done" if move == "reopen" else "in_review")
    act = actions.give_back if move == "return" else actions.reopen
    with pytest.raises(Refused, match=rf"Say why the row is {move}ed\.") as refused:
        act(by=people.bob, item=item, reason=" \n")
    assert refused.value.problems[0].column == "reason"


@pytest.mark.parametrize(
    ("verdict", "reason", "evidence", "code"),
    [
        ("", "", True, "no-verdict"),
        ("met", "", True, ""),
        ("met", "", False, "verdict-without-evidence"),
        ("partly_met", "One of two sites.", True, ""),
        ("partly_met", "One of two sites.", False, "verdict-without-evidence"),
        ("partly_met", " ", True, "verdict-without-reason"),
        ("not_met", "No audit was done.", False, ""),
        ("not_met", "", False, "verdict-without-reason"),
        ("not_applicable", "", False, "verdict-without-reason"),
        ("undetermined", "", False, "verdict-without-reason"),
        ("compliant", "", True, "unknown-verdict"),
    ],
)
def test_what_a_row_must_say_before_it_is_reviewed(
    people: People, verdict: str, reason: str, evidence: bool, code: str
) -> None:
    item = build.item(people.alice)
    if evidence:
        actions.attach(by=people.alice, item=item, evidence=build.note(people.alice))
    found = ""
    try:
        actions.change(by=people.alice, item=item, verdict=verdict, reason=reason)
        actions.submit(by=people.alice, item=item)
    except Refused as refused:
        found = refused.code
    assert found == code


def test_withdrawn_evidence_carries_no_verdict(people: People) -> None:
    from compliance.evidence import actions as evidence_actions

    item = build.answered(people.alice, build.item(people.alice))
    evidence_actions.withdraw(by=people.alice, evidence=item.evidence.get(), reason="It was about another tool.")
    with pytest.raises(Refused, match="no evidence is attached"):
        actions.submit(by=people.alice, item=item)


def test_of_two_people_who_answer_at_once_the_second_is_told(people: People) -> None:
    item = build.item(people.alice)
    read = item.revision
    actions.change(by=people.alice, item=item, revision=read, note="As Alice saw it.")
    with pytest.raises(Refused, match=r"Somebody else changed LL144-AUD-01 while you were writing\."):
        actions.change(by=people.bob, item=item, revision=read, note="As Bob saw it.")
    item.refresh_from_db()
    assert item.note == "As Alice saw it."


def test_of_two_reviewers_who_decide_at_once_the_second_is_told(people: People) -> None:
    item = stand(people, "submitted")
    as_charlie_saw_it = ChecklistItem.objects.get(pk=item.pk)
    actions.accept(by=people.bob, item=item)
    with pytest.raises(Refused, match="LL144-AUD-01 is done, so it cannot be returned now"):
        actions.give_back(by=people.charlie, item=as_charlie_saw_it, reason="No.")
    assert Review.objects.filter(item=item).count() == 1


def test_an_owner_is_a_member_of_the_same_house(people: People) -> None:
    item = build.item(people.alice)
    with pytest.raises(Refused, match="The owner is not a member here"):
        actions.change(by=people.alice, item=item, owner=people.stranger)


def test_nothing_of_one_house_reaches_another(people: People) -> None:
    item = build.item(people.alice)
    theirs = build.note(people.stranger)
    with pytest.raises(ValueError, match="belongs to another organisation"):
        actions.attach(by=people.alice, item=item, evidence=theirs)
    with pytest.raises(ChecklistItem.DoesNotExist):
        actions.change(by=people.stranger, item=item, note="x")
    with pytest.raises(ValueError, match="belongs to another organisation"):
        actions.open_checklist(by=people.stranger, system=item.checklist.system, law=build.LAW)
    assert not queries.items(people.stranger).exists()


def test_a_checklist_is_opened_once_for_a_law_version(people: People) -> None:
    checklist = build.checklist(people.alice)
    with pytest.raises(Refused, match="has the checklist NYC Local Law 144 already"):
        build.checklist(people.alice, checklist.system)


def test_only_the_kinds_that_bind_count(people: People) -> None:
    checklist = build.checklist(people.alice)
    build.submitted(people.alice, build.item(people.alice, on=checklist))
    build.answered(people.alice, build.item(people.alice, "LL144-SCOPE-01", on=checklist))  # a gate
    counts = queries.counts(checklist)
    assert (counts.all["submitted"], counts.all["in_progress"], counts.all.total()) == (1, 1, 82)
    assert (counts.progress["submitted"], counts.progress["in_progress"]) == (1, 0)
    assert counts.verdict["met"] == 1
    other = founder("Charlie-of-another-house", "A third house")
    build.checklist(other)
    assert queries.counts(checklist).all.total() == 82


def test_a_submission_is_taken_back_by_who_submitted_it_or_by_an_administrator(people: People) -> None:
    item = stand(people, Progress.SUBMITTED)
    with pytest.raises(Forbidden, match="Only Alice, who submitted"):
        actions.withdraw(by=people.charlie, item=item)
    assert actions.withdraw(by=people.administrator, item=item).progress == Progress.IN_PROGRESS
