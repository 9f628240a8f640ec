"""The home page, and the pages for what went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from compliance.checklists.models import ChecklistItem
from compliance.web import errors
from tests import build
from tests.people import People, alice_bob_charlie, client_of, founder


@pytest.fixture
def people(db: None) -> People:
    return alice_bob_charlie()


@contextmanager
def no_database() -> Iterator[None]:
    def refuse(*args: Any) -> Any:
        raise AssertionError("This page asks the database.")

    with connection.execute_wrapper(refuse):
        yield


def test_home_shows_each_person_what_is_theirs(people: People) -> None:
    checklist = build.checklist(people.alice)
    row = build.submitted(people.alice, build.item(people.alice, on=checklist))
    ChecklistItem.objects.filter(row_id="LL144-AUD-02").update(owner=people.charlie)
    base = f"/o/{people.alice.organisation.slug}/"
    lawyer = client_of(people.bob).get(base).content.decode()
    assert "1 row waits for your review" in lawyer
    assert f"rows/{row.pk}/" in lawyer
    auditor = client_of(people.charlie).get(base).content.decode()
    assert "1 row is yours to answer" in auditor
    assert "waits for your review" not in client_of(people.alice).get(base).content.decode()


def test_home_shows_drafts_of_determinations_to_those_who_may_sign_them(people: People) -> None:
    draft = build.determination(people.alice)
    base = f"/o/{people.alice.organisation.slug}/"
    lawyer = client_of(people.bob).get(base).content.decode()
    assert "1 determination waits to be signed" in lawyer
    assert f"{draft.pk}/" in lawyer
    assert f"{draft.pk}/" not in client_of(people.alice).get(base).content.decode()


def test_home_asks_as_many_questions_of_the_database_for_many_systems_as_for_one(people: People) -> None:
    client, base = client_of(people.charlie), f"/o/{people.alice.organisation.slug}/"

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(base).status_code == 200
        return len(seen)

    build.submitted(people.alice, build.item(people.alice))
    one = queries()
    for number in range(4):
        checklist = build.checklist(people.alice, build.system(people.alice, f"System {number}"))
        build.submitted(people.alice, build.item(people.alice, on=checklist))
    assert queries() == one


def test_a_person_of_several_organisations_chooses(people: People) -> None:
    from compliance.people.actions import add_member

    client = client_of(people.alice)
    assert client.get("/")["Location"] == f"/o/{people.alice.organisation.slug}/"
    other = founder("Other", "Second House")
    add_member(by=other, email="alice@example.org", name="", role="observer")
    page = client.get("/").content.decode()
    assert "Second House" in page
    assert "Example Employer, Inc." in page


def test_error_pages_need_no_session_and_no_database() -> None:
    request = RequestFactory().get("/somewhere/")
    with no_database():
        found = [
            errors.bad_request(request, Exception()),
            errors.forbidden(request, Exception()),
            errors.not_found(request, Exception()),
            errors.server_error(request),
        ]
    assert [one.status_code for one in found] == [400, 403, 404, 500]


def test_a_page_that_was_open_too_long_gives_back_what_was_typed(people: People) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.alice.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    given = {"name": "A very long <name> of a system", "password": "a password that is long enough"}
    answer = client.post(f"/o/{people.alice.organisation.slug}/systems/new/", given)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "A very long &lt;name&gt; of a system" in page
    assert "a password that is long enough" not in page


def test_whoever_was_signed_out_in_the_middle_gets_back_what_they_typed(people: People) -> None:
    client, path = client_of(people.alice), f"/o/{people.alice.organisation.slug}/systems/new/"
    client.session.flush()
    answer = client.post(path, {"name": "A very long <name> of a system"})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "A very long &lt;name&gt; of a system" in page
    assert "/accounts/login/?next=/sent-again/" in page
    part = client.get(path, headers={"HX-Request": "true"})
    assert (part.content, part["HX-Refresh"]) == (b"", "true")


def test_the_policy_for_browsers_allows_nothing_inline(people: People) -> None:
    answer = client_of(people.alice).get(f"/o/{people.alice.organisation.slug}/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["Cache-Control"] == "private, no-store"
