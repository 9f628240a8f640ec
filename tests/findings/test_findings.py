"""A finding is raised, acted on, verified by a second person, lived with for a time, and opened again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from compliance.catalogue.exposure import exposure
from compliance.engagements.models import Engagement
from compliance.findings import actions, queries, rules
from compliance.findings.models import CorrectiveAction, Finding, RiskAcceptance, State
from compliance.lib.problems import Forbidden, Refused
from compliance.people.models import Membership, Role
from compliance.trail.queries import breaks, entries
from tests import build, engaging
from tests.engaging import firm, opened, today
from tests.people import People, client_of, member


def raised(by: Membership, item: Any, **words: Any) -> Finding:
    given = {"title": "No audit", "statement": "The tool ran for days without one.", "kind": "major", **words}
    return actions.raise_(by=by, item=item, **{"severity": "high", **given})


def acted(people: People, finding: Finding) -> CorrectiveAction:
    actions.explain(by=people.bob, finding=finding, cause="Nobody watched the date.")
    action = actions.plan(by=people.bob, finding=finding, what="Watch it.", owner=people.alice, due_on=today(9))
    return actions.end_action(by=people.alice, action=action, done=True, said="A reminder is set.")


def test_a_nonconformity_is_closed_by_a_second_person_who_owns_no_action(people: People) -> None:
    finding = raised(people.charlie, build.item(people.alice))
    with pytest.raises(Refused, match="Nobody has said yet what caused F-1"):
        actions.hand_in(by=people.bob, finding=finding)
    actions.explain(by=people.bob, finding=finding, cause="Nobody watched the date.")
    with pytest.raises(Refused, match="Nothing was done about F-1 yet"):
        actions.hand_in(by=people.bob, finding=finding)
    first = actions.plan(by=people.bob, finding=finding, what="Watch it.", owner=people.charlie, due_on=today(9))
    second = actions.plan(by=people.bob, finding=finding, what="Stop it.", owner=people.alice, due_on=today(9))
    with pytest.raises(Refused, match="an action that is neither done nor dropped"):
        actions.hand_in(by=people.bob, finding=finding)
    actions.end_action(by=people.alice, action=second, done=False, said="Not needed.")
    actions.end_action(by=people.alice, action=first, done=True, said="A reminder is set.")
    actions.hand_in(by=people.bob, finding=finding)
    with pytest.raises(Forbidden, match="You own or carried out an action"):
        actions.verify(by=people.charlie, finding=finding, reason="Seen.")
    with pytest.raises(Forbidden, match="You handed F-1 in"):
        actions.verify(by=people.bob, finding=finding, reason="Seen.")
    second_auditor = member(people.administrator, "Second", Role.AUDITOR)
    actions.verify(by=second_auditor, finding=finding, reason="The date passed again.", effective=False)
    finding.refresh_from_db()
    assert finding.state == State.ACTING
    actions.hand_in(by=people.bob, finding=finding)
    before = actions.subject_digest(finding)
    verified = actions.verify(by=second_auditor, finding=finding, reason="The reminder came.")
    finding.refresh_from_db()
    assert (finding.state, verified.subject_sha256) == (State.CLOSED, before)
    with pytest.raises(Refused, match=r"cannot be explained now\. Its state is: closed, verified"):
        actions.explain(by=people.bob, finding=finding, cause="Other.")
    actions.reopen(by=people.charlie, finding=finding, reason="It happened again.")
    finding.refresh_from_db()
    assert finding.state == State.ACTING
    assert list(breaks(finding.organisation_id)) == []
    assert entries(finding.organisation_id).filter(subject_type="finding").count() == 11


def test_a_risk_is_accepted_by_a_second_person_until_a_day_and_lapses(people: People) -> None:
    finding = raised(people.charlie, build.item(people.alice), kind="minor")
    with pytest.raises(Refused, match="is not a day to come"):
        actions.propose_acceptance(by=people.bob, finding=finding, reason="Small.", until=today())
    one = actions.propose_acceptance(by=people.bob, finding=finding, reason="Small.", until=today(30))
    with pytest.raises(Refused, match="Bob proposed it already"):
        actions.propose_acceptance(by=people.alice, finding=finding, reason="Small.", until=today(60))
    with pytest.raises(Forbidden, match="You proposed it yourself"):
        actions.decide_acceptance(by=people.bob, acceptance=one, accept=True)
    with pytest.raises(Refused, match="Say why not"):
        actions.decide_acceptance(by=people.administrator, acceptance=one, accept=False)
    actions.decide_acceptance(by=people.administrator, acceptance=one, accept=True)
    unfinished = queries.in_state(queries.listed(people.alice), "unfinished")
    assert list(unfinished) == []
    house = [finding.organisation_id]
    assert list(queries.lapsing(house, until=today(29))) == []
    assert list(queries.lapsing(house, until=today(30))) == [one]
    RiskAcceptance.objects.update(until=today(-1))  # as time goes by
    assert list(unfinished.all()) == [finding]
    assert list(queries.in_state(queries.listed(people.alice), "lapsed")) == [finding]
    again = actions.propose_acceptance(by=people.bob, finding=finding, reason="Still small.", until=today(30))
    assert again.decision == ""


def test_an_observation_needs_no_correction_and_a_finding_raised_in_error_is_withdrawn(people: People) -> None:
    row = build.item(people.alice)
    seen = raised(people.charlie, row, kind="observation", title="Worth a look")
    actions.hand_in(by=people.alice, finding=seen)
    actions.verify(by=people.bob, finding=seen, reason="Looked at.")
    wrong = raised(people.charlie, row)
    with pytest.raises(Refused, match="Say why it was no finding"):
        actions.withdraw(by=people.charlie, finding=wrong, reason=" ")
    actions.withdraw(by=people.charlie, finding=wrong, reason="Another system.")
    wrong.refresh_from_db()
    assert (wrong.number, wrong.state) == (2, State.WITHDRAWN)
    with pytest.raises(Forbidden, match="Only a member with the role auditor or legal reviewer may raise findings"):
        raised(people.alice, row)


def test_two_who_write_at_once_do_not_overwrite_each_other(people: People) -> None:
    finding = raised(people.charlie, build.item(people.alice))
    actions.explain(by=people.bob, finding=finding, cause="One.", revision=finding.revision)
    with pytest.raises(Refused, match="Somebody else changed F-1"):
        actions.explain(by=people.alice, finding=finding, cause="Two.", revision=finding.revision)


def test_every_move_has_a_sentence_in_every_state(people: People) -> None:
    finding = queries.whole(people.charlie).get(pk=raised(people.charlie, build.item(people.alice)).pk)
    for state in State:
        finding.state = state
        for move, (allowed, _to, ability) in rules.MOVES.items():
            who = people.administrator if ability == "accept_risks" else people.bob
            why = rules.why_not(move, by=who, finding=finding)
            assert (state in allowed) or why == (
                f"F-1 cannot be {rules.TOLD[move]} now. Its state is: {state.label}."
            ), (
                move,
                state,
            )


def test_a_guest_raises_and_verifies_within_the_engagement_and_sees_no_other(people: People) -> None:
    system, other = build.system(people.alice), build.system(people.alice, "Other")
    row = build.item(people.alice, on=build.checklist(people.alice, system))
    hidden = raised(people.charlie, build.item(people.alice, on=build.checklist(people.alice, other)))
    engagement, guest = opened(people.administrator, system, firm().auditor)
    finding = raised(guest, row, engagement=engagement)
    assert list(queries.findings(guest)) == [finding] == list(queries.of_engagement(people.alice, engagement))
    acted(people, finding)
    actions.hand_in(by=people.bob, finding=finding)
    with pytest.raises(Forbidden, match="not declared your independence"):
        actions.verify(by=guest, finding=finding, reason="Seen.")
    engaging.declare(guest, engagement)
    actions.verify(by=guest, finding=finding, reason="Seen.")
    with pytest.raises(Forbidden, match="leaves it to its own members"):
        actions.plan(by=guest, finding=finding, what="x", owner=people.alice, due_on=today(1))
    with pytest.raises(Finding.DoesNotExist):
        actions.withdraw(by=guest, finding=hidden, reason="Not theirs.")
    elsewhere = engaging.prepared(people.administrator, title="Draft")
    with pytest.raises(Engagement.DoesNotExist):
        raised(people.charlie, row, engagement=elsewhere)


def test_what_a_breach_may_cost_is_the_law_s_own_and_nothing_is_computed(people: People) -> None:
    law = build.item(people.alice).checklist.catalogue
    found = exposure(law.row("LL144-AUD-06"), law)
    assert found is not None
    assert [provision for provision, _rows in found.basis] == [
        "NYC Administrative Code § 20-872(a)",
        "NYC Administrative Code § 20-872(b)",
    ]
    assert [row.id for row in found.basis[0][1]] == ["LL144-PEN-01"]
    assert found.counted_by == "Each day on which the tool is used counts by itself."
    finding = raised(
        people.charlie, build.item(people.alice, "LL144-AUD-06", on=people.alice.organisation.checklists.get())
    )
    actions.explain(by=people.bob, finding=finding, extent="12 days of use are known.")
    page = client_of(people.alice).get(f"/o/{people.alice.organisation.slug}/findings/{finding.pk}/").content.decode()
    assert "up to $500 for a first violation" in page
    assert "12 days of use are known." in page
    assert "$18,000" not in page  # 12 days at the most that the law names: nobody multiplies them here


def test_the_duties_of_article_73_stand_beside_a_serious_incident(people: People) -> None:
    row = build.item(people.alice, "EUAIA-26.1", on=build.checklist(people.alice, law="eu-ai-act"))
    finding = raised(people.charlie, row)
    address = f"/o/{people.alice.organisation.slug}/findings/{finding.pk}/"
    alice = client_of(people.alice)
    page = alice.get(address).content.decode()
    assert "up to EUR 15 million or 3% of worldwide annual turnover" in page.lower().replace("eur", "EUR")
    assert "Fifteen days in general" not in page
    alice.post(f"{address}explain/", {"incident": "yes", "risk": "", "revision": 0})
    assert "Fifteen days in general" in alice.get(address).content.decode()


def test_the_pages_walk_from_a_row_to_a_closed_finding(people: People) -> None:
    row = build.item(people.alice)
    base = f"/o/{people.alice.organisation.slug}"
    charlie, bob, alice = (client_of(one) for one in (people.charlie, people.bob, people.alice))
    assert "Raise a finding" in charlie.get(f"{base}/checklists/rows/{row.pk}/").content.decode()
    new = f"{base}/findings/rows/{row.pk}/new/"
    assert charlie.post(new, {"title": "No audit"}).status_code == 400
    words = {"title": "No audit", "statement": "None was made.", "kind": "major", "severity": "critical"}
    page = charlie.post(new, words)["Location"]
    alice.post(f"{page}explain/", {"cause": "Nobody knew.", "revision": 0})
    assert alice.post(f"{page}plan/", {"what": "Have one made."}).status_code == 400
    alice.post(f"{page}plan/", {"what": "Have one made.", "owner": people.alice.pk, "due_on": today(3)})
    action = CorrectiveAction.objects.get()
    alice.post(f"{page}actions/{action.pk}/end/", {"said": "It was made.", "done": "1"})
    alice.post(f"{page}hand-in/")
    assert b"You handed F-1 in" not in bob.get(page).content
    assert bob.post(f"{page}verify/", {"reason": ""}).status_code == 400
    bob.post(f"{page}verify/", {"reason": "I read it."})
    assert "closed, verified" in alice.get(f"{base}/findings/?state=closed&q=F-1").content.decode()
    assert "No finding fits these filters." in alice.get(f"{base}/findings/?state=unfinished").content.decode()
    assert "F-1: No audit" in alice.get(f"{base}/checklists/rows/{row.pk}/").content.decode()


def test_filters_tell_what_is_overdue_and_who_owns_it(people: People) -> None:
    finding = raised(people.charlie, build.item(people.alice))
    actions.plan(by=people.bob, finding=finding, what="Watch it.", owner=people.alice, due_on=today(1))
    other = raised(people.charlie, build.item(people.alice, "LL144-AUD-02", on=finding.item.checklist), title="Second")
    CorrectiveAction.objects.update(due_on=timezone.now().date() - timedelta(days=1))
    base = f"/o/{people.alice.organisation.slug}/findings/"
    alice = client_of(people.alice)
    for query in ("overdue=on", f"owner={people.alice.pk}", "q=LL144-AUD-01", "state=acting"):
        page = alice.get(f"{base}?{query}").content.decode()
        assert "F-1: No audit" in page, query
        assert str(other) not in page, query
    assert [one.finding for one in queries.due_actions([finding.organisation_id], until=today())] == [finding]
    assert list(queries.by_severity(people.alice, finding.item.checklist)) == [finding, other]


@pytest.mark.parametrize("times", [1, 10])
def test_list_and_page_cost_a_fixed_number_of_queries(
    people: People, times: int, django_assert_num_queries: Any
) -> None:
    row = build.item(people.alice)
    for number in range(times):
        finding = raised(people.charlie, row, title=f"Finding {number}")
        for _several in range(times):
            acted(people, finding)
    alice = client_of(people.alice)
    base = f"/o/{people.alice.organisation.slug}/findings/"
    alice.get("/manual/")  # whether anybody is here at all is asked once in a process
    with django_assert_num_queries(8):
        alice.get(base)
    with django_assert_num_queries(11):
        alice.get(f"{base}{finding.pk}/")
