"""A session that ends in the middle of a form loses nothing that was typed: it is sent again after signing in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from audits.bias.models import BiasPlan
from compliance.checklists.models import ChecklistItem
from compliance.evidence.models import EvidenceVersion
from compliance.findings.models import Finding
from compliance.web.kept import KEY
from compliance.workpapers.models import WorkpaperVersion
from tests import build
from tests.people import PASSWORD, People, client_of

pytestmark = pytest.mark.django_db
LONG = "We read all of it,\nand two of forty were wrong: 5 %.\n"


def row(people: People) -> tuple[str, dict[str, Any], Callable[[], Any]]:
    item = build.item(people.alice)
    given = {
        "verdict": "partly_met",
        "reason": LONG,
        "note": "Ask Bob.",
        "owner": str(people.bob.pk),
        "due_on": "2027-01-04",
        "revision": str(item.revision),
        "save": "1",
    }

    def saved() -> Any:
        one = ChecklistItem.objects.get(pk=item.pk)
        return [one.verdict, one.reason.strip(), one.note, one.owner, str(one.due_on)]

    return f"checklists/rows/{item.pk}/", given, saved


def workpaper(people: People) -> tuple[str, dict[str, Any], Callable[[], Any]]:
    item = build.item(people.alice)
    given = {"title": "S", "population": "40", "sample": "", "procedure": LONG, "result": ""}

    def saved() -> Any:
        one = WorkpaperVersion.objects.get()
        return [one.title, one.population, one.procedure.strip()]

    return f"workpapers/rows/{item.pk}/new/", given, saved


def finding(people: People) -> tuple[str, dict[str, Any], Callable[[], Any]]:
    item = build.item(people.alice)
    given = {"title": "No audit", "statement": LONG, "kind": "major", "severity": "high"}

    def saved() -> Any:
        one = Finding.objects.get()
        return [one.title, one.statement.strip(), one.kind, one.severity]

    return f"findings/rows/{item.pk}/new/", given, saved


def note(people: People) -> tuple[str, dict[str, Any], Callable[[], Any]]:
    given = {"title": "Call", "note": LONG, "confidentiality": "internal", "valid_until": "2027-02-01", "tags": "hr"}

    def saved() -> Any:
        one = EvidenceVersion.objects.get()
        return [one.evidence.title, one.note.strip(), str(one.valid_until)]

    return "evidence/new/note/", given, saved


def plan(people: People) -> tuple[str, dict[str, Any], Callable[[], Any]]:
    given = {
        "system": str(build.system(people.alice).pk),
        "title": "Plan of 2027",
        "metrics": ["selection rate", "impact ratio"],
        "unknowns": "complete-case",
        "data_kind": "historical",
        "data_from": "2026-01-01",
        "data_to": "2026-06-30",
        "notes": LONG,
    }

    def saved() -> Any:
        one = BiasPlan.objects.get()
        return [one.title, one.document["metrics"], one.document["notes"].strip()]

    return "bias-audits/plans/new/", given, saved


EXPECTED: list[tuple[Any, Callable[[People], list[Any]]]] = [
    (row, lambda people: ["partly_met", LONG.strip(), "Ask Bob.", people.bob, "2027-01-04"]),
    (workpaper, lambda people: ["S", "40", LONG.strip()]),
    (finding, lambda people: ["No audit", LONG.strip(), "major", "high"]),
    (note, lambda people: ["Call", LONG.strip(), "2027-02-01"]),
    (plan, lambda people: ["Plan of 2027", ["selection rate", "impact ratio"], LONG.strip()]),
]


def fields_of(page: str) -> dict[str, list[str]]:
    """Return what the form that sends it again holds, as a browser reads it."""
    form = re.search(r'<form method="post" action="(/o/[^"]*)">.*?</form>', page, re.DOTALL)
    assert form, page
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<textarea name="([^"]*)" hidden>\r?\n(.*?)</textarea>', form[0], re.DOTALL):
        found.setdefault(unescape(name), []).append(unescape(value).replace("\r\n", "\n").replace("\n", "\r\n"))
    hidden = re.search(r'<input type="hidden" name="(sent-again)" value="1">', form[0])
    assert hidden
    return {**found, hidden[1]: ["1"], "": [unescape(form[1])]}


@pytest.mark.parametrize(("make", "expected"), EXPECTED, ids=lambda one: getattr(one, "__name__", ""))
def test_a_form_sent_while_signed_out_is_sent_again_whole(people: People, make: Any, expected: Any) -> None:
    path, given, saved = make(people)
    who = people.charlie if make is finding else people.alice
    client, address = client_of(who), f"/o/{who.organisation.slug}/{path}"
    assert client.get(address).status_code == 200
    client.session.flush()
    answer = client.post(address, given)
    assert answer.status_code == 403
    assert "It is kept for an hour" in answer.content.decode()
    signed_in = client.post(
        "/accounts/login/", {"login": who.user.email, "password": PASSWORD, "next": "/sent-again/"}, follow=True
    )
    page = signed_in.content.decode()
    assert "What you sent while you were signed out" in page
    assert "two of forty were wrong" in page
    assert "Look at it, and send it again" in client.get(f"/o/{who.organisation.slug}/").content.decode()
    form = fields_of(page)
    assert form.pop("") == [address]
    assert client.post(address, form).status_code == 302
    assert [one.replace("\r\n", "\n") if isinstance(one, str) else one for one in saved()] == expected(people)
    assert KEY not in client.session


def test_nothing_secret_and_no_bytes_are_kept_and_nothing_for_long(people: People) -> None:
    client, base = client_of(people.alice), f"/o/{people.alice.organisation.slug}/"
    client.session.flush()
    given = {"title": "Log", "password": "a password that is long enough", "file": SimpleUploadedFile("log.csv", b"1")}
    client.post(f"{base}evidence/new/", given)
    kept = client.session[KEY]
    assert kept["fields"] == [["title", "Log"]]
    assert kept["files"] == ["log.csv"]
    client.force_login(people.alice.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    assert "choose them again on the next page: log.csv" in client.get("/sent-again/").content.decode()
    session = client.session
    session[KEY] = {**kept, "at": (timezone.now() - timedelta(minutes=61)).isoformat()}
    session.save()
    assert client.get("/sent-again/").status_code == 302
    client.logout()
    client.post(f"{base}evidence/new/", {"title": "x" * 400_000})
    assert KEY not in client.session


def test_it_can_be_thrown_away(people: People) -> None:
    client = client_of(people.alice)
    client.session.flush()
    client.post(f"/o/{people.alice.organisation.slug}/evidence/new/note/", {"title": "Log"})
    client.force_login(people.alice.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    assert client.post("/sent-again/").status_code == 302
    assert KEY not in client.session


def test_a_page_open_too_long_is_kept_where_the_browser_says_that_it_is_ours(people: People) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.alice.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    path = f"/o/{people.alice.organisation.slug}/systems/new/"
    forged = client.post(path, {"name": "Forged"}).content.decode()
    assert "/sent-again/" not in forged
    ours = client.post(path, {"name": "A tool"}, headers={"Origin": "http://testserver"})
    assert ours.status_code == 403
    assert "/sent-again/" in ours.content.decode()
    assert client.session[KEY]["fields"] == [["name", "A tool"]]


def test_a_form_that_asks_while_it_is_filled_in_stays_when_the_session_ends(people: People) -> None:
    client = client_of(people.alice)
    client.session.flush()
    path = f"/o/{people.alice.organisation.slug}/systems/new/"
    answer = client.post(path, {"name": "A tool"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers.get("HX-Refresh")) == (204, None)
