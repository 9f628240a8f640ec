"""One search finds what the person may see, of every kind, at the same cost whatever there is."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.checklists import actions as checklist_actions
from compliance.people.models import Membership
from compliance.search import queries
from tests import build, engaging
from tests.people import People, client_of

pytestmark = pytest.mark.django_db


def found(by: Membership, text: str) -> dict[str, int]:
    return {group.name: group.count for group in queries.search(by, text)}


def test_each_kind_is_found_by_all_of_the_words(people: People) -> None:
    checklist = build.checklist(people.alice)
    item = build.item(people.alice, "LL144-AUD-02", on=checklist)
    checklist_actions.change(by=people.alice, item=item, note="Größe der Stichprobe: siehe Sortwell")
    build.note(people.alice, "Report of Sortwell")
    assert found(people.bob, "sortwell") == {"systems": 1, "rows": 1, "evidence": 1}
    assert found(people.bob, "sortwell report") == {"evidence": 1}
    assert found(people.bob, "GRÖSSE") == {}  # no program folds ß
    assert found(people.bob, "größe ll144-aud-02") == {"rows": 1}
    assert found(people.bob, "Bob") == {"people": 1}
    assert found(people.bob, "nothing-holds-this") == found(people.bob, "  ") == {}
    assert found(people.stranger, "sortwell") == {}


def test_rows_are_those_that_the_checklists_own_filter_shows(people: People) -> None:
    checklist = build.checklist(people.alice)
    [group] = [one for one in queries.search(people.alice, "auditor") if one.name == "rows"]
    assert group.count > len(group.hits)
    [(label, number, url)] = group.places
    assert (label, number) == (str(checklist), group.count)
    page = client_of(people.alice).get(url).content.decode()
    assert f"{number} of {checklist.items.count()} rows are shown." in page


def test_a_guest_finds_what_is_in_reach_and_nobody(people: People) -> None:
    mine, other = build.system(people.alice, "Sortwell One"), build.system(people.alice, "Sortwell Two")
    for system in (mine, other):
        build.checklist(people.alice, system)
    _engagement, guest = engaging.opened(people.administrator, mine, engaging.firm().auditor)
    assert found(guest, "sortwell")["systems"] == 1
    assert found(guest, "auditor")["rows"] * 2 == found(people.alice, "auditor")["rows"]
    assert found(guest, "alice") == {}


def test_the_page_costs_as_much_for_many_as_for_one(people: People) -> None:
    client, url = client_of(people.alice), f"/o/{people.alice.organisation.slug}/search/?q=auditor"

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries_asked:
            page = client.get(url).content.decode()
        assert "Rows of checklists" in page
        return len(queries_asked)

    build.checklist(people.alice, build.system(people.alice, "The auditor's tool"))
    once = asked()
    for n in range(4):
        build.checklist(people.alice, build.system(people.alice, f"Tool {n} of the auditor"))
        build.note(people.alice, f"Letter {n} of the auditor")
    assert asked() <= once + 2  # a count where a list is cut off


def test_what_was_typed_is_shown_and_never_run(people: People) -> None:
    base = f"/o/{people.alice.organisation.slug}/search/"
    page = client_of(people.alice).get(base, {"q": "<script>x</script>\0%_'"}).content.decode()
    assert "<script>x" not in page
    assert "Nothing that you may see holds all of these words." in page
    assert "Type one or more words" in client_of(people.alice).get(base).content.decode()
