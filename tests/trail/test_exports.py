"""The trail as files that anyone can check, and what was noted elsewhere held against the database."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from compliance.trail import queries
from compliance.trail.models import TrailEntry, TrailHead
from tests import build
from tests.people import People, client_of
from tests.trail.test_chain import lift_the_guards

MANUAL = Path("templates/docs/how-to/read-the-trail.md")


def taken(people: People, form: str, query: str = "") -> bytes:
    answer = client_of(people.alice).get(f"/o/{people.alice.organisation.slug}/trail/export.{form}{query}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The program that the manual prints."""
    [code] = re.findall(r"```python\n(.*?)```", MANUAL.read_text(), re.DOTALL)
    path = tmp_path / "check.py"
    path.write_text(code)
    return path


def run(program: Path, file: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(program), str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def check(file: Path, *words: str) -> dict[str, object]:
    out = io.StringIO()
    with suppress(SystemExit):
        call_command("trail_check", "--format=json", *words, *(["--file", str(file)] if file.name else []), stdout=out)
    found: dict[str, object] = json.loads(out.getvalue())
    return found


def codes(found: dict[str, object]) -> list[tuple[int, str]]:
    organisations: list[dict[str, list[dict[str, object]]]] = found["organisations"]  # type: ignore[assignment]
    return [(one["entry"], one["code"]) for some in organisations for one in some["faults"]]  # type: ignore[misc]


def test_lines_are_checked_by_the_command_and_by_the_program_in_the_manual(
    people: People, program: Path, tmp_path: Path
) -> None:
    build.submitted(people.alice, build.item(people.alice), "partly_met", "Nach § 5 “nur” teilweise, 部分的.")
    whole, some = tmp_path / "trail.jsonl", tmp_path / "some.jsonl"
    whole.write_bytes(taken(people, "jsonl"))
    some.write_bytes(taken(people, "jsonl", f"?person={people.alice.user_id}"))
    assert run(program, whole).stdout == "11 entries hold.\n"
    assert run(program, some).stdout == "7 entries hold.\n"
    assert check(whole)["holds"] is check(some)["holds"] is True
    lines = whole.read_bytes().split(b"\n")
    for spoilt, found in (
        (lines[:8] + lines[9:], (8, "missing")),
        ([*lines[:-2], b""], (11, "missing")),
        ([*lines[:3], lines[3].replace(b"member.invited", b"member.removed"), *lines[4:]], (3, "changed")),
        ([*lines[:4], lines[4].replace(b'"Charlie"', b'"Bob"'), *lines[5:]], (4, "personal-changed")),
        ([*lines[:3], lines[4], lines[3], *lines[5:]], (3, "inserted")),
    ):
        whole.write_bytes(b"\n".join(spoilt))
        assert found in codes(check(whole)), found
        assert run(program, whole).returncode == 1, found


def test_in_spreadsheets_nothing_acts(people: People) -> None:
    build.note(people.alice, "=HYPERLINK(1)")
    build.note(people.alice, "+1\x0b2")
    rows = list(csv.reader(io.StringIO(taken(people, "csv", "?verb=evidence.added").decode("utf-8-sig"))))
    assert [row[5] for row in rows] == ["About", "'=HYPERLINK(1)", "'+1\x0b2"]
    sheet = load_workbook(io.BytesIO(taken(people, "xlsx", "?verb=evidence.added"))).active
    assert sheet is not None
    cells = [row[5] for row in sheet.iter_rows(min_row=2)]
    assert [(cell.value, cell.data_type, cell.quotePrefix) for cell in cells] == [
        ("=HYPERLINK(1)", "s", True),
        ("+1\N{REPLACEMENT CHARACTER}2", "s", True),
    ]


def test_that_somebody_took_the_trail_along_is_an_entry(people: People) -> None:
    taken(people, "csv", "?verb=member.invited")
    page = client_of(people.bob).get(f"/o/{people.bob.organisation.slug}/trail/").content.decode()
    assert "exported 4 entries of the trail as csv" in page


def test_words_are_found_in_what_was_hashed_and_in_names(people: People) -> None:
    build.note(people.alice, 'The “second” "note"')
    build.note(people.bob)

    def shown(query: str) -> list[str]:
        rows = csv.reader(io.StringIO(taken(people, "csv", query).decode("utf-8-sig")))
        return [row[4] for row in list(rows)[1:] if row[4] != "trail.exported"]

    assert shown("?q=%22note%22 second") == ["evidence.added"]
    assert shown("?q=charlie evidence.added") == []
    assert shown("?q=bob evidence.added") == ["evidence.added"]
    assert shown("?kind=member&q=CHARLIE") == ["member.invited"]
    assert shown(f"?kind=member&thing={people.bob.pk}") == ["member.invited"]


def test_an_end_that_was_noted_elsewhere_shows_what_was_cut_off_or_written_anew(people: People, tmp_path: Path) -> None:
    organisation = people.alice.organisation_id
    seq, sha256 = queries.head(organisation)
    exported, report = tmp_path / "trail.jsonl", tmp_path / "report.json"
    exported.write_bytes(taken(people, "jsonl"))
    report.write_text(json.dumps(check(Path())))
    notes = [["--noted", str(exported)], ["--noted", str(report)], ["--head", f"{organisation}={seq}:{sha256}"]]
    for note in notes:
        assert codes(check(Path(), *note)) == []
    lift_the_guards()
    # The owner of the database cuts the end off and sets the recorded end back to match: the chain alone looks whole.
    TrailEntry.objects.filter(organisation_id=organisation, seq__gte=seq).delete()
    before = TrailEntry.objects.get(organisation_id=organisation, seq=seq - 1)
    TrailHead.objects.filter(organisation_id=organisation).update(seq=before.seq, sha256=before.sha256)
    assert codes(check(Path())) == []
    for note in notes:
        assert (seq, "missing") in codes(check(Path(), *note))
    for title in ("Another", "history"):
        build.note(people.alice, title)
    for note in notes:
        assert "other-than-noted" in [code for _entry, code in codes(check(Path(), *note))]


@pytest.mark.parametrize("words", [["--head", "57"], ["--head", "1:" + "a" * 64], ["--noted", "/nowhere"]])
def test_what_cannot_be_read_is_wrong_usage(people: People, words: list[str]) -> None:
    with pytest.raises(CommandError) as error:
        call_command("trail_check", *words)
    assert error.value.returncode == 2
