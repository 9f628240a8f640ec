"""What is not final is undone by a press, through an act of its own that stands in the trail."""

from __future__ import annotations

import re

import pytest

from compliance.checklists import actions as checklist_actions
from compliance.checklists.models import ChecklistItem, SavedView
from compliance.checklists.saved_views import save_view, saved_views
from compliance.evidence import actions as evidence_actions
from compliance.evidence.queries import in_state, library
from compliance.timeline import actions as timeline_actions
from compliance.timeline.models import KeyDate
from compliance.trail.models import TrailEntry
from tests import build
from tests.people import People, client_of

pytestmark = pytest.mark.django_db


def offered(page: str) -> str:
    """Return where the message of a page undoes its act."""
    found = re.search(r'<ul class="messages">.*?action="([^"]+)".*?>Undo<', page, re.DOTALL)
    assert found, page
    return found[1].replace("&amp;", "&")


def stale(row: ChecklistItem) -> bool:
    return ChecklistItem.objects.get(pk=row.pk).stale_since is not None


def verbs() -> list[str]:
    return list(TrailEntry.objects.order_by("seq").values_list("verb", flat=True))


def test_withdrawn_evidence_comes_back_and_the_approval_holds_again(people: People) -> None:
    row = build.accepted(people.alice, people.bob, build.item(people.alice))
    piece = row.evidence.get()
    client, base = client_of(people.alice), f"/o/{people.alice.organisation.slug}/evidence/{piece.pk}/"
    page = client.post(f"{base}withdraw/", {"reason": "The wrong year."}, follow=True).content.decode()
    assert stale(row)
    assert not in_state(library(people.alice), "live").exists()
    client.post(offered(page))
    assert not stale(row)
    assert in_state(library(people.alice), "live").get() == piece
    assert verbs()[-1] == "evidence.restored"
    assert client.post(f"{base}restore/").status_code == 400  # it is not withdrawn any more
    evidence_actions.withdraw(by=people.alice, evidence=piece, reason="Again.")
    assert "Undo the withdrawing" in client.get(base).content.decode()


def test_a_piece_taken_off_a_row_is_attached_again_in_the_same_version(people: People) -> None:
    row = build.item(people.alice)
    piece = build.note(people.alice)
    checklist_actions.attach(by=people.alice, item=row, evidence=piece, version=piece.latest)
    build.note_again(people.alice, piece)
    base = f"/o/{people.alice.organisation.slug}/checklists/rows/{row.pk}/"
    client = client_of(people.alice)
    page = client.post(f"{base}detach/{piece.pk}/", follow=True).content.decode()
    assert not row.attachments.exists()
    client.post(offered(page))
    assert row.attachments.get().shown.number == 1
    assert verbs()[-2:] == ["item.detached", "item.attached"]


def test_a_removed_view_comes_back_to_its_owner_alone(people: People) -> None:
    view = save_view(by=people.alice, name="Mine", law="nyc-ll144", query="owner=me", shared=True)
    base = f"/o/{people.alice.organisation.slug}/checklists/views/"
    client = client_of(people.alice)
    page = client.post(f"{base}{view.pk}/remove/", follow=True).content.decode()
    assert "Removed in the last 30 days" in page
    assert not saved_views(people.bob).exists()
    assert client_of(people.bob).post(f"{base}{view.pk}/restore/").status_code == 404
    client.post(offered(page))
    assert saved_views(people.bob).get() == view
    assert verbs()[-2:] == ["view.removed", "view.restored"]
    client.post(f"{base}{view.pk}/remove/")
    again = save_view(by=people.alice, name="Mine", law="nyc-ll144", query="progress=done")  # the name is free again
    assert (again.query, SavedView.objects.filter(removed_at=None).count()) == ("progress=done", 1)


def test_a_withdrawn_day_counts_again(people: People) -> None:
    from datetime import date

    system = build.system(people.alice)
    day = timeline_actions.record_day(
        by=people.alice, system=system, law=build.LAW, event="audit_date", day=date(2026, 5, 4)
    )
    base = f"/o/{people.alice.organisation.slug}/timeline/days/{day.pk}/"
    client = client_of(people.alice)
    page = client.post(f"{base}withdraw/", {"reason": "The wrong audit."}, follow=True).content.decode()
    assert KeyDate.objects.get().withdrawn_at
    client.post(offered(page))
    assert KeyDate.objects.get().withdrawn_at is None
    assert verbs()[-1] == "date.restored"
