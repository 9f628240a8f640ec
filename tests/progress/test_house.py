"""The AI systems of an organisation by law and by state, and the map of article by system."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.checklists.models import ChecklistItem
from tests import build
from tests.people import People, client_of

pytestmark = pytest.mark.django_db


def base(people: People) -> str:
    return f"/o/{people.alice.organisation.slug}/progress/"


def test_systems_stand_by_law_and_state_and_are_narrowed_to_those_with_such_rows(people: People) -> None:
    used = build.checklist(people.alice, build.system(people.alice, "Used tool"))
    build.checklist(people.alice, build.system(people.alice, "Planned tool", status="planned"))
    build.system(people.alice, "Bare tool", status="withdrawn")
    build.answered(people.alice, build.item(people.alice, on=used))
    client = client_of(people.charlie)
    page = client.get(f"{base(people)}systems/").content.decode()
    law = re.search(r'<th scope="row"><a href="\?law=nyc-ll144.*?</tr>', page, re.DOTALL)
    assert law
    assert re.findall(r">(\d+)<", law[0]) == ["1", "1", "0"]  # planned, in use, no longer used
    assert "1 asserted only" in page  # a note alone
    assert "No checklist is open for this system." in page
    assert "%" not in re.sub(r"%\w\w", "", page.partition("<main")[2].partition("</main>")[0])

    def named(query: str) -> list[str]:
        found = client.get(f"{base(people)}systems/?{query}").content.decode()
        return re.findall(r"<h2><a [^>]*>(.*?)</a>", found)

    assert named("footing=asserted") == ["Used tool 4.2"]
    assert named("status=planned") == ["Planned tool 4.2"]
    assert named("law=none") == ["Bare tool 4.2"]
    assert named("law=nyc-ll144&q=used") == ["Used tool 4.2"]


def test_each_cell_of_the_map_leads_to_as_many_rows_as_it_counts(people: People) -> None:
    """What asks most of somebody comes first: of § 5-301 one row is stale, the others nobody has assessed."""
    checklist = build.checklist(people.alice)
    row = build.accepted(people.alice, people.bob, build.item(people.alice, "LL144-AUD-01", on=checklist))
    [piece] = row.evidence.all()
    build.note_again(people.alice, piece)
    client = client_of(people.charlie)
    page = client.get(f"{base(people)}map/").content.decode()
    cells = re.findall(r"<td class=(\w)><a href=(\S+?)>(\w)(\d+)</a>", page)
    assert {code for code, *_rest in cells} == {"s", "n"}
    for code, href, letter, number in cells:
        assert letter.lower() == code
        rows = client.get(f"{base(people)}map/{href}", follow=True)
        shown = re.search(r"(\d+) of \d+ rows are shown", rows.content.decode())
        assert shown
        assert shown[1] == number
    evidenced = client.get(f"{base(people)}map/?show=not_assessed").content.decode()
    assert set(re.findall(r"<td class=(\w)>", evidenced)) <= {"n", "z"}


def test_every_count_of_the_map_can_be_taken_along(people: People) -> None:
    checklist = build.checklist(people.alice)
    answer = client_of(people.charlie).get(f"{base(people)}map/sheet.csv?law=nyc-ll144")
    lines = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert {one["AI system"] for one in lines} == {str(checklist.system)}
    assert sum(int(one["Rows"]) for one in lines) == len(checklist.catalogue.counted_rows)
    assert sum(int(one["not assessed"]) for one in lines) == len(checklist.catalogue.counted_rows)


def test_a_guest_and_a_stranger_find_no_map(people: People) -> None:
    checklist = build.checklist(people.alice)
    stranger = client_of(people.stranger)
    assert stranger.get(f"{base(people)}map/").status_code == 404
    own = f"/o/{people.stranger.organisation.slug}/progress/map/{checklist.pk.hex}/6-rcny-5-301/n"
    assert stranger.get(own).status_code == 404


def test_the_pages_ask_as_much_for_many_systems_as_for_one(people: People) -> None:
    client = client_of(people.charlie)

    def asked(page: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(f"{base(people)}{page}").status_code == 200
        return len(found)

    pages = ("systems/", "systems/?footing=asserted", "map/")
    one = build.checklist(people.alice)
    build.answered(people.alice, build.item(people.alice, on=one))
    before = [asked(page) for page in pages]
    for number in range(5):
        checklist = build.checklist(people.alice, build.system(people.alice, f"Tool {number}"))
        build.answered(people.alice, build.item(people.alice, on=checklist))
    assert [asked(page) for page in pages] == before


def test_home_leads_to_rows_that_are_mine_and_says_the_next_step_where_there_is_none(people: People) -> None:
    home = f"/o/{people.alice.organisation.slug}/"
    bob = client_of(people.bob)
    assert "No AI system is registered yet." in bob.get(home).content.decode()
    checklist = build.checklist(people.alice)
    assert "See what to do next" in bob.get(home).content.decode()
    ChecklistItem.objects.filter(checklist=checklist, position__lt=7).update(owner=people.bob)
    page = bob.get(home).content.decode()
    assert "7 rows are yours to answer" in page
    assert f"{checklist.pk}/?owner=me" in page
    row = build.accepted(people.alice, people.bob, build.item(people.alice, "LL144-NOT-01", on=checklist))
    build.note_again(people.alice, row.evidence.get())
    page = bob.get(home).content.decode()
    assert "1 approval of yours changed since" in page
    assert "confirm that the answer still holds" in page


def test_home_shows_who_names_me_until_i_answer(people: People) -> None:
    from compliance.discussion.actions import say

    row = build.item(people.alice)
    say(by=people.alice, item=row, text="@Bob, who signed this?")
    home = f"/o/{people.alice.organisation.slug}/"
    bob = client_of(people.bob)
    page = bob.get(home).content.decode()
    assert "1 remark names you" in page
    assert "Alice: @Bob, who signed this?" in page
    assert "names you" not in client_of(people.charlie).get(home).content.decode()
    say(by=people.bob, item=row, text="The works council.")
    assert "names you" not in bob.get(home).content.decode()


def test_an_action_on_a_finding_and_a_request_far_ahead_are_on_the_home_page_already(people: People) -> None:
    from compliance.findings import actions as findings
    from tests import engaging

    finding = findings.raise_(
        by=people.charlie,
        item=build.item(people.alice),
        title="No audit",
        statement="None was made.",
        kind="major",
        severity="high",
    )
    findings.plan(by=people.alice, finding=finding, what="Have one made.", owner=people.bob, due_on=engaging.today(200))
    page = client_of(people.bob).get(f"/o/{people.alice.organisation.slug}/").content.decode()
    assert "1 action on a finding is yours" in page


def test_a_row_stands_under_the_article_that_it_cites_first(people: People) -> None:
    checklist = build.checklist(people.alice, law="eu-ai-act")
    page = client_of(people.alice).get(f"/o/{people.alice.organisation.slug}/checklists/{checklist.pk}/?article=art-26")
    assert "19 of" in page.content.decode()
