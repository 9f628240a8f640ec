"""From the template to a checklist in the browser, with nothing kept before it was seen and nothing typed lost."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from compliance.frameworks import actions, yaml_file
from compliance.frameworks.models import Framework, FrameworkVersion
from tests.frameworks.example import house
from tests.people import People, client_of


def url(people: People, name: str, **more: Any) -> str:
    return reverse(name, kwargs={"org": people.charlie.organisation.slug, **more})


def upload(client: Client, people: People, data: bytes, name: str, into: str = "") -> Any:
    file = SimpleUploadedFile(name, data)
    return client.post(url(people, "frameworks_import"), {"file": file, "into": into})


def kept(page: Any) -> str:
    found = re.search(r'name="kept" value="([^"]+)"', page.content.decode())
    assert found
    return found[1]


@pytest.mark.parametrize("form", ["xlsx", "yaml"])
def test_the_template_is_imported_as_it_is(people: People, form: str) -> None:
    client = client_of(people.charlie)
    template = client.get(url(people, "frameworks_template", form=form))
    assert f"framework-template.{form}" in template["Content-Disposition"]
    preview = upload(client, people, template.content, f"mine.{form}")
    assert preview.status_code == 200
    assert "HOUSE-3" in preview.content.decode()
    assert not Framework.objects.exists()
    answer = client.post(url(people, "frameworks_keep"), {"kept": kept(preview)})
    [draft] = FrameworkVersion.objects.all()
    assert answer["Location"] == url(people, "frameworks_draft", pk=draft.framework_id)
    again = client.get(url(people, "frameworks_export", pk=draft.framework_id, version=draft.pk, form=form))
    assert again.content == template.content
    twice = client.post(url(people, "frameworks_keep"), {"kept": kept(preview)})
    assert (twice.status_code, "is kept already" in twice.content.decode()) == (400, True)
    assert Framework.objects.count() == 1


def test_what_is_wrong_is_shown_with_its_place_and_nothing_is_kept(people: People) -> None:
    data = yaml_file.write(house()).replace(b"section: data", b"section: dada").replace(b"HOUSE-2", b"RULE-2")
    answer = upload(client_of(people.charlie), people, data, "house.yaml")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "2 things have to be mended" in page
    assert "dada" in page
    assert not Framework.objects.exists()


def test_a_preview_is_kept_only_by_who_saw_it(people: People) -> None:
    preview = upload(client_of(people.charlie), people, yaml_file.write(house()), "house.yaml")
    for client, value in ((client_of(people.administrator), kept(preview)), (client_of(people.charlie), "made up")):
        assert client.post(url(people, "frameworks_keep"), {"kept": value}).status_code == 400
    assert not Framework.objects.exists()


def test_an_import_over_a_draft_shows_what_it_changes_and_is_told_when_overtaken(people: People) -> None:
    client = client_of(people.charlie)
    draft = actions.make(by=people.charlie, document=house())
    data = yaml_file.write(house()).replace(b"title: Owner", b"title: Owner by name")
    preview = upload(client, people, data, "house.yaml", into=str(draft.framework_id))
    assert "What it changes" in preview.content.decode()
    actions.take_in(by=people.administrator, framework=draft.framework, document=house(crosswalk=[]), seen=draft.sha256)
    answer = client.post(url(people, "frameworks_keep"), {"kept": kept(preview)})
    assert answer.status_code == 400
    draft.refresh_from_db()
    assert draft.document == house(crosswalk=[])


def test_a_framework_is_written_and_published_in_the_browser(people: People) -> None:
    client = client_of(people.charlie)
    head = {"title": "House rules", "short_title": "House", "row_prefix": "HOUSE-"}
    client.post(url(people, "frameworks_new"), head)
    pk = Framework.objects.get().pk
    client.post(url(people, "frameworks_section_add", pk=pk), {"id": "people", "title": "People"})
    row = {"id": "HOUSE-1", "section": "people", "title": "Owner", "question": "Has it an owner?", "kind": "control"}
    more = {"evidence": "One\r\nTwo", "crosswalk": "nist-ai-rmf RMF-MAP-1.1 subset_of | our reading"}
    wrong = client.post(url(people, "frameworks_row_add", pk=pk), {**row, **more, "id": "RULE-1"})
    assert wrong.status_code == 400
    assert "The id does not start with the prefix." in wrong.content.decode()
    assert "our reading" in wrong.content.decode()
    client.post(url(people, "frameworks_row_add", pk=pk), {**row, **more})
    publish = url(people, "frameworks_publish", pk=pk)
    seen = FrameworkVersion.objects.get().sha256
    client.post(publish, {"on": "2026-11-22", "seen": seen})
    version = FrameworkVersion.objects.get()
    assert (version.text_version, version.document.rows[0].evidence) == ("2026-11-22", ("One", "Two"))
    assert version.document.crosswalk[0].note == "our reading"
    value = json.loads(client.get(url(people, "frameworks_export", pk=pk, version=version.pk, form="json")).content)
    assert value["catalog"]["groups"][0]["controls"][0]["id"] == "HOUSE-1"
    walk = client.get(
        url(people, "frameworks_crosswalk"), {"of": f"own-{pk}/2026-11-22", "with": "nist-ai-rmf/2023-01-26"}
    )
    assert "is a part of" in walk.content.decode()


def test_whoever_was_overtaken_sees_both_texts_and_saves_knowingly(people: People) -> None:
    draft = actions.make(by=people.charlie, document=house())
    client, other = client_of(people.charlie), client_of(people.administrator)
    address = url(people, "frameworks_row", pk=draft.framework_id, id="HOUSE-1")
    seen = re.search(r'name="seen" value="(\w+)"', client.get(address).content.decode())
    assert seen
    row = {"id": "HOUSE-1", "section": "people", "question": "Has it an owner?", "kind": "control", "seen": seen[1]}
    assert other.post(address, {**row, "title": "First"}).status_code == 302
    page = client.post(address, {**row, "title": "Second", "roles": ["provider", "deployer"]})
    text = page.content.decode()
    assert page.status_code == 400
    assert "What the row says now" in text
    assert "First" in text
    assert 'value="Second"' in text
    assert text.count("checked") == 2
    now = re.search(r'name="seen" value="(\w+)"', text)
    assert now
    assert client.post(address, {**row, "title": "Second", "seen": now[1]}).status_code == 302
    draft.refresh_from_db()
    assert draft.document.rows[0].title == "Second"


def test_another_house_sees_nothing(people: People) -> None:
    draft = actions.make(by=people.charlie, document=house())
    client = client_of(people.stranger)
    own = people.stranger.organisation.slug
    for name, more in (("frameworks_detail", {}), ("frameworks_draft", {}), ("frameworks_row", {"id": "HOUSE-1"})):
        address = reverse(name, kwargs={"org": own, "pk": draft.framework_id, **more})
        assert client.get(address).status_code == 404
    given = {"org": own, "pk": draft.framework_id, "version": draft.pk, "form": "yaml"}
    assert client.get(reverse("frameworks_export", kwargs=given)).status_code == 404
