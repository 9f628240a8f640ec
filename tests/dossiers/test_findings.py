"""Findings in dossiers: told by severity, with second persons; whoever verifies sees what is left out or changed."""

from __future__ import annotations

from typing import Any

import pytest

from audits.dossiers import actions, render
from audits.dossiers.manifest import validate
from audits.dossiers.verification import findings as verified
from audits.dossiers.verification.report import Broken, Unknown
from compliance.findings import actions as findings
from compliance.findings.models import Finding
from tests import build
from tests.engaging import today
from tests.people import People


def raised(people: People, severity: str = "high", row: str = build.ROW, **words: Any) -> Finding:
    item = people.alice.organisation.checklists.get().items.get(row_id=row)
    given = {"title": "No audit in date", "statement": "The tool ran for nine days.", "kind": "major"}
    said: dict[str, Any] = {**given, **words}
    return findings.raise_(by=people.charlie, item=item, severity=severity, **said)


def closed(people: People) -> Finding:
    one = raised(people)
    findings.explain(by=people.bob, finding=one, cause="Nobody watched the date.", extent="Nine days.")
    shows = build.note(people.alice, "The reminder")
    action = findings.plan(by=people.bob, finding=one, what="Watch it.", owner=people.alice, due_on=today(9))
    findings.end_action(by=people.alice, action=action, done=True, said="It is set.", evidence=shows)
    findings.hand_in(by=people.bob, finding=one)
    findings.verify(by=people.charlie, finding=one, reason="The reminder came.")
    return one


def accepted(people: People) -> Finding:
    one = raised(people, "critical", "LL144-AUD-02", title="A summary is late")
    proposal = findings.propose_acceptance(by=people.alice, finding=one, reason="Until May.", until=today(30))
    findings.decide_acceptance(by=people.bob, acceptance=proposal, accept=True, reason="For a month.")
    return one


@pytest.fixture
def manifest(people: People) -> dict[str, Any]:
    checklist = build.checklist(people.alice)
    closed(people)
    accepted(people)
    return actions.contents(actions.freeze(by=people.charlie, checklist=checklist, status="draft"))[0]


def test_they_are_told_by_severity_with_all_that_was_decided(manifest: dict[str, Any]) -> None:
    assert [(one["number"], one["severity"], one["state"]) for one in manifest["findings"]] == [
        (2, "critical", "accepted"),
        (1, "high", "closed"),
    ]
    page = render.html(manifest)
    assert page.index("Critical severity") < page.index("High severity")
    for words in (
        "2 findings on the rows",
        "Nobody watched the date.",
        "Owner Alice, due",
        "The reminder came.",
        "For a month.",
        "§ 20-872",
        'href="#finding-1"',
    ):
        assert words in page
    assert verified.check(validate(manifest))[0] == "2 findings"


def test_a_checklist_without_findings_says_so_and_an_older_manifest_says_nothing(people: People) -> None:
    checklist = build.checklist(people.alice)
    value = actions.contents(actions.freeze(by=people.charlie, checklist=checklist, status="draft"))[0]
    assert "No finding was raised on the rows of this checklist." in render.html(value)
    del value["findings"]
    assert "Nonconformities and observations" not in render.html(value)
    assert verified.check(validate(value))[0] == "none"


def leave_out(value: dict[str, Any]) -> None:
    del value["findings"][1]


def call_it_open(value: dict[str, Any]) -> None:
    value["findings"][1]["state"] = "open"


def verify_it_oneself(value: dict[str, Any]) -> None:
    one = value["findings"][1]
    one["verifications"][0]["by"] = one["actions"][0]["owner"]


def accept_it_oneself(value: dict[str, Any]) -> None:
    one = value["findings"][0]["acceptances"][0]
    one["decided_by"] = one["proposed_by"]


def invent(value: dict[str, Any]) -> None:
    value["findings"].append({**value["findings"][0], "id": "another", "number": 3})


def play_it_down(value: dict[str, Any]) -> None:
    value["findings"][1]["statement"] = "The tool ran for a day."


@pytest.mark.parametrize(
    ("tamper", "kind", "sentence"),
    [
        (leave_out, Broken, "The trail tells of a finding that the dossier leaves out"),
        (call_it_open, Broken, "The trail says otherwise how F-1 stands"),
        (verify_it_oneself, Broken, "F-1 was verified by somebody who did what was verified"),
        (accept_it_oneself, Broken, "The risk of F-2 was accepted by whoever proposed it"),
        (invent, Broken, "The trail does not tell that F-3 was raised"),
        (play_it_down, Unknown, "What a second person decided on is not what is shown now"),
    ],
)
def test_what_was_done_to_them_is_found(manifest: dict[str, Any], tamper: Any, kind: Any, sentence: str) -> None:
    tamper(manifest)
    with pytest.raises(kind, match=sentence):
        verified.check(validate(manifest))
