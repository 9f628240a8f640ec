"""The whole walk in a browser: a new machine, a CSV of one's own, three people, a signed dossier, verified."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from audits.bias.example import write_example
from tests.journeys.conftest import ROOT, Person, Site, awaited_download

pytestmark = pytest.mark.journey

PASSWORD = "a-long-and-quiet-walk"
PEOPLE = {"Alice": "contributor", "Bob": "legal reviewer", "Charlie": "auditor"}
SYSTEM = "Résumé ranker"


def test_three_people_walk_from_applicants_to_a_verified_dossier(
    site: Site, person: Callable[..., Person], tmp_path: Path
) -> None:
    administrator = person("administrator")
    first_start(administrator)
    people = {name: seat(administrator, person(name), name, role) for name, role in PEOPLE.items()}
    alice, bob, charlie = people["Alice"], people["Bob"], people["Charlie"]
    register(alice)
    open_checklist(alice)
    audit(alice, tmp_path)
    answer(alice)
    review(bob)
    returned_and_answered_again(alice, bob)
    dossier = freeze(charlie, tmp_path)
    verify(person("anybody"), dossier)
    look_around(charlie)
    strangers_see_nothing(person("stranger"), alice)
    told = subprocess.run(
        [sys.executable, "manage.py", "trail_check"],
        cwd=ROOT,
        env={"PROBANDA_HOME": str(site.home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Every chain holds." in told.stdout


@pytest.mark.thorough
def test_the_walk_to_a_result_needs_no_javascript(person: Callable[..., Person], tmp_path: Path) -> None:
    alone = person("administrator", javascript=False)
    first_start(alone)
    register(alone)
    page = alone.page
    applicants = tmp_path / "scores.csv"
    write_example(applicants, "scoring")
    menu(page, "Bias audits")
    page.get_by_role("link", name="Upload applicants").click()
    labelled(page, "Files of applicants").set_input_files(applicants)
    page.get_by_role("button", name="Upload and look at the files").click()
    page.get_by_role("radio", name=re.compile("^Each person has a score")).check()
    labelled(page, "Outcome, score, number selected or class").select_option("score")
    page.get_by_role("button", name="Show the values of these columns").click()
    page.get_by_role("radio", name=re.compile("higher", re.IGNORECASE)).check()
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Confirm and compute").click()
    expect(page.get_by_role("heading", name="Every choice of method")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("row", name=re.compile("^Female, Asian"))).to_contain_text("0.333")
    open_checklist(alone)
    row_page(alone, "LL144-SCO-03")
    page.get_by_role("radio", name="not met", exact=True).check()
    page.get_by_role("button", name="Save and submit for review").click()
    expect(page.get_by_role("alert")).to_contain_text("needs a reason")
    expect(page.get_by_role("radio", name="not met", exact=True)).to_be_checked()
    labelled(page, "Reason").fill("No auditor has looked at it.")
    page.get_by_role("button", name="Save and submit for review").click()
    expect(page.get_by_role("button", name="Take back")).to_be_enabled()


def first_start(administrator: Person) -> None:
    """Whatever address is asked for on a new machine leads to the one that makes the first account."""
    page = administrator.page
    administrator.go("/o/anything/")
    expect(page).to_have_url(re.compile("/welcome/"))
    administrator.look("first-start")
    labelled(page, "Your name").fill("Administrator")
    labelled(page, "Your e-mail address").fill("administrator@example.org")
    labelled(page, "Password").fill("short")
    labelled(page, "The same password again").fill("short")
    labelled(page, "Organisation").fill("Example & Sons")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("12")
    expect(labelled(page, "Your name")).to_have_value("Administrator")
    administrator.look("first-start-refused")
    labelled(page, "Password").fill(PASSWORD)
    labelled(page, "The same password again").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/o/example-sons/"))
    administrator.look("home-empty")


def seat(administrator: Person, someone: Person, name: str, role: str) -> Person:
    """The administrator adds a person and hands over the address with which the person sets a password."""
    page = administrator.page
    menu(page, "People")
    page.get_by_role("link", name="Add a person").click()
    labelled(page, "Name").fill(name)
    labelled(page, "E-mail address").fill(f"{name.lower()}@example.org")
    page.get_by_role("radio", name=re.compile(f"^{role}", re.IGNORECASE)).check()
    if name == "Alice":
        administrator.look("people-add")
    page.get_by_role("button", name="Add this person").click()
    address = labelled(page, "Address to hand over").input_value()
    someone.go(address)
    for password in someone.page.locator("input[type=password]").all():
        password.fill(PASSWORD)
    if name == "Alice":
        someone.look("set-password")
    with someone.page.expect_navigation():
        someone.page.keyboard.press("Enter")
    if "/o/" not in someone.page.url:
        someone.go("/accounts/login/")
        if name == "Alice":
            someone.look("sign-in")
        someone.page.get_by_label(re.compile("e-?mail", re.IGNORECASE)).fill(f"{name.lower()}@example.org")
        labelled(someone.page, "Password").fill(PASSWORD)
        someone.page.keyboard.press("Enter")
    expect(someone.page).to_have_url(re.compile("/o/example-sons/"))
    return someone


def register(alice: Person) -> None:
    page = alice.page
    menu(page, "Systems")
    alice.look("systems-empty")
    page.get_by_role("link", name=re.compile("^Register")).first.click()
    labelled(page, "Name").fill(SYSTEM)
    labelled(page, "Version").fill("2.1")
    labelled(page, "Intended purpose").fill("Ranks applications for the first interview.")
    alice.look("systems-new")
    page.get_by_role("button", name=re.compile("^Register")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(SYSTEM)
    alice.look("system")


def open_checklist(alice: Person) -> None:
    page = alice.page
    menu(page, "Checklists")
    page.get_by_role("link", name=re.compile("^Open a checklist")).first.click()
    alice.look("checklists-new")
    page.get_by_role("button", name=re.compile("^Open")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Local Law 144")
    alice.look("checklist")


def audit(alice: Person, folder: Path) -> None:
    """A file with a wrong value is refused with its place; mended in the mapping, it is computed by the worker."""
    page = alice.page
    good = folder / "applicants.csv"
    write_example(good, "selection")
    mine = folder / "own applicants.csv"
    mine.write_text(good.read_text("utf-8").replace("Female", "Frau").replace("selected", "Invited?", 1), "utf-8")
    menu(page, "Bias audits")
    alice.look("bias-empty")
    page.get_by_role("link", name="Upload applicants").click()
    labelled(page, "Title").fill("Spring hiring")
    labelled(page, "Files of applicants").set_input_files(mine)
    alice.look("bias-new")
    page.get_by_role("button", name="Upload and look at the files").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What the file means")
    page.get_by_role("radio", name=re.compile("^Each person was selected or not")).check()
    labelled(page, "Outcome, score, number selected or class").select_option("Invited?")
    page.get_by_role("button", name="Show the values of these columns").click()
    alice.look("bias-map")
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Confirm and compute").click()
    stopped = page.get_by_role("row", name=re.compile("Frau"))
    expect(stopped.first).to_contain_text("sex", timeout=60_000)
    alice.look("bias-stopped")
    page.get_by_role("link", name="Back to the mapping").click()
    labelled(page, "What “Frau” means").select_option(label="Female")
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Confirm and compute").click()
    expect(page.get_by_role("heading", name="Every choice of method")).to_be_visible(timeout=60_000)
    row = page.get_by_role("row", name=re.compile("^Female, Native American"))
    expect(row).to_contain_text("0.789")
    alice.look("bias-result")
    page.get_by_role("button", name="Publish and attach to the open rows").click()
    expect(page.get_by_text("The exact bytes of the result are kept as evidence")).to_be_visible()
    menu(page, "Evidence")
    alice.look("evidence")
    page.get_by_role("link", name=re.compile("Spring hiring")).first.click()
    alice.look("evidence-piece")


def answer(alice: Person) -> None:
    """By keyboard alone: find a row, say what was found, send it to review; another row needs a reason first."""
    page = alice.page
    row_page(alice, "LL144-SEL-02")
    alice.look("row")
    page.get_by_role("radio", name="met", exact=True).focus()
    page.keyboard.press("Space")
    tab_to(page, "Save and submit for review")
    page.keyboard.press("Enter")
    expect(page.get_by_text("submitted", exact=True).first).to_be_visible()
    row_page(alice, "LL144-AUD-02")
    page.get_by_role("radio", name="not applicable").check()
    page.get_by_role("button", name="Save and submit for review").click()
    expect(page.get_by_role("alert")).to_contain_text("needs a reason")
    alice.look("row-refused")
    labelled(page, "Reason").fill("This is a trial; there is no auditor yet.")
    page.get_by_role("button", name="Save and submit for review").click()
    expect(page.get_by_text("submitted", exact=True).first).to_be_visible()
    row_page(alice, "LL144-NOT-01")
    page.get_by_text("Write a note", exact=True).click()
    form = page.locator("details[open] form").last
    labelled(form, "Title").fill("Text of the notice")
    labelled(form, "Note").fill("We use an automated employment decision tool.\nIt ranks applications.")
    form.get_by_role("button", name="Keep and attach").click()
    expect(page.get_by_role("link", name="Text of the notice").first).to_be_visible()


def review(bob: Person) -> None:
    page = bob.page
    menu(page, "Review")
    bob.look("review-queue")
    page.get_by_role("link", name="Begin with the first").click()
    expect(page.locator("main")).to_contain_text("LL144-SEL-02")
    bob.look("row-review")
    page.get_by_role("button", name=re.compile("^Accept")).click()
    expect(page.locator("main")).to_contain_text("LL144-AUD-02")  # the next one opens
    page.get_by_role("button", name=re.compile("^Return")).click()
    expect(page.get_by_role("alert")).to_contain_text("Say why")
    labelled(page, "Remark").fill("The auditor was named last week.")
    page.get_by_role("button", name=re.compile("^Return")).click()


def returned_and_answered_again(alice: Person, bob: Person) -> None:
    page = alice.page
    row_page(alice, "LL144-AUD-02")
    expect(page.get_by_text("The auditor was named last week.").first).to_be_visible()
    labelled(page, "Reason").fill("The auditor is named; the declaration is awaited.")
    page.get_by_role("radio", name="undetermined").check()
    page.get_by_role("button", name="Save and submit for review").click()
    expect(page.get_by_role("button", name=re.compile("^Accept"))).not_to_be_enabled()
    row_page(bob, "LL144-AUD-02")
    bob.page.get_by_role("button", name=re.compile("^Accept")).click()


def freeze(charlie: Person, folder: Path) -> Path:
    page = charlie.page
    menu(page, "Dossiers")
    charlie.look("dossiers-empty")
    page.locator("main").get_by_role("link", name=re.compile("dossier|Freeze", re.IGNORECASE)).first.click()
    labelled(page, "Statement of scope").fill("The ranking of applications in spring, for Example & Sons.")
    charlie.look("dossiers-new")
    page.get_by_role("button", name="Freeze", exact=True).click()
    download = page.get_by_role("link", name=re.compile("Download the signed PDF"))
    expect(download).to_be_visible(timeout=120_000)
    expect(page.get_by_text("Every rate, ratio, share and benchmark follows from the embedded counts.")).to_be_visible()
    charlie.look("dossier")
    with awaited_download(page) as paths:
        download.click()
    kept = folder / "dossier.pdf"
    kept.write_bytes(paths[0].read_bytes())
    said = subprocess.run(["pdfsig", "-nocert", str(kept)], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    return kept


def verify(anybody: Person, dossier: Path) -> None:
    """Somebody without an account checks the file, and then one with a single changed byte."""
    page = anybody.page
    anybody.go("/verify/")
    anybody.look("verify")
    labelled(page, "The signed PDF").set_input_files(dossier)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("Nothing is broken, but not everything can be told from this file alone.")).to_be_visible()
    anybody.look("verify-report")
    data = bytearray(dossier.read_bytes())
    data[len(data) // 3] ^= 1
    changed = dossier.with_name("changed.pdf")
    changed.write_bytes(data)
    labelled(page, "The signed PDF").set_input_files(changed)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("Something is broken: do not rely on this file.")).to_be_visible()
    anybody.look("verify-broken")


def look_around(charlie: Person) -> None:
    """The pages that the walk did not need."""
    page = charlie.page
    for name in ("Home", "Trail", "People"):
        menu(page, name)
        charlie.look(name.lower())
    charlie.go("/manual/")
    charlie.look("manual")
    for number, address in enumerate(
        sorted({a.get_attribute("href") or "" for a in page.locator("main a[href^='/manual/']").all()})
    ):
        charlie.go(address)
        charlie.look(f"manual-{number}", wide_only=True)
    charlie.go("/accounts/2fa/")
    charlie.look("two-factor")


def strangers_see_nothing(stranger: Person, alice: Person) -> None:
    """Who is not signed in is led to the sign-in; a member finds nothing under another organisation's address."""
    for address in ("", "systems/", "evidence/", "trail/"):
        stranger.go(f"/o/example-sons/{address}")
        expect(stranger.page).to_have_url(re.compile("/accounts/login/"))
    answered = alice.page.goto(f"{alice.site.url}/o/another-house/systems/")
    assert answered is not None
    assert answered.status == 404
    alice.look("not-found")


def menu(page: Page, name: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=name, exact=True).first.click()


def labelled(where: Page | Locator, label: str) -> Locator:
    """The field with exactly this label, whether or not it may stay empty."""
    return where.get_by_label(re.compile(rf"^{re.escape(label)}( \(optional\))?$"))


def row_page(someone: Person, row: str) -> None:
    menu(someone.page, "Checklists")
    someone.page.locator("main").get_by_role("link", name=re.compile("Local Law 144")).first.click()
    link = someone.page.locator("tr", has_text=row).get_by_role("link").first
    link.focus()
    someone.page.keyboard.press("Enter")
    expect(someone.page.locator("main")).to_contain_text(row)


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the button with this name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            return
    pytest.fail(f"The keyboard does not reach “{name}”.")
