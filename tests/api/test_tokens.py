"""Tokens: shown once, kept as a digest, limited by scope, by the member's role and by a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compliance.lib.problems import Forbidden, Refused
from compliance.people import actions as people_actions
from compliance.people.models import Role
from compliance.people.rules import ABILITIES, SCOPES
from compliance.tokens import actions
from compliance.tokens.models import ApiToken
from compliance.tokens.rules import TOLD
from compliance.trail import presenters
from compliance.trail.models import TrailEntry
from tests import build
from tests.api.caller import Caller, caller
from tests.people import People, client_of

MONTH = timedelta(days=30)


def test_a_token_is_shown_once_and_kept_as_a_digest(people: People) -> None:
    client, address = client_of(people.alice), reverse("tokens_list", args=[people.alice.organisation.slug])
    day = (timezone.now() + MONTH).date().isoformat()
    page = client.post(address, {"name": "Nightly export", "scopes": ["read", "evidence"], "expires_on": day})
    text = page.context["text"]
    assert text.startswith("probanda_")
    assert text in page.content.decode()
    assert text not in client.get(address).content.decode()
    token = ApiToken.objects.get()
    assert text not in str(vars(token))
    assert text not in "".join(TrailEntry.objects.values_list("body", flat=True))
    answer = Caller(people.alice.organisation, text).get("me/")
    assert (answer.json()["name"], answer.json()["scopes"]) == ("Alice", ["evidence", "read"])
    assert "answer_items" not in answer.json()["abilities"]


def test_a_token_opens_nothing_once_it_is_closed_has_ended_or_its_member_has_left(people: People) -> None:
    closed, ended, gone = (caller(people.alice), caller(people.bob), caller(people.charlie))
    actions.revoke(by=people.alice, token=ApiToken.objects.get(membership=people.alice))
    ApiToken.objects.filter(membership=people.bob).update(expires_at=timezone.now() - timedelta(seconds=1))
    people_actions.end_membership(by=people.administrator, member=people.charlie)
    for one in (closed, ended, gone, Caller(people.alice.organisation, "probanda_nonsense")):
        answer = one.get("me/")
        assert answer.status_code == 401
        assert answer.json()["problems"][0]["code"] == "unknown-token"
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_scope_that_lacks_is_named_and_a_role_is_not_widened(people: People) -> None:
    reader = caller(people.charlie, scopes=["read"])
    assert reader.get("systems/").status_code == 200
    answer = reader.post("systems/", {"name": "Sortwell Screen"})
    assert answer.status_code == 403
    sentence = "This token lacks the scope answer, so it may not register or change AI systems."
    assert answer.json()["problems"][0]["sentence"] == sentence
    observer = caller(people.observer, scopes=["answer", "people"])
    refused = observer.post("systems/", {"name": "Sortwell Screen"}).json()["problems"][0]
    assert refused["code"] == "may-not-register-systems"


def test_a_token_belongs_to_one_organisation(people: People) -> None:
    system = build.system(people.alice)
    theirs = caller(people.stranger)
    assert theirs.get("systems/").json()["results"] == []
    elsewhere = Caller(people.alice.organisation, theirs.token)
    for path in ("me/", "systems/", f"systems/{system.pk}/"):
        assert elsewhere.get(path).status_code == 404


def test_a_service_acts_under_its_own_name_and_never_decides(people: People) -> None:
    ends = timezone.now() + MONTH
    with pytest.raises(Refused, match="by a person"):
        actions.make_for_service(by=people.administrator, name="CI", role="auditor", scopes=["read"], expires_at=ends)
    with pytest.raises(Forbidden):
        actions.make_for_service(by=people.alice, name="CI", role="contributor", scopes=["read"], expires_at=ends)
    token, text = actions.make_for_service(
        by=people.administrator, name="Pipeline", role=Role.CONTRIBUTOR, scopes=["answer"], expires_at=ends
    )
    answer = Caller(people.alice.organisation, text).post("systems/", {"name": "Sortwell Screen"})
    assert answer.status_code == 201
    [entry] = presenters.told(TrailEntry.objects.filter(verb="system.registered"))
    assert entry.actor == "Pipeline"
    assert not token.membership.user.has_usable_password()


def test_a_token_makes_no_token_and_lasts_a_year_at_most(people: People) -> None:
    by = people.administrator
    with pytest.raises(Refused, match="A token ends between now and"):
        actions.make(by=by, name="Long", scopes=["read"], expires_at=timezone.now() + 400 * timedelta(days=1))
    with pytest.raises(Refused, match="There is no scope 'everything'"):
        actions.make(by=by, name="Wide", scopes=["everything"], expires_at=timezone.now() + MONTH)
    by.limited_to = frozenset({"view"})
    with pytest.raises(Forbidden, match="cannot make tokens"):
        actions.make(by=by, name="Child", scopes=["read"], expires_at=timezone.now() + MONTH)


def test_every_ability_is_in_one_scope_and_every_scope_is_told() -> None:
    abilities = [ability for scope in SCOPES.values() for ability in scope]
    assert sorted([*abilities, "view"]) == sorted(ABILITIES)
    assert list(TOLD) == list(SCOPES)


def test_a_session_needs_the_forms_secret_to_write(people: People) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.alice.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    path = f"/o/{people.alice.organisation.slug}/api/v1/systems/"
    assert client.get(path).status_code == 200
    answer = client.post(path, {"name": "Sortwell Screen"}, content_type="application/json")
    assert answer.status_code == 403


def test_requests_are_counted_by_token(people: People, settings: object) -> None:
    settings.API_REQUESTS_A_MINUTE = 3  # type: ignore[attr-defined]
    one, other = caller(people.alice), caller(people.bob)
    assert [one.get("me/").status_code for _again in range(4)] == [200, 200, 200, 429]
    assert one.get("me/").headers["Retry-After"]
    assert other.get("me/").status_code == 200
