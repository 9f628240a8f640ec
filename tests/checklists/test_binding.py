"""A checklist that rests on a determination: which rows apply, what that changes, and what is never lost."""

from __future__ import annotations

import datetime

import pytest

from compliance.checklists import actions, binding, queries, statement
from compliance.checklists.models import Checklist, ChecklistItem, Progress
from compliance.determinations import actions as determination_actions
from compliance.determinations import queries as determinations
from compliance.determinations.models import Determination
from compliance.lib.problems import Forbidden, Refused
from tests import build
from tests.people import People, client_of

BINDS, LATER, NEVER, OPEN = "EUAIA-3.1", "EUAIA-26.1", "EUAIA-14.5", "EUAIA-26.4"


@pytest.fixture
def signed(people: People) -> Determination:
    return build.signed(people.alice, people.bob)


@pytest.fixture
def checklist(people: People, signed: Determination) -> Checklist:
    return actions.open_checklist(
        by=people.alice, system=signed.system, law=signed.law, text_version=signed.text_version, determination=signed
    )


def item(checklist: Checklist, row: str) -> ChecklistItem:
    return checklist.items.get(row_id=row)


def url(people: People, path: str) -> str:
    return f"/o/{people.alice.organisation.slug}/checklists/{path}"


def again(people: People, checklist: Checklist, **answers: object) -> Determination:
    """Sign another determination of the same system, with other answers."""
    return build.signed(people.alice, people.bob, checklist.system, **answers)


def test_each_row_says_whether_it_binds_since_when_and_why(checklist: Checklist, signed: Determination) -> None:
    found = determinations.result_of(signed)
    for one in checklist.items.all():
        row = found.rows[one.row_id]
        assert (one.binding, one.since) == (row.state, row.since)
        assert one.grounds[0]["sentence"] == row.ground
        assert [ground["sentence"] for ground in one.grounds[1:]] == [reason.sentence for reason in row.reasons]
    assert [item(checklist, row).binding for row in (BINDS, LATER, NEVER, OPEN)] == [
        "applies", "later", "no", "undetermined",
    ]  # fmt: skip
    assert item(checklist, LATER).since == datetime.date(2027, 12, 2)


def test_only_rows_that_may_bind_count_in_progress(checklist: Checklist) -> None:
    counts, kinds = queries.counts(checklist), {row.id for row in checklist.catalogue.counted_rows}
    expected = [one for one in checklist.items.exclude(binding="no") if one.row_id in kinds]
    assert counts.binding == len(expected) < len(kinds)
    assert counts.rows == len(checklist.catalogue.rows)


def test_the_statement_has_every_row_once_with_its_ground(checklist: Checklist) -> None:
    found = statement.statement(checklist.catalogue, checklist.items.all())
    assert sum(len(rows) for rows in found.values()) == len(checklist.catalogue.rows)
    grounds = statement.by_ground(found["no"])
    assert sum(len(one.rows) for one in grounds) == len(found["no"])
    assert all(one.sentence for one in grounds)


def test_a_row_that_does_not_apply_is_not_found_met_by_mistake(people: People, checklist: Checklist) -> None:
    row = item(checklist, NEVER)
    with pytest.raises(Refused, match=r"says that EUAIA-14\.5 does not apply") as refused:
        build.answered(people.alice, row)
    assert refused.value.problems[0].column == "despite"
    actions.change(by=people.alice, item=row, verdict="not_applicable", reason="We only use the system.")
    alice, page = client_of(people.alice), url(people, f"rows/{row.pk}/")
    answer = {"verdict": "met", "reason": "", "revision": item(checklist, NEVER).revision}
    refused_page = alice.post(page, answer)
    assert refused_page.status_code == 400
    assert "Tick the box to answer it all the same" in refused_page.content.decode()
    assert alice.post(page, {**answer, "despite": "on"}).status_code == 302
    assert item(checklist, NEVER).verdict == "met"


def test_what_a_newer_determination_changes_is_told_first_and_then_applied(
    people: People, checklist: Checklist
) -> None:
    build.accepted(people.alice, people.bob, item(checklist, LATER))
    newer = again(people, checklist, annex_iii_uses=["none"])
    alice = client_of(people.alice)
    assert "this checklist does not rest on it yet" in alice.get(url(people, f"{checklist.pk}/")).content.decode()
    found = binding.preview(checklist, newer)
    assert LATER in [one.row.id for one in found.go]
    assert [one.row.id for one in found.set_aside] == [LATER]
    assert item(checklist, LATER).binding == "later"
    page = alice.get(url(people, f"{checklist.pk}/apply/")).content.decode()
    assert "Do not apply, and something is said on them (1)" in page
    assert alice.post(url(people, f"{checklist.pk}/apply/"), {"determination": "another"}).status_code == 400
    alice.post(url(people, f"{checklist.pk}/apply/"), {"determination": newer.pk})
    assert (item(checklist, LATER).binding, item(checklist, LATER).verdict) == ("no", "met")
    assert item(checklist, LATER).progress == Progress.DONE
    page = alice.get(url(people, f"{checklist.pk}/")).content.decode()
    assert "this checklist does not rest on it yet" not in page


def test_not_applicable_is_asked_again_when_the_row_comes_to_bind(people: People, checklist: Checklist) -> None:
    first = again(people, checklist, annex_iii_uses=["none"])
    binding.apply_determination(by=people.alice, checklist=checklist, determination=first)
    row = item(checklist, LATER)
    actions.change(by=people.alice, item=row, verdict="not_applicable", reason="No use of Annex III.")
    actions.submit(by=people.alice, item=row)
    actions.accept(by=people.bob, item=row)
    second = again(people, checklist)
    assert [one.row.id for one in binding.preview(checklist, second).against] == [LATER]
    binding.apply_determination(by=people.alice, checklist=checklist, determination=second)
    row = item(checklist, LATER)
    assert (row.progress, row.verdict) == ("in_progress", "not_applicable")
    assert "the answer says that it is not applicable" in row.confirm_again
    assert row.reviews.count() == 1


def test_a_checklist_takes_over_a_signed_determination_of_its_own_text_and_system(
    people: People, signed: Determination
) -> None:
    other = build.checklist(people.alice, build.system(people.alice, "Another"), "eu-ai-act")
    with pytest.raises(Refused, match="the checklist is not"):
        binding.apply_determination(by=people.alice, checklist=other, determination=signed)
    mine = build.checklist(people.alice, signed.system, "eu-ai-act")
    draft = build.determination(people.alice, signed.system)
    with pytest.raises(Refused, match="not signed"):
        binding.apply_determination(by=people.alice, checklist=mine, determination=draft)
    with pytest.raises(Forbidden):
        binding.apply_determination(by=people.observer, checklist=mine, determination=signed)
    assert binding.apply_determination(by=people.alice, checklist=mine, determination=signed).determination == signed


def test_an_override_is_told_with_both_names(people: People) -> None:
    draft = build.determination(people.alice)
    said = determination_actions.propose_override(
        by=people.alice, determination=draft, row_id=BINDS, state="no", reason="The definition is no duty of ours."
    )
    determination_actions.decide_override(by=people.bob, override=said, accept=True)
    draft.refresh_from_db()
    signed = determination_actions.sign(by=people.bob, determination=draft, statement="Checked.")
    made = actions.open_checklist(by=people.alice, system=draft.system, law="eu-ai-act", determination=signed)
    page = client_of(people.alice).get(url(people, f"{made.pk}/applicability/")).content.decode()
    assert "The definition is no duty of ours." in page
    assert "Said by Alice against the engine, and accepted by Bob." in page


def test_opening_from_a_determination_leads_to_rows_told_apart(people: People, signed: Determination) -> None:
    alice = client_of(people.alice)
    at = f"{url(people, 'new/')}?determination={signed.pk}"
    assert "each row says at once whether it binds" in alice.get(at).content.decode()
    given = {"system": signed.system_id, "law": f"{signed.law}/{signed.text_version}"}
    page = alice.post(at, given, follow=True).content.decode()
    assert "rows do not apply" in page
    assert alice.get(at)["Location"] == url(people, f"{Checklist.objects.get().pk}/apply/")
    assert f'<li id="{NEVER}">' in page
    assert f'<tr id="{BINDS}">' in page
    narrowed = alice.get(url(people, f"{Checklist.objects.get().pk}/?binding=later")).content.decode()
    assert f'<tr id="{LATER}">' in narrowed
    assert BINDS not in narrowed


def test_without_a_determination_all_rows_are_asked_and_classifying_is_offered(people: People) -> None:
    made = build.checklist(people.alice, law="eu-ai-act")
    page = client_of(people.alice).get(url(people, f"{made.pk}/")).content.decode()
    assert page.count('<tr id="EUAIA-') == len(made.catalogue.rows)
    assert "Classify the system first" in page
    assert len(page) < 300_000


def test_a_framework_is_not_classified(people: People) -> None:
    made = build.checklist(people.alice, law="nist-ai-rmf")
    assert "Classify the system first" not in client_of(people.alice).get(url(people, f"{made.pk}/")).content.decode()
