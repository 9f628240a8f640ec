"""From answers to a signed determination: what is kept, what a second person decides, and what changes later."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from compliance.catalogue.known import Known
from compliance.determinations import actions, queries
from compliance.determinations.models import Determination
from compliance.lib import canonical
from compliance.lib.problems import Forbidden, Refused
from compliance.trail import presenters
from compliance.trail.models import TrailEntry
from tests import build
from tests.people import People

DAY = datetime.date(2026, 11, 21)


def told(people: People) -> list[str]:
    entries = TrailEntry.objects.filter(organisation_id=people.alice.organisation_id).order_by("seq")
    return [one.sentence for one in presenters.told(entries)]


def row_of(draft: Determination, state: str) -> str:
    return queries.result_of(draft).those(state)[0].id  # type: ignore[arg-type]


def test_answers_are_kept_with_what_they_rest_on(people: People) -> None:
    one = build.system(people.alice)
    assert queries.known_of(one) == Known()
    sheet = actions.save_answers(
        by=people.alice,
        system=one,
        answers={"is_ai_system": True, "roles": {"chosen": ["deployer"], "not_known": ["provider"]}},
        remarks={"is_ai_system": " The vendor's model card, page 3. "},
    )
    assert sheet.remarks == {"is_ai_system": "The vendor's model card, page 3."}
    assert queries.known_of(one).as_json() == {
        "is_ai_system": True,
        "roles": {"chosen": ["deployer"], "not_known": ["provider"]},
    }
    actions.save_answers(by=people.bob, system=one, answers={"is_ai_system": None})
    assert "is_ai_system" not in queries.known_of(one).answers
    assert told(people)[-1].startswith("Bob answered “Does the system infer from its input")


def test_wrong_answers_are_refused_all_at_once_and_none_is_kept(people: People) -> None:
    one = build.system(people.alice)
    with pytest.raises(Refused) as refused:
        actions.save_answers(
            by=people.alice, system=one, answers={"is_ai_system": "yes", "roles": ["king"], "sme": True}
        )
    assert [problem.column for problem in refused.value.problems] == ["is_ai_system", "roles"]
    assert queries.sheet_of(people.alice, one) is None


def test_two_people_answer_at_once_without_losing_anything(people: People) -> None:
    one = build.system(people.alice)
    read = actions.save_answers(by=people.alice, system=one, answers={"is_ai_system": True}).revision
    actions.save_answers(by=people.bob, system=one, answers={"sme": True}, revision=read)
    actions.save_answers(by=people.alice, system=one, answers={"is_ai_system": False}, revision=read)
    with pytest.raises(Refused) as refused:
        actions.save_answers(by=people.bob, system=one, answers={"is_ai_system": True}, revision=read)
    assert refused.value.code == "changed-meanwhile"
    assert queries.known_of(one).answers == {"is_ai_system": False, "sme": True}


def test_an_answer_that_the_facts_cannot_hold_any_more_stays_on_the_sheet_as_not_known(people: People) -> None:
    one = build.system(people.alice)
    sheet = actions.save_answers(by=people.alice, system=one, answers={"is_ai_system": True})
    sheet.answers["a_fact_of_yesterday"] = True
    sheet.save()
    assert queries.known_of(one).answers == {"is_ai_system": True}
    assert actions.save_answers(by=people.alice, system=one, answers={"sme": True}).answers["a_fact_of_yesterday"]


def test_a_determination_keeps_all_that_was_found(people: People) -> None:
    draft = build.determination(people.alice)
    assert canonical.sha256(draft.result.encode()) == draft.sha256
    assert canonical.is_canonical(draft.result.encode())
    found = queries.result_of(draft)
    assert found.outcome_names("applies", "later") >= ("high_risk_annex_iii",)
    assert len(found.steps) == 16
    assert found.text_version == draft.text_version == "2026-07-27"
    waiting = found.those("undetermined")[0]
    assert waiting.needs
    assert waiting.ground.startswith("It is not settled until this is known")
    assert all(one.reasons and one.ground for one in found.rows.values())
    assert found.rows["EUAIA-26.7"].since == datetime.date(2027, 12, 2)


def test_the_ground_of_a_row_that_an_exception_frees_is_the_exception(people: People) -> None:
    draft = build.determination(people.alice, placed_on_market=True, first_placed_on="2026-09-01", design_changed=False)
    row = queries.result_of(draft).rows["EUAIA-26.7"]
    assert row.state == "no"
    assert row.ground.startswith("An older system that the rules on high-risk systems do not reach")
    assert any("1 September 2026" in reason.sentence for reason in row.reasons)


def test_nothing_is_determined_from_nothing_or_before_the_law(people: People) -> None:
    one = build.system(people.alice)
    with pytest.raises(Refused, match="Nothing is known"):
        actions.determine(by=people.alice, system=one, law="eu-ai-act", as_of=DAY)
    with pytest.raises(Refused, match="no text of"):
        build.determination(people.alice, one, as_of=datetime.date(2020, 1, 1))


def test_a_second_person_decides_on_an_override(people: People) -> None:
    draft = build.determination(people.charlie)
    row = row_of(draft, "no")
    override = actions.propose_override(
        by=people.charlie, determination=draft, row_id=row, state="applies", reason="Our contract says so."
    )
    with pytest.raises(Refused, match="waits for a second person"):
        actions.sign(by=people.bob, determination=draft, statement="Read.")
    with pytest.raises(Forbidden, match="another person"):
        actions.decide_override(by=people.charlie, override=override, accept=True)
    with pytest.raises(Forbidden, match="Only a member"):
        actions.decide_override(by=people.alice, override=override, accept=True)
    assert queries.result_of(draft).rows[row].state == "no"
    actions.decide_override(by=people.bob, override=override, accept=True)
    draft.refresh_from_db()
    found = queries.result_of(draft)
    assert found.rows[row].state == "applies"
    assert found.rows[row].ground == "Our contract says so."
    assert [one.decided_by for one in found.overrides if one.counts] == ["Bob"]
    assert canonical.sha256(draft.result.encode()) == draft.sha256
    with pytest.raises(Refused, match="accepted already"):
        actions.decide_override(by=people.bob, override=override, accept=False, reason="No.")


def test_a_refused_override_is_kept_and_may_be_proposed_again(people: People) -> None:
    draft = build.determination(people.alice)
    asked: dict[str, Any] = {
        "determination": draft,
        "outcome": "transparency",
        "state": "applies",
        "reason": "It talks to people.",
    }
    override = actions.propose_override(by=people.alice, **asked)
    with pytest.raises(Refused, match="already"):
        actions.propose_override(by=people.alice, **asked)
    with pytest.raises(Refused, match="takes a reason"):
        actions.decide_override(by=people.bob, override=override, accept=False)
    actions.decide_override(by=people.bob, override=override, accept=False, reason="It does not.")
    draft.refresh_from_db()
    found = queries.result_of(draft)
    assert [(one.decision, one.decided_reason) for one in found.overrides] == [("refused", "It does not.")]
    assert all(one.override is None for one in found.outcomes)
    second = actions.propose_override(by=people.alice, **asked)
    actions.decide_override(by=people.bob, override=second, accept=True)
    draft.refresh_from_db()
    assert "transparency" in queries.result_of(draft).outcome_names("applies")


@pytest.mark.parametrize(
    ("state", "since", "column"),
    [
        ("maybe", None, "state"),
        ("later", None, "since"),
        ("later", DAY, "since"),
        ("applies", datetime.date(2027, 1, 1), "since"),
        ("no", None, "state"),
        ("no", DAY, "since"),
    ],
)
def test_an_override_says_what_the_engine_did_not_on_days_that_fit(
    people: People, state: str, since: datetime.date | None, column: str
) -> None:
    draft = build.determination(people.alice)
    with pytest.raises(Refused) as refused:
        actions.propose_override(
            by=people.alice, determination=draft, row_id=row_of(draft, "no"), state=state, since=since, reason="So."
        )
    assert [problem.column for problem in refused.value.problems] == [column]


def test_a_signed_determination_does_not_change_and_the_next_replaces_it(people: People) -> None:
    one = build.system(people.alice)
    first = build.signed(people.alice, people.bob, one)
    assert first.signed_by == people.bob
    assert first.signed_at
    for act in (
        lambda: actions.sign(by=people.bob, determination=first, statement="Again."),
        lambda: actions.discard(by=people.bob, determination=first),
        lambda: actions.propose_override(
            by=people.bob, determination=first, outcome="transparency", state="applies", reason="So."
        ),
    ):
        with pytest.raises(Refused, match="is signed, so it cannot be"):
            act()
    second = build.signed(people.alice, people.charlie, one, profiles_people=False)
    assert second.replaces == first
    assert queries.current(people.alice, one, "eu-ai-act") == second
    assert queries.current(people.stranger, one, "eu-ai-act") is None
    assert told(people)[-1].startswith("Charlie signed the determination EU AI Act")


def test_a_signature_takes_a_statement_and_the_digest_that_was_read(people: People) -> None:
    draft = build.determination(people.alice)
    with pytest.raises(Forbidden):
        actions.sign(by=people.alice, determination=draft, statement="Mine.")
    with pytest.raises(Refused) as refused:
        actions.sign(by=people.bob, determination=draft, statement=" ", sha256="0" * 64)
    assert [problem.code for problem in refused.value.problems] == ["no-statement", "changed-meanwhile"]


def test_what_changed_since_is_told(people: People) -> None:
    one = build.system(people.alice)
    done = build.signed(people.alice, people.bob, one)
    assert not queries.changed_since(done, DAY)
    actions.save_answers(by=people.alice, system=one, answers={"profiles_people": False, "sme": True})
    since = queries.changed_since(done, DAY)
    assert [(change.name, change.before, change.after) for change in since.facts] == [
        ("profiles_people", True, False),
        ("sme", None, True),
    ]
    old = build.signed(people.alice, people.bob, one, as_of=datetime.date(2025, 1, 1))
    assert queries.changed_since(old, DAY).newer_text == "2026-07-27"
