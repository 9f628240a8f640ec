"""The pages of plans and of independence: written, approved by a second person, locked, declared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audits.bias import planfile
from audits.bias.models import BiasPlan, IndependenceDeclaration
from compliance.lib.canonical import digest
from tests import build
from tests.people import People, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(people: People) -> Client:
    return client_of(people.alice)


def base(people: People) -> str:
    return f"/o/{people.alice.organisation.slug}/bias-audits/"


def sent(people: People, **more: Any) -> dict[str, Any]:
    system = people.alice.organisation.systems.first() or build.system(people.alice)
    return {
        "system": str(system.pk),
        "title": "Audit of 2026",
        "metrics": ["impact ratio"],
        "unknowns": "complete-case",
        "data_kind": "historical",
        "data_from": "2026-01-01",
        "data_to": "2026-06-30",
        **more,
    }


def test_a_plan_with_a_threshold_is_written_approved_locked_and_taken_home_as_a_file(
    people: People, alice: Client, tmp_path: Path
) -> None:
    own = {"threshold_1_metric": "impact ratio", "threshold_1_value": "0.85", "threshold_1_reason": "Our own policy."}
    page = alice.post(base(people) + "plans/new/", sent(people, **own), follow=True).content.decode()
    plan = BiasPlan.objects.get()
    url = f"{base(people)}plans/{plan.pk}/"
    assert "A plan with thresholds is approved by a second person before it is locked." in page
    assert "You wrote this plan" not in page  # she may not review at all, which is what she is told
    assert "Left open, so nothing is promised there: Kind of rate" in page
    assert plan.document["choices"] == {
        "unknowns": "complete-case",
        "data": {"kind": "historical", "from": "2026-01-01", "to": "2026-06-30"},
    }
    assert f"approve/?seen={digest(plan.document)}" in client_of(people.bob).get(url).content.decode()
    assert client_of(people.bob).post(url + "approve/?seen=other").status_code != 302
    client_of(people.bob).post(f"{url}approve/?seen={digest(plan.document)}")
    locked = alice.post(url + "lock/", follow=True).content.decode()
    plan.refresh_from_db()
    assert plan.sha256 == digest(plan.document)
    assert plan.sha256 in locked
    assert alice.get(url + "change/").status_code == 302  # no way back into the form
    path = tmp_path / "plan.json"
    path.write_bytes(b"".join(alice.get(url + "plan.json").streaming_content))  # type: ignore[attr-defined]
    read = planfile.read(path)
    assert (read["sha256"], read["approved_by"], read["authors"]) == (plan.sha256, "Bob", ["Alice"])


def test_changing_a_draft_keeps_what_the_form_does_not_ask_for(people: People, alice: Client) -> None:
    alice.post(base(people) + "plans/new/", sent(people))
    plan = BiasPlan.objects.get()
    plan.document["choices"]["reference"] = {"name": "Census"}
    plan.save()
    url = f"{base(people)}plans/{plan.pk}/change/"
    assert 'value="2026-06-30"' in alice.get(url).content.decode()
    alice.post(url, sent(people, unknowns="per-table"))
    plan.refresh_from_db()
    assert plan.document["choices"]["reference"] == {"name": "Census"}
    assert plan.document["choices"]["unknowns"] == "per-table"


def test_a_draft_that_somebody_else_changed_is_not_overwritten_unawares(people: People, alice: Client) -> None:
    alice.post(base(people) + "plans/new/", sent(people))
    plan = BiasPlan.objects.get()
    url = f"{base(people)}plans/{plan.pk}/change/"
    assert 'name="revision" value="0"' in alice.get(url).content.decode()
    client_of(people.charlie).post(url, sent(people, revision="0", notes="Of Charlie."))
    typed = sent(people, revision="0", notes="Of Alice.", metrics=["impact ratio", "readings"])
    page = alice.post(url, typed).content.decode()
    assert "Charlie changed the plan while you were writing." in page
    assert "Of Alice." in page
    assert "Of Charlie." in page  # what the plan says now stands above the form
    assert 'name="revision" value="1"' in page
    assert page.count("checked") >= 3  # both metrics as she ticked them
    plan.refresh_from_db()
    assert plan.document["notes"] == "Of Charlie."
    alice.post(url, {**typed, "revision": "1"})
    plan.refresh_from_db()
    assert (plan.document["notes"], plan.author_names) == ("Of Alice.", ["Alice", "Charlie"])


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"metrics": []}, "Name the metrics:"),
        ({"title": " "}, "Give the plan a title."),
        ({"threshold_1_value": "0.85"}, "A threshold states its metric, its value and the reason of whoever sets it."),
        ({"data_to": "2025-06-30"}, "The last day lies before the first."),
        ({"data_kind": ""}, "Say whether the data is historical or test data."),
    ],
)
def test_what_a_plan_lacks_is_said_and_what_was_typed_stays(
    people: People, alice: Client, more: dict[str, Any], sentence: str
) -> None:
    page = alice.post(base(people) + "plans/new/", sent(people, notes="Kept as typed.", **more)).content.decode()
    assert sentence in page
    assert "Kept as typed." in page
    assert not BiasPlan.objects.exists()


def test_an_auditor_declares_all_three_limbs_or_none(people: People) -> None:
    system = build.system(people.alice)
    charlie = client_of(people.charlie)
    url = base(people) + "independence/new/"
    given = {"system": str(system.pk), "auditor": "Charlie", "limb_i": "on", "limb_ii": "on"}
    assert "Not ticked. Without all three the result is a self-assessment" in charlie.post(url, given).content.decode()
    assert not IndependenceDeclaration.objects.exists()
    page = charlie.post(url, {**given, "limb_iii": "on"}, follow=True).content.decode()
    assert "by Charlie" in page
    assert IndependenceDeclaration.objects.get().auditor == "Charlie"


def test_plan_promises_strata_pooling_and_the_favourable_value(people: People) -> None:
    alice, system = client_of(people.alice), build.system(people.alice)
    new = reverse("bias_plan_new", kwargs={"org": people.alice.organisation.slug})
    sent = {"system": str(system.pk), "title": "Three houses", "metrics": ["impact ratio"], "favourable": "Hire"}
    sent |= {"unknowns": "per-table", "strata": "year\n\n#source\n"}
    assert "Say why these may be counted as one" in alice.post(new, sent).content.decode()
    assert alice.post(new, {**sent, "pooled": "One scale."}).status_code == 302
    plan = BiasPlan.objects.get()
    assert plan.document["choices"] == {
        "favourable": "Hire", "pooled": "One scale.", "strata": ["year", "#source"], "unknowns": "per-table",
    }  # fmt: skip
    change = reverse("bias_plan_change", kwargs={"org": people.alice.organisation.slug, "pk": plan.pk})
    shown = alice.get(change).content.decode()
    assert "year\n#source" in shown
    assert 'value="Hire"' in shown
