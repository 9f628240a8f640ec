"""Browsing the laws: search, filters with counts, one row with what it binds, and who may read what."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from compliance.catalogue.loader import laws, load
from compliance.laws.index import Rank, entries, search
from tests import build
from tests.people import People, client_of

ALL = [entry for ref in laws() for entry in entries(load(ref.law, ref.text_version))]
NEWEST = [entry for entry in ALL if entry.text_version != "2024-07-12"]


def page(client: Client, people: People, path: str = "laws/rows/", **asked: Any) -> str:
    answer = client.get(f"/o/{people.alice.organisation.slug}/{path}", asked)
    assert answer.status_code == 200, path
    return answer.content.decode()


def row_ids(text: str) -> list[str]:
    return re.findall(r"<small>((?:EUAIA|LL144|RMF|ISO42001)-[^<]+)</small>", text)


@pytest.mark.parametrize(
    "spelling", ["26(7)", "Art 26(7)", "Article 26 (7)", "art. 26 7", "AI Act Art 26(7)", "article 26 para 7"]
)
def test_a_citation_in_any_spelling_finds_its_row_first(spelling: str) -> None:
    found = search(NEWEST, spelling)
    best = [entry.row.id for entry, rank in found.items() if rank is Rank.EXACT]
    assert best == ["EUAIA-26.7"]


def test_a_provision_finds_its_parts_and_a_word_finds_titles_first() -> None:
    within = {entry.row.id for entry, rank in search(NEWEST, "§ 5-301(b)").items() if rank is Rank.WITHIN}
    assert "LL144-SEL-02" in within
    assert not any("LL144-PUB" in id for id in within)
    ranks = search(NEWEST, "overSIGHT")
    assert set(ranks.values()) >= {Rank.TITLE, Rank.TEXT}
    assert all("versight" in entry.row.title for entry, rank in ranks.items() if rank is Rank.TITLE)


def test_a_number_that_is_no_provision_is_searched_as_a_word() -> None:
    assert set(search(NEWEST, "2027").values()) <= {Rank.TITLE, Rank.QUESTION, Rank.TEXT}
    assert search(NEWEST, "zebra crossing") == {}


def test_what_people_abbreviate_is_found(people: People) -> None:
    found = {entry.row.id for entry in search(NEWEST, "fria")}
    assert "EUAIA-27.1.e" in found or len(found) > 2


def test_counts_beside_a_filter_are_what_choosing_it_shows(people: People) -> None:
    client = client_of(people.alice)
    text = page(client, people, q="log", law="eu-ai-act")
    offered = re.findall(r'<option value="(\w+)"[^>]*>[^<(]*\((\d+)\)', text)
    assert len(offered) > 10
    kinds = dict(re.findall(r'<option value="(duty|rule|gate|condition)"[^>]*>[^<(]*\((\d+)\)', text))
    for kind, count in kinds.items():
        assert len(row_ids(page(client, people, q="log", law="eu-ai-act", kind=kind))) == int(count)


def test_a_day_is_asked_of_the_text_that_stood_then(people: People) -> None:
    client = client_of(people.alice)
    then = page(client, people, when="on", day="2025-03-01", law="eu-ai-act")
    assert "2024-07-12:" in then
    assert "2026-07-27:" not in then
    assert "EUAIA-5.1.a" in row_ids(then)
    assert "EUAIA-26.7" not in row_ids(then)
    coming = row_ids(page(client, people, when="from", day="2028-01-01"))
    assert "EUAIA-26.7" in coming
    assert all(id.startswith("EUAIA") for id in coming)


def test_a_value_that_is_not_offered_is_said_and_filters_nothing(people: People) -> None:
    text = page(client_of(people.alice), people, law="martian-law")
    assert "martian-law is not one of the available choices" in text
    assert len(row_ids(text)) == len(NEWEST)


def test_what_binds_a_system_is_what_was_signed(people: People) -> None:
    client = client_of(people.alice)
    system = build.system(people.alice)
    row = "laws/eu-ai-act/2026-07-27/rows/EUAIA-26.7/"
    assert "Nothing is known of it yet" in page(client, people, row)
    build.determination(people.alice, system)
    assert "nobody has signed a determination" in page(client, people, row)
    assert "from 2 December 2027" in page(client, people, row)
    build.signed(people.alice, people.bob, system)
    signed = page(client, people, row)
    assert "signed by Bob" in signed
    assert "from 2 December 2027" in signed
    shown = page(client, people, system=system.pk, state="later")
    assert "EUAIA-26.7" in row_ids(shown)
    assert "EUAIA-27.1" not in row_ids(shown)
    older = page(client, people, row.replace("2026-07-27", "2024-07-12"))
    assert "is of the text of 27 July 2026" in older


def test_every_row_of_every_text_is_on_the_page_that_asks_for_all(people: People) -> None:
    assert len(row_ids(page(client_of(people.alice), people, text="every"))) == len(ALL)


def test_a_row_is_told_with_its_condition_its_ties_and_its_history(people: People) -> None:
    client = client_of(people.observer)
    row = page(client, people, "laws/eu-ai-act/2026-07-27/rows/EUAIA-26.7/")
    for part in ("All of these:", "Originally", "2 August 2026", "From the text of 2024-07-12 to that of 2026-07-27"):
        assert part in row
    assert "laws/eu-ai-act/2026-07-27/rows/EUAIA-99.4.e/" in row  # the cap that a breach falls under
    back = page(client, people, "laws/nist-ai-rmf/2023-01-26/rows/RMF-GOVERN-3.2/")
    assert "laws/eu-ai-act/2026-07-27/rows/EUAIA-26.7/" in back
    assert "binds nobody by itself" in back
    saved = client.get(f"/o/{people.alice.organisation.slug}/laws/nyc-ll144/2023-05-06/oscal.json")
    assert saved.json()["catalog"]["metadata"]["title"]


def test_strangers_to_a_text_find_no_page(people: People) -> None:
    client = client_of(people.alice)
    start = f"/o/{people.alice.organisation.slug}/laws/"
    for path in (
        "eu-ai-act/1999-01-01/",
        "no-law/2026-07-27/",
        "eu-ai-act/2026-07-27/rows/EUAIA-999/",
        "x/diff/",
    ):
        assert client.get(start + path).status_code == 404, path
