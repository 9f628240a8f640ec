"""From which address an act comes, behind the number of proxies that the operator declared."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from compliance.trail import presenters
from compliance.trail.models import TrailEntry
from compliance.trail.origin import WORKER, coming_from
from compliance.web.addresses import client_address
from tests import build
from tests.people import People, client_of


@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        (0, "203.0.113.9", "192.0.2.1"),  # nobody is believed
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.9.9.9, 203.0.113.9", "203.0.113.9"),  # what a visitor wrote stands before
        (2, "10.9.9.9, 203.0.113.9, 198.51.100.2", "203.0.113.9"),
        (2, "198.51.100.2", "192.0.2.1"),  # it did not come through both
        (1, "", "192.0.2.1"),
        (1, "unknown", "192.0.2.1"),
        (1, "[2001:db8::7]:443", "2001:db8::7"),
        (1, "203.0.113.9:50112", "203.0.113.9"),
    ],
)
def test_the_visitor_is_whom_the_first_declared_proxy_saw(
    settings: Settings, proxies: int, forwarded: str, found: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR="192.0.2.1")) == found


def test_an_entry_tells_whether_a_page_a_command_or_the_worker_acted(people: People) -> None:
    system = build.system(people.alice)
    with coming_from(WORKER):
        build.note(people.alice)
    path = f"/o/{people.alice.organisation.slug}/systems/{system.pk}/edit/"
    form = {"name": "Sortwell Screen", "version": "5", "status": "in_use"}
    client_of(people.alice).post(path, form, REMOTE_ADDR="192.0.2.44")
    last = presenters.told(TrailEntry.objects.order_by("-pk")[:3])
    assert [(one.entry.verb, one.origin) for one in last] == [
        ("system.changed", "192.0.2.44"),
        ("evidence.added", "by the worker, in the background"),
        ("system.registered", "by a command on the server"),
    ]
