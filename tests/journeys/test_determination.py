"""From the first question to a signed determination, in a browser: two people, an override, and a changed answer."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Person
from tests.journeys.test_walk import SYSTEM, first_start, labelled, menu, register, seat

pytestmark = [pytest.mark.journey, pytest.mark.thorough]

# Each question in the order in which it is asked, and the answers to tick; what decides most comes first.
ANSWERS = [
    ("infer from its input", ["Yes"]),
    ("What ties the organisation", ["It uses AI systems and is established or located in the Union"]),
    (
        "What is the organisation for this system",
        ["Deployer - it uses the system under its authority", "Provider of a general-purpose AI model"],
    ),
    ("military, defence", ["No"]),
    ("authority of a third country", ["No"]),
    ("scientific research", ["No"]),
    ("only researched, tested or developed", ["No"]),
    ("purely personal", ["Not known yet"]),
]


def test_two_people_walk_from_questions_to_a_signed_determination(person: Callable[..., Person]) -> None:
    administrator = person("administrator")
    first_start(administrator)
    alice = seat(administrator, person("Alice"), "Alice", "contributor")
    bob = seat(administrator, person("Bob"), "Bob", "legal reviewer")
    register(alice)
    answer_questions(alice)
    draft = determine(alice)
    override(alice, draft)
    decide_and_sign(bob, draft)
    change_an_answer(alice, draft)


def test_the_questions_need_no_javascript(person: Callable[..., Person]) -> None:
    alone = person("administrator", javascript=False)
    first_start(alone)
    register(alone)
    answer_questions(alone)
    determine(alone)


def answer_questions(someone: Person) -> None:
    page = someone.page
    page.get_by_role("link", name="Begin the classification").click()
    someone.look("questions-empty")
    page.get_by_role("link", name="First question").click()
    someone.look("question")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("alert")).to_contain_text("“not known yet” is one")
    someone.look("question-refused")
    for question, ticked in ANSWERS:
        expect(page.get_by_role("heading", level=1)).to_contain_text(question)
        for one in ticked:
            page.get_by_label(one, exact=True).check()
        labelled(page, "What the answer rests on").fill("The vendor's file.")
        page.get_by_role("button", name="Save and go on").click()
    ask(page, "For which uses listed in Annex III")
    page.get_by_label("4(a) Recruitment or selection of people", exact=True).check()
    page.get_by_label("Not known yet: 5(b) Creditworthiness or credit score of people").check()
    someone.look("question-with-values")
    page.get_by_role("button", name="Save and show all questions").click()
    expect(page.locator("main")).to_contain_text("not known yet, in whole or in part")
    someone.look("questions")


def determine(someone: Person) -> str:
    page = someone.page
    page.get_by_role("link", name="Classification so far").click()
    expect(page.get_by_role("heading", name="Step by step")).to_be_visible()
    someone.look("classification")
    labelled(page, "As of").fill("2026-11-21")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("button", name="Make a determination of this").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Determination: EU AI Act")
    someone.look("determination-draft")
    return page.url


def override(alice: Person, draft: str) -> None:
    page = alice.page
    page.get_by_role("link", name="General-purpose AI model on the Union market", exact=True).click()
    page.get_by_role("button", name="Propose this override").click()
    expect(page.get_by_role("alert")).to_contain_text("This field is required")
    alice.look("override-refused")
    page.get_by_role("radio", name="does not apply").check()
    labelled(page, "Reason").fill("We place no model on any market; the vendor's contract says so.")
    page.get_by_role("button", name="Propose this override").click()
    expect(page.locator("main")).to_contain_text("It waits for a second person.")
    assert page.url == draft


def decide_and_sign(bob: Person, draft: str) -> None:
    page = bob.page
    bob.go(draft)
    page.get_by_role("link", name="Accept or refuse it").click()
    bob.look("override")
    page.get_by_role("button", name="Accept the override").click()
    page.get_by_role("link", name="Read and sign").click()
    bob.look("determination-sign")
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("needs your statement")
    labelled(page, "Your statement").fill("I went through each answer with the vendor's file beside me.")
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("heading", name="Signed")).to_be_visible()
    bob.look("determination-signed")


def change_an_answer(alice: Person, draft: str) -> None:
    """What an answer changes is told at once, and once more before it is saved."""
    page = alice.page
    menu(page, "Systems")
    page.get_by_role("link", name=re.compile(f"^{SYSTEM}")).click()
    alice.look("system-classified")
    page.get_by_role("link", name="Questions and answers").click()
    ask(page, "infer from its input")
    page.get_by_role("radio", name="No", exact=True).check()
    expect(page.locator("#effect")).to_contain_text("come out otherwise")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What this answer changes")
    alice.look("answer-confirm")
    page.get_by_role("button", name="Back to the question").click()
    expect(page.get_by_role("radio", name="No", exact=True)).to_be_checked()
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("button", name="Save this answer").click()
    alice.go(draft)
    expect(page.get_by_role("heading", name="The facts changed since")).to_be_visible()
    alice.look("determination-overtaken")


def ask(page: Page, question: str) -> None:
    if not page.get_by_role("heading", level=1, name=re.compile("^Questions about")).is_visible():
        page.get_by_role("link", name="Questions", exact=True).click()
    page.get_by_role("link", name=re.compile(re.escape(question))).click()
