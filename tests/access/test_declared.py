"""No address without an expectation, and none that says otherwise than the page itself."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from compliance.people.models import Role
from compliance.people.rules import ABILITIES
from compliance.web.api.views import MemberViewSet
from compliance.web.reach import OPEN
from tests.access.addresses import GUESTS, OF_AN_ORGANISATION, UNDER, addresses, expected, missing_line
from tests.access.things import KINDS
from tests.people import People, client_of

# Of these, what is published is public by law; a room opens to whoever has its link and its code; a calendar is read
# without a session, under a secret address that dies with its membership.
OPEN_TO_ALL = {
    *("", "welcome", "sent-again", "accounts", "verify", "published", ".well-known", "room", "manual", "calendar"),
    "api",
}


def test_every_address_says_who_may_open_it() -> None:
    table = expected()
    sentences = [missing_line(one) for one in OF_AN_ORGANISATION if one.name not in table]
    assert sentences == [], "\n".join(sentences)


def test_the_table_names_no_address_that_there_is_not_and_no_kind_of_thing_that_nobody_makes() -> None:
    names = {one.name for one in OF_AN_ORGANISATION}
    assert [
        f"There is no address {name} any more: take its line away." for name in expected() if name not in names
    ] == []
    kinds = {(name, value) for name, line in expected().items() for _part, value, is_thing in line.things if is_thing}
    lacking = sorted(f"{name}: add {kind} to tests/access/things.py" for name, kind in kinds if kind not in KINDS)
    assert lacking == []
    for one in OF_AN_ORGANISATION:
        assert [part for part, _value, _is in expected()[one.name].things] == one.parts, one.name


def test_a_page_asks_for_the_abilities_that_the_table_names() -> None:
    for one in OF_AN_ORGANISATION:
        line = expected()[one.name]
        assert (one.ability, one.writing) == (line.look, line.send), one.name


def test_guests_open_the_pages_that_the_table_names() -> None:
    for guest, reach in GUESTS.items():
        assert {name for name, line in expected().items() if guest in line.guests} == OPEN[reach]


def test_what_is_open_to_all_is_listed_here() -> None:
    first_parts = {one.route.partition("/")[0] for one in addresses()}
    assert first_parts - {"o"} <= OPEN_TO_ALL, f"What belongs to an organisation lies under {UNDER}."


def named(one: str) -> dict[str, object]:
    made_up = dict.fromkeys(KINDS, "00000000-0000-0000-0000-000000000001")
    return expected()[one].named(made_up)


def test_anonymous_visitors_are_led_to_sign_in(people: People) -> None:
    sign_in, client = reverse("account_login"), Client()
    for one in OF_AN_ORGANISATION:
        path = one.path(people.alice.organisation.slug, **named(one.name))
        for answer in (getattr(client, method)(path) for method in one.methods):
            assert answer.status_code == (401 if one.is_api else 302), path
            assert one.is_api or answer["Location"].startswith(sign_in), path


def test_strangers_learn_nothing(people: People) -> None:
    client = client_of(people.stranger)
    for one in OF_AN_ORGANISATION:
        path = one.path(people.alice.organisation.slug, **named(one.name))
        for answer in (getattr(client, method)(path) for method in one.methods):
            assert answer.status_code == 404, path
            assert not one.is_api or answer.json()["problems"][0]["code"] == "not-found", path


def test_every_endpoint_stands_on_the_ground_that_asks_who_is_there() -> None:
    assert [one.name for one in OF_AN_ORGANISATION if one.is_api and not issubclass(one.view.cls, MemberViewSet)] == []


def test_no_page_is_a_dead_end_for_whoever_signed_in_in_the_middle_of_a_form(people: People) -> None:
    client = client_of(people.administrator)
    for one in OF_AN_ORGANISATION:
        path = one.path(people.alice.organisation.slug, **named(one.name))
        assert one.is_api or client.get(path).status_code != 405, path


def test_members_whose_role_lacks_the_ability_are_refused(people: People) -> None:
    members = [people.administrator, people.charlie, people.bob, people.alice, people.observer]
    assert {one.role for one in members} == set(Role)
    refused = 0
    for one in members:
        client = client_of(one)
        for address in OF_AN_ORGANISATION:
            if address.is_api:
                continue
            path = address.path(one.organisation.slug, **named(address.name))
            for ability, ask in ((address.ability, client.get), (address.writing, client.post)):
                if one.role not in ABILITIES[ability]:
                    assert ask(path).status_code == 403, (one.role, path)
                    refused += 1
    assert refused > 10
