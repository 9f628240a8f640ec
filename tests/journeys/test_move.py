"""A checklist of the EU AI Act is moved to the amended text in a browser, confirmed again, and its statement read."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person
from tests.journeys.test_walk import first_start, labelled, menu, register

pytestmark = [pytest.mark.journey, pytest.mark.thorough]


def test_a_checklist_moves_to_the_amended_text(person: Callable[..., Person]) -> None:
    alone = person("administrator")
    first_start(alone)
    register(alone)
    page = alone.page
    menu(page, "Checklists")
    page.get_by_role("link", name=re.compile("^Open a checklist")).first.click()
    page.get_by_role("radio", name=re.compile("text of 12 July 2024")).check()
    page.get_by_role("button", name=re.compile("^Open")).click()
    for row in ("AI literacy", "Use by the instructions"):
        page.get_by_role("link", name=row, exact=True).click()
        page.get_by_role("radio", name="not met", exact=True).check()
        labelled(page, "Reason").fill("Nobody has been trained yet.")
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_role("link", name=re.compile("^EU AI Act")).first.click()
    page.get_by_role("link", name="What differs").click()
    expect(page.get_by_text("Article 10(5) was deleted; Article 4a takes its place.")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="move this checklist to it").click()
    alone.look("checklist-move")
    page.get_by_role("button", name=re.compile("^Move to the text")).click()
    expect(page.get_by_text("2 answers are to be confirmed again.")).to_be_visible()
    page.get_by_role("link", name="Look through them").click()
    page.get_by_role("checkbox", name="EUAIA-26.1").check()
    page.get_by_role("button", name="The chosen answers still hold").click()
    expect(page.get_by_text("1 row is confirmed.")).to_be_visible()
    alone.look("checklist-confirm")
    page.get_by_role("link", name="AI literacy").click()
    expect(page.get_by_role("heading", name="Confirm again")).to_be_visible()
    alone.look("row-confirm")
    page.get_by_role("button", name="The answer still holds").click()
    expect(page.get_by_text("EUAIA-4.1 is confirmed.")).to_be_visible()
    page.get_by_role("link", name=re.compile("^EU AI Act")).first.click()
    expect(page.get_by_role("button", name="Undo the move")).not_to_be_enabled()
    page.get_by_role("link", name="Statement of applicability").click()
    expect(page.get_by_role("heading", name=re.compile("^Not determined"))).to_be_visible()
