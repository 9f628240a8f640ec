"""A link is captured only where the operator allows it, and never from a machine of one's own network."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pytest_django.fixtures import Settings

from compliance.evidence import actions, blobs, captures
from compliance.evidence.keeping import LinkCapture
from compliance.lib import outward
from tests.people import People

PAGE = b"<html><title>Notice to\n candidates</title><p>Text</html>"


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/page")
            self.end_headers()
            return
        self.send_response(404 if self.path == "/gone" else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE if self.path == "/page" else b"x" * (captures.MOST_BYTES + 2))

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def link(people: People, url: str) -> LinkCapture:
    actions.add_link(by=people.alice, title="Notice", url=url)
    found = captures.capture(LinkCapture.objects.get().pk)
    assert found is not None
    return found


def test_nobody_is_asked_unless_the_operator_allows_it(people: People) -> None:
    actions.add_link(by=people.alice, title="Notice", url="https://example.org/notice")
    assert not LinkCapture.objects.exists()


def test_one_s_own_network_is_not_asked(people: People, settings: Settings, site: str) -> None:
    settings.FETCH_LINKS = True
    found = link(people, f"{site}/page")
    assert (found.state, found.sha256) == ("failed", "")
    assert found.said == "The host 127.0.0.1 is not on the public internet."


@pytest.mark.parametrize(
    ("path", "said"),
    [("/moved", ""), ("/gone", "The page answered with the status 404."), ("/large", "larger than the 5 MB")],
)
def test_a_page_is_kept_under_its_digest(
    people: People, settings: Settings, site: str, monkeypatch: pytest.MonkeyPatch, path: str, said: str
) -> None:
    settings.FETCH_LINKS = True
    monkeypatch.setattr(outward, "is_public", lambda address: True)  # the only machine that a test may ask is its own
    found = link(people, f"{site}{path}")
    assert said in found.said
    if not said:
        assert (found.state, found.title, found.address) == ("done", "Notice to candidates", f"{site}/page")
        assert blobs.read(people.alice.organisation_id, found.sha256) == PAGE
        assert captures.capture(found.pk) is None
