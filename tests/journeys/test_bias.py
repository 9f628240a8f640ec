"""A bias audit with every choice made in a browser: plan, independence, choices, the result, what is left out."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.conftest import Person
from tests.journeys.test_walk import first_start, labelled, menu, register, seat

pytestmark = [pytest.mark.journey, pytest.mark.thorough]
RACES = ("White", "Black", "Asian", "Hispanic or Latino", "")


def test_a_planned_audit_by_a_declared_auditor(person: Callable[..., Person], tmp_path: Path) -> None:
    administrator = person("administrator")
    first_start(administrator)
    charlie = seat(administrator, person("Charlie"), "Charlie", "auditor")
    register(charlie)
    plan(charlie)
    declare(charlie)
    compute(charlie, tmp_path)
    leave_out(charlie, seat(administrator, person("Bob"), "Bob", "legal reviewer"))


def plan(charlie: Person) -> None:
    page = charlie.page
    menu(page, "Bias audits")
    page.get_by_role("link", name="Plans", exact=True).click()
    charlie.look("bias-plans-empty")
    page.get_by_role("link", name="Write a plan").click()
    labelled(page, "Title").fill("Audit of 2026")
    page.get_by_role("checkbox", name="impact ratio").check()
    page.get_by_role("radio", name=re.compile("^No: every table counts only")).check()
    charlie.look("bias-plan-new")
    page.get_by_role("button", name="Keep as a draft").click()
    charlie.look("bias-plan-draft")
    page.get_by_role("button", name="Lock the plan for good").click()
    expect(page.get_by_text("It is never changed again.")).to_be_visible()
    charlie.look("bias-plan-locked")


def declare(charlie: Person) -> None:
    page = charlie.page
    page.get_by_role("link", name="Independence", exact=True).click()
    page.get_by_role("link", name="Declare independence").first.click()
    page.get_by_role("button", name="Declare", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("financial interest")
    charlie.look("bias-declare-refused")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Declare", exact=True).click()
    charlie.look("bias-declarations")


def compute(charlie: Person, folder: Path) -> None:
    page = charlie.page
    file = folder / "interviews.csv"
    sexes = ("Male", "Female", "")
    people = [
        f"{sexes[n % 3 if n % 11 else 2]},{RACES[n * 7 % 5 if n % 13 else 4]},{n * 37 % 101},{'AB'[n % 2]}"
        for n in range(600)
    ]
    few = [f"Female,Native Hawaiian or Pacific Islander,{90 + n},A" for n in range(4)]
    file.write_text("\n".join(["sex,race,score,posting", *people, *few]) + "\n", "utf-8")
    menu(page, "Bias audits")
    page.get_by_role("link", name="Upload applicants").click()
    labelled(page, "Files of applicants").set_input_files(file)
    page.get_by_role("button", name="Upload and look at the files").click()
    page.get_by_role("button", name="Show the values of these columns").click()
    page.get_by_role("radio", name="Higher scores are better.").check()
    page.get_by_text("Several postings, years or employers in this file").click()
    page.get_by_role("checkbox", name="posting").check()
    page.get_by_label("No", exact=True).check()
    labelled(page, "Locked plan").select_option(index=1)
    labelled(page, "Auditor's declaration of independence").select_option(index=1)
    page.get_by_role("button", name="Confirm and compute").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why these may be counted as one")
    charlie.look("bias-choices-refused")
    labelled(page, "Why they may be counted as one").fill("One tool and one scale.")
    loads: list[str] = []
    page.route(re.compile("/bias-audits/[0-9a-f-]{36}/$"), lambda route: slowly(route, loads))
    page.get_by_role("button", name="Confirm and compute").click()
    expect(page.get_by_role("heading", name="Every choice of method")).to_be_visible(timeout=60_000)
    page.unroute_all()
    assert len(loads) <= 2, "A page that takes longer than the next question is still loaded once."
    departure = page.get_by_role("row", name=re.compile("^People of unknown category")).first
    expect(departure).to_contain_text("every table counts only")
    charlie.look("bias-result-folded")
    for summary in page.locator("main details > summary").all():
        summary.click()
    charlie.look("bias-result-open")


def slowly(route: Route, loads: list[str]) -> None:
    """Answer as a loaded server does, after the waiting page has asked again how far the work is."""
    loads.append(route.request.url)
    time.sleep(3)
    route.continue_()


def leave_out(charlie: Person, bob: Person) -> None:
    page = charlie.page
    page.get_by_role("link", name="Decide which are left out").click()
    charlie.look("bias-leave-out")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Propose to leave these out").click()
    expect(page.get_by_role("alert")).to_contain_text("Write down why it is left out")
    page.get_by_label(re.compile("^Justification")).first.fill("Four people say nothing of the tool.")
    page.get_by_role("button", name="Propose to leave these out").click()
    expect(page.get_by_text("not yet approved. It is not applied.")).to_be_visible()
    charlie.look("bias-leave-out-proposed")
    bob.page.goto(page.url)
    bob.page.get_by_label("Reason of your decision").fill("So few people say nothing.")
    bob.look("bias-leave-out-to-decide")
    bob.page.get_by_role("button", name="Accept").click()
    page.reload()
    page.get_by_role("button", name="Compute with what was accepted").click()
    expect(page.get_by_role("heading", name="Every choice of method")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("left out", exact=True).first).to_be_visible()
