"""Evidence from a pipeline: files of several bytes, versions, digests, and what is refused."""

from __future__ import annotations

import hashlib

from django.core.files.uploadedfile import SimpleUploadedFile

from compliance.evidence.models import Evidence
from compliance.trail.models import TrailEntry
from tests import build
from tests.api.caller import caller
from tests.people import People

BYTES = b"\x00model card\xff"
SHA256 = hashlib.sha256(BYTES).hexdigest()


def card(data: bytes = BYTES, name: str = "../../card.bin") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_a_file_is_kept_found_by_its_digest_and_given_back_whole(people: People) -> None:
    alice, system = caller(people.alice), build.system(people.alice)
    given = {"title": "Model card", "files": [card()], "systems": [str(system.pk)], "tags": ["card"]}
    made = alice.client.post(alice.root + "evidence/", given)
    assert made.status_code == 201, made.json()
    latest = made.json()["latest"]
    assert (latest["sha256"], latest["files"][0]["file_name"], latest["systems"]) == (
        SHA256,
        "card.bin",
        [str(system.pk)],
    )
    found = alice.get("evidence/", {"sha256": SHA256}).json()["results"]
    assert [one["id"] for one in found] == [made.json()["id"]]
    back = alice.get(f"evidence/{made.json()['id']}/files/{SHA256}/")
    assert b"".join(back.streaming_content) == BYTES
    assert back["Content-Disposition"].startswith("attachment")
    assert TrailEntry.objects.filter(verb="evidence.downloaded").count() == 1


def test_sent_twice_with_one_key_it_is_kept_once_and_another_file_is_told_apart(people: People) -> None:
    alice = caller(people.alice)

    def send(data: bytes) -> int:
        given = {"title": "Model card", "files": [card(data)]}
        return alice.client.post(alice.root + "evidence/", given, headers={"Idempotency-Key": "build 17"}).status_code

    assert [send(BYTES), send(BYTES), send(b"another")] == [201, 201, 422]
    assert Evidence.objects.count() == 1


def test_a_new_version_keeps_the_old_one(people: People) -> None:
    alice = caller(people.alice)
    made = alice.post("evidence/", {"title": "Minutes", "note": "First."}).json()
    again = alice.post(f"evidence/{made['id']}/versions/", {"note": "Second.", "reason": "Corrected."})
    assert (again.status_code, again.json()["latest"]["number"]) == (201, 2)
    told = alice.get(f"evidence/{made['id']}/versions/").json()["results"]
    assert sorted(one["note"] for one in told) == ["First.", "Second."]
    gone = alice.post(f"evidence/{made['id']}/withdraw/", {"reason": "Superseded."}).json()
    assert gone["withdrawn_reason"] == "Superseded."


def test_what_is_wrong_is_told_in_the_sentences_of_the_pages(people: People) -> None:
    alice = caller(people.alice)
    both = alice.post("evidence/", {"title": "Both", "note": "A note", "url": "https://example.org/"})
    assert both.json()["problems"][0]["sentence"] == "Give exactly one of files, url and note."
    empty = alice.client.post(alice.root + "evidence/", {"files": [card(b"", "empty.csv")]})
    assert (empty.status_code, empty.json()["problems"][0]["code"]) == (400, "empty-file")
    assert alice.post("evidence/", {"title": "x" * 300, "note": "A note"}).status_code == 400
    link = alice.post("evidence/", {"title": "Link", "url": "javascript:alert(1)"})
    assert link.status_code == 400
    assert not Evidence.objects.exists()


def test_laws_and_people_can_be_read(people: People) -> None:
    alice = caller(people.alice)
    texts = alice.get("laws/").json()
    ours = next(one for one in texts if one["law"] == "nyc-ll144")
    rows = alice.get(f"laws/nyc-ll144/{ours['text_version']}/rows/").json()
    assert len(rows) == ours["rows"]
    assert alice.get("laws/nyc-ll144/1999-01-01/rows/").status_code == 400
    names = {one["name"] for one in alice.get("people/").json()["results"]}
    assert {"Alice", "Bob", "Charlie"} <= names
    assert "Stranger" not in names
