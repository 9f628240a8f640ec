"""The first visitor of a new installation, and nobody after."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from compliance.lib.problems import Refused
from compliance.people import actions
from compliance.people.models import Membership, Role, User
from compliance.trail.models import TrailEntry
from compliance.web.middleware import FirstStartMiddleware

GIVEN = {
    "name": "Alice",
    "email": "Alice@example.org",
    "password": "correct horse battery staple",
    "password_again": "correct horse battery staple",
    "organisation": "Example Employer, Inc.",
}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_was_seen_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FirstStartMiddleware, "_someone_is_here", False)


def test_every_page_leads_to_the_first_start_until_an_account_is_made() -> None:
    client = Client()
    for path in ("/", "/accounts/login/", "/o/example-employer-inc/"):
        assert client.get(path)["Location"] == "/welcome/"
    answer = client.post("/welcome/", GIVEN, follow=True)
    assert answer.redirect_chain == [("/o/example-employer-inc/", 302)]
    assert "Example Employer, Inc." in answer.content.decode()
    member = Membership.objects.get()
    assert (member.role, member.user.email) == (Role.ADMINISTRATOR, "alice@example.org")
    assert TrailEntry.objects.get().verb == "organisation.made"
    assert Client().get("/welcome/")["Location"] == "/"
    Client().post("/welcome/", {**GIVEN, "email": "charlie@example.org"})
    assert User.objects.count() == 1


def test_of_two_visitors_at_once_the_second_is_refused() -> None:
    told = {"name": "Alice", "password": GIVEN["password"], "organisation": "Example"}
    actions.begin(email="alice@example.org", **told)
    with pytest.raises(Refused, match=r"Somebody has made the first account already\."):
        actions.begin(email="charlie@example.org", **told)
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"password_again": "correct horse battery"}, "The two passwords differ."),
        ({"password": "alice", "password_again": "alice"}, "This password is too short."),
        ({"email": "alice"}, "Enter a valid email address."),
        ({"organisation": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_stays(changed: dict[str, str], sentence: str) -> None:
    answer = Client().post("/welcome/", {**GIVEN, **changed})
    page = answer.content.decode()
    assert sentence in page
    assert 'value="Alice"' in page
    assert not User.objects.exists()


def test_from_another_machine_the_setup_code_is_needed(settings: Settings) -> None:
    settings.BASE_URL = "https://audits.example.org"
    assert "PROBANDA_SETUP_CODE" in Client().get("/welcome/").content.decode()
    assert Client().post("/welcome/", GIVEN).status_code == 403
    settings.SETUP_CODE = "a code that is hard to guess"
    wrong = Client().post("/welcome/", {**GIVEN, "setup_code": "a code"})
    assert "This is not the setup code of this server." in wrong.content.decode()
    assert not User.objects.exists()
    right = Client().post("/welcome/", {**GIVEN, "setup_code": settings.SETUP_CODE})
    assert right.status_code == 302
    assert User.objects.count() == 1


def test_a_visitor_from_elsewhere_cannot_begin_on_a_server_that_thinks_itself_local() -> None:
    assert Client(REMOTE_ADDR="192.0.2.7").post("/welcome/", GIVEN).status_code == 403
