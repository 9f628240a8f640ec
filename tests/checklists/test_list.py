"""The list of rows: filters, a row changed within the list, many rows at once and the way back, views under a name."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.checklists import actions, bulk
from compliance.checklists.models import BulkAct, Checklist, ChecklistItem, SavedView
from compliance.lib.problems import Forbidden, Refused
from compliance.trail import queries as trail
from compliance.trail.models import TrailEntry
from tests import build
from tests.people import People, client_of

AUD = [f"LL144-AUD-0{n}" for n in range(1, 8)]


@pytest.fixture
def checklist(people: People) -> Checklist:
    return build.checklist(people.alice)


def at(people: People, path: str) -> str:
    return f"/o/{people.alice.organisation.slug}/checklists/{path}"


def shown(people: People, checklist: Checklist, query: str) -> list[str]:
    page = client_of(people.alice).get(at(people, f"{checklist.pk}/?{query}")).content.decode()
    return re.findall(r'<tr id="(LL144-[A-Z]+-\d+)">', page)


def marks(checklist: Checklist, rows: list[str]) -> list[str]:
    return [f"{one.row_id}@{one.revision}" for one in checklist.items.filter(row_id__in=rows)]


def test_filters_by_due_role_footing_and_staleness(people: People, checklist: Checklist) -> None:
    today = timezone.now().date()
    for row, days in zip(AUD, (-1, 0, 7, 8, 30, 31), strict=False):
        item = build.item(people.alice, row, on=checklist)
        actions.change(by=people.alice, item=item, due_on=today + timedelta(days=days))
    assert shown(people, checklist, "due=overdue") == AUD[:1]
    assert shown(people, checklist, "due=week") == AUD[1:3]
    assert shown(people, checklist, "due=month") == AUD[1:5]
    assert len(shown(people, checklist, "due=none")) == len(shown(people, checklist, "")) - 6
    law = checklist.catalogue
    of_vendors = [row.id for row in law.rows if "vendor" in row.roles]
    assert shown(people, checklist, "role=vendor") == of_vendors
    assert 0 < len(of_vendors) < len(law.rows)
    old = build.item(people.alice, AUD[6], on=checklist)
    piece = build.file(people.alice, valid_until=today - timedelta(days=1))
    actions.attach(by=people.alice, item=old, evidence=piece)
    assert shown(people, checklist, "stale=yes") == [AUD[6]]
    assert shown(people, checklist, "footing=stale") == []  # nothing is said on it yet, so nothing can be stale
    actions.change(by=people.alice, item=old, verdict="met")
    assert shown(people, checklist, "footing=stale") == [AUD[6]]
    answer = client_of(people.alice).get(
        at(people, f"{checklist.pk}/?q=&progress=to_do&role=nobody"), headers={"HX-Request": "true"}
    )
    assert answer["HX-Replace-Url"].endswith("/?progress=to_do")


def test_a_row_is_changed_within_the_list_and_nobody_is_overwritten(people: People, checklist: Checklist) -> None:
    item = build.item(people.alice, on=checklist)
    url, part = at(people, f"rows/{item.pk}/quick/"), {"X-Part": "1"}
    alice, bob = client_of(people.alice), client_of(people.bob)
    assert checklist.catalogue.row(item.row_id).question in alice.get(url, headers=part).content.decode()
    typed = {"owner": people.bob.pk, "due_on": "2026-12-01", "note": "Ask the vendor.", "revision": 0}
    row = alice.post(url, typed, headers=part).content.decode()
    assert row.startswith(f'<tr id="{item.row_id}">')
    assert "Bob" in row
    assert "1 December 2026" in row
    answer = bob.post(url, {**typed, "note": "As Bob saw it.", "owner": ""}, headers=part)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Somebody else changed LL144-AUD-01 while you were writing." in page
    assert "As Bob saw it." in page
    assert "Ask the vendor." in page
    assert ChecklistItem.objects.get(pk=item.pk).note == "Ask the vendor."
    without_script = bob.post(url, {"note": "Both.", "revision": 1}, follow=True).content.decode()
    assert "LL144-AUD-01 is saved." in without_script
    item = ChecklistItem.objects.get(pk=item.pk)
    assert (item.note, item.owner, item.due_on) == ("Both.", None, None)
    build.submitted(people.alice, item)
    late = bob.post(url, {"note": "A thought too late.", "revision": 99}, headers=part).content.decode()
    assert "LL144-AUD-01 is submitted, so it cannot be changed now." in late
    assert "A thought too late." in late


def test_what_is_typed_in_the_list_is_not_lost_when_the_session_ended(people: People, checklist: Checklist) -> None:
    item = build.item(people.alice, on=checklist)
    url = at(people, f"rows/{item.pk}/quick/")
    answer = Client().post(url, {"note": "A long thought that stays.", "revision": 0})
    assert answer.status_code == 403  # the page's script keeps the form; without it the page gives the text back
    assert "A long thought that stays." in answer.content.decode()


def test_many_rows_are_assigned_at_once_what_is_refused_is_named_and_all_of_it_is_undone(
    people: People, checklist: Checklist
) -> None:
    before = build.item(people.alice, AUD[0], on=checklist)
    actions.change(by=people.alice, item=before, owner=people.alice, due_on=timezone.now().date())
    build.submitted(people.charlie, build.item(people.alice, AUD[1], on=checklist))
    chosen = marks(checklist, AUD[:4])
    actions.change(by=people.bob, item=build.item(people.alice, AUD[2], on=checklist), note="Changed meanwhile.")
    alice = client_of(people.alice)
    page = alice.post(at(people, f"{checklist.pk}/bulk/"), {"row": chosen}).content.decode()
    assert "4 rows are chosen" in page
    assert "Somebody changed LL144-AUD-03 after you opened the list." in page
    given = {"row": [*chosen, "LL144-NO-99@0"], "owner": people.bob.pk, "due_on": "2026-12-24"}
    page = alice.post(at(people, f"{checklist.pk}/bulk/assign/"), given, follow=True).content.decode()
    assert "2 rows are assigned." in page
    for sentence in (
        "is submitted, so it cannot be changed now",
        "Somebody changed LL144-AUD-03",
        "no row LL144-NO-99",
    ):
        assert sentence in page
    owners = dict(checklist.items.filter(row_id__in=AUD[:4]).values_list("row_id", "owner__user__name"))
    assert owners == {AUD[0]: "Bob", AUD[1]: None, AUD[2]: None, AUD[3]: "Bob"}
    entry = trail.of_subject(checklist.organisation_id, before.subject).first()
    assert entry is not None
    assert "before" in entry.body  # each row has its own history

    act = BulkAct.objects.get()
    url = at(people, f"bulk/{act.pk}/undo/")
    assert f'action="{url}"' in page
    assert client_of(people.bob).post(url).status_code == 403  # only who did it
    assert "2 rows say again what they said before." in alice.post(url, follow=True).content.decode()
    before.refresh_from_db()
    fourth = build.item(people.alice, AUD[3], on=checklist)
    assert (before.owner, before.progress, fourth.owner, fourth.progress) == (
        people.alice,
        "in_progress",
        None,
        "to_do",
    )
    assert before.due_on == timezone.now().date()
    with pytest.raises(Refused, match="undone already"):
        bulk.undo(by=people.alice, act=act)
    assert list(trail.breaks(checklist.organisation_id)) == []


def test_many_rows_are_said_to_be_not_applicable_and_nothing_that_was_found_is_replaced(
    people: People, checklist: Checklist
) -> None:
    build.answered(people.alice, build.item(people.alice, AUD[0], on=checklist))
    chosen = marks(checklist, AUD[:3])
    alice = client_of(people.alice)
    url = at(people, f"{checklist.pk}/bulk/not-applicable/")
    page = alice.post(url, {"row": chosen, "reason": " "}).content.decode()
    assert "Say why these rows do not bind this system." in page
    assert page.count(f'value="{chosen[1]}"') == 2  # the rows are still chosen, in both forms
    page = alice.post(url, {"row": chosen, "reason": "No audit is due yet."}, follow=True).content.decode()
    assert "LL144-AUD-01 is said to be met already; change that on its own page." in page
    said = set(checklist.items.filter(row_id__in=AUD[:3]).values_list("verdict", "reason"))
    assert said == {("met", ""), ("not_applicable", "No audit is due yet.")}
    act = BulkAct.objects.get()
    actions.change(by=people.bob, item=build.item(people.alice, AUD[1], on=checklist), note="Really?")
    with pytest.raises(Refused, match="can no longer be undone: LL144-AUD-02 was changed since"):
        bulk.undo(by=people.alice, act=act)
    assert f"bulk/{act.pk}/undo/" not in alice.get(at(people, f"{checklist.pk}/")).content.decode()
    with pytest.raises(Forbidden):
        bulk.say_not_applicable(by=people.observer, checklist=checklist, marks=marks(checklist, AUD[3:4]), reason="x")
    with pytest.raises(Refused, match="LL144-AUD-01 is said to be met"):  # nothing is left to do: every sentence
        bulk.say_not_applicable(by=people.alice, checklist=checklist, marks=marks(checklist, AUD[:1]), reason="x")


def test_an_act_on_many_rows_costs_the_same_queries_however_many_they_are(people: People) -> None:
    law = build.checklist(people.alice, law="eu-ai-act")
    rows = list(law.items.order_by("position").values_list("row_id", flat=True))

    def cost(some: list[str]) -> tuple[int, int]:
        chosen = marks(law, some)
        with CaptureQueriesContext(connection) as acting:
            done = bulk.assign(by=people.alice, checklist=law, marks=chosen, owner=people.bob)
        with CaptureQueriesContext(connection) as undoing:
            bulk.undo(by=people.alice, act=done.act)
        return len(acting), len(undoing)

    cost(rows[:5])  # the first act on a connection looks up once more
    few, many = cost(rows[:15]), cost(rows[20:170])
    # SQLite takes in many rows in a few portions, and what 150 rows said before differs and goes back in some more.
    assert many[0] <= few[0] + 2
    assert many[1] <= few[1] + 3
    assert TrailEntry.objects.filter(verb="item.changed").count() == 2 * (5 + 15 + 150)


def test_a_view_is_kept_shared_and_removed(people: People, checklist: Checklist) -> None:
    alice, bob = client_of(people.alice), client_of(people.bob)
    url = at(people, f"{checklist.pk}/views/new/?progress=to_do&role=vendor&nonsense=1&owner=")
    page = alice.post(url, {"name": "Vendor, open"}, follow=True)
    assert page.redirect_chain[-1][0].endswith("/?progress=to_do&role=vendor")
    assert "Vendor, open" in page.content.decode()
    view = SavedView.objects.get()
    assert (view.law, view.shared) == ("nyc-ll144", False)  # roles differ from law to law
    list_of = at(people, f"{checklist.pk}/")
    assert "Vendor, open" not in bob.get(list_of).content.decode()
    assert bob.post(at(people, f"views/{view.pk}/remove/")).status_code == 404
    alice.post(url, {"name": "Vendor, open", "shared": "on"})
    assert "Vendor, open" in bob.get(list_of).content.decode()
    other_law = build.checklist(people.alice, checklist.system, law="eu-ai-act")
    assert "Vendor, open" not in bob.get(at(people, f"{other_law.pk}/")).content.decode()
    assert bob.post(at(people, f"views/{view.pk}/remove/")).status_code == 403
    assert "Only Alice, who saved this view" in bob.post(at(people, f"views/{view.pk}/remove/")).content.decode()
    client_of(people.administrator).post(at(people, f"views/{view.pk}/remove/"))
    assert not SavedView.objects.filter(removed_at=None).exists()
    empty = alice.post(at(people, f"{checklist.pk}/views/new/"), {"name": "All"})
    assert "No filter is chosen, so there is nothing to keep." in empty.content.decode()
