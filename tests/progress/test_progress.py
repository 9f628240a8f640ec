"""What rows stand on: counted once each, shown in counts, kept from day to day, and what a measurement contradicts."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audits.bias import actions as bias_actions
from audits.bias import locking
from compliance.checklists import actions, queries
from compliance.checklists.lines import footings_in, line_of, lines
from compliance.checklists.models import Checklist
from compliance.progress.actions import take_snapshots
from compliance.progress.models import ProgressSnapshot
from compliance.systems import actions as system_actions
from tests import build
from tests.bias.test_conduct import document, finished, uploaded
from tests.people import People, client_of

pytestmark = pytest.mark.django_db
LESS_OFTEN = b"sex,race,hired\n" + b"Male,White,1\n" * 8 + b"Male,White,0\n" * 2
LESS_OFTEN += b"Female,White,1\n" * 6 + b"Female,White,0\n" * 4


@pytest.fixture
def checklist(people: People) -> Checklist:
    return build.checklist(people.alice)


def page(people: People, path: str) -> str:
    return client_of(people.alice).get(f"/o/{people.alice.organisation.slug}/{path}").content.decode()


def footing(people: People, checklist: Checklist, row: str) -> str:
    return line_of(people.alice, build.item(people.alice, row, on=checklist)).footing.value


def measured(people: People, checklist: Checklist, threshold: str, metric: str = "impact ratio") -> Any:
    """Measure women at a ratio of 0.6 to 0.8 under a plan with its own threshold, and attach the result."""
    mine = [{"metric": metric, "value": threshold, "reason": "Our own policy."}]
    system = checklist.system
    plan = locking.draft_plan(by=people.alice, system=system, title="2026", document=document(system, thresholds=mine))
    locking.approve_plan(by=people.bob, plan=plan)
    plan = locking.lock_plan(by=people.alice, plan=plan)
    audit = uploaded(people, system, LESS_OFTEN)
    finished(people, audit, under=plan)
    return bias_actions.link_to_rows(by=people.alice, bias_audit=audit, checklist=checklist)[0]


def test_each_row_stands_in_one_place(people: People, checklist: Checklist) -> None:
    rows = [f"LL144-AUD-0{n}" for n in range(1, 8)]
    items = [build.item(people.alice, row, on=checklist) for row in rows]
    build.answered(people.alice, items[0])  # on the strength of a note alone
    assert footing(people, checklist, rows[0]) == "asserted"
    actions.attach(by=people.alice, item=items[0], evidence=build.file(people.alice))
    assert footing(people, checklist, rows[0]) == "evidenced"
    actions.change(by=people.alice, item=items[1], verdict="not_applicable", reason="No audit is due.")
    build.submitted(people.alice, items[2])
    actions.change(by=people.alice, item=items[3], verdict="undetermined", reason="The vendor has not answered.")
    expired = build.file(people.alice, b"old", valid_until=timezone.now().date() - timedelta(days=1))
    actions.attach(by=people.alice, item=items[4], evidence=expired)
    actions.change(by=people.alice, item=items[4], verdict="partly_met", reason="The certificate ran out.")
    told = ["evidenced", "not_applicable", "under_review", "not_assessed", "stale", "not_assessed", "not_assessed"]
    assert [footing(people, checklist, row) for row in rows] == told
    sections = lines(people.alice, checklist)
    counts = footings_in(sections, checklist.catalogue.progress_kinds)
    assert counts.total() == queries.counts(checklist).binding
    whole = page(people, f"checklists/{checklist.pk}/progress/")
    assert "%" not in re.sub(r"<[^>]+>", " ", whole)


def test_a_measurement_that_crosses_its_own_plans_threshold_contradicts_met(
    people: People, checklist: Checklist
) -> None:
    row = measured(people, checklist, "0.8").row_id
    assert footing(people, checklist, row) == "not_assessed"  # a measurement says nothing in a person's place
    item = build.item(people.alice, row, on=checklist)
    actions.change(by=people.alice, item=item, verdict="not_met", reason="Women are hired less often.")
    assert footing(people, checklist, row) == "evidenced"
    actions.change(by=people.alice, item=item, verdict="met", reason="")
    assert footing(people, checklist, row) == "contradicted"
    panel = page(people, f"checklists/rows/{item.pk}/quick/")
    assert "The impact ratio of Female (sex) is 0.750, below 0.8. The plan of this measurement set that" in panel
    assert "Look at 1 answer that a measurement contradicts." in page(people, "progress/")
    system_actions.change(by=people.alice, system=checklist.system, version="5.0")
    assert footing(people, checklist, row) == "contradicted"  # what speaks against it is not hidden by its age


@pytest.mark.parametrize(("threshold", "metric"), [("0.75", "impact ratio"), ("0.9", "selection rate")])
def test_a_threshold_that_is_met_or_whose_wanted_side_nobody_stated_contradicts_nothing(
    people: People, checklist: Checklist, threshold: str, metric: str
) -> None:
    item = measured(people, checklist, threshold, metric)
    actions.change(by=people.alice, item=item, verdict="met")
    assert footing(people, checklist, item.row_id) == "evidenced"
    system_actions.change(by=people.alice, system=checklist.system, version="5.0")
    assert footing(people, checklist, item.row_id) == "stale"


def test_days_are_counted_once_and_shown_beside_today(people: People, checklist: Checklist) -> None:
    today = timezone.now().date()
    assert take_snapshots(today - timedelta(days=2)) == 1
    assert take_snapshots(today - timedelta(days=2)) == 0
    build.answered(people.alice, build.item(people.alice, on=checklist))
    take_snapshots(today - timedelta(days=1))
    kept = [one.counts for one in ProgressSnapshot.objects.order_by("day")]
    assert [one.get("asserted", 0) for one in kept] == [0, 1]
    assert sum(kept[0].values()) == sum(kept[1].values())
    whole = page(people, f"checklists/{checklist.pk}/progress/")
    assert 'id="over-time-title"' in whole
    assert "asserted only: from 0 to 1" in whole


def test_the_pages_of_progress_cost_the_same_queries_however_many_systems_there_are(people: People) -> None:
    first = build.checklist(people.alice)

    def cost() -> list[int]:
        found = []
        for path in ("progress/", "progress/?by=owner", "progress/?by=article", f"checklists/{first.pk}/progress/"):
            with CaptureQueriesContext(connection) as made:
                page(people, path)
            found.append(len(made))
        return found

    build.answered(people.alice, build.item(people.alice, on=first))
    take_snapshots(timezone.now().date() - timedelta(days=1))
    cost()
    before = cost()
    for number in range(4):
        one = build.checklist(people.alice, build.system(people.alice, f"Tool {number}"))
        build.answered(people.alice, build.item(people.alice, on=one))
        build.accepted(people.alice, people.bob, build.item(people.alice, "LL144-PUB-01", on=one))
    take_snapshots(timezone.now().date() - timedelta(days=2))
    assert cost() == before


def test_another_house_sees_none_of_it(people: People, checklist: Checklist) -> None:
    theirs = client_of(people.stranger)
    own = people.alice.organisation.slug
    assert theirs.get(f"/o/{own}/progress/").status_code == 404
    other = people.stranger.organisation.slug
    assert theirs.get(f"/o/{other}/checklists/{checklist.pk}/progress/").status_code == 404
    assert "No row counts yet." in theirs.get(f"/o/{other}/progress/").content.decode()
