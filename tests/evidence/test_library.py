"""Versions, tags, holds, duplicates and what is read: the library as people use it."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from compliance.evidence import actions, holds, queries
from compliance.evidence.actions import Incoming
from compliance.evidence.models import Evidence
from compliance.lib.canonical import digest
from compliance.lib.problems import Forbidden, Refused
from compliance.trail.models import TrailEntry
from tests import build
from tests.people import People, client_of


def incoming(*files: tuple[str, bytes]) -> list[Incoming]:
    return [Incoming(io.BytesIO(data), name) for name, data in files]


def test_a_version_of_several_files_has_the_digest_over_their_names_and_digests(people: People) -> None:
    piece = actions.add_files(by=people.alice, title="Model card", files=incoming(("a.txt", b"one"), ("b.txt", b"two")))
    told = [{"file_name": one.file_name, "sha256": one.sha256, "size": one.size} for one in piece.newest.kept]
    assert [one["file_name"] for one in told] == ["a.txt", "b.txt"]
    assert piece.sha256 == digest({"schema": "probanda/evidence-files/1", "files": told})
    with pytest.raises(Refused, match=r"Two of the files are called a\.txt"):
        actions.add_files(by=people.alice, title="", files=incoming(("a.txt", b"one"), ("x/a.txt", b"two")))


def test_a_newer_version_leaves_the_older_one_as_it_was(people: People) -> None:
    system = build.system(people.alice)
    piece = build.file(people.alice, systems=[system], valid_until=date(2026, 12, 31))
    first = piece.newest
    second = actions.add_version_of_files(
        by=people.bob, evidence=piece, files=incoming(("export.csv", b"new")), reason="The second half of the year."
    )
    piece.refresh_from_db()
    assert [one.number for one in piece.versions.all()] == [2, 1]
    assert (piece.newest, first.sha256 == second.sha256) == (second, False)
    assert (str(first.speaks_of.get()), second.speaks_of.exists()) == ("Sortwell Screen 4.2", False)
    assert TrailEntry.objects.filter(verb="evidence.version_added", actor_id=people.bob.user_id).count() == 1
    with pytest.raises(Refused, match="Version 2 holds the same bytes with the same dates and origin"):
        actions.add_version_of_files(by=people.bob, evidence=piece, files=incoming(("export.csv", b"new")))


def test_a_hold_keeps_a_piece_from_being_withdrawn_until_a_lawyer_lifts_it(people: People) -> None:
    piece = build.note(people.alice)
    with pytest.raises(Forbidden, match="may place or lift a legal hold"):
        holds.place(by=people.alice, evidence=piece, reason="A claim.")
    holds.place(by=people.bob, evidence=piece, reason="A claim of 3 May.")
    with pytest.raises(Refused, match="under a legal hold, so it cannot be withdrawn"):
        actions.withdraw(by=people.alice, evidence=piece, reason="Old.")
    assert list(queries.in_state(queries.library(people.alice), "held")) == [piece]
    holds.lift(by=people.bob, evidence=piece, reason="Settled.")
    assert actions.withdraw(by=people.alice, evidence=piece, reason="Old.").withdrawn_at


def test_what_is_privileged_is_neither_given_out_nor_found_by_its_words(people: People) -> None:
    piece = build.note(people.bob, "Opinion", note="The settlement is likely.", confidentiality="privileged")
    path = f"/o/{people.bob.organisation.slug}/evidence/"
    observer, bob = client_of(people.observer), client_of(people.bob)
    assert observer.get(f"{path}{piece.pk}/download/").status_code == 403
    page = observer.get(f"{path}{piece.pk}/").content.decode()
    assert "“Opinion” is privileged, so its content is not shown to you." in page
    assert "settlement" not in page
    assert "Opinion" not in observer.get(f"{path}?q=settlement").content.decode()
    assert "Opinion" in bob.get(f"{path}?q=settlement").content.decode()


def test_the_same_bytes_are_told_within_the_organisation_only(people: People) -> None:
    build.file(people.stranger, b"the same", title="Theirs")
    first = build.file(people.alice, b"the same", title="Ours")
    alice, path = client_of(people.alice), f"/o/{people.alice.organisation.slug}/evidence/"
    assert "are kept as" not in alice.get(f"{path}{first.pk}/").content.decode()
    sent = {"file": SimpleUploadedFile("again.txt", b"the same"), "title": "Again"}
    page = alice.post(f"{path}new/", sent, follow=True).content.decode()
    assert "The same bytes are kept already, as “Ours”." in page
    assert "Theirs" not in page


def test_the_pages_add_several_files_a_version_and_tags(people: People) -> None:
    alice, path = client_of(people.alice), f"/o/{people.alice.organisation.slug}/evidence/"
    sent = {
        "file": SimpleUploadedFile("one.csv", b"a,b\n=1+1,2\n"),
        "more": [SimpleUploadedFile("two.txt", b"two"), SimpleUploadedFile("three.txt", b"three")],
        "title": "Data",
        "tags": "HR, bias ,hr",
        "confidentiality": "client",
    }
    page = alice.post(f"{path}new/", sent, follow=True).content.decode()
    piece = Evidence.objects.get()
    assert [one.file_name for one in piece.newest.kept] == ["one.csv", "two.txt", "three.txt"]
    assert [str(one) for one in piece.tags.all()] == ["bias", "hr"]
    assert "<td>=1+1</td>" in page  # shown as it is written
    answer = alice.get(f"{path}{piece.pk}/download/?file=2")
    assert b"".join(answer.streaming_content) == b"three"  # type: ignore[attr-defined]
    alice.post(f"{path}{piece.pk}/version/note/", {"note": "In words.", "reason": "Shorter."}, follow=True)
    alice.post(f"{path}{piece.pk}/handle/", {"title": "Data of May", "confidentiality": "public", "tags": "may"})
    piece.refresh_from_db()
    assert (piece.title, piece.newest.number, piece.newest.reason) == ("Data of May", 2, "Shorter.")
    assert "one.csv" in alice.get(f"{path}{piece.pk}/?version=1").content.decode()
    assert "Data of May" in alice.get(f"{path}?tag=may&confidentiality=public").content.decode()


def test_the_laws_say_how_long_documents_are_kept(people: People) -> None:
    row = build.item(people.alice)
    piece = build.note(people.alice)
    from compliance.checklists import actions as checklists

    checklists.attach(by=people.alice, item=row, evidence=piece)
    page = client_of(people.alice).get(f"/o/{people.alice.organisation.slug}/evidence/{piece.pk}/").content.decode()
    assert "at least 6 months after the latest use of the tool for an employment decision" in page
    assert "6 RCNY § 5-303(c)" in page
