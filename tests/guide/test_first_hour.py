"""The first hour is ticked by what is there, put away and brought back."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.guide.steps import steps
from compliance.systems.models import AISystem
from tests import build
from tests.people import People, client_of

pytestmark = pytest.mark.django_db


def ticked(people: People) -> list[str]:
    return [str(one.told.title) for one in steps(people.alice) if one.done]


def test_a_step_is_ticked_by_what_it_makes_and_not_by_looking_at_it(people: People) -> None:
    assert ticked(people) == ["Let a second person in"]
    client, base = client_of(people.alice), f"/o/{people.alice.organisation.slug}/"
    client.get(f"{base}guide/")
    assert len(ticked(people)) == 1
    row = build.accepted(people.alice, people.bob, build.item(people.alice))
    assert ticked(people) == [
        "Register an AI system",
        "Let a second person in",
        "Open a checklist",
        "Attach evidence to a row",
        "Answer a row, and submit it",
        "Accept it as another person",
    ]
    page = client.get(f"{base}guide/").content.decode()
    assert "6 of 12 steps are done here." in page
    assert f"rows/{row.pk}/" in page
    assert "by Bob, " in page
    assert "Only a member with the role auditor or legal reviewer may raise findings." in page
    assert not any(str(people.stranger.organisation) in one.done.what for one in steps(people.stranger) if one.done)
    assert [one for one in steps(people.stranger) if one.done] == []


def test_it_is_put_away_by_one_person_and_brought_back(people: People) -> None:
    client, base = client_of(people.alice), f"/o/{people.alice.organisation.slug}/"
    assert 'id="first-hour"' in client.get(base).content.decode()
    assert 'id="first-hour"' not in client.post(f"{base}guide/aside/", follow=True).content.decode()
    assert 'id="first-hour"' in client_of(people.bob).get(base).content.decode()
    page = client.get(f"{base}guide/").content.decode()
    assert "Show it on my home page" in page
    assert 'id="first-hour"' in client.post(f"{base}guide/back/", follow=True).content.decode()


def test_it_asks_one_question_of_the_database_a_step(people: People) -> None:
    build.accepted(people.alice, people.bob, build.item(people.alice))
    with CaptureQueriesContext(connection) as found:
        told = steps(people.alice)
    assert len(found) <= len(told)
    assert AISystem.objects.count() == 1
    assert re.match(r"/o/[\w-]+/systems/new/", told[0].url)
