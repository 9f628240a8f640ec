"""A person who belongs nowhere answers a request for evidence, and reaches nothing else."""

from __future__ import annotations

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile

from compliance.engagements import actions, asking, queries
from compliance.evidence.models import Evidence
from compliance.evidence.queries import evidence
from compliance.lib.problems import Forbidden, Refused
from tests import build
from tests.engaging import asked, firm, opened, today
from tests.people import People, client_of


def test_whoever_was_asked_gives_files_and_notes_and_reaches_nothing_else(people: People) -> None:
    system = build.system(people.alice)
    row = build.item(people.alice, on=build.checklist(people.alice, system))
    engagement, guest = opened(people.administrator, system, firm().auditor)
    one = asked(guest, engagement, item=row, wanted="The log of March.")
    browser, base = client_of(one.asked), f"/o/{one.asked.organisation.slug}"
    assert browser.get("/")["Location"] == f"{base}/requests/"
    page = browser.get(f"{base}/requests/").content.decode()
    assert "Log of the tool" in page
    assert system.name not in page
    one_page = f"{base}/requests/{one.pk}/"
    told = browser.get(one_page).content.decode()
    assert "The log of March." in told
    assert system.name not in told
    for closed in (
        "",
        "systems/",
        "checklists/",
        "evidence/",
        "engagements/",
        f"engagements/{engagement.pk}/",
        "people/",
    ):
        assert browser.get(f"{base}/{closed}").status_code == 404, closed
    assert b"Choose a file, or write a note." in browser.post(f"{one_page}give/").content
    given = {"file": SimpleUploadedFile("../log.csv", b"a,b\n1,2\n"), "note": "Only March is kept."}
    assert browser.post(f"{one_page}give/", given)["Location"] == one_page
    assert browser.post(f"{one_page}answer/")["Location"] == one_page
    titles = {"log.csv", "Answer to: Log of the tool"}
    assert {piece.title for piece in evidence(guest)} == titles
    asking.settle(by=guest, request=queries.requests(guest).get())
    assert {piece.title for piece in row.evidence.all()} == titles
    assert Evidence.objects.get(title="log.csv").added_by == one.asked


def test_what_is_not_given_is_said_why_and_an_answer_is_returned_with_what_is_missing(people: People) -> None:
    engagement, guest = opened(people.administrator, build.system(people.alice), firm().auditor)
    one = asked(guest, engagement)
    engineer = one.asked
    with pytest.raises(Refused, match="Nothing was given yet"):
        asking.answer(by=engineer, request=one)
    with pytest.raises(Forbidden, match="Engineer was asked for this"):
        asking.decline(by=people.alice, request=one, reason="Not mine to say.")
    with pytest.raises(Refused, match="Say why it is not given"):
        asking.decline(by=engineer, request=one, reason=" ")
    asking.decline(by=engineer, request=one, reason="We keep no log.")
    asking.give_back(by=guest, request=one, reason="Then say since when.")
    asking.give_note(by=engineer, request=one, note="Since 2025.")
    asking.answer(by=engineer, request=one)
    with pytest.raises(Refused, match=r"cannot be added to now\. Its state is: answered"):
        asking.give_note(by=engineer, request=one, note="And more.")
    with pytest.raises(Forbidden):
        asking.settle(by=engineer, request=one)


def test_a_request_ends_with_its_engagement_and_is_due_or_overdue(people: People) -> None:
    engagement, guest = opened(people.administrator, build.system(people.alice), firm().auditor)
    late = asked(guest, engagement, due_on=today(-1))
    soon = asked(guest, engagement, "Clerk", title="Soon", due_on=today(3))
    here = f"/o/{people.alice.organisation.slug}/requests/"
    house = [people.alice.organisation_id]
    assert list(queries.waiting(house, until=today())) == [late]
    assert list(queries.waiting(house, until=today(3))) == [late, soon]
    assert late.is_overdue
    assert not soon.is_overdue
    asking.withdraw(by=guest, request=soon, reason="It was found elsewhere.")
    assert (
        client_of(soon.asked).get("/", follow=True).status_code == 200
    )  # where a person without an organisation lands
    assert client_of(soon.asked).get("/").status_code == 200  # which says that the person belongs nowhere
    assert client_of(soon.asked).get(here).status_code == 404
    actions.close(by=people.administrator, engagement=engagement, reason="Done.")
    assert client_of(late.asked).get(here).status_code == 404
    assert list(queries.waiting(house, until=today(3))) == []


def test_the_pages_walk_from_an_engagement_to_an_answer_and_mail_whoever_is_concerned(people: People) -> None:
    system, browser = build.system(people.alice), client_of(people.administrator)
    base = f"/o/{people.alice.organisation.slug}/engagements/"
    sent = {"title": "Audit", "firm": "Audit Firm", "starts_on": today(), "ends_on": today(9)}
    assert browser.post(f"{base}new/", {**sent, "ends_on": today(-9)}).status_code == 400
    page = browser.post(f"{base}new/", {**sent, "scope": f"{system.pk}|{build.LAW}"})["Location"]
    assert browser.post(f"{page}open/").status_code == 400  # nobody is on the team
    browser.post(f"{page}team/add/", {"name": "New Auditor", "email": "new@example.org", "role": "auditor"})
    assert "Set a password here" in mail.outbox[0].body
    browser.post(f"{page}open/")
    told = browser.get(page).content.decode()
    assert "New Auditor has not declared their independence" in told
    wanted = {"title": "Log", "email": "engineer@example.org", "name": "Engineer", "due_on": today(3)}
    browser.post(f"{page}ask/", wanted)
    assert "asks you on behalf of" in mail.outbox[1].body
    assert "Log" in browser.get(page).content.decode()


@pytest.mark.parametrize("times", [1, 5])
def test_list_and_page_cost_a_fixed_number_of_queries(
    people: People, times: int, django_assert_num_queries: object
) -> None:
    for number in range(times):
        system = build.system(people.alice, f"System {number}")
        engagement, guest = opened(people.administrator, system, firm(f"Firm{number} One").auditor, title=f"E {number}")
        for several in range(times):
            asked(guest, engagement, f"Person{number}{several}")
    browser = client_of(people.administrator)
    base = f"/o/{people.alice.organisation.slug}/engagements/"
    browser.get("/manual/")  # whether anybody is here at all is asked once in a process
    with django_assert_num_queries(9):  # type: ignore[operator]
        browser.get(base)
    with django_assert_num_queries(14):  # type: ignore[operator]
        browser.get(f"{base}{engagement.pk}/")
