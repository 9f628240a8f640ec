"""The manual says what the code does, and its pages lead to each other."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.test import Client
from django.utils.html import escape

from compliance.people.models import Role
from compliance.people.rules import ABILITIES, TOLD
from compliance.web import manual
from tests.people import founder

ROOT = manual.FOLDER.parent.parent


def sources(*folders: str) -> str:
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def reference(name: str) -> str:
    return (manual.FOLDER / "reference" / name).read_text(encoding="utf-8")


@pytest.mark.django_db
def test_every_link_within_the_manual_leads_somewhere() -> None:
    founder("Administrator", "Example")
    client = Client()
    contents = client.get("/manual/").content.decode()
    assert [page.title for page in manual.pages() if escape(page.title) not in contents] == []
    for page in manual.pages():
        here = f"/manual/{page.part}/{page.name}/"
        article = client.get(here).content.decode().partition("<article")[2].partition("</article")[0]
        for link in re.findall(r'href="([^"#]+)', article):
            if not re.match(r"[a-z]+:", link):
                assert client.get(urljoin(here, link)).status_code == 200, (here, link)
    assert client.get("/manual/why/no-such-page/").status_code == 404


def test_the_table_of_roles_is_the_one_in_the_rules() -> None:
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in reference("roles.md").splitlines()]
    header, _, *table = [row for row in rows if len(row) == len(Role) + 1]
    assert header[1:] == [str(role.label) for role in Role]
    told = {row[0]: row[1:] for row in table}
    assert list(told)[1:] == [str(TOLD[ability]) for ability in list(ABILITIES)[1:]]
    allowed = [["yes" if role in roles else "no" for role in Role] for roles in ABILITIES.values()]
    assert list(told.values()) == allowed


def test_every_setting_is_in_the_reference() -> None:
    settings = Path(ROOT / "compliance" / "settings.py").read_text(encoding="utf-8")
    names = set(re.findall(r"\"((?:PROBANDA|CELERY|DATABASE)_[A-Z0-9_]+)\"", settings))
    assert len(names) > 20
    assert names == set(re.findall(r"`((?:PROBANDA|CELERY|DATABASE)_[A-Z0-9_]+)`", reference("settings.md")))


def test_every_problem_with_applicants_is_in_the_reference() -> None:
    written = sources("audits/bias", "audits/work", "compliance/uploads")
    codes = set(re.findall(r"\b(?:Problem|Trouble)\(\s*\"([a-z-]+)\"", written))
    assert len(codes) > 20
    listed = set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", reference("problems.md")))
    assert codes <= listed
    # The others are of evidence, dossiers and time stamps; none is listed that nothing says any more.
    elsewhere = sources("audits", "compliance")
    made = {"authority-broken", "authority-untrusted"}  # of the word for a time stamp that is not fine
    assert [code for code in sorted(listed - codes - made) if f'"{code}"' not in elsewhere] == []


def test_every_picture_is_there_in_use_small_and_told_in_words() -> None:
    """All of them together weigh under 2 MB; `make pictures` makes them anew."""
    kept = {path.name: path.stat().st_size for path in (ROOT / "static" / "manual").glob("*.png")}
    texts = [path.read_text(encoding="utf-8") for path in manual.FOLDER.rglob("*.md")]
    used = [found for text in texts for found in re.findall(r"!\[([^]]*)\]\((?:\.\./)+static/manual/([^)]+)\)", text)]
    assert {name for _words, name in used} == set(kept)
    assert all(len(words) > 20 for words, _name in used)
    assert sum(kept.values()) < 2_000_000
    assert sum(text.count("![") for text in texts) == len(used)


@pytest.mark.django_db
def test_the_manual_is_searched_by_words_and_their_beginnings() -> None:
    founder("Administrator", "Example")
    client = Client()
    page = client.get("/manual/", {"q": "legal hold"}).content.decode()
    first = re.search(r'<ol class="lines">.*?<a href="([^"]+)"', page, re.DOTALL)
    assert first
    assert first[1].startswith("/manual/how-to/keep-evidence/")
    assert "<mark>" in page
    target = client.get(first[1]).content.decode()
    assert f'id="{first[1].partition("#")[2]}"' in target
    assert "No section of the manual holds all of these words." in client.get("/manual/?q=zzzz").content.decode()
    assert "&lt;b&gt;" in client.get("/manual/?q=<b>").content.decode()
