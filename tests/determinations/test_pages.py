"""The guided classification and the determination in the browser, without JavaScript."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from compliance.checklists.models import Checklist
from compliance.determinations import actions, queries
from compliance.determinations.models import Determination, Override
from compliance.evidence.models import Evidence
from compliance.systems.models import AISystem
from tests import build
from tests.people import People, client_of

PARTLY = {"answer": ["deployer"], "not_known": ["provider"]}


def at(people: People, view: str, **kwargs: Any) -> str:
    return reverse(view, kwargs={"org": people.alice.organisation.slug, **kwargs})


def ask(people: People, system: AISystem, name: str, law: str = "eu-ai-act") -> str:
    return f"{at(people, 'systems_fact', pk=system.pk, name=name)}?law={law}"


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def system(people: People) -> AISystem:
    return build.system(people.alice, deployer=people.alice.organisation.name)


def test_one_question_leads_to_the_next_that_can_change_something(people: People, system: AISystem) -> None:
    client = client_of(people.alice)
    shown = text(client, at(people, "systems_detail", pk=system.pk))
    assert "Begin the classification" in shown
    shown = text(client, at(people, "systems_facts", pk=system.pk) + "?law=eu-ai-act")
    assert "First question" in shown
    answer = client.post(ask(people, system, "is_ai_system"), {"answer": "yes", "remark": "Model card.", "revision": 0})
    assert answer["Location"] == ask(people, system, "union_link")
    answer = client.post(ask(people, system, "union_link"), {"answer": ["none"], "revision": 1})
    assert queries.known_of(system).as_json() == {"is_ai_system": True, "union_link": ["none"]}
    page = text(client, ask(people, system, "profiles_people"))
    assert "Why you are not asked" in page
    assert "Not reached." in page


def test_the_role_is_asked_right_after_the_link_and_answers_that_may_not_fit_are_pointed_out(
    people: People, system: AISystem
) -> None:
    client = client_of(people.alice)
    client.post(ask(people, system, "is_ai_system"), {"answer": "yes", "revision": 0})
    answer = client.post(ask(people, system, "union_link"), {"answer": ["deployer_in_union"], "revision": 1})
    assert answer["Location"] == ask(people, system, "roles")
    client.post(ask(people, system, "roles"), {"answer": ["none"], "revision": 2})
    for url in (at(people, "systems_facts", pk=system.pk), ask(people, system, "union_link")):
        page = text(client, url)
        assert "Both may be right; look again." in page
        assert ask(people, system, "roles").replace("&", "&amp;") in page
    client.post(ask(people, system, "roles"), {"answer": ["deployer"], "revision": 3})
    assert "Both may be right" not in text(client, at(people, "systems_facts", pk=system.pk))


def test_a_page_says_why_it_asks_with_examples_and_the_citation(people: People, system: AISystem) -> None:
    page = text(client_of(people.alice), ask(people, system, "profiles_people"))
    for words in ("Why we ask", "Yes, for example", "Ranking applicants by their data", "AI Act Art 6(3), 3rd subpara"):
        assert words in page
    assert "rows wait for the answer" in page
    assert not re.search(r'<input[^>]*name="answer"[^>]*checked', page)  # nothing is chosen for anybody


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("is_ai_system", {}, "Choose an answer; “not known yet” is one."),
        ("annex_iii_uses", {"answer": ["none", "recruitment"]}, "None of these is ticked, and something besides."),
        ("annex_iii_uses", {"answer": ["justice"], "not_known": ["justice"]}, "both as fitting and as not known yet"),
        ("first_placed_on", {}, "Give an answer, or tick that it is not known yet."),
        ("first_placed_on", {"answer": "2025-01-01", "not_known": "on"}, "There is an answer, and it is ticked"),
    ],
)
def test_an_answer_that_says_nothing_clear_comes_back_with_all_that_was_typed(
    people: People, system: AISystem, name: str, given: dict[str, Any], sentence: str
) -> None:
    page = client_of(people.alice).post(ask(people, system, name), {**given, "remark": "Page 3."}).content.decode()
    assert sentence in page
    assert "Page 3." in page
    assert queries.known_of(system).answers == {}


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("is_ai_system", {"answer": "not_known"}, None),
        ("annex_iii_uses", {}, None),
        ("roles", {"answer": ["none"]}, []),
        (
            "roles",
            {"answer": ["deployer"], "not_known": ["provider"]},
            {"chosen": ["deployer"], "not_known": ["provider"]},
        ),
        ("standards_applied", {"answer": "fully"}, "fully"),
        ("first_placed_on", {"answer": "2025-01-01"}, "2025-01-01"),
        ("first_placed_on", {"not_known": "on"}, None),
    ],
)
def test_each_kind_of_answer_is_kept_and_shown_again(
    people: People, system: AISystem, name: str, given: dict[str, Any], kept: Any
) -> None:
    client = client_of(people.alice)
    assert client.post(ask(people, system, name), given).status_code == 302
    sheet = queries.sheet_of(people.alice, system)
    assert sheet is not None
    assert sheet.answers == {name: kept}
    page = text(client, ask(people, system, name))
    ticked = re.findall(r'value="([a-z_0-9-]+)"[^>]*checked', page)
    wanted = [*(given.get("answer") or [])] if isinstance(given.get("answer"), list) else []
    assert set(wanted) <= set(ticked)
    if kept is None:
        overview = text(client, at(people, "systems_facts", pk=system.pk) + "?law=eu-ai-act")
        assert "not known yet, in whole or in part" in overview


def test_what_the_register_says_is_offered_and_never_taken(people: People, system: AISystem) -> None:
    client = client_of(people.alice)
    page = text(client, ask(people, system, "roles"))
    assert "The register names your organisation as the deploying organisation." in page
    assert not re.search(r'value="deployer"[^>]*checked', page)
    assert re.search(r'value="deployer"[^>]*checked', text(client, ask(people, system, "roles") + "&propose=1"))
    assert queries.known_of(system).answers == {}


def test_what_somebody_else_answered_meanwhile_is_told_before_it_is_replaced(people: People, system: AISystem) -> None:
    actions.save_answers(by=people.bob, system=system, answers={"is_ai_system": True})
    client = client_of(people.alice)
    given = {"answer": "no", "remark": "Rules only.", "revision": "0"}
    page = client.post(ask(people, system, "is_ai_system"), given).content.decode()
    assert "Somebody else changed this answer while you were writing." in page
    assert "Rules only." in page
    revision = re.search(r'name="revision" value="(\d+)"', page)
    assert revision
    client.post(ask(people, system, "is_ai_system"), {**given, "revision": revision[1]})
    assert queries.known_of(system).answers == {"is_ai_system": False}


def test_rows_that_change_are_shown_before_the_answer_is_saved(people: People, system: AISystem) -> None:
    build.signed(people.alice, people.bob, system)
    client, url = client_of(people.alice), ask(people, system, "provides_public_services")
    given = {"answer": "yes", "remark": "We run a housing association.", "revision": "1"}
    page = client.post(url, given).content.decode()
    assert "Nothing is saved yet." in page
    assert "Appear" in page
    assert "EUAIA-27.1" in page
    assert queries.known_of(system).answers["provides_public_services"] is False
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert seen
    back = client.post(url, {**given, "seen": seen[1], "back": ""}).content.decode()
    assert "We run a housing association." in back
    assert client.post(url, {**given, "seen": "0" * 64}).status_code == 200  # something else was seen
    assert client.post(url, {**given, "seen": seen[1]}).status_code == 302
    assert queries.known_of(system).answers["provides_public_services"] is True
    detail = text(client, at(people, "systems_detail", pk=system.pk))
    assert "the facts changed since" in detail


def test_a_checklist_alone_is_enough_to_show_what_changes_and_htmx_shows_it_at_once(
    people: People, system: AISystem
) -> None:
    build.checklist(people.alice, system)
    assert Checklist.objects.count() == 1
    client, url = client_of(people.alice), ask(people, system, "tool_scores", "nyc-ll144")
    assert 'hx-trigger="change"' in text(client, url)
    part = client.post(f"{url}&preview=1", {"answer": "no", "revision": "0"}).content.decode()
    assert "<html" not in part
    assert "of NYC Local Law 144, text of 6 May 2023, come" in part
    assert queries.known_of(system).answers == {}


def test_the_classification_is_shown_as_of_any_day(people: People, system: AISystem) -> None:
    actions.save_answers(by=people.alice, system=system, answers=build.EMPLOYER)
    client, url = client_of(people.alice), at(people, "systems_classification", pk=system.pk)
    page = text(client, f"{url}?law=eu-ai-act&as_of=2026-11-21")
    for words in ("High-risk by a use of Annex III", "2 December 2027", "Supervised by", "Step by step"):
        assert words in page
    assert "12 July 2024" in text(client, f"{url}?law=eu-ai-act&as_of=2025-01-01")
    early = text(client, f"{url}?law=eu-ai-act&as_of=2020-01-01")
    assert "has no text of eu-ai-act" in early
    row = reverse(
        "systems_classification_row",
        kwargs={"org": people.alice.organisation.slug, "pk": system.pk, "row": "EUAIA-26.7"},
    )
    assert "Notice at the workplace" in text(client, f"{row}?law=eu-ai-act&as_of=2026-11-21")


def test_two_people_go_from_a_draft_to_a_signed_determination(people: People, system: AISystem) -> None:
    actions.save_answers(by=people.alice, system=system, answers=build.EMPLOYER)
    alice, bob = client_of(people.alice), client_of(people.bob)
    url = at(people, "systems_classification", pk=system.pk)
    made = alice.post(url, {"law": "eu-ai-act", "as_of": "2026-11-21"})
    draft = Determination.objects.get()
    assert made["Location"] == at(people, "systems_determination", pk=draft.pk)
    assert "Read and sign" not in text(alice, made["Location"])
    row = at(people, "systems_determination_row", pk=draft.pk, row="EUAIA-27.1.a")
    wrong = alice.post(row, {"state": "applies", "since": "2030-01-01", "reason": ""}).content.decode()
    assert "An override needs a reason." in wrong
    alice.post(row, {"state": "applies", "reason": "We provide a public service by contract."})
    override = Override.objects.get()
    decide = at(people, "systems_override", pk=override.pk)
    sign = at(people, "systems_determination_sign", pk=draft.pk)
    assert "waits for a second person" in text(bob, sign)
    assert "needs" in text(bob, decide) or "Accept the override" in text(bob, decide)
    refused = bob.post(decide, {"refuse": "", "reason": ""}).content.decode()
    assert "To refuse an override takes a reason." in refused
    bob.post(decide, {"accept": "", "reason": "I read the contract."})
    page = text(bob, sign)
    draft.refresh_from_db()
    assert draft.sha256 in page
    assert (
        "A signature needs your statement."
        in bob.post(sign, {"statement": "", "sha256": draft.sha256}).content.decode()
    )
    bob.post(sign, {"statement": "I checked each answer.", "sha256": draft.sha256})
    shown = text(alice, at(people, "systems_determination", pk=draft.pk))
    assert "I checked each answer." in shown
    assert "We provide a public service by contract." in shown
    file = alice.get(at(people, "systems_determination_file", pk=draft.pk))
    assert file.content.decode() == draft.result


def test_the_assessment_of_article_6_4_is_printed_and_kept(people: People, system: AISystem) -> None:
    draft = build.determination(
        people.alice,
        system,
        roles=["provider"],
        union_link=["places_on_union_market"],
        article_5_acts=["places_on_market"],
        profiles_people=False,
        significant_risk=False,
        article_6_3_ground=["narrow_procedural_task"],
        relies_on_article_6_3=True,
    )
    client, url = client_of(people.alice), at(people, "systems_determination_memo", pk=draft.pk)
    page = text(client, url)
    assert "(a) A narrow procedural task" in page
    assert "Art 49(2)" in page
    assert "names nobody" in page
    client.post(url)
    kept = Evidence.objects.get()
    assert kept.title.startswith("Assessment under Article 6(4)")
    other = build.determination(people.alice, build.system(people.alice, "Another"))
    assert client.get(at(people, "systems_determination_memo", pk=other.pk)).status_code == 404
