"""A German reader's first hour: from an empty machine to a reviewed row and a bias audit, each page looked at.

What is pressed is found by its German words, so a page that still speaks English ends the walk.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import polib
import pytest
from playwright.sync_api import Locator, Page, expect

from audits.bias.example import write_example
from tests.journeys.conftest import ROOT, Person

pytestmark = pytest.mark.journey

PASSWORD = "ein-langer-und-ruhiger-weg"
SYSTEM = "Bewerbungssichtungsunterstützungssystem"


@cache
def _words() -> dict[str, str]:
    catalogue = polib.pofile(str(ROOT / "locale" / "de" / "LC_MESSAGES" / "django.po"))
    return {one.msgid: one.msgstr for one in catalogue}


def de(english: str) -> str:
    """Return the German of a message."""
    found = _words()[english]
    assert found != english, f"{english!r} reads the same in German, so nothing is shown by it."
    return found


def test_a_german_reader_walks_to_a_reviewed_row_and_a_bias_audit(
    person: Callable[..., Person], tmp_path: Path
) -> None:
    administrator, bob = person("Administrator"), person("Bob")
    begin(administrator)
    seat(administrator, bob)
    register(administrator)
    checklist(administrator)
    answer(administrator)
    review(bob)
    audit(administrator, tmp_path)
    around(administrator)


def begin(who: Person) -> None:
    """The browser asks for English, and the switch at the foot of the first page for German."""
    page = who.page
    who.go("/")
    page.get_by_role("button", name="Deutsch").click()
    expect(page).to_have_url(re.compile("/welcome/"))
    expect(page.locator("html")).to_have_attribute("lang", "de")
    field(page, "Your name").fill("Administrator")
    field(page, "Your e-mail address").fill("administrator@example.org")
    field(page, "Organisation").fill("Beispiel & Söhne")
    for name in ("Password", "The same password again"):
        field(page, name).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=de("The first hour")).first).to_be_visible()
    who.look("de-home-empty")
    who.go("/accounts/language/")
    page.get_by_role("radio", name="Deutsch").check()
    press(page, "Keep")
    page.context.clear_cookies(name="django_language")
    who.go("/accounts/language/")
    expect(page.locator("html")).to_have_attribute("lang", "de")  # it is kept on the person now
    who.look("de-language")


def seat(administrator: Person, bob: Person) -> None:
    """Bob chooses German where he signs in, and keeps it."""
    page = administrator.page
    administrator.go("/o/beispiel-sohne/people/add/")
    field(page, "Name").fill("Bob")
    field(page, "E-mail address").fill("bob@example.org")
    page.get_by_role("radio", name=re.compile(f"^{de('legal reviewer')}", re.IGNORECASE)).check()
    administrator.look("de-people-add")
    press(page, "Add this person")
    address = field(page, "Address to hand over").input_value()
    administrator.go("/o/beispiel-sohne/people/")
    administrator.look("de-people")
    bob.go("/accounts/login/")
    bob.page.get_by_role("button", name="Deutsch").click()
    expect(bob.page.get_by_role("heading", level=1)).to_have_text(de("Sign in"))
    bob.look("de-sign-in")
    bob.go(address)
    for password in bob.page.locator("input[type=password]").all():
        password.fill(PASSWORD)
    with bob.page.expect_navigation():
        bob.page.keyboard.press("Enter")
    if "/o/" not in bob.page.url:
        bob.go("/accounts/login/")
        field(bob.page, "E-mail address").fill("bob@example.org")
        bob.page.locator("input[type=password]").fill(PASSWORD)
        bob.page.keyboard.press("Enter")
    expect(bob.page).to_have_url(re.compile("/o/beispiel-sohne/"))
    bob.page.context.clear_cookies(name="django_language")
    bob.page.reload()
    expect(bob.page.locator("html")).to_have_attribute("lang", "de")


def register(who: Person) -> None:
    page = who.page
    menu(page, "Systems")
    page.get_by_role("link", name=de("Register an AI system")).first.click()
    field(page, "Name").fill(SYSTEM)
    field(page, "Version").fill("2.1")
    press(page, "Register")
    expect(page.get_by_role("heading", level=1)).to_contain_text(SYSTEM)
    who.look("de-system")
    menu(page, "Systems")
    who.look("de-systems")


def checklist(who: Person) -> None:
    page = who.page
    menu(page, "Checklists")
    page.get_by_role("link", name=re.compile(f"^{de('Open a checklist')}")).first.click()
    who.look("de-checklists-new")
    press(page, "Open the checklist")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Local Law 144")
    who.look("de-checklist")


def answer(who: Person) -> None:
    page = who.page
    page.locator("#LL144-SEL-02 a").first.click()
    press(page, "Save and submit for review")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("radio", name=de("not met"), exact=True).check()
    field(page, "Reason").fill("Die Mitteilung fehlt auf der Stellenseite.")
    press(page, "Save and submit for review")
    expect(page.get_by_text(de("submitted"), exact=True).first).to_be_visible()
    who.look("de-row")
    menu(page, "Evidence")
    who.look("de-evidence-empty")
    who.go("/o/beispiel-sohne/evidence/new/note/")
    who.look("de-evidence-new")
    field(page, "Title").fill("Protokoll der Geschäftsleitungssitzung")
    field(page, "Note").fill("Was gesagt wurde.")
    press(page, "Keep as evidence")
    who.look("de-evidence-piece")


def review(bob: Person) -> None:
    page = bob.page
    bob.go("/o/beispiel-sohne/")
    bob.look("de-home")
    menu(page, "Review")
    bob.look("de-review")
    page.get_by_role("link", name=de("Begin with the first")).click()
    bob.look("de-row-review")
    press(page, "Accept")
    expect(page.get_by_text(de("Nothing waits for your review."))).to_be_visible()
    bob.go("/o/beispiel-sohne/trail/")
    expect(page.get_by_text("mit der Bewertung nicht erfüllt angenommen")).to_be_visible()
    bob.look("de-trail")


def audit(who: Person, folder: Path) -> None:
    page = who.page
    file = folder / "bewerbungen.csv"
    write_example(file, "selection")
    menu(page, "Bias audits")
    page.get_by_role("link", name=de("Upload applicants")).click()
    field(page, "Files of applicants").set_input_files(file)
    who.look("de-bias-new")
    press(page, "Upload and look at the files")
    page.get_by_role(
        "radio", name=re.compile(f"^{re.escape(de('Each person was selected or not: a column says so.'))}")
    ).check()
    field(page, "Outcome, score, number selected or class").select_option("selected")
    press(page, "Show the values of these columns")
    who.look("de-bias-map")
    page.get_by_label(de("No"), exact=True).check()
    press(page, "Confirm and compute")
    expect(page.get_by_role("heading", name=de("Every choice of method"))).to_be_visible(timeout=60_000)
    row = page.get_by_role("row", name=re.compile("^Female, Native American"))
    expect(row).to_contain_text("0,789")
    expect(page.get_by_role("columnheader", name=de("Selection rate")).first).to_be_visible()
    who.look("de-bias-result")


def around(who: Person) -> None:
    """The pages that the walk did not need."""
    for name, path in (
        ("laws", "laws/"),
        ("timeline", "timeline/"),
        ("engagements", "engagements/new/"),
        ("findings", "findings/"),
        ("progress", "progress/"),
        ("reviews-rules", "reviews/"),
        ("tokens", "tokens/"),
        ("frameworks", "frameworks/"),
        ("dossiers", "dossiers/new/"),
        ("published", "published-audits/"),
        ("reminders", "reminders/"),
        ("plan", "bias-audits/plans/new/"),
    ):
        answered = who.page.goto(f"{who.site.url}/o/beispiel-sohne/{path}")
        assert answered is not None
        assert answered.status == 200, path
        who.look(f"de-{name}")


def menu(page: Page, name: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=_words()[name], exact=True).first.click()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=de(name), exact=True).first.click()


def field(where: Page, label: str) -> Locator:
    """The field with exactly this label, whether or not it may stay empty."""
    return where.get_by_label(re.compile(rf"^{re.escape(_words()[label])}( \({de('(optional)')[1:-1]}\))?$"))
