"""Sixty ways to send what should not be sent: each gets its sentence, none is an error of the server, and nothing
half-made stays behind. What can be taken is taken, and does no harm."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any, NamedTuple
from uuid import uuid4

import openpyxl
import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from compliance.checklists import actions as checklists
from compliance.checklists.models import ChecklistItem
from compliance.evidence.models import Evidence
from compliance.findings import actions as findings
from compliance.people.models import Membership
from compliance.trail.queries import breaks
from tests import build
from tests.api.caller import Caller, caller
from tests.people import People, client_of

NOBODY = str(uuid4())
LONG = "n" * 300
RIGHT_TO_LEFT = "invoice\u202efdp.exe"
SCRIPT = "<script>alert(1)</script>"
ENTITIES = f"""<!DOCTYPE d [<!ENTITY a "{"x" * 1000}">{
    "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in ("ab", "bc", "cd", "de", "ef"))
}]><d>&f;</d>"""
CHANGES_NOTHING = frozenset({"Session", "FileText", "Upload", "KeptAnswer", "ApiToken", "BiasIntake", "BiasSource"})
"""What may be left of a refusal: sessions, and what waits to be looked at or forgotten by itself."""


@dataclass
class Place:
    """What the cases act on: an open row of Alice's, and the same in another organisation."""

    alice: Membership
    charlie: Membership
    admin: Membership
    item: ChecklistItem
    other_item: ChecklistItem
    other_piece: Evidence

    @property
    def root(self) -> str:
        return f"/o/{self.alice.organisation.slug}/"

    def browser(self, who: Membership | None = None) -> Client:
        return client_of(who or self.alice)

    def api(self) -> Caller:
        return caller(self.alice)

    def get(self, path: str, **data: Any) -> Any:
        return self.browser().get(f"{self.root}{path}", data)

    def post(self, path: str, data: Any, who: Membership | None = None, **more: Any) -> Any:
        return self.browser(who).post(f"{self.root}{path}", data, follow=True, **more)

    def upload(self, name: str, data: bytes, **fields: Any) -> Any:
        return self.post("evidence/new/", {"file": SimpleUploadedFile(name, data), **fields})

    def row(self, **given: Any) -> Any:
        said = {"verdict": "", "reason": "", "note": "", "owner": "", "due_on": "", "revision": self.item.revision}
        return self.post(f"checklists/rows/{self.item.pk}/", {**said, **given})

    def sheet(self, data: bytes) -> Any:
        path = f"sheets/rows/{self.item.checklist_id}/import/"
        return self.post(path, {"file": SimpleUploadedFile("rows.xlsx", data)})

    def raw(self, path: str, body: bytes, kind: str = "application/json", method: str = "POST", **headers: str) -> Any:
        api = self.api()
        found = {name.replace("_", "-"): value for name, value in headers.items()}
        return api.client.generic(method, api.root + path, body, content_type=kind, headers=found)


@pytest.fixture
def place(people: People) -> Place:
    item = build.item(people.alice)
    theirs = build.item(people.stranger)
    return Place(
        people.alice, people.charlie, people.administrator, item, theirs, build.note(people.stranger, "Their minutes")
    )


class Case(NamedTuple):
    """What is sent, the status and the words of the answer, and how many pieces of evidence are kept of it."""

    name: str
    send: Callable[[Place], Any]
    status: int
    says: str
    keeps: int = 0


def workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def zip_bomb(name: str = "xl/worksheets/sheet1.xml", megabytes: int = 300) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        with file.open(name, "w", force_zip64=True) as inside:
            for _ in range(megabytes):
                inside.write(b"0" * 1024 * 1024)
    return data.getvalue()


def twice(p: Place) -> Any:
    """Two people submit one row at once: the second finds it submitted, with what they typed to be copied."""
    row = build.answered(p.alice, p.item)
    revision = row.revision
    checklists.submit(by=p.charlie, item=row)
    return p.row(verdict="met", note="What the second person typed.", revision=revision, submit="1")


def overtaken(p: Place) -> Any:
    checklists.change(by=p.charlie, item=p.item, note="Charlie was quicker.")
    return p.row(note="What Alice typed meanwhile.", revision=p.item.revision)


def signed_out(p: Place) -> Any:
    browser = p.browser()
    browser.get(f"{p.root}checklists/rows/{p.item.pk}/")
    browser.logout()
    given = {"note": "Two hours of writing.", "revision": p.item.revision}
    return browser.post(f"{p.root}checklists/rows/{p.item.pk}/", given)


def old_page(p: Place) -> Any:
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = p.browser().cookies
    given = {"note": "Two hours of writing.", "revision": p.item.revision}
    return browser.post(f"{p.root}checklists/rows/{p.item.pk}/", given)


def left_meanwhile(p: Place) -> Any:
    browser = p.browser(p.charlie)
    p.charlie.is_active = False
    p.charlie.save()
    return browser.post(f"{p.root}checklists/rows/{p.item.pk}/", {"note": "Still here?", "revision": 0})


def finding(p: Place, **given: Any) -> Any:
    said = {"title": "No audit", "statement": "None.", "kind": "major", "severity": "high"}
    return p.post(f"findings/rows/{p.item.pk}/new/", {**said, **given}, p.charlie)


def plan(p: Place, **given: Any) -> Any:
    said: dict[str, Any] = {"title": "No audit", "statement": "None.", "kind": "major", "severity": "high"}
    one = findings.raise_(by=p.charlie, item=p.item, **said)
    return p.post(f"findings/{one.pk}/plan/", {"what": "Watch it.", "owner": p.alice.pk, **given}, p.charlie)


def foreign_attach(p: Place) -> Any:
    return p.post(f"checklists/rows/{p.item.pk}/attach/", {"evidence": p.other_piece.pk})


def bind_to_no_version(p: Place) -> Any:
    piece = build.note(p.alice, "Mine")
    checklists.attach(by=p.alice, item=p.item, evidence=piece)
    return p.post(f"checklists/rows/{p.item.pk}/bind/{piece.pk}/", {"version": "99"})


def patched(p: Place, data: Any, **headers: str) -> Any:
    return p.api().patch(f"rows/{p.item.pk}/", data, **{"If_Match": f'"{p.item.revision}"', **headers})


def key_used_twice(p: Place) -> Any:
    p.api().post("systems/", {"name": "One", "status": "planned"}, Idempotency_Key="k")
    return p.api().post("systems/", {"name": "Another", "status": "planned"}, Idempotency_Key="k")


def decide(p: Place, **given: str) -> Any:
    return p.post("checklists/review/", given, p.charlie)


CASES = [
    # -- files
    Case("a path as a name", lambda p: p.upload("../../x", b"x"), 200, "“x” is kept", 1),
    Case("a Windows path", lambda p: p.upload("C:\\temp\\..\\a.txt", b"x"), 200, "“a.txt” is kept", 1),
    Case("HTML with script", lambda p: p.upload("a.html", SCRIPT.encode()), 200, "“a.html” is kept", 1),
    Case("SVG with script", lambda p: p.upload("a.svg", f"<svg>{SCRIPT}</svg>".encode()), 200, "“a.svg” is kept", 1),
    Case("a name of 300 letters", lambda p: p.upload(f"{LONG}.csv", b"x"), 200, "nnn.csv” is kept", 1),
    Case("a title of 300 letters", lambda p: p.upload("a.csv", b"x", title=LONG), 400, "title"),
    Case("right-to-left tricks", lambda p: p.upload(RIGHT_TO_LEFT, b"MZ"), 400, "program"),
    Case("a program", lambda p: p.upload("a.exe", b"MZ"), 400, "program"),
    Case("an empty file", lambda p: p.upload("a.csv", b""), 400, "The file a.csv is empty."),
    Case("no file at all", lambda p: p.post("evidence/new/", {"title": "None"}), 400, "required"),
    Case("a file that is a text", lambda p: p.post("evidence/new/", {"file": "a.csv"}), 400, "file"),
    Case("a name of dots only", lambda p: p.upload("...", b"x"), 400, "name"),
    Case("a null in a name", lambda p: p.upload("a\0b.txt", b"x"), 200, "is kept", 1),
    Case("a zip bomb as evidence", lambda p: p.upload("a.zip", zip_bomb(megabytes=40)), 200, "is kept", 1),
    Case("an XML of entities", lambda p: p.upload("a.xml", ENTITIES.encode()), 200, "is kept", 1),
    Case("CSV with formulas", lambda p: p.upload("a.csv", b"=cmd|'/c calc'!A0,1\n"), 200, "is kept", 1),
    Case("a PDF that is none", lambda p: p.upload("a.pdf", b"%PDF-1.7 nothing"), 200, "is kept", 1),
    Case("a picture that is none", lambda p: p.upload("a.png", b"\x89PNG\r\n\x1a\nno"), 200, "is kept", 1),
    Case(
        "a link that runs",
        lambda p: p.post("evidence/new/link/", {"title": "x", "url": "javascript:alert(1)"}),
        400,
        "address",
    ),
    Case(
        "a link of 2,000 letters",
        lambda p: p.post("evidence/new/link/", {"title": "x", "url": f"https://e.org/{'a' * 2000}"}),
        400,
        "1000",
    ),
    Case("an empty note", lambda p: p.post("evidence/new/note/", {"title": "x", "note": "   "}), 400, "is empty"),
    Case("a note with a null", lambda p: p.post("evidence/new/note/", {"title": "x", "note": "a\0b"}), 400, "ull"),
    Case(
        "days in the wrong order",
        lambda p: p.upload("a.csv", b"x", effective_on="2026-05-02", valid_until="2026-05-01"),
        400,
        "valid",
    ),
    Case("a day that is none", lambda p: p.upload("a.csv", b"x", valid_until="2026-02-30"), 400, "2026-02-30"),
    Case(
        "another's AI system",
        lambda p: p.upload("a.csv", b"x", systems=str(p.other_item.checklist.system_id)),
        400,
        "systems",
    ),
    # -- rows
    Case("a verdict that is none", lambda p: p.row(verdict="compliant"), 400, "compliant"),
    Case("a verdict without a reason", lambda p: p.row(verdict="not_met"), 400, "needs a reason"),
    Case("an owner of another house", lambda p: p.row(owner=str(p.other_item.checklist.opened_by_id)), 400, "wner"),
    Case("an owner that is no id", lambda p: p.row(owner="1 OR 1=1"), 400, "wner"),
    Case("an overlong revision", lambda p: p.row(note="x", revision="9" * 40), 400, "Somebody else changed"),
    Case("a revision that is no number", lambda p: p.row(note="x", revision="one"), 400, "whole number"),
    Case("a note with a null on a row", lambda p: p.row(note="a\0b"), 400, "ull"),
    Case("a year of five digits", lambda p: p.row(due_on="20266-01-01"), 400, "20266"),
    Case("submitted without evidence", lambda p: p.row(verdict="met", submit="1"), 400, "no evidence is attached"),
    Case("two who submit at once", twice, 400, "What the second person typed."),
    Case("two who write at once", overtaken, 400, "What Alice typed meanwhile."),
    Case("a session that expired", signed_out, 403, "Two hours of writing."),
    Case("a page that is too old", old_page, 403, "Two hours of writing."),
    Case("somebody who left meanwhile", left_meanwhile, 404, "no such page"),
    Case("another's evidence", foreign_attach, 400, "evidence"),
    Case("a version that is none", bind_to_no_version, 400, "no such version"),
    Case("another's row", lambda p: p.post(f"checklists/rows/{p.other_item.pk}/", {"note": "x"}), 404, "no such page"),
    Case("a row that is none", lambda p: p.get(f"checklists/rows/{NOBODY}/"), 404, "no such page"),
    Case("an id that is no id", lambda p: p.get("checklists/rows/1'--/"), 404, "no such page"),
    Case(
        "rows chosen that are none",
        lambda p: p.post(
            f"checklists/{p.item.checklist_id}/bulk/assign/", {"row": ["X@1", "@", "A@B@C"], "owner": "nobody"}
        ),
        400,
        "",
    ),
    Case("decided on what is no id", lambda p: decide(p, **{"decide-x": "accept", "seen-x": "y"}), 409, "no such row"),
    Case(
        "decided on another's row",
        lambda p: decide(p, **{f"decide-{p.other_item.pk}": "accept", f"seen-{p.other_item.pk}": "y"}),
        409,
        "no such row",
    ),
    # -- findings
    Case("a finding without words", lambda p: finding(p, title=" ", statement=" "), 400, "required"),
    Case("a severity that is none", lambda p: finding(p, severity="9/10"), 400, "9/10"),
    Case("an action of nobody here", lambda p: plan(p, owner=NOBODY, due_on="2030-01-01"), 400, "wner"),
    Case("an action due in no year", lambda p: plan(p, due_on="0000-01-01"), 400, "0000-01-01"),
    # -- sheets
    Case("a workbook that is none", lambda p: p.sheet(b"PK\x03\x04 nothing"), 400, "workbook"),
    Case("a workbook that swells", lambda p: p.sheet(zip_bomb()), 400, ""),
    Case("a workbook of another list", lambda p: p.sheet(workbook(["a", "b"], [1, 2])), 400, ""),
    # -- addresses
    Case("a page of 40 digits", lambda p: p.get("evidence/", page="9" * 40), 200, "Evidence"),
    Case("broken UTF-8 in an address", lambda p: p.browser().get(f"{p.root}evidence/?q=%ff%fe"), 200, "Evidence"),
    Case("a null in a search", lambda p: p.get("search/", q="a\0b"), 200, 'name="q"'),
    Case("10,000 letters searched for", lambda p: p.get("search/", q="x" * 10_000), 200, 'name="q"'),
    Case(
        "a filter that is not offered",
        lambda p: p.get("findings/", state="'; DROP TABLE", severity="x"),
        200,
        "indings",
    ),
    Case(
        "a trail since no day",
        lambda p: p.browser(p.admin).get(f"{p.root}trail/", {"since": "tomorrow", "q": "\0"}),
        200,
        "rail",
    ),
    # -- the API
    Case("JSON that is none", lambda p: p.raw("systems/", b"{"), 400, "JSON"),
    Case("JSON in broken UTF-8", lambda p: p.raw("systems/", b'{"name": "\xff"}'), 400, ""),
    Case("a wrong content type", lambda p: p.raw("systems/", b"<a/>", "text/xml"), 415, "text/xml"),
    Case("a list instead of an object", lambda p: p.raw("systems/", b"[1]"), 400, ""),
    Case(
        "a null in a name of a system",
        lambda p: p.api().post("systems/", {"name": "a\0b", "status": "planned"}),
        400,
        "ull",
    ),
    Case(
        "nothing said of what was read", lambda p: p.api().patch(f"rows/{p.item.pk}/", {"note": "x"}), 428, "If-Match"
    ),
    Case("another state than it is", lambda p: patched(p, {"note": "x"}, If_Match='"77"'), 412, "changed since"),
    Case("a lie for a verdict", lambda p: patched(p, {"verdict": True}), 400, "verdict"),
    Case("a key used for another request", key_used_twice, 422, "another request"),
    Case(
        "evidence that is two things",
        lambda p: p.api().post("evidence/", {"url": "https://e.org", "note": "x"}),
        400,
        "exactly one",
    ),
    Case("a method that is none", lambda p: p.raw("systems/", b"", method="DELETE"), 405, "DELETE"),
    Case("a cursor of 400 digits", lambda p: p.api().get("rows/", {"cursor": "9" * 400}), 404, "ursor"),
    Case("a number for a day", lambda p: patched(p, {"due_on": 10**400}), 400, "due_on"),
]


def counted() -> dict[str, int]:
    """How many rows each table has, but for what may be left of a refusal."""
    models = [one for one in apps.get_models() if one.__name__ not in CHANGES_NOTHING]
    return {one.__name__: one._default_manager.count() for one in models}


@pytest.mark.parametrize("case", CASES, ids=[one.name for one in CASES])
def test_what_should_not_be_sent_gets_its_sentence(case: Case, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    sent_at: dict[str, int] = {}

    def watched(self: Client, request: dict[str, Any], send: Any = Client.request) -> Any:
        if request.get("REQUEST_METHOD") not in (None, "GET") or not sent_at:  # a page that follows makes nothing
            sent_at.update(counted())  # what the case prepared is there by then
        return send(self, **request)

    monkeypatch.setattr(Client, "request", lambda self, **request: watched(self, request))
    answer = case.send(place)
    monkeypatch.undo()
    page = b"".join(answer).decode(errors="replace")
    said = unescape(page)
    assert answer.status_code == case.status, said[-3000:]
    assert case.says in said
    assert SCRIPT not in page
    made = {name: n - sent_at[name] for name, n in counted().items() if n != sent_at[name]}
    assert made.get("Evidence", 0) == case.keeps
    if not case.keeps:
        assert made == {}
    assert list(breaks(place.alice.organisation_id)) == []


def test_there_are_sixty_of_them() -> None:
    assert len({one.name for one in CASES}) >= 60
