"""The pages of evidence: what is given out and how, and that an error loses nothing that was typed."""

from __future__ import annotations

import resource
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from compliance.evidence import actions
from compliance.evidence.models import Evidence
from compliance.trail.models import TrailEntry
from compliance.web import uploads
from tests import build
from tests.people import People, client_of


@pytest.fixture
def alice(people: People) -> Client:
    return client_of(people.alice)


def at(people: People, path: str) -> str:
    return f"/o/{people.alice.organisation.slug}/evidence/{path}"


def place(evidence: Evidence) -> Path:
    sha256 = evidence.sha256
    return project.HOME / "evidence" / str(evidence.organisation_id) / sha256[:2] / sha256[2:4] / sha256


def test_a_file_goes_in_and_comes_out_the_same(people: People, alice: Client) -> None:
    data = b"\x00\xff<script>alert(1)</script>" * 200_000  # more than is held in memory
    file = SimpleUploadedFile("../../café <b>.html", data, "text/html")
    answer = alice.post(at(people, "new/"), {"file": file, "source": "The vendor"}, follow=True)
    evidence = Evidence.objects.get()
    assert (evidence.title, evidence.size, evidence.source) == ("café <b>.html", len(data), "The vendor")
    assert evidence.sha256 in answer.content.decode()
    assert 'placeholder="Find" value=""' in answer.content.decode()  # the search in the head is nobody else's
    assert b"caf\xc3\xa9 &lt;b&gt;.html" in answer.content

    answer = alice.get(at(people, f"{evidence.pk}/download/"))
    assert b"".join(answer.streaming_content) == data  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
    assert answer["Content-Length"] == str(len(data))
    assert TrailEntry.objects.filter(verb="evidence.downloaded", actor_id=people.alice.user_id).count() == 1


@pytest.mark.parametrize(
    ("damage", "sentence"), [("change", "no longer have the SHA-256"), ("remove", "no longer where")]
)
def test_changed_or_missing_bytes_are_answered_with_their_sentence(
    people: People, alice: Client, damage: str, sentence: str
) -> None:
    evidence = build.file(people.alice, b"12 of 40 people\n" * 100_000)
    place(evidence).unlink()
    if damage == "change":
        place(evidence).write_bytes(b"38 of 40 people\n" * 100_000)
    answer = alice.get(at(people, f"{evidence.pk}/download/"))
    assert answer.status_code == 500
    assert sentence in answer.content.decode()
    assert b"of 40 people" not in answer.content
    assert not TrailEntry.objects.filter(verb="evidence.downloaded").exists()


def test_an_error_loses_nothing_that_was_typed(people: People, alice: Client) -> None:
    typed = {"title": "Setup of the tool", "source": "The vendor", "valid_until": "2027-01-31"}
    answer = alice.post(at(people, "new/"), {**typed, "file": SimpleUploadedFile("setup.exe", b"MZ")})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "setup.exe is a program or script, and programs are not kept as evidence." in page
    assert all(f'value="{value}"' in page for value in typed.values())
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("limit", ["the piece of evidence", "every upload"])
def test_a_file_over_the_limit_is_refused_with_the_rest_kept(
    people: People, alice: Client, settings: Settings, tmp_path: Path, limit: str
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    settings.MAX_EVIDENCE_BYTES = 4 * 1024 * 1024
    if limit == "every upload":
        settings.MAX_APPLICANTS_BYTES = settings.MAX_EVIDENCE_BYTES
    file = SimpleUploadedFile("video.mp4", b"x" * (4 * 1024 * 1024 + 1))
    answer = alice.post(at(people, "new/"), {"file": file, "title": "Screen recording"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "The file is larger than the 4 MB that are accepted here, so nothing was saved." in page
    assert 'value="Screen recording"' in page
    assert not Evidence.objects.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_stranger_cannot_fill_the_disk(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "STRANGERS_LIMIT", 3 * 1024 * 1024)
    written: list[int] = []
    receive = TemporaryFileUploadHandler.receive_data_chunk

    def count(self: TemporaryFileUploadHandler, data: bytes, start: int) -> bytes | None:
        written.append(len(data))
        return receive(self, data, start)

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", count)
    file = SimpleUploadedFile("video.mp4", b"x" * (8 * 1024 * 1024))
    anyone = Client(enforce_csrf_checks=True, headers={"cookie": "csrftoken=" + "a" * 32})
    assert anyone.post(at(people, "new/"), {"csrfmiddlewaretoken": "a" * 32, "file": file}).status_code == 302
    assert 0 < sum(written) <= 3 * 1024 * 1024


def test_a_disk_that_fills_up_during_an_upload_is_told_with_the_rest_kept(
    people: People, alice: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    file = SimpleUploadedFile("video.mp4", b"x" * (4 * 1024 * 1024))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024 * 1024, hard))  # no file may grow further, as on a full disk
    try:
        answer = alice.post(at(people, "new/"), {"file": file, "title": "Screen recording"})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "There is no room left where evidence is kept, so nothing was saved." in page
    assert 'value="Screen recording"' in page
    assert not Evidence.objects.exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "fields", "sentence"),
    [
        ("link", {"title": "Policy", "url": "example.org"}, "is not a web address. Write it whole"),
        ("link", {"url": "https://example.org/policy"}, "The evidence needs a title."),
        ("note", {"title": "Call", "note": " \n"}, "The note is empty."),
        ("note", {"title": "Call", "note": "x", "effective_on": "22.11.2026"}, "Enter a valid date."),
    ],
)
def test_a_link_and_a_note_say_what_is_missing(
    people: People, alice: Client, kind: str, fields: dict[str, str], sentence: str
) -> None:
    answer = alice.post(at(people, f"new/{kind}/"), fields)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()


def test_withdrawing_asks_for_a_reason_and_marks_every_place(people: People, alice: Client) -> None:
    evidence = build.note(people.alice)
    url = at(people, f"{evidence.pk}/withdraw/")
    assert b"Say why the evidence is withdrawn." in alice.post(url, {"reason": ""}).content
    page = alice.post(url, {"reason": "It was about another tool."}, follow=True).content.decode()
    assert "This evidence was withdrawn on" in page
    assert "It was about another tool." in page
    with closing(alice.get(at(people, f"{evidence.pk}/download/"))) as answer:
        assert answer.status_code == 200


def test_a_search_takes_any_character(people: People, alice: Client) -> None:
    row = build.item(people.alice)
    for path in (
        f"evidence/?q=%00{row.pk}",
        f"checklists/rows/{row.pk}/?find=%00x",
        f"checklists/{row.checklist_id}/?q=%00",
    ):
        assert alice.get(f"/o/{people.alice.organisation.slug}/{path}").status_code == 200


def test_the_library_is_searched_by_words_digest_system_and_state(people: People, alice: Client) -> None:
    system = build.system(people.alice)
    yesterday = timezone.now().date() - timedelta(days=1)
    build.note(people.alice, "Expired memo", valid_until=yesterday, systems=[system])
    build.file(people.alice, title="Current export")
    gone = build.note(people.alice, "Withdrawn draft")
    actions.withdraw(by=people.alice, evidence=gone, reason="A draft.")

    def shown(query: str) -> set[str]:
        page = alice.get(at(people, f"?{query}")).content.decode()
        return {title for title in ("Expired memo", "Current export", "Withdrawn draft") if title in page}

    assert shown("") == {"Expired memo", "Current export", "Withdrawn draft"}
    assert shown("q=MEMO+expired") == {"Expired memo"}
    assert shown(f"q={Evidence.objects.get(title='Current export').sha256[:10]}") == {"Current export"}
    assert shown(f"system={system.pk}") == {"Expired memo"}
    assert shown("kind=file") == {"Current export"}
    assert shown("state=live") == {"Current export"}
    assert shown("state=expired") == {"Expired memo"}
    assert shown("state=withdrawn") == {"Withdrawn draft"}
    assert shown("state=nonsense&page=99") == {"Expired memo", "Current export", "Withdrawn draft"}
