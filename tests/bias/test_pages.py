"""The pages of bias audits, as Alice walks them; a worker's part is done by calling its action."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from audits.bias import actions
from audits.bias.models import BiasAudit
from audits.bias.plan import Plan
from audits.metrics.display import FOUR_FIFTHS_NOTE
from audits.work.models import State
from compliance.checklists.actions import open_checklist
from compliance.evidence import blobs
from compliance.evidence.models import Evidence
from compliance.lib.problems import Refused
from tests import build
from tests.bias.kinds import as_parquet, as_xlsx
from tests.people import People, client_of

RACES = ("White", "Black", "Martian", "")
APPLICANTS = "Name,Gender,Ethnicity,Hired\n" + "".join(
    f"P{n},{'MF'[n % 2]},{RACES[n % 4]},{'Decline' if n % 3 else 'Hire'}\n" for n in range(240)
)
COLUMNS = {"sex": "Gender", "race_ethnicity": "Ethnicity", "kind": "selected", "measure": "Hired", "count": ""}


@pytest.fixture
def alice(people: People) -> Client:
    return client_of(people.alice)


NO_UNION = {"people_in_union": "no"}


def base(people: People) -> str:
    return f"/o/{people.alice.organisation.slug}/bias-audits/"


def upload(client: Client, people: People, data: bytes, **more: str) -> HttpResponse:
    system = people.alice.organisation.systems.first() or build.system(people.alice)
    file = SimpleUploadedFile("applicants.csv", data, "text/csv")
    sent = {"system": str(system.pk), "title": "Spring screening", "file": file, **more}
    return client.post(base(people) + "new/", sent, follow=True)  # type: ignore[return-value]


def text(response: HttpResponse) -> str:
    return response.content.decode()


def meanings(page: str, **chosen: str) -> dict[str, str]:
    """Return what the mapping page proposes, with the meanings of some values (by what stands in the file) replaced."""
    found: dict[str, str] = {}
    for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL):
        if not (select := re.search(r'<select name="([^"]+)".*?</select>', row, re.DOTALL)):
            continue
        raw = re.search(r"<q>(.*?)</q>", row)
        option = re.search(r'<option value="([^"]*)" selected', select[0])
        found[select[1]] = chosen.get(raw[1] if raw else "", option[1] if option else "")
    return found


def test_walk_from_a_file_to_evidence_on_checklist_rows(people: People, alice: Client) -> None:
    page = text(upload(alice, people, APPLICANTS.encode()))
    assert "240" in page
    assert "more than 100, not shown" in page  # of the names, none is shown
    assert "P17" not in page
    assert page.count("proposed</span>") >= 6
    audit = BiasAudit.objects.get()
    url = f"{base(people)}{audit.pk}/"

    # A value that was left open stops the run; the way back has the mapping as it was.
    given = meanings(page, Hire="selected", Decline="not selected")
    sent: dict[str, Any] = {**COLUMNS, **given, "unknowns": "per-table", **NO_UNION}
    assert "Waiting for a worker" in text(alice.post(url + "map/", sent, follow=True))  # type: ignore[arg-type]
    actions.carry_out(audit.pk)
    stopped = text(alice.get(url))  # type: ignore[arg-type]
    assert "The audit stopped, and nothing was computed." in stopped
    assert "<code>Martian</code>" in stopped
    assert "--map" not in stopped
    again = text(alice.get(url + "map/"))  # type: ignore[arg-type]
    assert meanings(again) == given

    sent |= meanings(again, Martian="unknown")
    alice.post(url + "map/", sent)
    assert alice.get(url + "progress/").headers.get("HX-Refresh") is None
    actions.carry_out(audit.pk)
    assert alice.get(url + "progress/").headers["HX-Refresh"] == "true"
    result = text(alice.get(url))  # type: ignore[arg-type]
    assert FOUR_FIFTHS_NOTE in result
    assert alice.get(url + "counts.csv").headers["Content-Disposition"].startswith("attachment")
    kept = b"".join(alice.get(url + "result.json"))

    checklist = open_checklist(by=people.alice, system=audit.system, law=build.LAW)
    linked = text(alice.post(f"{url}link/{checklist.pk}/", follow=True))  # type: ignore[arg-type]
    assert "Attached to" in linked
    audit.refresh_from_db()
    assert audit.evidence is not None
    assert Evidence.objects.get().sha256 == audit.result_sha256
    assert len(kept) == audit.evidence.size
    assert checklist.items.filter(evidence=audit.evidence).exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (gzip.compress(APPLICANTS.encode())[:-9], "The compressed file ends before its end: it was cut short."),
        (as_parquet()[:-30], "The Parquet file cannot be read; its description is damaged or missing."),
        (
            as_xlsx(("People", [["sex", "race"], ["M", "White"]], "visible"), ("Old", [["x"]], "hidden")),
            "The spreadsheet has 2 sheets, 1 of them hidden.",
        ),
        (b"", "The file is empty."),
        (b"sex,race,selected\n", "The file has a header but no rows."),
        (b"sex,race\nM\x00,White\n", "Row 2 holds a NUL byte, which no text has."),
        (b"%PDF-1.7\n", "The file is a PDF, not a table that can be read."),
        (b"sex,race,hired\nM,White\nF,Black\n", "Row 2 has 2 cells, but the header has 3."),
    ],
)
def test_bad_file_is_refused_in_the_form(people: People, alice: Client, data: bytes, sentence: str) -> None:
    page = text(upload(alice, people, data))
    assert sentence in page
    assert "Spring screening" in page  # what was typed is still there
    assert not BiasAudit.objects.exists()
    with pytest.raises(Refused, match="no longer where they were kept"):  # people's data does not stay behind
        blobs.read(people.alice.organisation_id, hashlib.sha256(data).hexdigest())


def test_file_over_the_limit_is_refused_in_the_form(people: People, alice: Client, settings: Any) -> None:
    settings.MAX_APPLICANTS_BYTES = settings.MAX_EVIDENCE_BYTES = 3 * 2**20
    page = text(upload(alice, people, b"sex,race,hired\n" + b"M,White,yes\n" * 300_000))
    assert "The file is larger than the 3 MB that are accepted here, so nothing was saved." in page
    assert "Spring screening" in page
    assert "This field is required." not in page


def test_file_in_another_encoding_is_read_as_proposed_and_as_declared(people: People, alice: Client) -> None:
    data = "sex;race;hired\nM;Weiß;ja\nF;Black;nein\n".encode("cp1252")
    page = text(upload(alice, people, data))
    assert "cp1252 (proposed: nothing in the file shows it, so look whether its letters come out right)" in page
    page = text(upload(alice, people, data, encoding="cp1252"))
    assert "proposed: nothing in the file" not in page
    assert "Weiß" in page
    assert "semicolon" in page


def test_a_disk_that_is_full_when_the_result_is_kept_stops_the_run_with_its_reason(
    people: People, alice: Client, settings: Any, small_disk: Path
) -> None:
    settings.STORAGE_URL = f"file://{small_disk}"
    page = text(upload(alice, people, APPLICANTS.encode()))
    audit = BiasAudit.objects.get()
    given = meanings(page, Hire="selected", Decline="not selected", Martian="unknown")
    alice.post(f"{base(people)}{audit.pk}/map/", {**COLUMNS, **given, "unknowns": "per-table", **NO_UNION})
    with contextlib.suppress(OSError), (small_disk / "filling").open("wb", buffering=0) as filling:
        while filling.write(b"x" * 4096):
            pass
    actions.carry_out(audit.pk)
    stopped = text(alice.get(f"{base(people)}{audit.pk}/"))  # type: ignore[arg-type]
    assert "There is no room left where evidence is kept, so nothing was saved." in stopped
    (small_disk / "filling").unlink()
    audit.refresh_from_db()
    assert audit.plan is not None
    actions.start(by=people.alice, bias_audit=audit, plan=Plan.from_json(audit.plan), people_in_union=False)
    actions.carry_out(audit.pk)
    audit.refresh_from_db()
    assert audit.state == State.FINISHED


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"sex": "Name"}, "has more than 100 different values"),
        ({"race_ethnicity": "Gender"}, "The column “Gender” serves another purpose already."),
        ({"kind": "score"}, "The column “Hired” holds no numbers."),
        ({"kind": "number", "measure": "Name"}, "Choose the column with the number of people in each group."),
    ],
)
def test_columns_that_cannot_be_meant_are_told(
    people: People, alice: Client, columns: dict[str, str], sentence: str
) -> None:
    upload(alice, people, APPLICANTS.encode())
    url = f"{base(people)}{BiasAudit.objects.get().pk}/map/"
    assert sentence in text(alice.get(url, {**COLUMNS, **columns}))  # type: ignore[arg-type]


def test_spellings_that_count_as_one_value_have_one_meaning(people: People, alice: Client) -> None:
    page = text(upload(alice, people, b"sex,race,hired\nmale,White,yes\nMale,Black,no\nF,White,yes\n"))
    sent = {
        "sex": "sex",
        "race_ethnicity": "race",
        "kind": "selected",
        "measure": "hired",
        "unknowns": "per-table",
        "people_in_union": "no",
    }
    sent |= meanings(page, male="unknown")
    url = f"{base(people)}{BiasAudit.objects.get().pk}/map/"
    assert "are read as one value; give both the same meaning." in text(alice.post(url, sent))  # type: ignore[arg-type]
    assert BiasAudit.objects.get().state == State.WAITING
    assert BiasAudit.objects.get().asked_at is None


def test_spellings_that_the_count_tells_apart_may_differ_in_meaning(people: People, alice: Client) -> None:
    upload(alice, people, b"sex,race,grade\nM,White,A-B\nF,Black,A B\n")
    sent = {
        "sex": "sex",
        "race_ethnicity": "race",
        "kind": "selected",
        "measure": "grade",
        "unknowns": "per-table",
        "people_in_union": "no",
    }
    url = f"{base(people)}{BiasAudit.objects.get().pk}/map/"
    page = text(alice.get(url, sent))  # type: ignore[arg-type]
    alice.post(url, sent | meanings(page, **{"A-B": "selected", "A B": "not selected"}))
    audit = BiasAudit.objects.get()
    assert audit.asked_at is not None
    actions.carry_out(audit.pk)
    audit.refresh_from_db()
    assert [row["selected"] for row in actions.result_of(audit)["tables"][0]["rows"]] == [1, 0]


def test_scores_ask_for_their_direction(people: People, alice: Client) -> None:
    rows = "".join(f"{'MF'[n % 2]},{('White', 'Black')[n % 3 > 0]},{n}\n" for n in range(40))
    page = text(upload(alice, people, f"sex,race,score\n{rows}".encode()))
    audit = BiasAudit.objects.get()
    sent = {
        "sex": "sex",
        "race_ethnicity": "race",
        "kind": "score",
        "measure": "score",
        "unknowns": "complete-case",
        "people_in_union": "no",
    }
    sent |= meanings(page)
    assert "This field is required." in text(alice.post(f"{base(people)}{audit.pk}/map/", sent))  # type: ignore[arg-type]
    alice.post(f"{base(people)}{audit.pk}/map/", {**sent, "direction": "lower"})
    actions.carry_out(UUID(str(audit.pk)))
    result = text(alice.get(f"{base(people)}{audit.pk}/"))  # type: ignore[arg-type]
    assert "Below the median" in result
    assert "19.5" in result
