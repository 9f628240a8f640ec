"""The beginning of a day in a real browser: home, how the house stands, a session that ends, an act that is undone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person
from tests.journeys.test_walk import PASSWORD, first_start, labelled, menu, open_checklist, register, row_page

pytestmark = pytest.mark.journey


def test_a_day_begins_at_home_and_nothing_typed_is_lost(person: Callable[..., Person]) -> None:
    someone = person("administrator")
    first_start(someone)
    the_first_hour(someone)
    register(someone)
    open_checklist(someone)
    a_row_is_mine(someone)
    the_house(someone)
    the_map_by_keyboard(someone)
    a_time_zone(someone)
    signed_out_in_the_middle(someone)
    undone(someone)
    the_manual(someone)


def the_first_hour(someone: Person) -> None:
    """A new organisation has no step done; the guide goes away and comes back."""
    page = someone.page
    expect(page.get_by_role("heading", name="The first hour")).to_be_visible()
    page.get_by_role("link", name="All steps, and what they show").click()
    expect(page.locator(".guide > li")).to_have_count(12)
    someone.look("first-hour")
    page.get_by_role("button", name="Put it away").click()
    expect(page.get_by_role("heading", name="The first hour")).to_have_count(0)
    page.get_by_role("link", name="The first hour").click()
    page.get_by_role("button", name="Show it on my home page").click()
    expect(page.get_by_role("heading", name="The first hour")).to_be_visible()


def a_row_is_mine(someone: Person) -> None:
    """A row with an owner and a day that went by stands on the home page, and the guide has ticked what is there."""
    page = someone.page
    row_page(someone, "LL144-AUD-01")
    labelled(page, "Owner").select_option(index=1)  # after nobody, the only member
    labelled(page, "Due").fill("2026-01-05")
    page.get_by_role("button", name="Save", exact=True).click()
    menu(page, "Home")
    expect(page.get_by_role("heading", name="1 row is due within a week or overdue")).to_be_visible()
    expect(page.locator(".mine .tag")).to_have_text("overdue")
    expect(page.locator("#first-hour + p")).to_contain_text("3 of 12 steps are done here.")
    someone.look("home-mine")


def the_house(someone: Person) -> None:
    page = someone.page
    page.get_by_role("link", name=re.compile("how 1 AI system stands")).click()
    expect(page.get_by_role("heading", name="AI systems by law and state")).to_be_visible()
    someone.look("house")
    page.locator("#id_status").select_option("planned")
    expect(page).to_have_url(re.compile("status=planned"))


def the_map_by_keyboard(someone: Person) -> None:
    """The map is one stop of the Tab key; arrows move in it; Enter leads to as many rows as the cell says."""
    page = someone.page
    page.get_by_role("link", name="Article by system").click()
    someone.look("map")
    cells = page.locator(".heat tbody a")
    expect(page.locator(".heat tbody a[tabindex='0']")).to_have_count(1)
    cells.first.focus()
    page.keyboard.press("ArrowDown")
    expect(cells.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(cells.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    number = re.sub(r"\D", "", cells.nth(1).inner_text())
    page.keyboard.press("Enter")
    expect(page.locator("#shown")).to_contain_text(f"{number} of 82 rows are shown")


def a_time_zone(someone: Person) -> None:
    page = someone.page
    page.get_by_role("link", name="Choose another time zone").click()
    someone.look("time-zone")
    labelled(page, "My time zone").select_option("Pacific/Auckland")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator(".foot")).to_contain_text("Days and times are those of Pacific/Auckland.")


def signed_out_in_the_middle(someone: Person) -> None:
    """The session ends while a row is answered; after signing in, all of it is sent again, the short words too."""
    page = someone.page
    row_page(someone, "LL144-AUD-02")
    page.get_by_role("radio", name="partly met", exact=True).check()
    labelled(page, "Reason").fill("Two of forty were wrong.")
    page.locator("#id_note").fill("Ask.")
    labelled(page, "Due").fill("2027-01-05")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    someone.look("signed-out")
    page.locator("main").get_by_role("link", name="Sign in").click()
    page.locator("input[type=email]").fill("administrator@example.org")
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What you sent while you were signed out")).to_be_visible()
    someone.look("sent-again")
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("radio", name="partly met", exact=True)).to_be_checked()
    expect(labelled(page, "Reason")).to_have_value("Two of forty were wrong.")
    expect(page.locator("#id_note")).to_have_value("Ask.")
    expect(labelled(page, "Due")).to_have_value("2027-01-05")


def undone(someone: Person) -> None:
    """A view is kept, removed, and brought back by the message's own button."""
    page = someone.page
    menu(page, "Checklists")
    page.get_by_role("link", name=re.compile("NYC Local Law 144")).first.click()
    page.get_by_role("link", name="Show mine").click()
    page.get_by_role("link", name="Keep these filters as a view").click()
    labelled(page, "Name").fill("Mine")
    page.locator("main form.form button.primary, main form button.primary").first.click()
    page.get_by_role("link", name="All views").click()
    page.get_by_role("button", name="Remove Mine").click()
    someone.look("view-removed")
    page.locator(".messages").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Remove Mine")).to_be_visible()


def the_manual(someone: Person) -> None:
    page = someone.page
    page.get_by_role("link", name="Manual").first.click()
    labelled(page, "Words in the manual").press_sequentially("legal hold")
    expect(page.locator("#found mark").first).to_be_visible()
    someone.look("manual-found")
    page.locator("#found ol a").first.click()
    expect(page.locator("article.prose")).to_be_visible()
    someone.look("manual-page")
