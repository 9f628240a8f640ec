"""What may become evidence, and the sentence when it may not."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest

from compliance.evidence import actions, blobs, queries
from compliance.evidence.models import Evidence
from compliance.lib.problems import Forbidden, Refused
from compliance.trail.models import TrailEntry
from tests import build
from tests.people import People


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../x", "x"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("/etc/passwd", "passwd"),
        ("report\u202efdp.csv", "reportfdp.csv"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("cafe\u0301.pdf", "café.pdf"),
        ("n" * 300 + ".pdf", "n" * 196 + ".pdf"),
        ("n" * 300, "n" * 200),
    ],
)
def test_a_file_name_loses_its_folders_and_its_tricks(people: People, name: str, kept: str) -> None:
    evidence = build.file(people.alice, title="", file_name=name)
    assert (evidence.file_name, evidence.title) == (kept, kept)


@pytest.mark.parametrize(
    ("fields", "column", "sentence"),
    [
        (
            {"file_name": "setup.EXE"},
            "file",
            "setup.EXE is a program or script, and programs are not kept as evidence.",
        ),
        ({"file_name": "../.."}, "file", "The file has no name."),
        ({"stream": io.BytesIO(b"")}, "file", "The file export.csv is empty."),
        ({"title": "t" * 201}, "title", "The title has 201 characters; at most 200 are possible."),
        (
            {"effective_on": date(2026, 5, 2), "valid_until": date(2026, 5, 1)},
            "valid_until",
            "The evidence would be valid until 2026-05-01, before its effective date 2026-05-02.",
        ),
    ],
)
def test_a_file_that_cannot_be_kept(people: People, fields: dict[str, Any], column: str, sentence: str) -> None:
    fields = {"title": "Export", "file_name": "export.csv", "stream": io.BytesIO(b"x"), **fields}
    with pytest.raises(Refused) as refused:
        actions.add_file(by=people.alice, **fields)
    (problem,) = refused.value.problems
    assert (problem.column, problem.sentence) == (column, sentence)
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("example.org/policy", "'example.org/policy' is not a web address."),
        ("javascript:alert(1)", "'javascript:alert(1)' is not a web address."),
        ("https://alice:secret@example.org/", "The address holds a password, which would be kept and printed."),
    ],
)
def test_an_address_that_cannot_be_kept(people: People, url: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        actions.add_link(by=people.alice, title="Policy", url=url)
    assert refused.value.problems[0].sentence == sentence


def test_the_digest_of_a_link_and_of_a_note_is_over_bytes_that_anyone_can_write_again(people: People) -> None:
    link = actions.add_link(by=people.alice, title="Policy", url="https://example.org/policy")
    expected = b'{"schema":"probanda/link/1","title":"Policy","url":"https://example.org/policy"}'
    assert blobs.read(people.alice.organisation_id, link.sha256) == expected
    note = actions.add_note(by=people.alice, title="Call", note="First line.\r\nSecond line.\r\n")
    assert blobs.read(people.alice.organisation_id, note.sha256) == b"First line.\nSecond line."


def test_withdrawing_keeps_the_bytes_and_says_why_once(people: People) -> None:
    evidence = build.file(people.alice)
    with pytest.raises(Refused, match="Say why the evidence is withdrawn"):
        actions.withdraw(by=people.bob, evidence=evidence, reason=" ")
    withdrawn = actions.withdraw(by=people.bob, evidence=evidence, reason="It was about another tool.")
    assert withdrawn.withdrawn_at
    assert blobs.read(people.alice.organisation_id, evidence.sha256)
    assert TrailEntry.objects.filter(verb="evidence.withdrawn", actor_id=people.bob.user_id).count() == 1
    with pytest.raises(Refused, match="withdrawn already"):
        actions.withdraw(by=people.bob, evidence=evidence, reason="Again.")


def test_who_may_and_whose_it_is(people: People) -> None:
    with pytest.raises(Forbidden, match="may add or withdraw evidence"):
        build.note(people.observer)
    with pytest.raises(ValueError, match="belongs to another organisation"):
        build.note(people.alice, systems=[build.system(people.stranger)])
    build.note(people.alice)
    assert not queries.library(people.stranger).exists()
