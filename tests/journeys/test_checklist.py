"""A day's work in the list of rows by keyboard alone, as one person in a real browser; axe looks at each state."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Person
from tests.journeys.test_walk import first_start, open_checklist, register

pytestmark = pytest.mark.journey


def test_rows_are_found_changed_chosen_and_put_back_by_keyboard(person: Callable[..., Person]) -> None:
    someone = person("administrator")
    first_start(someone)
    register(someone)
    open_checklist(someone)
    page = someone.page
    find(page)
    change_in_the_list(someone)
    choose_assign_and_undo(someone)
    switch_keys_off(page)
    on_the_row(someone)
    look_at_progress(someone)


def find(page: Page) -> None:
    """Typing narrows the rows at once, and the address says so."""
    first = page.locator("#rows th[scope=row] > a").first
    first.focus()
    page.keyboard.press("/")
    expect(page.locator("#id_q")).to_be_focused()
    page.keyboard.type("impact ratio")
    expect(page).to_have_url(re.compile(r"\?q=impact\+ratio$"))
    expect(page.locator("#shown")).to_contain_text("of 82 rows are shown")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    expect(page.locator("#shown")).to_contain_text("All 82 rows are shown")
    expect(page).to_have_url(re.compile(r"/checklists/[0-9a-f-]+/$"))


def change_in_the_list(someone: Person) -> None:
    """Down, open in the list, change, save; the focus is back on the row, and the row says it."""
    page = someone.page
    rows = page.locator("#rows th[scope=row] > a")
    rows.first.focus()
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("k")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("e")
    panel = page.locator("tr.opened")
    expect(panel.locator("select")).to_be_focused()
    someone.look("checklist-opened")
    panel.locator("select").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    panel.locator("textarea").focus()
    page.keyboard.type("Ask the vendor: j, k and ? are letters here.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(panel).to_have_count(0)
    expect(rows.nth(1)).to_be_focused()
    expect(page.locator("#rows tr[id]").nth(1)).to_contain_text("Administrator")
    expect(page.locator("#saved")).to_contain_text("is saved.")
    page.keyboard.press("e")
    expect(panel.locator("textarea")).to_have_value("Ask the vendor: j, k and ? are letters here.")
    page.keyboard.press("Escape")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("e")
    panel.locator("textarea").fill("Half a thought")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.keyboard.press("e")
    expect(panel.locator("textarea")).to_have_value("Half a thought")
    panel.locator("textarea").fill("Ask the vendor: j, k and ? are letters here.")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    signed_out_meanwhile(page)


def signed_out_meanwhile(page: Page) -> None:
    """What is typed outlives the session: it is told, the person signs in elsewhere, and the same form is saved."""
    kept = page.context.cookies()
    rows = page.locator("#rows th[scope=row] > a")
    rows.nth(2).focus()
    page.keyboard.press("e")
    panel = page.locator("tr.opened")
    panel.locator("textarea").fill("A long thought that must not be lost.")
    page.context.clear_cookies(name="sessionid")
    panel.get_by_role("button", name="Save").press("Enter")
    expect(panel.get_by_role("alert")).to_contain_text("you are signed out")
    expect(panel.locator("textarea")).to_have_value("A long thought that must not be lost.")
    page.context.add_cookies(kept)  # type: ignore[arg-type]  # as the same browser gave them
    panel.get_by_role("button", name="Save").press("Enter")
    expect(panel).to_have_count(0)
    expect(page.locator("#rows tr[id]").nth(2)).to_contain_text("in progress")


def choose_assign_and_undo(someone: Person) -> None:
    page = someone.page
    rows = page.locator("#rows th[scope=row] > a")
    for place in (3, 4, 5):
        rows.nth(place).focus()
        page.keyboard.press("x")
    expect(page.locator("#chosen")).to_contain_text("3 chosen")
    page.get_by_role("button", name=re.compile("^Act on the chosen rows")).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("3 rows are chosen")
    someone.look("checklist-bulk")
    page.get_by_label("Due", exact=True).fill("2027-01-15")
    page.get_by_role("button", name="Assign").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("3 rows are assigned.")
    expect(page.locator("#rows")).to_contain_text("15 January 2027")
    someone.look("checklist-assigned")
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.locator("#rows")).not_to_contain_text("15 January 2027")


def switch_keys_off(page: Page) -> None:
    rows = page.locator("#rows th[scope=row] > a")
    rows.first.focus()
    page.keyboard.press("?")
    page.get_by_label("Keys are on, in this browser").press("Space")
    rows.first.focus()
    page.keyboard.press("j")
    expect(rows.first).to_be_focused()
    page.get_by_label("Keys are on, in this browser").press("Space")
    rows.first.focus()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()


def on_the_row(someone: Person) -> None:
    """Open a row, go on to the next, to the evidence, to submitting; write a workpaper and name somebody."""
    page = someone.page
    page.keyboard.press("Enter")
    before = page.get_by_role("heading", level=1).inner_text()
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).not_to_have_text(before)
    page.keyboard.press("k")
    expect(page.get_by_role("heading", level=1)).to_have_text(before)
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Save and submit for review")).to_be_focused()
    page.keyboard.press("a")
    expect(page.get_by_label("Words or digest")).to_be_visible()
    page.get_by_role("link", name="Write a workpaper").press("Enter")
    page.get_by_label("Title").fill("Notices of May")
    page.get_by_label("Population").fill("412 candidates")
    page.get_by_label("Procedure").fill("Hold each date against the first use.")
    someone.look("workpaper")
    page.get_by_role("button", name="Keep this version").press("Enter")
    expect(page.get_by_role("heading", name=re.compile("^Notices of May"))).to_be_visible()
    page.get_by_label("Say something about this row").fill("@Nobody, is this enough?")
    page.get_by_role("button", name="Say it").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Nobody here is called “Nobody”")
    someone.look("row-with-workpaper")


def look_at_progress(someone: Person) -> None:
    page = someone.page
    page.keyboard.press("l")
    page.get_by_role("link", name="Progress", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="What to do next")).to_be_visible()
    someone.look("progress")
    page.get_by_role("link", name="All checklists").press("Enter")
    page.get_by_role("link", name="By owner").press("Enter")
    someone.look("progress-all")
