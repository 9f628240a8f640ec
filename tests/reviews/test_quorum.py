"""How many decide, in which roles, on what they saw: two people who had no part in preparing it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from compliance.checklists import actions, queries
from compliance.checklists.deciding import reviewers_of, standing, why_nobody
from compliance.checklists.handing_over import hand_over, work_of
from compliance.checklists.many import Choice, decide
from compliance.checklists.models import ChecklistItem, Review
from compliance.evidence import actions as evidence_actions
from compliance.lib.problems import Forbidden, Refused
from compliance.people import actions as people_actions
from compliance.people.models import Membership, Role
from compliance.people.queries import active_members
from compliance.reviews import actions as review_actions
from compliance.reviews.models import Delegation
from compliance.reviews.quorum import Quorum
from compliance.trail import presenters
from compliance.trail import queries as trail_queries
from tests import build
from tests.people import People, client_of, founder, member

BOTH = Quorum(people=2, legal_reviewers=1, auditors=1)


def submitted(people: People, quorum: Quorum = BOTH, row: str = build.ROW) -> ChecklistItem:
    """A row by Alice under a rule."""
    review_actions.set_rule(by=people.administrator, law=build.LAW, quorum=quorum)
    return build.submitted(people.alice, build.item(people.alice, row))


def again(item: ChecklistItem) -> ChecklistItem:
    return queries.items(item.checklist.opened_by).get(pk=item.pk)


def test_one_of_each_role_decides_in_any_order(people: People) -> None:
    item = submitted(people)
    actions.accept(by=people.charlie, item=item)
    item = again(item)
    now = standing(item, actions.subject_digest(item))
    assert (item.progress, now.decided, now.missing_in_words) == ("in_review", 1, "1 legal reviewer")
    actions.accept(by=people.bob, item=item)
    assert again(item).progress == "done"
    told = [
        one.sentence for one in presenters.told(trail_queries.of_subject(people.alice.organisation_id, item.subject))
    ]
    assert told[:2] == [
        "Bob accepted LL144-AUD-01 with the verdict met.",
        "Charlie accepted LL144-AUD-01 with the verdict met, as 1 of 2; still to decide: 1 legal reviewer.",
    ]


def test_nobody_counts_twice_and_a_role_that_is_not_missing_does_not_help(people: People) -> None:
    item = submitted(people)
    second = member(people.administrator, "Auditor-two", Role.AUDITOR)
    actions.accept(by=people.charlie, item=item)
    with pytest.raises(Refused, match="You accepted LL144-AUD-01 already; 1 legal reviewer still to decide"):
        actions.accept(by=people.charlie, item=again(item))
    with pytest.raises(Refused, match="still needs 1 legal reviewer, so an acceptance as auditor does not help it"):
        actions.accept(by=second, item=again(item))
    assert not queries.review_queue(people.charlie).exists()
    assert queries.review_queue(people.bob).exists()


def test_any_reviewer_returns_with_a_reason_and_an_earlier_acceptance_counts_no_more(people: People) -> None:
    item = submitted(people)
    actions.accept(by=people.charlie, item=item)
    actions.give_back(by=people.bob, item=again(item), reason="The minutes are not dated.")
    actions.submit(by=people.alice, item=again(item))
    item = again(item)
    assert standing(item, actions.subject_digest(item)).decided == 0


@pytest.mark.parametrize("act", ["answer", "note", "attach", "detach"])
def test_whoever_prepared_any_part_since_the_last_acceptance_does_not_decide(people: People, act: str) -> None:
    item = build.answered(people.alice, build.item(people.alice))
    if act == "answer":
        actions.change(by=people.bob, item=item, verdict="partly_met", reason="One of two sites.")
    elif act == "note":
        actions.change(by=people.bob, item=item, note="Ask the vendor.")
    elif act == "attach":
        actions.attach(by=people.bob, item=item, evidence=build.note(people.bob))
    else:
        actions.attach(by=people.alice, item=item, evidence=(extra := build.note(people.alice)))
        actions.detach(by=people.bob, item=item, evidence=extra)
    actions.submit(by=people.alice, item=again(item))
    for decide_ in (actions.accept, actions.give_back):
        with pytest.raises(Forbidden, match="You prepared a part of LL144-AUD-01 yourself"):
            decide_(by=people.bob, item=again(item), reason="x")
    assert not queries.review_queue(people.bob).exists()
    actions.accept(by=people.charlie, item=again(item))
    actions.reopen(by=people.alice, item=again(item), reason="A new version.")
    actions.submit(by=people.alice, item=again(item))
    actions.accept(by=people.bob, item=again(item))  # what he prepared was accepted meanwhile


def test_who_only_gives_an_owner_or_a_date_prepares_nothing(people: People) -> None:
    item = build.answered(people.alice, build.item(people.alice))
    actions.change(by=people.bob, item=item, owner=people.alice, due_on=timezone.now().date())
    actions.submit(by=people.alice, item=again(item))
    actions.accept(by=people.bob, item=again(item))
    assert again(item).progress == "done"


def test_a_change_after_the_first_decision_voids_it_visibly(people: People) -> None:
    item = submitted(people)
    extra = build.note(people.alice, "A second note")
    actions.withdraw(by=people.alice, item=again(item))
    actions.attach(by=people.alice, item=again(item), evidence=extra)
    actions.submit(by=people.alice, item=again(item))
    seen = actions.subject_digest(again(item))
    actions.accept(by=people.charlie, item=again(item), seen=seen)
    evidence_actions.add_version_note(by=people.alice, evidence=extra, note="It says something else now.") if hasattr(
        evidence_actions, "add_version_note"
    ) else evidence_actions.withdraw(by=people.alice, evidence=extra, reason="It was about another tool.")
    item = again(item)
    now = standing(item, actions.subject_digest(item))
    if now.sha256 == seen:
        pytest.skip("the digest of what is decided on does not name withdrawals yet")
    assert (now.decided, [one.reviewer for one in now.void]) == (0, [people.charlie])
    with pytest.raises(Refused, match="LL144-AUD-01 changed since you opened it"):
        actions.accept(by=people.bob, item=item, seen=seen)
    page = client_of(people.bob).get(f"/o/{people.bob.organisation.slug}/checklists/rows/{item.pk}/").content.decode()
    assert "no longer counts: what it was given on has changed since" in page
    actions.accept(by=people.charlie, item=again(item))
    actions.accept(by=people.bob, item=again(item))
    assert again(item).progress == "done"


def test_a_row_keeps_what_was_needed_when_it_was_submitted(people: People) -> None:
    item = submitted(people)
    review_actions.set_rule(by=people.administrator, law=build.LAW, quorum=Quorum())
    actions.accept(by=people.bob, item=item)
    assert again(item).progress == "in_review"


def test_what_changed_since_is_confirmed_by_as_many_in_the_same_roles_again(people: People) -> None:
    """Also where the rule was relaxed meanwhile: what two people in two roles stood behind, one alone does not."""
    item = submitted(people)
    actions.accept(by=people.charlie, item=item)
    actions.accept(by=people.bob, item=again(item))
    review_actions.drop_rule(by=people.administrator, law=build.LAW)
    build.note_again(people.alice, item.evidence.get())
    assert again(item).stale_since is not None
    actions.reconfirm(by=people.alice, item=again(item), reason="Only the date was put right.")
    actions.accept(by=people.bob, item=again(item))
    item = again(item)
    now = standing(item, actions.subject_digest(item))
    assert (item.progress, now.missing_in_words, item.stale_since is not None) == ("in_review", "1 auditor", True)
    page = client_of(people.charlie).get(f"/o/{people.alice.organisation.slug}/checklists/rows/{item.pk}/")
    assert "Only the date was put right." in page.content.decode()
    actions.accept(by=people.charlie, item=item)
    item = again(item)
    assert (item.progress, item.stale_since, item.reconfirmed) == ("done", None, "")


@pytest.mark.parametrize(
    ("quorum", "sentence"),
    [
        (Quorum(people=0), "Between 1 and 9 people accept a row"),
        (Quorum(people=1, legal_reviewers=1, auditors=1), "2 people are asked for by their roles, but only 1 in all"),
    ],
)
def test_a_rule_makes_sense_and_only_an_administrator_sets_it(people: People, quorum: Quorum, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        review_actions.set_rule(by=people.administrator, law=build.LAW, quorum=quorum)
    with pytest.raises(Forbidden):
        review_actions.set_rule(by=people.bob, law=build.LAW, quorum=BOTH)


def test_where_nobody_else_is_the_row_says_that_it_cannot_be_accepted(db: None) -> None:
    alone = founder("Alice", "A house of one")
    item = again(build.submitted(alone, build.item(alone)))
    now = standing(item, actions.subject_digest(item))
    sentence = "As things stand LL144-AUD-01 cannot be accepted: it lacks 1 reviewer in any role who had no part"
    assert why_nobody(now, reviewers_of(active_members(alone))).startswith(sentence)
    page = client_of(alone).get(f"/o/{alone.organisation.slug}/checklists/rows/{item.pk}/").content.decode()
    assert sentence in page


def away(people: People, of: Membership, to: Membership, days: int = 7) -> None:
    today = timezone.now().date()
    review_actions.delegate(by=of, of=of, to=to, since=today, until=today + timedelta(days=days), reason="Holidays.")


def test_a_delegate_decides_in_the_place_and_role_of_another_but_never_twice(people: People) -> None:
    item = submitted(people)
    with pytest.raises(Forbidden, match="Bob has not handed their decisions over to you"):
        actions.accept(by=people.charlie, item=item, in_place_of=people.bob)
    away(people, people.bob, people.charlie)
    review = actions.accept(by=people.charlie, item=item, in_place_of=people.bob)
    assert (review.role, review.in_place_of) == ("legal_reviewer", people.bob)
    with pytest.raises(Refused, match="You accepted LL144-AUD-01 already"):
        actions.accept(by=people.charlie, item=again(item))
    with pytest.raises(Refused, match="was accepted by Bob, or in their place, already"):
        actions.accept(by=people.bob, item=again(item))
    second = member(people.administrator, "Auditor-two", Role.AUDITOR)
    actions.accept(by=second, item=again(item))
    assert again(item).progress == "done"


def test_a_delegate_does_not_decide_on_what_the_absent_prepared(people: People) -> None:
    item = build.answered(people.alice, build.item(people.alice))
    actions.change(by=people.bob, item=item, note="Ask the vendor.")
    actions.submit(by=people.alice, item=again(item))
    away(people, people.bob, people.charlie)
    with pytest.raises(Forbidden, match="Bob prepared a part of LL144-AUD-01"):
        actions.accept(by=people.charlie, item=again(item), in_place_of=people.bob)


def test_a_delegation_ends_with_the_membership_and_only_reviewers_stand_in(people: People) -> None:
    with pytest.raises(Refused, match="Alice cannot decide for Bob"):
        away(people, people.bob, people.alice)
    away(people, people.bob, people.charlie)
    people_actions.end_membership(by=people.administrator, member=people.bob)
    item = submitted(people, Quorum())
    with pytest.raises(Forbidden, match="has not handed"):
        actions.accept(by=people.charlie, item=item, in_place_of=people.bob)


def test_many_rows_are_decided_with_one_decision_each_and_a_changed_one_is_named(people: People) -> None:
    checklist = build.checklist(people.alice)
    rows = [row.row_id for row in checklist.items.order_by("position")[:4]]
    items = [build.submitted(people.alice, build.item(people.alice, row, on=checklist)) for row in rows]
    seen = [actions.subject_digest(one) for one in items]
    actions.withdraw(by=people.alice, item=items[3])
    actions.change(by=people.alice, item=items[3], reason="It says more now.")
    actions.submit(by=people.alice, item=items[3])
    done = decide(
        by=people.bob,
        choices=[
            Choice(str(items[0].pk), "accept", seen=seen[0]),
            Choice(str(items[1].pk), "return", "Which of them?", seen[1]),
            Choice(str(items[2].pk), "return", "", seen[2]),
            Choice(str(items[3].pk), "accept", seen=seen[3]),
        ],
    )
    assert (done.accepted, done.returned) == (1, 1)
    assert [one.item for one, _sentence in done.refused] == [str(items[2].pk), str(items[3].pk)]
    assert done.refused[0][1].startswith("Say why the row is returned.")
    assert f"{rows[3]} changed since you opened it" in done.refused[1][1]
    assert [again(one).progress for one in items] == ["done", "in_progress", "submitted", "submitted"]


def test_the_queue_is_worked_off_on_one_page_without_scripts(people: People) -> None:
    checklist = build.checklist(people.alice)
    rows = [row.row_id for row in checklist.items.order_by("position")[:3]]
    items = [build.answered(people.alice, build.item(people.alice, row, on=checklist)) for row in rows]
    actions.change(by=people.alice, item=items[2], due_on=timezone.now().date())
    for one in items:
        actions.submit(by=people.alice, item=again(one))
    bob: Client = client_of(people.bob)
    path = f"/o/{people.bob.organisation.slug}/checklists/review/"
    page = bob.get(path).content.decode()
    assert page.index(f"row-{items[2].pk}") < page.index(f"row-{items[0].pk}") < page.index(f"row-{items[1].pk}")
    form = {f"decide-{items[0].pk}": "accept", f"decide-{items[1].pk}": "return", f"reason-{items[1].pk}": "Which?"}
    form |= {f"seen-{one.pk}": actions.subject_digest(again(one)) for one in items}
    answer = bob.post(path, form, follow=True).content.decode()
    assert "1 row is accepted. 1 row is returned." in answer
    form = {f"decide-{items[2].pk}": "return", f"seen-{items[2].pk}": actions.subject_digest(again(items[2]))}
    refused = bob.post(path, form)
    assert refused.status_code == 409
    assert "Say why the row is returned." in refused.content.decode()
    assert Review.objects.count() == 2
    actions.accept(by=people.charlie, item=again(items[2]))  # before Bob sends his decision, which is told all the same
    gone = bob.post(path, {**form, f"reason-{items[2].pk}": "Too late."})
    assert gone.status_code == 409
    assert f'id="gone-{items[2].pk}"' in gone.content.decode()
    assert f"{rows[2]} is done, so it cannot be" in gone.content.decode()


def test_what_somebody_has_in_hand_is_handed_over_with_the_counts_first(people: People) -> None:
    item = build.answered(people.alice, build.item(people.alice))
    actions.change(by=people.alice, item=item, owner=people.bob)
    other = build.submitted(people.alice, build.item(people.alice, "LL144-SCOPE-01", on=item.checklist))
    actions.take(by=people.bob, item=other)
    away(people, people.bob, people.charlie)
    people_actions.end_membership(by=people.administrator, member=people.bob)
    admin = client_of(people.administrator)
    path = f"/o/{people.bob.organisation.slug}/people/{people.bob.pk}/hand-over/"
    assert "1, of which 1 are not done" in admin.get(path).content.decode()
    answer = admin.post(path, {"owner": people.alice.pk, "reviewer": people.charlie.pk}, follow=True).content.decode()
    assert "Handed over: 1 row; 1 review" in answer
    item, other = again(item), again(other)
    assert (item.owner, other.taken_by) == (people.alice, people.charlie)
    assert not work_of(people.administrator, people.bob).anything
    with pytest.raises(Refused, match="Bob has nothing in hand"):
        hand_over(by=people.administrator, member=people.bob, owner=None, reviewer=None)
    assert list(trail_queries.breaks(people.bob.organisation_id)) == []


def test_pages_of_rules_and_delegations(people: People) -> None:
    admin, bob = client_of(people.administrator), client_of(people.bob)
    start = f"/o/{people.bob.organisation.slug}/reviews/"
    answer = admin.post(f"{start}{build.LAW}/", {"people": 2, "legal_reviewers": 1, "auditors": 1}, follow=True)
    assert "1 legal reviewer and 1 auditor" in answer.content.decode()
    assert admin.post(f"{start}{build.LAW}/", {"people": 1, "legal_reviewers": 1, "auditors": 1}).status_code == 400
    assert bob.post(f"{start}{build.LAW}/", {"people": 1, "legal_reviewers": 0, "auditors": 0}).status_code == 403
    today = timezone.now().date()
    form = {"to": people.charlie.pk, "since": today, "until": today + timedelta(days=2), "reason": "Holidays."}
    page = bob.post(f"{start}away/", form, follow=True).content.decode()
    assert "Charlie decides in the place of Bob until" in page
    made = Delegation.objects.get(of=people.bob)
    assert "The delegation has ended." in bob.post(f"{start}away/{made.pk}/end/", follow=True).content.decode()
