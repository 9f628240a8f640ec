"""The register of AI systems in the browser."""

from __future__ import annotations

import re

import pytest

from compliance.systems.models import AISystem
from tests import build
from tests.people import People, alice_bob_charlie, client_of

pytestmark = pytest.mark.django_db

GIVEN = {"name": "Sortwell Screen", "version": "4.2", "first_use_on": "2025-03-01", "status": "in_use"}


@pytest.fixture
def people() -> People:
    return alice_bob_charlie()


def test_a_system_is_registered_shown_and_changed(people: People) -> None:
    client, base = client_of(people.alice), f"/o/{people.alice.organisation.slug}/systems/"
    assert "No AI system is registered yet." in client.get(base).content.decode()
    shown = client.post(f"{base}new/", GIVEN, follow=True).content.decode()
    assert "1 March 2025" in shown
    system = AISystem.objects.get()
    edit = f"{base}{system.pk}/edit/"
    assert 'value="2025-03-01"' in client.get(edit).content.decode()
    client.post(edit, {**GIVEN, "vendor": "Sortwell Ltd"})
    assert "Sortwell Ltd" in client.get(f"{base}{system.pk}/").content.decode()


def test_the_same_name_and_version_is_refused_and_nothing_typed_is_lost(people: People) -> None:
    build.system(people.alice)
    base = f"/o/{people.alice.organisation.slug}/systems/"
    page = client_of(people.alice).post(f"{base}new/", {**GIVEN, "intended_purpose": "Ranks people."}).content.decode()
    sentence = "An AI system Sortwell Screen 4.2 is registered already. Give this one another version."
    assert page.count(sentence) == 2  # in the summary, and beside the version
    assert "Ranks people." in page


def test_of_two_who_change_a_system_at_once_the_second_is_told(people: People) -> None:
    system = build.system(people.alice)
    edit = f"/o/{people.alice.organisation.slug}/systems/{system.pk}/edit/"
    alice, charlie = client_of(people.alice), client_of(people.charlie)
    read = re.search(r'name="read" value="(\w+)"', charlie.get(edit).content.decode())
    assert read
    alice.post(edit, {**GIVEN, "vendor": "Sortwell Ltd"})
    late = {**GIVEN, "positions": "Clerk", "read": read[1]}
    page = charlie.post(edit, late).content.decode()
    assert "Somebody else changed Sortwell Screen 4.2 while you were writing." in page
    assert "Clerk" in page
    assert AISystem.objects.get().vendor == "Sortwell Ltd"
    again = re.search(r'name="read" value="(\w+)"', page)
    assert again
    charlie.post(edit, {**late, "read": again[1]})
    assert AISystem.objects.get().positions == "Clerk"


def test_a_system_of_another_house_is_not_found(people: People) -> None:
    theirs = build.system(people.stranger)
    base = f"/o/{people.alice.organisation.slug}/systems/{theirs.pk}/"
    client = client_of(people.alice)
    assert client.get(base).status_code == client.post(f"{base}edit/", GIVEN).status_code == 404
