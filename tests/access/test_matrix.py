"""Every address x every role x own, other and no organisation, taken from the URL configuration."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compliance.people.models import User
from compliance.people.rules import ABILITIES, OF_GUESTS
from tests.access.addresses import ANY, GUESTS, OF_AN_ORGANISATION, Address, Expected, expected
from tests.access.things import KINDS, House
from tests.people import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
OWN = ("administrator", "auditor", "legal_reviewer", "contributor", "observer", "team", "asked")
WITHOUT = ("stranger", "nobody", "signed out")
NOT_FOR_THEM = {403, 404, 405}


@dataclass(frozen=True)
class Houses:
    """The house that is asked, another one, and the ids of their things."""

    own: House
    other: House
    own_things: dict[str, Any]
    other_things: dict[str, Any]

    @property
    def made_up(self) -> dict[str, Any]:
        return {kind: uuid4() for kind in KINDS}


@pytest.fixture(autouse=True)
def what_is_tested_elsewhere(settings: Any) -> None:
    settings.API_REQUESTS_A_MINUTE = 1_000_000
    settings.OUTWARD_HOSTS = ["127.0.0.1"]  # where the webhook of each house leads


@pytest.fixture
def houses(db: None) -> Houses:
    own, other = House("Own"), House("Other")
    for one in (own, other):
        assert set(one.members) == set(OWN)
    return Houses(own, other, own.things(), other.things())


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the page without what is another each time, and the number of queries."""

    status: int
    text: str
    queries: int


def ask(client: Client, method: str, path: str) -> Answer:
    """Ask, and undo whatever it did, so that the next one finds the house as it was."""
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        answer = getattr(client, method)(path)
        text = said(answer)
        transaction.set_rollback(True)
    return Answer(answer.status_code, text, len(queries))


def said(answer: HttpResponseBase) -> str:
    if answer.streaming:
        list(answer.streaming_content)  # type: ignore[attr-defined]  # reading to the end closes it
        return ""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|why-\d+', "", answer.content.decode(errors="replace"))  # type: ignore[attr-defined]


def who(houses: Houses, role: str) -> Client:
    client = _who(houses, role)
    client.raise_request_exception = False  # a page that fails is told with all others
    return client


def _who(houses: Houses, role: str) -> Client:
    if role == "signed out":
        return Client()
    if role == "nobody":
        user = User.objects.create_user("nobody@example.org", "correct horse battery staple", name="Nobody")
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client
    return client_of(houses.other.administrator if role == "stranger" else houses.own.members[role])


def pairs() -> Iterator[tuple[Address, Expected, str, str]]:
    """Yield each address with its expectation, for each way to ask it: the method, and the ability that it needs."""
    table = expected()
    for address in OF_AN_ORGANISATION:
        line = table[address.name]
        for method in address.methods:
            yield address, line, method, line.look if method == "get" else line.send


def may_open(line: Expected, role: str) -> bool:
    return role not in GUESTS or role in line.guests


def has(houses: Houses, role: str, line: Expected, ability: str) -> bool:
    one = houses.own.members[role]
    needed = {line.look, ability} - {ANY}
    return all(one.role in ABILITIES[a] and (not one.is_guest or a in OF_GUESTS[one.reach]) for a in needed)


@pytest.mark.parametrize("role", OWN)
def test_in_their_own_house_everybody_is_answered_as_the_table_says(houses: Houses, role: str) -> None:
    client, wrong = who(houses, role), []
    for address, line, method, ability in pairs():
        path = address.path(houses.own.slug, **line.named(houses.own_things))
        status = ask(client, method, path).status
        if not may_open(line, role):
            fits = status == 404
        elif not has(houses, role, line, ability):
            fits = status == 403
        else:
            at_ease = line.elusive or ability == ANY
            fits = status < 500 and (status not in NOT_FOR_THEM or (at_ease and status in (403, 404)))
        if not fits:
            wrong.append(f"{role}: {method.upper()} {path} answers {status} ({address.name}).")
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("role", OWN)
def test_what_is_another_house_s_is_not_there_and_costs_the_same_as_what_never_was(houses: Houses, role: str) -> None:
    client, wrong = who(houses, role), []
    for address, line, method, ability in pairs():
        if not line.has_things:
            continue
        made_up = line.named(houses.made_up)
        paths = [address.path(houses.own.slug, **named) for named in (line.named(houses.other_things), made_up)]
        foreign, never = (ask(client, method, path) for path in paths)
        barred = may_open(line, role) and not has(houses, role, line, ability)
        # What is sent to an endpoint may be refused before it is looked up, and then says nothing of what there is.
        wanted = {403 if barred else 404} | ({400, 403, 428} if ability == ANY else set())
        if method == "get" and foreign.status == 302:  # leads back from where only a button leads, without a look
            wanted.add(302)
        if foreign.status not in wanted or foreign != never:
            wrong.append(f"{role}: {method.upper()} {paths[0]} answers {foreign}, one that never was {never}.")
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("role", [*OWN, *WITHOUT])
def test_a_house_one_does_not_belong_to_is_as_one_that_does_not_exist(houses: Houses, role: str) -> None:
    client, wrong = who(houses, role), []
    house, things = (houses.own, houses.own_things) if role in WITHOUT else (houses.other, houses.other_things)
    sign_in = reverse("account_login")
    for address, line, method, _ability in pairs():
        named = [(house.slug, things), ("no-such-house", houses.made_up)]
        paths = [address.path(slug, **line.named(some)) for slug, some in named]
        answers = [ask(client, method, path) for path in paths]
        wanted = 404 if role != "signed out" else 401 if address.is_api else 302
        if any(one.status != wanted for one in answers) or len({(one.text, one.queries) for one in answers}) != 1:
            wrong.append(
                f"{role}: {method.upper()} {paths[0]} answers {[(one.status, one.queries) for one in answers]}."
            )
        if wanted == 302:
            with transaction.atomic():
                assert getattr(client, method)(paths[0])["Location"].startswith(sign_in)
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("role", OWN)
def test_a_digest_of_another_house_s_bytes_finds_what_a_made_up_one_finds(houses: Houses, role: str) -> None:
    client = who(houses, role)
    digests = (houses.other.evidence.sha256, "0" * 64)
    places = [
        ("evidence_list", {}, "q"),
        ("checklists_item", {"pk": houses.own_things["item"]}, "find"),
        ("checklists_queue", {}, "q"),
        ("trail_list", {}, "q"),
    ]
    for (name, named, word), short in itertools.product(places, (64, 12)):
        page = reverse(name, kwargs={"org": houses.own.slug, **named})
        found = [ask(client, "get", f"{page}?{word}={digest[:short]}") for digest in digests]
        texts = {one.text.replace(digest[:short], "") for one, digest in zip(found, digests, strict=True)}
        assert len(texts) == 1, name
        assert len({(one.status, one.queries) for one in found}) == 1, name
