"""Every address of an organisation, taken from the URL configuration, is closed to whoever it is not for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from compliance.people.models import Organisation, Role
from compliance.people.rules import ABILITIES
from compliance.web.api.views import MemberViewSet
from tests.people import People, alice_bob_charlie, client_of

# Of these, a calendar is read without a session, under a secret address that dies with its membership.
OPEN_TO_ALL = {"", "welcome", "accounts", "verify", "manual", "calendar", "api"}
SAMPLES = {"UUIDConverter": UUID(int=1), "IntConverter": 1}
SAMPLES_BY_NAME = {
    "pk": UUID(int=1),
    "seq": 1,
    "law": "x",
    "text_version": "x",
    "sha256": "0" * 64,
}  # of endpoints, whose patterns are regular expressions


@dataclass(frozen=True, slots=True)
class Address:
    """One pattern of the URL configuration, with all that stands before it."""

    route: str
    pattern: URLPattern
    converters: dict[str, Any]

    @property
    def view(self) -> Any:
        return self.pattern.callback

    def path(self, organisation: Organisation) -> str:
        """Return a path of this pattern; what its ids name need not exist, since rights are checked before."""
        named = {name: SAMPLES.get(type(one).__name__, "x") for name, one in self.converters.items()}
        inside = {name: SAMPLES_BY_NAME[name] for name in self.pattern.pattern.regex.groupindex if name not in named}
        given = {**self.pattern.default_args, **named, **inside, "org": organisation.slug}
        return reverse(str(self.pattern.name), kwargs=given)


def addresses(
    under: URLResolver | None = None, route: str = "", given: dict[str, Any] | None = None
) -> Iterator[Address]:
    for one in (under or get_resolver()).url_patterns:
        converters = {**(given or {}), **one.pattern.converters}
        if isinstance(one, URLResolver):
            yield from addresses(one, route + str(one.pattern), converters)
        else:
            yield Address(route + str(one.pattern), one, converters)


UNDER = [one for one in addresses() if one.route.startswith("o/<slug:org>/")]
OF_AN_ORGANISATION = [one for one in UNDER if not one.route.startswith("o/<slug:org>/api/")]
ENDPOINTS = [one for one in UNDER if one not in OF_AN_ORGANISATION]


@pytest.fixture
def people(db: None) -> People:
    return alice_bob_charlie()


def test_what_is_open_to_all_is_listed_here() -> None:
    first_parts = {one.route.partition("/")[0] for one in addresses()}
    assert first_parts - {"o"} <= OPEN_TO_ALL


def test_every_page_of_an_organisation_declares_who_may_see_it() -> None:
    assert [one.route for one in OF_AN_ORGANISATION if not hasattr(one.view, "ability")] == []


def test_anonymous_visitors_are_led_to_sign_in(people: People) -> None:
    sign_in, client = reverse("account_login"), Client()
    for path in (one.path(people.alice.organisation) for one in OF_AN_ORGANISATION):
        for answer in (client.get(path), client.post(path)):
            assert answer.status_code == 302, path
            assert answer["Location"].startswith(sign_in), path


def test_no_page_is_a_dead_end_for_whoever_signed_in_in_the_middle_of_a_form(people: People) -> None:
    client = client_of(people.administrator)
    for path in (one.path(people.administrator.organisation) for one in OF_AN_ORGANISATION):
        assert client.get(path).status_code != 405, path


def test_strangers_learn_nothing(people: People) -> None:
    client = client_of(people.stranger)
    for path in (one.path(people.alice.organisation) for one in OF_AN_ORGANISATION):
        for answer in (client.get(path), client.post(path)):
            assert answer.status_code == 404, path


def test_every_endpoint_is_closed_to_whoever_shows_nothing_and_to_strangers(people: People) -> None:
    assert len(ENDPOINTS) > 10
    for one in ENDPOINTS:
        assert issubclass(one.view.cls, MemberViewSet), one.route
        path = one.path(people.alice.organisation)
        for method in one.view.actions.keys() - {"head"}:
            assert getattr(Client(), method)(path).status_code == 401, path
            answer = getattr(client_of(people.stranger), method)(path)
            assert (answer.status_code, answer.json()["problems"][0]["code"]) == (404, "not-found"), path


def test_members_whose_role_lacks_the_ability_are_refused(people: People) -> None:
    members = [people.administrator, people.charlie, people.bob, people.alice, people.observer]
    assert {one.role for one in members} == set(Role)
    refused = 0
    for one in members:
        client = client_of(one)
        for address in OF_AN_ORGANISATION:
            path = address.path(one.organisation)
            for ability, ask in ((address.view.ability, client.get), (address.view.writing, client.post)):
                if one.role not in ABILITIES[ability]:
                    assert ask(path).status_code == 403, (one.role, path)
                    refused += 1
    assert refused > 10
