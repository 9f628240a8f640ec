"""Freezing: the manifest says what the records say at that moment, and nothing that speaks against them is left out."""

from __future__ import annotations

from audits.dossiers import actions, render
from audits.dossiers.manifest import validate
from compliance.evidence import actions as evidence_actions
from tests import build
from tests.people import People


def test_evidence_that_was_withdrawn_says_so_wherever_it_is_named(people: People) -> None:
    row = build.accepted(people.alice, people.bob, build.item(people.alice))
    piece = row.evidence.get()
    evidence_actions.withdraw(by=people.alice, evidence=piece, reason="The minutes were of another tool.")
    kept = build.note(people.alice, "Minutes of the right tool")
    frozen = actions.freeze(by=people.charlie, checklist=row.checklist, status="draft")
    manifest, attachments = actions.contents(frozen)
    assert attachments == {}
    (told,) = validate(manifest).evidence
    assert told.id == str(piece.pk) != str(kept.pk)
    assert told.withdrawn is not None
    assert told.withdrawn.reason == "The minutes were of another tool."
    page = render.html(manifest)
    assert page.count("The minutes were of another tool.") >= 2  # in the index of evidence, and in the trail
    assert "Note on LL144-AUD-01</a> <b>withdrawn</b>" in page
