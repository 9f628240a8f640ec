"""The trail as a member reads it."""

from __future__ import annotations

import pytest
from django.test import Client

from compliance.checklists import actions
from compliance.trail import presenters, queries
from compliance.trail.models import TrailEntry
from tests import build, guards
from tests.people import People, client_of


@pytest.fixture
def alice(people: People) -> Client:
    return client_of(people.alice)


def at(people: People, path: str = "") -> str:
    return f"/o/{people.alice.organisation.slug}/trail/{path}"


def test_every_entry_is_told_as_a_whole_sentence(people: People) -> None:
    row = build.submitted(people.alice, build.item(people.alice), "partly_met", "One of two sites.")
    actions.give_back(by=people.bob, item=row, reason="Which of them?")
    told = [one.sentence for one in presenters.told(queries.of_subject(row.checklist.organisation_id, row.subject))]
    assert told == [
        "Bob returned LL144-AUD-01: Which of them?",
        "Alice submitted LL144-AUD-01 for review with the verdict partly met.",
        "Alice changed verdict, reason of LL144-AUD-01.",
        "Alice attached the evidence Note on LL144-AUD-01 to LL144-AUD-01.",
    ]
    everything = presenters.told(queries.entries(people.alice.organisation_id))
    assert not [one.sentence for one in everything if "…" in one.sentence]


def test_pages_lead_back_to_the_first_entry_and_filters_stay(people: People, alice: Client) -> None:
    for number in range(60):
        build.note(people.alice, f"Note {number:02}")
    page = alice.get(at(people, "?verb=evidence.added")).content.decode()
    assert "Note 59" in page
    assert "Note 10" in page
    assert "Note 09" not in page
    oldest = TrailEntry.objects.get(subject_label="Note 10").seq
    assert f"?verb=evidence.added&amp;before={oldest}" in page
    page = alice.get(at(people, f"?verb=evidence.added&before={oldest}")).content.decode()
    assert "Note 09" in page
    assert "Note 00" in page
    assert "Note 10" not in page


def test_filters_by_person_system_and_day(people: People, alice: Client) -> None:
    system = build.system(people.alice)
    build.note(people.bob, "Bob’s note")

    def shown(query: str) -> tuple[bool, bool]:
        page = alice.get(at(people, f"?{query}")).content.decode()
        return "registered the AI system" in page, "Bob added the evidence" in page

    today = TrailEntry.objects.latest("at").at.date().isoformat()
    assert shown("") == (True, True)
    assert shown(f"system={system.pk}") == (True, False)
    assert shown(f"person={people.bob.user_id}") == (False, True)
    assert shown(f"since={today}&until={today}") == (True, True)
    assert shown("until=2020-01-01") == (False, False)
    assert "Enter a valid date." in alice.get(at(people, "?since=yesterday")).content.decode()


def test_the_check_says_whether_the_chain_holds_and_where_not(people: People, alice: Client) -> None:
    assert b"The chain holds: its 5 entries were read again" in alice.get(at(people, "check/")).content
    guards.lift("compliance_trailentry")
    TrailEntry.objects.get(organisation_id=people.alice.organisation_id, seq=3).delete()
    page = alice.get(at(people, "check/")).content.decode()
    assert "The chain is broken" in page
    assert "Entries 3 to 3 are missing." in page


def test_another_house_shows_nothing_of_this_one(people: People) -> None:
    page = client_of(people.stranger).get(f"/o/{people.stranger.organisation.slug}/trail/").content.decode()
    assert "Stranger made the organisation <a href=" in page
    assert "Alice" not in page
