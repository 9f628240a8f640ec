"""Every choice of method on the mapping page reaches the result, and what one answer makes necessary is asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from audits.bias import actions, locking
from audits.bias.models import BiasAudit
from audits.bias.plan import Plan
from compliance.lib.independence import LIMBS
from compliance.lib.problems import Refused
from compliance.systems.models import AISystem
from tests import build
from tests.bias.test_pages import meanings
from tests.people import People, client_of

pytestmark = pytest.mark.django_db
LINES = "sex,race,score,posting,band\n" + "".join(
    f"{'MF'[n % 2]},{('White', 'Black', '')[n % 3]},{n},{'AB'[n % 5 % 2]},{('low', 'high')[n % 7 % 2]}\n"
    for n in range(90)
)
COLUMNS = {"sex": "sex", "race_ethnicity": "race", "kind": "score", "measure": "score", "count": ""}
ANSWERS = {"direction": "higher", "unknowns": "per-table", "people_in_union": "no"}


@pytest.fixture
def system(people: People) -> AISystem:
    return build.system(people.alice)


@pytest.fixture
def alice(people: People) -> Client:
    return client_of(people.alice)


def uploaded(client: Client, system: AISystem) -> tuple[str, dict[str, str]]:
    """Return the address of the mapping page of a new audit, and what it proposes."""
    base = f"/o/{system.organisation.slug}/bias-audits/"
    file = SimpleUploadedFile("applicants.csv", LINES.encode(), "text/csv")
    client.post(base + "new/", {"system": str(system.pk), "title": "Screening", "file": file})
    url = f"{base}{BiasAudit.objects.latest('uploaded_at').pk}/map/"
    return url, meanings(client.get(url, COLUMNS).content.decode())


def ran(client: Client, url: str, sent: dict[str, Any]) -> dict[str, Any]:
    page = client.post(url, sent)
    assert page.status_code == 302, page.content.decode()[:6000]
    audit = BiasAudit.objects.get(pk=url.split("/")[-3])
    actions.carry_out(audit.pk)
    audit.refresh_from_db()
    assert audit.problems == []
    return dict(actions.result_of(audit))


def test_every_choice_stands_in_the_result(people: People, system: AISystem, alice: Client) -> None:
    document = locking.planned(system=system, choices={"unknowns": "complete-case"}, metrics=["impact ratio"])
    plan = locking.draft_plan(by=people.alice, system=system, title="2026", document=document)
    locking.lock_plan(by=people.alice, plan=plan)
    declared = locking.declare_independence(
        by=people.charlie, system=system, auditor="Charlie", limbs=dict.fromkeys(LIMBS, True)
    )
    url, proposed = uploaded(alice, system)
    sent = {
        **COLUMNS,
        **proposed,
        **ANSWERS,
        "reason_unknowns": "Race is often withheld.",
        "median_basis": "both-known",
        "exclusion_base": "assessed",
        "unit": "other",
        "unit_other": "an interview",
        "strata": ["posting"],
        "pooled": "One scale.",
        "output_class": "band",
        "class_reading": "put-into",
        "data_kind": "historical",
        "data_from": "2026-01-01",
        "data_to": "2026-06-30",
        "data_origin": "The tool's log.",
        "under": str(plan.pk),
        "declaration": str(declared.pk),
    }
    result = ran(alice, url, sent)
    method = result["method"]
    assert (method["median_basis"], method["exclusion_base"]) == ("both-known", "assessed")
    assert (method["unit_of_analysis"], method["pooled"], method["strata"]) == (
        "an interview",
        "One scale.",
        ["posting"],
    )
    assert method["data"]["to"] == "2026-06-30"
    assert method["reasons"] == {"unknowns": "Race is often withheld."}
    assert [one["class"] for one in result["classes"]] == ["high", "low"]
    assert result["conduct"]["label"] == "bias audit"
    assert [one["field"] for one in result["conduct"]["deviations"]] == ["unknowns"]
    page = alice.get(url.removesuffix("map/")).content.decode()
    assert "Every field in which the run departs from the plan" in page
    part = url.removesuffix("map/") + "parts/tests-sex/"
    assert "p of Mantel-Haenszel" in alice.get(part).content.decode()


def test_defaults_are_stated_and_taken_where_nothing_is_chosen(system: AISystem, alice: Client) -> None:
    url, proposed = uploaded(alice, system)
    page = alice.get(url, COLUMNS).content.decode()
    assert "as answered above (the default)" in page
    result = ran(alice, url, {**COLUMNS, **proposed, **ANSWERS})
    assert result["method"]["median_basis"] == "all-assessed"
    assert result["method"]["exclusion_base"] == "table"
    assert result["method"]["unit_of_analysis"] is None


def test_test_data_rests_on_the_analysis_of_an_earlier_audit_of_historical_data(
    people: People, system: AISystem, alice: Client
) -> None:
    url, proposed = uploaded(alice, system)
    first = ran(alice, url, {**COLUMNS, **proposed, **ANSWERS})
    earlier = BiasAudit.objects.get()
    url, proposed = uploaded(alice, system)
    told = {
        "why_not_historical": "Too few people.",
        "how_obtained": "A panel.",
        "sufficiency_of": str(earlier.pk),
        "sufficiency_conclusion": "Not sufficient.",
        "sufficiency_reason": "Only large gaps would be noticed.",
        "sufficiency_by": "Charlie",
    }
    sent = {**COLUMNS, **proposed, **ANSWERS, "data_kind": "test"}
    assert alice.post(url, sent).content.decode().count("Test data is allowed only with this") == 2 * len(told)
    data = ran(alice, url, {**sent, **told})["method"]["data"]
    assert data["sufficiency"]["counts"] == first["counts"]
    assert data["sufficiency"]["by"] == "Charlie"
    on_test = BiasAudit.objects.exclude(pk=earlier.pk).get()
    url, proposed = uploaded(alice, system)
    page = alice.post(url, {**sent, **told, "sufficiency_of": str(on_test.pk)}).content.decode()
    assert "This audit was itself made on test data" in page
    analysis = {**data["sufficiency"], "of": str(on_test.pk)}
    plan = replace(Plan.from_json(on_test.plan or {}), data={**data, "sufficiency": analysis})
    fresh = BiasAudit.objects.exclude(pk__in=[earlier.pk, on_test.pk]).get()
    with pytest.raises(Refused, match="itself made on test data"):
        actions.start(by=people.alice, bias_audit=fresh, plan=plan, people_in_union=False)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"strata": ["posting"]}, "Say why these may be counted as one, or audit them one by one."),
        ({"unit": "other"}, "Say what one row stands for."),
        ({"data_origin": "A log."}, "Say whether the data is historical or test data."),
        ({"people_in_union": "yes"}, "Article 4a(1)(a) has no record yet"),
        ({"people_in_union": ""}, "Say whether people in the Union are among those assessed."),
    ],
)
def test_what_an_answer_makes_necessary_is_asked_for(
    system: AISystem, alice: Client, more: dict[str, Any], sentence: str
) -> None:
    url, proposed = uploaded(alice, system)
    page = alice.post(url, {**COLUMNS, **proposed, **ANSWERS, "reason_unknowns": "As typed.", **more})
    assert sentence in page.content.decode()
    assert "As typed." in page.content.decode()
    assert BiasAudit.objects.get().asked_at is None


def test_a_tool_that_only_classifies_has_tables_for_each_class(system: AISystem, alice: Client) -> None:
    url, _ = uploaded(alice, system)
    columns = {**COLUMNS, "kind": "class", "measure": "band"}
    proposed = meanings(alice.get(url, columns).content.decode())
    result = ran(alice, url, {**columns, **proposed, "unknowns": "per-table", "people_in_union": "no"})
    assert [one["class"] for one in result["classes"]] == ["high", "low"]
    assert alice.get(url.removesuffix("map/")).status_code == 200


def test_a_category_below_two_percent_is_left_out_only_once_a_second_person_accepted_it(
    people: People, system: AISystem, alice: Client
) -> None:
    base = f"/o/{system.organisation.slug}/bias-audits/"
    rows = "".join(f"{'MF'[n % 2]},White,{n}\n" for n in range(199)) + "F,Black,150\n"
    file = SimpleUploadedFile("applicants.csv", f"sex,race,score\n{rows}".encode(), "text/csv")
    alice.post(base + "new/", {"system": str(system.pk), "title": "Screening", "file": file})
    url = f"{base}{BiasAudit.objects.get().pk}/"
    proposed = meanings(alice.get(url + "map/", COLUMNS).content.decode())
    first = ran(alice, url + "map/", {**COLUMNS, **proposed, **ANSWERS})
    assert "Decide which are left out" in alice.get(url).content.decode()
    page = alice.get(url + "left-out/").content.decode()
    assert "0.50%" in page
    assert "Leave out White" not in page  # 99.5 % of the people
    assert "Tick at least one category" in alice.post(url + "left-out/", {"why_0": "Typed."}).content.decode()
    assert "Write down why it is left out" in alice.post(url + "left-out/", {"leave_0": "on"}).content.decode()
    assert alice.post(url + "left-out/", {"leave_0": "on", "why_0": "One person."}).status_code == 302
    waits = "Proposed by Alice"
    for page in (alice.get(url).content.decode(), alice.get(url + "left-out/").content.decode()):
        assert waits in page
        assert "not yet approved. It is not applied." in page
    assert "Only a member with the role" in page  # she may propose, but not review
    bob = client_of(people.bob)
    [decide] = set(re.findall(r'action="([^"]+/decide/)"', bob.get(url + "left-out/").content.decode()))
    bob.post(decide, {"decision": "accept", "reason": "Too few."})
    assert "Compute with what was accepted" in alice.get(url + "left-out/").content.decode()
    assert "accepted by Bob" in alice.get(url).content.decode()
    assert alice.post(url + "left-out/compute/").status_code == 302
    made = BiasAudit.objects.latest("uploaded_at")
    actions.carry_out(made.pk)
    made.refresh_from_db()
    second = actions.result_of(made)
    [black] = [row for row in second["tables"][1]["rows"] if row["excluded"]]
    assert (black["applicants"], black["impact_ratio"]) == (1, None)
    assert second["method"]["exclusions"][0]["approver"] == "Bob"
    assert second["counts"] == first["counts"]


def test_the_same_file_is_taken_again_with_every_answer_as_it_was(system: AISystem, alice: Client) -> None:
    url, proposed = uploaded(alice, system)
    given = {**ANSWERS, "reason_unknowns": "Race is often withheld.", "unit": "application"}
    ran(alice, url, {**COLUMNS, **proposed, **given})
    page = alice.post(url.replace("map/", "again/"), follow=True).content.decode()
    assert meanings(page) == proposed
    assert 'value="Race is often withheld."' in page
    checked = re.findall(r'name="(\w+)" value="([^"]*)"[^>]* checked', page)
    assert {("unit", "application"), ("direction", "higher"), ("people_in_union", "no")} <= set(checked)
    assert BiasAudit.objects.filter(asked_at=None).count() == 1


@pytest.mark.parametrize("kind", ["class", "selected"])
def test_a_class_that_the_tool_knows_but_nobody_is_in_shows_on_pages(
    system: AISystem, alice: Client, kind: str
) -> None:
    url, _ = uploaded(alice, system)
    columns = {**COLUMNS, "kind": kind, "measure": "band"} if kind == "class" else COLUMNS
    proposed = meanings(alice.get(url, columns).content.decode())
    sent = {**columns, **proposed, **ANSWERS, "known_classes": "high\r\n\r\n low \r\nnever used\r\n"}
    if kind == "selected":
        refused = alice.post(url, sent)
        assert "Choose the column of the classes that are named, or name none." in refused.content.decode()
        sent["output_class"] = "band"
    result = ran(alice, url, sent)
    assert [one["class"] for one in result["classes"]] == ["high", "low", "never used"]
    assert "Nobody was put into the class never used" in alice.get(url.removesuffix("map/")).content.decode()
    again = BiasAudit.objects.latest("uploaded_at")
    assert again.plan is not None
    assert again.plan["classes"] == ["high", "low", "never used"]
