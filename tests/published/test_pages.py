"""Checking a published audit on its pages: nothing is stored before it is kept, nothing typed is lost."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from audits.published import actions
from audits.published.models import PublishedCheck
from audits.work.models import State
from compliance.evidence import blobs
from compliance.evidence.models import Evidence
from compliance.lib.canonical import is_canonical
from compliance.trail.models import TrailEntry
from tests.people import People, alice_bob_charlie, client_of
from tests.published.publishing import three
from tests.published.test_generated import HOUSE, TRUE

TEXT = HOUSE.text(*three(TRUE)).replace("0.789", "0.798")
SAID = {"audit_date": "2026-01-31", "as_of": "2026-11-22", "data_source": "Applications <of> 2025.", "unknown": "0"}


@pytest.fixture
def people(db: None) -> People:
    return alice_bob_charlie()


@pytest.fixture
def alice(people: People) -> Client:
    return client_of(people.alice)


@pytest.fixture
def address(people: People) -> str:
    return f"/o/{people.alice.organisation.slug}/published-audits/"


def page(response: HttpResponse) -> str:
    return html.unescape(response.content.decode())


def fields(response: HttpResponse) -> dict[str, str]:
    """Return what the page's first form would send: hidden fields, and the chosen option of each list."""
    form = response.content.decode().partition("<main")[2].partition("</form>")[0]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    found = {name: html.unescape(value) for name, value in hidden}
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def walked(client: Client, address: str, text: str = TEXT, **more: str) -> HttpResponse:
    asked = client.post(address, {"table": text, **SAID, **more})
    assert asked.status_code == 200, page(asked)  # type: ignore[arg-type]
    return client.post(address, {**fields(asked), "step": "check"})  # type: ignore[return-value, arg-type]


def test_the_columns_are_proposed_confirmed_and_then_the_figures_checked(alice: Client, address: str) -> None:
    asked = alice.post(address, {"table": TEXT, **SAID})
    assert "Which column is which" in page(asked)  # type: ignore[arg-type]
    assert fields(asked)["column-0-4"] == "ratio"  # type: ignore[arg-type]
    report = page(walked(alice, address))
    assert "Of 23 printed impact ratios, 22 follow" in report
    assert "does not follow; 0.789 would" in report
    assert "distribution-date-missing" in report
    assert "audit-date-missing" not in report
    assert not Evidence.objects.exists()


def test_the_report_is_downloaded_kept_and_made_again_from_itself(alice: Client, address: str, people: People) -> None:
    carried = fields(walked(alice, address))
    data = alice.post(address, {**carried, "step": "json"}).content
    assert is_canonical(data)
    kept = alice.post(address + "keep/", {**carried, "title": "Their audit"}, follow=True)
    assert "kept as the evidence “Their audit”" in page(kept)  # type: ignore[arg-type]
    evidence = Evidence.objects.get()
    assert blobs.read(people.alice.organisation_id, evidence.sha256) == data
    assert TrailEntry.objects.filter(verb="evidence.added").count() == 1
    again = alice.post(address, {"table": data.decode()})
    assert "Of 23 printed impact ratios, 22 follow" in page(again)  # type: ignore[arg-type]
    assert alice.post(address, {**fields(again), "step": "json"}).content == data  # type: ignore[arg-type]


def test_a_file_is_read_instead_of_the_text(alice: Client, address: str) -> None:
    asked = alice.post(address, {"file": SimpleUploadedFile("x.csv", TEXT.replace("\t", ";").encode())})
    assert "Impact ratio" in page(asked)  # type: ignore[arg-type]
    broken = alice.post(address, {"file": SimpleUploadedFile("x.pdf", b"%PDF-1.7"), "data_source": "Said."})
    assert broken.status_code == 422
    assert "A PDF cannot be read as a table." in page(broken)  # type: ignore[arg-type]
    assert "Said." in page(broken)  # type: ignore[arg-type]


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(alice: Client, address: str) -> None:
    empty = alice.post(address, {"table": " ", "data_source": "Said."})
    assert empty.status_code == 422
    assert "Said." in page(empty)  # type: ignore[arg-type]
    wrong = TEXT.replace("0.798", "about 0.8")
    asked = walked(alice, address, wrong)
    assert asked.status_code == 422
    assert "'about 0.8' in the column 'Impact ratio' is no number." in page(asked)
    assert fields(asked)["table"].replace("\r", "").strip() == wrong.strip()
    back = alice.post(address, {**fields(asked), "step": "edit"})
    assert "about 0.8" in page(back)  # type: ignore[arg-type]
    doubled = alice.post(address, {**fields(asked), "column-0-3": "ratio", "step": "check"})
    assert "are said to hold the same (ratio)" in page(doubled)  # type: ignore[arg-type]


def test_the_earlier_audit_is_compared(alice: Client, address: str) -> None:
    assert "rows-of-earlier-audit" in page(walked(alice, address, earlier=TEXT))
    assert walked(alice, address, earlier="nothing").status_code == 422


def test_who_may_not_add_evidence_may_check_and_is_told_so(people: People, address: str) -> None:
    observer = client_of(people.observer)
    report = walked(observer, address)
    assert "Keep as evidence" not in page(report)
    assert observer.post(address + "keep/", {**fields(report), "title": "x"}).status_code == 403
    assert json.loads(observer.post(address, {**fields(report), "step": "json"}).content)["schema"]


def test_the_list_of_bias_audits_leads_here(alice: Client, address: str) -> None:
    assert address in page(alice.get(address.replace("published-audits", "bias-audits")))  # type: ignore[arg-type]
    assert alice.get(address + "keep/")["Location"] == address


def large(rows: int = 200) -> str:
    """Return a published table of many audits, of which one ratio does not follow."""
    lines = ["audit,table,category,people,selected,rate,ratio"]
    for number in range(rows):
        wrong = "0.51" if number == 7 else "0.50"
        lines += [f"Audit {number},sex,Male,200,100,50%,1.00", f"Audit {number},sex,Female,200,50,25%,{wrong}"]
    return "\n".join(lines) + "\n"


def test_a_large_publication_is_checked_by_a_worker_and_only_its_person_sees_it(
    people: People, alice: Client, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = large()
    at_once = walked(alice, address, text)
    assert at_once.status_code == 200
    monkeypatch.setattr(actions, "LARGE", len(text))
    answer = walked(alice, address, text)
    assert answer.status_code == 302
    there = answer["Location"]
    one = PublishedCheck.objects.get()
    assert "There is much to check, so a worker does it." in page(alice.get(there))  # type: ignore[arg-type]
    assert alice.get(there + "progress/").status_code == 200
    assert client_of(people.bob).get(there).status_code == 404
    actions.carry_out(one.pk)
    shown = page(alice.get(there))  # type: ignore[arg-type]
    assert "Audit 7" in shown
    report = alice.get(there + "report.json").content
    assert is_canonical(report)
    assert json.loads(report)["ratios"]["does not follow"] == 1
    asked = alice.post(address, {"table": text, **SAID})
    monkeypatch.setattr(actions, "LARGE", 10**9)
    same = alice.post(address, {**fields(asked), "step": "json"}).content  # type: ignore[arg-type]
    assert same == report  # what a page would have said at once
    assert not Evidence.objects.exists()
    kept = alice.post(there, {"title": "Many audits", "system": ""}, follow=True)
    assert "Many audits" in page(kept)  # type: ignore[arg-type]
    evidence = Evidence.objects.get()
    assert blobs.read(evidence.organisation_id, evidence.newest.sha256) == report


def test_a_large_check_is_given_up_fails_in_a_sentence_and_is_forgotten(
    people: People, alice: Client, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "LARGE", 1)
    there = walked(alice, address)["Location"]
    assert "Nothing of it was kept." in page(alice.post(there + "cancel/", follow=True))  # type: ignore[arg-type]
    one = PublishedCheck.objects.get()
    assert (one.state, one.given) == (State.CANCELLED, {})
    actions.carry_out(one.pk)  # a worker that comes late does nothing
    one.refresh_from_db()
    assert one.state == State.CANCELLED
    bad = actions.hand_over(by=people.alice, given={"table": "{"})
    actions.carry_out(bad.pk)
    shown = page(alice.get(f"{address}checks/{bad.pk}/"))  # type: ignore[arg-type]
    assert "What is wrong" in shown
    PublishedCheck.objects.update(asked_at=timezone.now() - actions.KEPT - timedelta(minutes=1))
    assert actions.forget() == 2
    assert not PublishedCheck.objects.exists()
