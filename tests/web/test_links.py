"""Nothing that a page offers to a member leads to an error page, or to what the member may not open."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin

import pytest
from django.http import HttpResponseBase
from django.test import Client

from tests import build
from tests.people import People, client_of

ROLES = ["observer", "bob", "alice", "charlie", "administrator"]
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)[A-Z][A-Z0-9]+-[^/?]+")  # of a thing, or of a row of a law


def links(page: str, answer: HttpResponseBase) -> list[str]:
    """Return where a page of this application leads to within it."""
    if answer.streaming or not answer.headers["Content-Type"].startswith("text/html"):
        return []
    found = re.findall(r'href="([^"#]+)', answer.content.decode())  # type: ignore[attr-defined]
    return [
        one for link in found if (one := urljoin(page, unescape(link))).startswith(("/o/", "/accounts/", "/verify/"))
    ]


def dead(client: Client, start: str) -> dict[str, str]:
    """Walk all links, one of each shape, and return those that fail with the page that offers them."""
    waiting, shapes, found = [(start, "")], set(), {}
    while waiting:
        page, offered = waiting.pop()
        if (shape := ID.sub("ID", page)) in shapes:
            continue
        shapes.add(shape)
        answer = client.get(page, follow=True)
        if answer.status_code >= 400:
            found[page] = offered
        waiting += [(link, page) for link in links(page, answer)]
        if answer.streaming:  # reading it to the end closes it, and leaves the database's connection open
            list(answer.streaming_content)  # type: ignore[attr-defined]
    assert len(shapes) > 10
    return found


@pytest.mark.thorough
@pytest.mark.parametrize("role", ROLES)
def test_no_link_is_dead(people: People, role: str) -> None:
    who = getattr(people, role)
    client, start = client_of(who), f"/o/{who.organisation.slug}/"
    assert dead(client, start) == {}
    system = build.system(people.alice)
    assert dead(client, start) == {}
    checklist = build.checklist(people.alice, system)
    build.submitted(people.alice, build.item(people.alice, on=checklist))
    build.accepted(people.alice, people.bob, build.item(people.alice, "LL144-AUD-02", on=checklist))
    assert dead(client, start) == {}
