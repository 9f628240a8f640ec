"""Freezing: the manifest says what the records say at that moment, and nothing that speaks against them is left out."""

from __future__ import annotations

import io

import pytest

from audits.bias import actions as bias
from audits.bias import leaving_out
from audits.bias.plan import Plan
from audits.dossiers import actions, render
from audits.dossiers.manifest import validate
from audits.dossiers.verification import determination
from audits.dossiers.verification.report import Broken
from compliance.determinations import actions as determinations
from compliance.determinations import queries
from compliance.evidence import actions as evidence_actions
from compliance.lib import canonical
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
    assert (told.id, told.piece, told.version) == (str(piece.newest.pk), str(piece.pk), 1)
    assert told.piece != str(kept.pk)
    assert told.withdrawn is not None
    assert told.withdrawn.reason == "The minutes were of another tool."
    page = render.html(manifest)
    assert page.count("The minutes were of another tool.") >= 2  # in the index of evidence, and in the trail
    assert "Note on LL144-AUD-01</a> <b>withdrawn</b>" in page


def test_a_signed_determination_stands_in_the_dossier_with_its_overrides(people: People) -> None:
    system = build.system(people.alice)
    draft = build.determination(people.alice, system, law="nyc-ll144", tool_scores=True, roles=["employer"])
    row = queries.result_of(draft).those("no")[0].id
    override = determinations.propose_override(
        by=people.alice, determination=draft, row_id=row, state="applies", reason="The city told us so."
    )
    determinations.decide_override(by=people.bob, override=override, accept=True, reason="I saw the letter.")
    determinations.sign(by=people.charlie, determination=draft, statement="Checked with the vendor.")
    frozen = actions.freeze(by=people.charlie, checklist=build.checklist(people.alice, system), status="draft")
    value, attachments = actions.contents(frozen)
    manifest = validate(value)
    assert manifest.determination is not None
    assert canonical.sha256(attachments["determination.json"]) == manifest.determination.sha256
    assert determination.check(manifest, attachments)[0].endswith("82 rows worked out again, all equal")
    page = render.html(value)
    for words in ("Classification and determination", "The city told us so.", "I saw the letter.", "Charlie", "Bob"):
        assert words in page
    value["determination"]["says"]["tally"]["no"] += 1
    with pytest.raises(Broken, match="tells the determination otherwise"):
        determination.check(validate(value), attachments)


def test_a_draft_of_a_determination_stands_in_no_dossier(people: People) -> None:
    system = build.system(people.alice)
    build.determination(people.alice, system, law="nyc-ll144")
    frozen = actions.freeze(by=people.charlie, checklist=build.checklist(people.alice, system), status="draft")
    manifest, attachments = actions.contents(frozen)
    assert attachments == {}
    assert "determination" not in manifest


def test_what_was_proposed_to_be_left_out_and_is_not_stands_in_the_dossier(people: People) -> None:
    system = build.system(people.alice)
    lines = b"sex,race,hired\n" + b"Male,White,1\nFemale,White,0\n" * 60 + b"Female,Black,1\nMale,Asian,1\n"
    audit = bias.open_audit(
        by=people.alice, system=system, title="Screening", stream=io.BytesIO(lines), file_name="applicants.csv"
    )
    bias.start(by=people.alice, bias_audit=audit, plan=Plan("sex", "race", selected="hired"), people_in_union=False)
    bias.carry_out(audit.pk)
    audit.refresh_from_db()
    checklist = build.checklist(people.alice, system)
    bias.link_to_rows(by=people.alice, bias_audit=audit, checklist=checklist)
    rows = bias.result_of(audit)["tables"][1]["rows"]
    small = [{"sex": None, "race_ethnicity": one["race_ethnicity"]} for one in rows if one["applicants"] == 1]
    wanted = [{"class": None, "table": "race_ethnicity", **one, "justification": "One person."} for one in small]
    first, _second = leaving_out.propose(by=people.alice, bias_audit=audit, exclusions=wanted)
    leaving_out.decide(by=people.bob, proposal=first, accept=False, reason="It is a person all the same.")
    manifest, _files = actions.contents(actions.freeze(by=people.charlie, checklist=checklist, status="draft"))
    [told] = validate(manifest).bias_audits
    assert [(one.decision, one.decided_by) for one in told.proposed_exclusions] == [("refused", "Bob"), ("", "")]
    page = render.html(manifest)
    assert "Proposed to be left out of the ratios" in page
    assert "Waits for a second person; not left out here" in page
    assert "It is a person all the same." in page
