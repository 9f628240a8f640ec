"""Pages cost as many queries for ten times the files, rows, groups, classes, strata, proposals and runs of a plan."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from audits.bias import actions, arriving, locking
from audits.bias.arriving import Arrived
from audits.bias.models import BiasAudit, BiasIntake, ExclusionProposal
from audits.bias.plan import Plan
from audits.metrics.categories import RACES
from compliance import env
from compliance.systems.models import AISystem
from tests import build
from tests.bias.test_pages_queries import cost, more
from tests.people import People, client_of

pytestmark = pytest.mark.django_db
PARTS = ("pictures-intersectional", "tests-sex", "outcomes-sex", "outcomes-strata", "class-1", "runs")


@pytest.fixture
def system(people: People) -> AISystem:
    return build.system(people.alice)


@pytest.fixture
def alice(people: People) -> Client:
    return client_of(people.alice)


def base(system: AISystem) -> str:
    return f"/o/{system.organisation.slug}/bias-audits/"


def costs(client: Client, urls: list[str]) -> list[int]:
    """Return what each page costs once the process has read what it reads once."""
    for url in urls:
        client.get(url)
    return [cost(client, url) for url in urls]


def finished(people: People, system: AISystem, times: int) -> BiasAudit:
    """Return a finished audit of `times` as many rows, races, classes and strata."""
    races = [RACES[place % len(RACES)] for place in range(times)]
    lines = [
        f"{'MF'[n % 2]},{races[n % times]},{('yes', 'no')[n % 3 % 2]},{('good', 'bad')[n % 5 % 2]},"
        f"style {n % times},{n % times}"
        for n in range(40 * times)
    ]
    audit = actions.open_audit(
        by=people.alice, system=system, title=f"{times} times", file_name="a.csv",
        stream=io.BytesIO(("sex,race,hired,good,style,year\n" + "\n".join(lines) + "\n").encode()),
    )  # fmt: skip
    mapping: Any = {"truth": {"good": "selected", "bad": "not selected"}}
    plan = Plan(
        "sex", "race", selected="hired", truth="good", mapping=mapping, output_class="style", class_reading="put-into",
        strata=("year",), pooled="One tool.",
    )  # fmt: skip
    actions.start(by=people.alice, bias_audit=audit, plan=plan, people_in_union=False)
    actions.carry_out(audit.pk)
    audit.refresh_from_db()
    assert audit.problems == []
    return audit


def test_a_result_and_its_parts_cost_the_same_for_ten_times_as_much(
    people: People, alice: Client, system: AISystem
) -> None:
    small, large = finished(people, system, 1), finished(people, system, 10)
    found = []
    for audit in (small, large):
        url = f"{base(system)}{audit.pk}/"
        found.append(costs(alice, [url, *(f"{url}parts/{part}/" for part in PARTS if part != "runs"), url + "drift/"]))
    assert found[0] == found[1]


def test_a_mapping_costs_the_same_for_ten_times_the_rows_and_values(
    people: People, alice: Client, system: AISystem
) -> None:
    found = []
    for times in (1, 10):
        lines = [f"{'MF'[n % 2]},race {n % (3 * times)},{('yes', 'no')[n % 2]}" for n in range(60 * times)]
        audit = actions.open_audit(
            by=people.alice, system=system, title=f"{times} times", file_name="a.csv",
            stream=io.BytesIO(("sex,race,hired\n" + "\n".join(lines) + "\n").encode()),
        )  # fmt: skip
        url = f"{base(system)}{audit.pk}/"
        found.append(costs(alice, [f"{url}map/?sex=sex&race_ethnicity=race&kind=selected&measure=hired", url]))
    assert found[0] == found[1]


def test_an_intake_costs_the_same_for_ten_times_the_sources(
    people: People, alice: Client, system: AISystem, settings: Any
) -> None:
    settings.SOURCES = {"hr": env.Source("duckdb:///none", system.organisation.slug)}
    found = []
    for times in (2, 20):
        arrived = [Arrived(database="hr", table=f"main.people{n}", label=f"Table {n}") for n in range(times)]
        intake = arriving.take_in(by=people.alice, system=system, title=f"{times}", arrived=arrived)
        assert isinstance(intake, BiasIntake)
        url = f"{base(system)}files/{intake.pk}/"
        found.append(costs(alice, [url, url + "progress/"]))
    assert found[0] == found[1]


def test_a_plan_costs_the_same_with_ten_times_the_runs_and_authors(
    people: People, alice: Client, system: AISystem
) -> None:
    document = locking.planned(system=system, choices={"unknowns": "per-table"}, metrics=["impact ratio"])
    plan = locking.draft_plan(by=people.alice, system=system, title="2026", document=document)
    draft = [f"{base(system)}plans/{plan.pk}/{page}" for page in ("", "change/")]
    few = costs(alice, draft)
    thresholds = [{"metric": "impact ratio", "value": f"0.{n}", "reason": "Ours."} for n in range(10, 20)]
    plan = locking.change_plan(by=people.alice, plan=plan, document={**document, "thresholds": thresholds})
    plan = locking.change_plan(by=people.charlie, plan=plan, document={**document, "thresholds": thresholds})
    assert costs(alice, draft) == few
    locking.approve_plan(by=people.bob, plan=plan)
    locking.lock_plan(by=people.alice, plan=plan)
    audit = finished(people, system, 1)
    BiasAudit.objects.filter(pk=audit.pk).update(under=plan)
    audit.refresh_from_db()
    more(audit, 1)
    before = costs(alice, draft[:1])
    more(audit, 18)
    assert costs(alice, draft[:1]) == before


def test_what_is_left_out_costs_the_same_for_ten_times_the_proposals(
    people: People, alice: Client, system: AISystem
) -> None:
    audit = finished(people, system, 1)
    url = f"{base(system)}{audit.pk}/"

    def propose(times: int) -> None:
        for place in range(times):
            ExclusionProposal.objects.create(
                bias_audit=audit, output_class=f"style {uuid4()}", table="race_ethnicity",
                race_ethnicity=RACES[place % len(RACES)], justification="Few.", proposed_by=people.alice,
            )  # fmt: skip

    propose(1)
    before = costs(alice, [url, url + "left-out/"])
    propose(9)
    assert costs(alice, [url, url + "left-out/"]) == before
