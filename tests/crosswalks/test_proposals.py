"""What is said on a tied row is a proposal: nothing moves by itself, and what a person decided is remembered."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from compliance.checklists import actions as checklist_actions
from compliance.checklists import moving
from compliance.checklists.models import ChecklistItem, Verdict
from compliance.crosswalks import actions
from compliance.crosswalks.queries import proposals
from compliance.frameworks import actions as framework_actions
from compliance.lib.problems import Forbidden, Refused
from compliance.trail.models import TrailEntry
from tests import build
from tests.frameworks.example import house
from tests.people import People, client_of

NIST, ISO = "RMF-GOVERN-6.1", "ISO42001-A.10.2"


@pytest.fixture
def pair(people: People) -> tuple[ChecklistItem, ChecklistItem]:
    """A control of NIST AI RMF that is answered, and the one of ISO/IEC 42001 that is tied to it."""
    system = build.system(people.alice)
    there = build.item(people.alice, NIST, on=build.checklist(people.alice, system, "nist-ai-rmf"))
    here = build.item(people.alice, ISO, on=build.checklist(people.alice, system, "iso-iec-42001"))
    return build.answered(people.alice, there), here


def test_a_tied_row_is_seen_from_both_sides(people: People, pair: tuple[ChecklistItem, ChecklistItem]) -> None:
    there, here = pair
    [one] = proposals(people.alice, here)
    assert (one.item, one.item.verdict, len(one.pieces), one.is_open) == (there, Verdict.MET, 1, True)
    assert here in [back.item for back in proposals(people.alice, there)]
    assert here.evidence.count() == 0


def test_evidence_is_taken_over_when_a_person_does_it(
    people: People, pair: tuple[ChecklistItem, ChecklistItem]
) -> None:
    there, here = pair
    pieces = list(there.evidence.all())
    actions.take(by=people.bob, item=here, other=there, pieces=pieces)
    assert list(here.evidence.all()) == pieces
    here.refresh_from_db()
    assert (here.verdict, here.progress) == ("", "in_progress")
    [one] = proposals(people.alice, here)
    assert (one.pieces, one.is_open, one.decision and one.decision.by) == ((), False, people.bob)
    entry = TrailEntry.objects.get(verb="crosswalk.taken")
    assert (entry.actor_id, entry.subject_label) == (str(people.bob.user_id), ISO)


def test_what_was_declined_stays_so_until_the_other_row_says_something_else(
    people: People, pair: tuple[ChecklistItem, ChecklistItem]
) -> None:
    there, here = pair
    actions.decline(by=people.alice, item=here, other=there, reason="Another supplier.")
    [one] = proposals(people.alice, here)
    assert (one.is_open, one.decision and one.decision.reason) == (False, "Another supplier.")
    checklist_actions.change(by=people.alice, item=there, verdict=Verdict.NOT_MET, reason="The contract ended.")
    [one] = proposals(people.alice, here)
    assert (one.is_open, one.changed) == (True, True)
    actions.note(by=people.alice, item=here, other=there)
    [one] = proposals(people.alice, here)
    assert (one.is_open, one.decision and one.decision.decision) == (False, "noted")


def test_rows_of_another_system_or_that_nobody_tied_are_not_proposed(
    people: People, pair: tuple[ChecklistItem, ChecklistItem]
) -> None:
    there, here = pair
    elsewhere = build.item(
        people.alice, ISO, on=build.checklist(people.alice, build.system(people.alice, "Other"), "iso-iec-42001")
    )
    assert proposals(people.alice, elsewhere) == []
    untied = build.item(people.alice, "RMF-MAP-1.4", on=there.checklist)
    with pytest.raises(Refused) as refused:
        actions.note(by=people.alice, item=here, other=untied)
    assert refused.value.code == "not-tied"
    with pytest.raises(Refused) as refused:
        actions.take(by=people.alice, item=here, other=there, pieces=[build.note(people.alice, "Not offered")])
    assert refused.value.code == "not-offered"
    with pytest.raises(Forbidden):
        actions.note(by=people.observer, item=here, other=there)


def test_rows_over_a_third_law_are_proposed_only_when_asked_for(people: People) -> None:
    """Article 4 is tied to MAP 3.4, and so is Article 26; NIST has no checklist here, and the house rules tie to it."""
    system = build.system(people.alice)
    law = build.checklist(people.alice, system, "eu-ai-act")
    draft = framework_actions.make(
        by=people.charlie,
        document=house(crosswalk=[{"row": "HOUSE-1", "law": "nist-ai-rmf", "to": "RMF-MAP-3.4"}]),
    )
    own = framework_actions.publish(by=people.charlie, draft=draft, on=date(2026, 11, 22), seen=draft.sha256)
    here = build.item(people.alice, "HOUSE-1", on=build.checklist(people.alice, system, own.framework.law))
    literacy = build.item(people.alice, "EUAIA-4.1", on=law)
    assert proposals(people.alice, here) == []
    far = {one.item: one.tie.via for one in proposals(people.alice, here, through=True)}
    assert far[literacy] == ("nist-ai-rmf", "RMF-MAP-3.4")


def test_the_page_of_a_row_offers_and_remembers(people: People, pair: tuple[ChecklistItem, ChecklistItem]) -> None:
    there, here = pair
    client = client_of(people.bob)
    row = reverse("checklists_item", kwargs={"org": people.bob.organisation.slug, "pk": here.pk})
    assert "Said elsewhere" in client.get(row).content.decode()
    given = {"org": people.bob.organisation.slug, "pk": here.pk, "other": there.pk}
    decide = reverse("crosswalks_decide", kwargs=given)
    nothing = client.post(decide, {"decision": "take"})
    assert (nothing.status_code, here.evidence.count()) == (400, 0)
    answer = client.post(decide, {"decision": "take", "evidence": [str(there.evidence.get().pk)]})
    assert answer.status_code == 302
    assert here.evidence.count() == 1
    assert "evidence taken over by Bob" in client.get(row).content.decode()
    stranger = {**given, "org": people.stranger.organisation.slug}
    assert client_of(people.stranger).post(reverse("crosswalks_decide", kwargs=stranger)).status_code == 404


def test_what_was_decided_goes_along_when_a_checklist_moves_to_a_newer_text(people: People) -> None:
    system = build.system(people.alice)
    act = checklist_actions.open_checklist(by=people.alice, system=system, law="eu-ai-act", text_version="2024-07-12")
    here = build.item(people.alice, "EUAIA-3.role", on=act)
    there = build.item(people.alice, NIST, on=build.checklist(people.alice, system, "nist-ai-rmf"))
    actions.decline(by=people.alice, item=here, other=there, reason="Another supplier.")
    actions.note(by=people.bob, item=there, other=here)
    moved = moving.move(by=people.alice, checklist=act, text_version="2026-07-27").items.get(row_id=here.row_id)
    for item, other, decision in ((moved, there, "declined"), (there, moved, "noted")):
        [one] = [one for one in proposals(people.alice, item) if one.item == other]
        assert one.decision is not None
        assert (one.decision.decision, one.is_open) == (decision, False)
