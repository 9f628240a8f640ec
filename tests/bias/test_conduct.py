"""Who may say what before a run, and that the result carries it: plan, deviations, the six records, independence."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from audits.bias import actions, leaving_out, locking, queries
from audits.bias.models import BiasAudit
from audits.bias.plan import Plan
from audits.metrics.conduct import CONDITIONS
from audits.metrics.recheck import recheck
from compliance.evidence import actions as evidence_actions
from compliance.frameworks import catalogues
from compliance.lib.canonical import digest
from compliance.lib.independence import LIMBS
from compliance.lib.problems import Forbidden, Refused
from compliance.systems import actions as system_actions
from compliance.trail import presenters
from compliance.trail.models import TrailEntry
from tests import build
from tests.people import People, client_of

pytestmark = pytest.mark.django_db
APPLICANTS = b"sex,race,hired\nMale,White,1\nFemale,White,0\nFemale,Black,1\nMale,Black,1\n"
PLAN = Plan("sex", "race", selected="hired", favourable="1")


def uploaded(people: People, system: Any = None, data: bytes = APPLICANTS) -> BiasAudit:
    return actions.open_audit(
        by=people.alice,
        system=system or build.system(people.alice),
        title="Screening",
        stream=io.BytesIO(data),
        file_name="applicants.csv",
    )


def finished(people: People, audit: BiasAudit, plan: Plan = PLAN, **options: Any) -> dict[str, Any]:
    actions.start(by=people.alice, bias_audit=audit, plan=plan, **{"people_in_union": False, **options})
    actions.carry_out(audit.pk)
    audit.refresh_from_db()
    return dict(actions.result_of(audit))


def document(system: Any, **changed: Any) -> dict[str, Any]:
    fields = {"choices": locking.choices_of(PLAN), "metrics": ["selection rate", "impact ratio"], **changed}
    return locking.planned(system=system, **fields)


def test_without_plan_and_declaration_a_result_is_a_self_assessment_and_says_so(people: People) -> None:
    result = finished(people, uploaded(people))
    assert result["conduct"]["label"] == "self-assessment"
    assert result["conduct"]["plan_sentence"] == "The audit ran without a plan that was locked before."
    assert all(check.holds for check in recheck(result))
    result["conduct"]["label"] = "bias audit"
    assert not all(check.holds for check in recheck(result))


def test_a_run_says_every_deviation_from_the_plan_it_ran_under(people: People) -> None:
    audit = uploaded(people)
    plan = locking.draft_plan(by=people.alice, system=audit.system, title="2026", document=document(audit.system))
    with pytest.raises(Refused, match="draft"):
        actions.start(by=people.alice, bias_audit=audit, plan=PLAN, people_in_union=False, under=plan)
    plan = locking.lock_plan(by=people.alice, plan=plan)
    with pytest.raises(Refused, match="locked"):
        locking.change_plan(by=people.alice, plan=plan, document=document(audit.system))
    as_planned = finished(people, audit, under=plan)
    assert as_planned["conduct"]["deviations"] == []
    assert as_planned["conduct"]["plan"]["sha256"] == plan.sha256
    other = Plan("sex", "race", selected="hired", favourable="0", unknowns="complete-case")
    departed = finished(people, uploaded(people, audit.system), other, under=plan)
    assert departed["conduct"]["deviations"] == [
        {"field": "favourable", "planned": "1", "ran": "0"},
        {"field": "unknowns", "planned": "per-table", "ran": "complete-case"},
    ]
    assert all(check.holds for check in recheck(departed))
    departed["conduct"] |= {"deviations": [], "plan_sentence": as_planned["conduct"]["plan_sentence"]}
    departed["conduct"]["plan"]["document"]["choices"] |= {"favourable": "0", "unknowns": "complete-case"}
    assert [check.where for check in recheck(departed) if not check.holds] == ["conduct.plan.sha256"]


def test_a_plan_with_thresholds_needs_a_second_person_and_a_change_takes_the_approval_away(people: People) -> None:
    system = build.system(people.alice)
    mine = [{"metric": "impact ratio", "value": "0.85", "reason": "Our own policy."}]
    plan = locking.draft_plan(by=people.alice, system=system, title="2026", document=document(system, thresholds=mine))
    with pytest.raises(Refused, match="second person"):
        locking.lock_plan(by=people.alice, plan=plan)
    locking.approve_plan(by=people.bob, plan=plan)
    plan = locking.change_plan(by=people.alice, plan=plan, document=document(system, thresholds=mine, notes="More."))
    assert plan.approved_by is None
    for act, who in ((locking.approve_plan, people.bob), (locking.lock_plan, people.alice)):
        with pytest.raises(Refused, match="changed after you opened it"):
            act(by=who, plan=plan, seen=digest(document(system, thresholds=mine)))
    locking.approve_plan(by=people.bob, plan=plan, seen=digest(plan.document))
    assert locking.lock_plan(by=people.alice, plan=plan).approved_by == people.bob


def test_whoever_wrote_in_a_draft_is_an_author_of_it_and_the_later_of_two_changes_overwrites_nothing(
    people: People,
) -> None:
    system = build.system(people.alice)
    mine = [{"metric": "impact ratio", "value": "0.85", "reason": "Our own policy."}]
    plan = locking.draft_plan(by=people.charlie, system=system, title="2026", document=document(system))
    read = plan.revision
    changed = document(system, thresholds=mine)
    locking.change_plan(by=people.charlie, plan=plan, document=changed, revision=read)
    with pytest.raises(Refused, match="Charlie changed the plan while you were writing") as caught:
        locking.change_plan(by=people.alice, plan=plan, document=document(system), revision=read)
    assert caught.value.code == "changed-meanwhile"
    plan = locking.change_plan(by=people.alice, plan=plan, document=changed, revision=read + 1)
    assert (plan.document["thresholds"], plan.author_names) == (mine, ["Charlie", "Alice"])
    with pytest.raises(Refused, match="You wrote in this plan"):  # an auditor may approve, but not what he wrote
        locking.approve_plan(by=people.charlie, plan=plan)
    locking.approve_plan(by=people.bob, plan=plan)
    assert locking.plan_stated(locking.lock_plan(by=people.alice, plan=plan))["authors"] == ["Charlie", "Alice"]


def test_the_database_itself_keeps_a_locked_plan_and_a_declaration(people: People) -> None:
    system = build.system(people.alice)
    draft = locking.draft_plan(by=people.alice, system=system, title="2027", document=document(system))
    plan = locking.draft_plan(by=people.alice, system=system, title="2026", document=document(system))
    plan = locking.lock_plan(by=people.alice, plan=plan)
    declared = locking.declare_independence(
        by=people.charlie, system=system, auditor="Charlie", limbs=dict.fromkeys(LIMBS, True)
    )
    for row, change in ((plan, {"approved_by": people.bob}), (declared, {"auditor": "Bob"})):
        rows = type(row)._default_manager.filter(pk=row.pk)
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            rows.update(**change)
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {row._meta.db_table}")
        assert rows.exists()
    assert draft.delete()[0] == 1
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE audits_biasplan CASCADE")


def test_people_in_the_union_need_six_records_and_an_unanswered_question_stops_the_run(people: People) -> None:
    audit = uploaded(people)
    with pytest.raises(Refused, match="Say whether people in the Union"):
        actions.start(by=people.alice, bias_audit=audit, plan=PLAN, people_in_union=None)
    with pytest.raises(Refused) as caught:
        actions.start(
            by=people.alice, bias_audit=audit, plan=PLAN, people_in_union=True, conditions={"a": "Memo 1.", "b": " "}
        )
    assert [problem.column for problem in caught.value.problems] == [f"condition_{letter}" for letter in "bcdef"]
    records = {letter: f"Memo {letter}." for letter in CONDITIONS}
    result = finished(people, audit, people_in_union=True, conditions=records)
    assert result["conduct"]["special_categories"]["conditions"] == records
    assert result["conduct"]["special_categories"]["recorded_by"] == "Alice"
    del result["conduct"]["special_categories"]["conditions"]["e"]
    assert not all(check.holds for check in recheck(result))


def test_only_three_limbs_by_an_auditor_make_a_bias_audit(people: People) -> None:
    audit = uploaded(people)
    every = dict.fromkeys(LIMBS, True)
    with pytest.raises(Refused, match="financial interest"):
        locking.declare_independence(
            by=people.charlie, system=audit.system, auditor="Charlie", limbs={**every, "iii": False}
        )
    declared = locking.declare_independence(by=people.charlie, system=audit.system, auditor="Charlie", limbs=every)
    result = finished(people, audit, declaration=declared)
    assert (result["conduct"]["label"], result["conduct"]["independence"]["auditor"]) == ("bias audit", "Charlie")
    other = build.system(people.alice, "Other tool")
    with pytest.raises(ValueError, match="another AI system"):
        actions.start(
            by=people.alice, bias_audit=uploaded(people, other), plan=PLAN, people_in_union=False, declaration=declared
        )
    with pytest.raises(Forbidden):
        locking.declare_independence(by=people.alice, system=audit.system, auditor="Charlie", limbs=every)


def test_a_result_is_stale_once_version_data_or_evidence_change(people: People) -> None:
    audit = uploaded(people)
    finished(people, audit)
    assert queries.stale(audit) == []
    evidence = actions.publish(by=people.alice, bias_audit=audit)
    checklist = build.checklist(people.alice, audit.system)
    row = actions.link_to_rows(by=people.alice, bias_audit=audit, checklist=checklist)[0]
    page = reverse("checklists_item", kwargs={"org": people.alice.organisation.slug, "pk": row.pk})
    fresh = client_of(people.alice).get(page, follow=True)
    assert (fresh.status_code, b"Stale" in fresh.content) == (200, False)
    system_actions.change(by=people.alice, system=audit.system, version="5.0")
    audit.system.refresh_from_db()
    finished(people, uploaded(people, audit.system, APPLICANTS + b"Male,White,1\n"))
    assert (
        b"It was measured on version 4.2; the system is registered as version 5.0."
        in client_of(people.alice).get(page).content
    )
    evidence_actions.withdraw(by=people.alice, evidence=evidence, reason="The export was cut off.")
    audit.refresh_from_db()
    assert [problem.code for problem in queries.stale(audit)] == ["version-changed", "newer-data", "evidence-withdrawn"]


def test_leaving_out_a_category_is_proposed_by_one_person_and_accepted_by_another(people: People) -> None:
    many = b"sex,race,hired\n" + b"Male,White,1\nFemale,White,0\n" * 60 + b"Female,Black,1\n"
    first = uploaded(people, data=many)
    before = finished(people, first)
    black = before["tables"][1]["benchmark"]
    assert black["race_ethnicity"].startswith("Black")
    place = {"class": None, "table": "race_ethnicity", **black}
    [proposal] = leaving_out.propose(
        by=people.alice, bias_audit=first, exclusions=[{**place, "justification": "One person."}]
    )
    with pytest.raises(Refused, match="already proposed to leave out Black"):
        leaving_out.propose(by=people.alice, bias_audit=first, exclusions=[{**place, "justification": "Again."}])
    with pytest.raises(Refused, match="accepted no further category"):
        leaving_out.compute(by=people.alice, bias_audit=first)
    with pytest.raises(Forbidden):
        leaving_out.decide(by=people.alice, proposal=proposal, accept=True, reason="Fine.")
    with pytest.raises(Refused, match="Give the reason of your decision"):
        leaving_out.decide(by=people.bob, proposal=proposal, accept=True, reason=" ")
    leaving_out.decide(by=people.bob, proposal=proposal, accept=False, reason="Two audits should agree first.")
    with pytest.raises(Refused, match="decided about this category already"):
        leaving_out.decide(by=people.bob, proposal=proposal, accept=True, reason="After all.")
    [again] = leaving_out.propose(
        by=people.charlie, bias_audit=first, exclusions=[{**place, "justification": "One person."}]
    )
    with pytest.raises(Refused, match="You proposed it"):  # an auditor may decide, but not on what he proposed
        leaving_out.decide(by=people.charlie, proposal=again, accept=True, reason="Mine.")
    leaving_out.decide(by=people.bob, proposal=again, accept=True, reason="One person says nothing of the tool.")
    made = leaving_out.compute(by=people.alice, bias_audit=first)
    assert leaving_out.compute(by=people.charlie, bias_audit=first) == made  # who asks a moment later gets the same one
    actions.carry_out(made.pk)
    assert leaving_out.compute(by=people.alice, bias_audit=first) == made
    made.refresh_from_db()
    after = actions.result_of(made)
    assert after["tables"][1]["benchmark"]["race_ethnicity"].startswith("White")
    assert after["counts"] == before["counts"]
    [left] = after["method"]["exclusions"]
    assert (left["proposed_by"], left["approver"], left["justification"]) == ("Charlie", "Bob", "One person.")
    assert "approval-unwitnessed" not in {note["code"] for note in after["notes"]}
    entries = presenters.told(TrailEntry.objects.filter(verb__startswith="bias.exclusion").order_by("seq"))
    assert [(one.entry.verb.removeprefix("bias.exclusion_"), one.actor) for one in entries] == [
        ("proposed", "Alice"), ("refused", "Bob"), ("proposed", "Charlie"), ("accepted", "Bob"),
    ]  # fmt: skip
    other = uploaded(people, first.system, many + b"Female,White,1\n")
    with pytest.raises(Refused, match="No second person has accepted to leave out Black"):
        actions.start(by=people.alice, bias_audit=other, plan=Plan.from_json(made.plan or {}), people_in_union=False)


def test_a_result_evidences_the_rows_that_it_shows_and_no_others() -> None:
    catalogue = catalogues.catalogue(build.LAW)
    shown: dict[str, Any] = {
        "method": {"rate_kind": "selection", "classes_only": True, "data": None},
        "tables": [],
        "classes": [{}],
    }
    rows = actions.evidenced_rows(shown, catalogue)
    assert "LL144-SEL-06" in rows
    shown["method"] = {"rate_kind": "selection", "classes_only": False, "data": {"kind": "test"}}
    rows = actions.evidenced_rows({**shown, "classes": []}, catalogue)
    assert ("LL144-SEL-06" in rows, "LL144-DATA-01" in rows) == (False, False)
