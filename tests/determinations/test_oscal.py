"""A signed determination leaves as an OSCAL profile that other tools accept, and comes out of the command the same."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse
from trestle.oscal import profile as trestle_profile

from compliance.determinations.queries import result_of
from compliance.frameworks.models import FrameworkVersion
from tests import build
from tests.catalogue.test_oscal import FOREIGN
from tests.people import People, client_of


def test_a_determination_leaves_as_a_profile(people: People) -> None:
    found = build.signed(people.alice, people.bob)
    slug = people.alice.organisation.slug
    address = reverse("systems_determination_oscal", kwargs={"org": slug, "pk": found.pk})
    data = client_of(people.alice).get(address).content
    value = json.loads(data)
    trestle_profile.Model.model_validate(value)
    states = [one.state for one in result_of(found).rows.values()]
    [chosen] = value["profile"]["imports"][0]["include-controls"]
    assert len(chosen["with-ids"]) == sum(state != "no" for state in states) > 0
    printed = StringIO()
    call_command("oscal_export", found.law, determination=found.pk, stdout=printed)
    assert printed.getvalue().encode() == data
    law = reverse("laws_oscal", kwargs={"org": slug, "law": found.law, "version": found.text_version})
    catalog = json.loads(client_of(people.observer).get(law).content)["catalog"]
    assert value["profile"]["imports"][0]["href"] == f"#{catalog['uuid']}"


def test_a_catalog_is_kept_as_a_draft_by_a_member(people: People, tmp_path: Path) -> None:
    file = tmp_path / "tower.json"
    file.write_text(json.dumps(FOREIGN))
    call_command("oscal_import", str(file), stdout=StringIO())
    assert not FrameworkVersion.objects.exists()
    given = {"organisation": people.charlie.organisation.slug, "by": people.charlie.user.email}
    call_command("oscal_import", str(file), **given, stdout=StringIO())
    assert FrameworkVersion.objects.get().came_from == "tower.json"
    file.write_text("{}")
    with pytest.raises(SystemExit):
        call_command("oscal_import", str(file), stderr=StringIO())
