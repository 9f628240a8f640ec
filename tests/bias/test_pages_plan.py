"""The pages of plans and of independence: written, approved by a second person, locked, declared."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audits.bias import actions, locking, planfile
from audits.bias.models import BiasPlan, IndependenceDeclaration
from audits.bias.plan import Plan
from audits.metrics.categories import RACES
from audits.metrics.conduct import FIELDS
from compliance.lib.canonical import digest
from compliance.lib.problems import Refused
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


CENSUS = "source: Census 2020\ndate: 2020-04-01\nsex: {Male: 48.2, Female: 51.8}\n"


def test_a_plan_on_the_page_holds_everything_that_a_plan_file_can(people: People, alice: Client) -> None:
    said = {
        "rate_kind": "scoring", "higher_is_better": "yes", "median_basis": "both-known", "exclusion_base": "assessed",
        "exclusions": "none", "unit_of_analysis": "person", "favourable": "Hire", "strata": "year", "pooled": "One.",
        "class_reading": "put-into", "outcome_favourable": "good", "outcome_prediction": "cut-off",
        "outcome_cutoff": "0.5", "outcome_chance": "yes", "outcome_edges": "0.5", "outcome_base": "group",
        "outcome_sex": "Male", "outcome_race": RACES[1], "data_kind": "test", "data_origin": "Synthetic people.",
        "data_why_not_historical": "The tool is new.", "data_how_obtained": "Drawn at random.", "reference": CENSUS,
        "people_in_union": "yes", "condition_a": "No other data shows it.", "condition_f": "In the register.",
    }  # fmt: skip
    answer = alice.post(base(people) + "plans/new/", sent(people, **said))
    assert answer.status_code == 302, answer.content.decode()
    plan = BiasPlan.objects.get()
    document = plan.document
    assert set(document["choices"]) == set(FIELDS)
    assert document["choices"]["outcome"] == {
        "favourable": "good", "prediction": "cut-off", "cutoff": "0.5", "edges": ["0.5"], "chance": True,
        "base": "group", "reference": {"sex": "Male", "race_ethnicity": RACES[1]},
    }  # fmt: skip
    assert document["choices"]["reference"]["tables"][0]["rows"][1]["value"] == "51.8"
    assert document["choices"]["data"]["how_obtained"] == "Drawn at random."
    records = {"a": "No other data shows it.", "f": "In the register."}
    assert document["special_categories"] == {"people_in_union": True, "conditions": records}
    # The form gives back what it took: keeping it unchanged changes nothing.
    change = f"{base(people)}plans/{plan.pk}/change/"
    form = alice.get(change).context["form"]
    same = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "")}
    alice.post(change, {**same, "system": str(plan.system_id), "title": plan.title})
    plan.refresh_from_db()
    assert (plan.document, plan.revision) == (document, 1)
    page = alice.get(f"{base(people)}plans/{plan.pk}/").content.decode()
    assert "In the register." in page


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"outcome_cutoff": "half"}, "Write the cut-off in digits, such as 0.5 or 5."),
        ({"outcome_cutoff": "0.5", "outcome_prediction": "selected"}, "A cut-off goes with the answer above"),
        ({"outcome_edges": "0.5 0.2"}, "each above the one before"),
        ({"outcome_base": "group"}, "Name the group by its sex and its race/ethnicity."),
        ({"outcome_sex": "Male"}, "A group is named with the answer that speaks of it."),
        ({"outcome_chance": "yes", "higher_is_better": "no"}, "A chance of the outcome is better the higher it is."),
        ({"condition_a": "No other data."}, "The records of Article 4a(1) are about people in the Union"),
        ({"reference": "sex: {Male: 1}"}, "Say where the figures of the reference population come from."),
        ({"data_how_obtained": "At random."}, "This is said of test data"),
    ],
)
def test_what_no_run_could_keep_is_told_beside_its_field(
    people: People, alice: Client, more: dict[str, Any], sentence: str
) -> None:
    page = alice.post(base(people) + "plans/new/", sent(people, **more)).content.decode()
    assert sentence in page.replace("&#x27;", "'")
    assert not BiasPlan.objects.exists()


def test_records_of_the_plan_stand_for_those_that_a_run_leaves_empty(people: People, alice: Client) -> None:
    records = {f"condition_{letter}": f"Record {letter}." for letter in "abcdef"}
    alice.post(base(people) + "plans/new/", sent(people, people_in_union="yes", **records))
    plan = BiasPlan.objects.get()
    locking.lock_plan(by=people.alice, plan=plan)
    plan.refresh_from_db()
    audit = actions.open_audit(
        by=people.alice, system=plan.system, title="Run", stream=io.BytesIO(b"sex,race,hired\nM,White,1\nF,White,0\n"),
        file_name="a.csv",
    )  # fmt: skip
    more: dict[str, Any] = {
        "bias_audit": audit,
        "plan": Plan("sex", "race", selected="hired", unknowns="complete-case"),
    }
    with pytest.raises(Refused, match="has no record yet"):
        actions.start(by=people.alice, people_in_union=True, conditions={"a": "Mine."}, **more)
    actions.start(by=people.alice, people_in_union=True, conditions={"a": "Mine."}, under=plan, **more)
    audit.refresh_from_db()
    assert audit.conduct is not None
    kept = audit.conduct["special_categories"]["conditions"]
    assert (kept["a"], kept["b"]) == ("Mine.", "Record b.")


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
