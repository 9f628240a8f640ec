"""A receiver that really listens: signed messages, told once, again after a failure, never into the private network."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compliance.lib.problems import Forbidden, Refused
from compliance.webhooks import actions, signing
from compliance.webhooks.models import Delivery, Webhook
from compliance.webhooks.rules import PAUSES
from compliance.webhooks.tasks import tell
from tests import build
from tests.api.caller import caller
from tests.people import People, client_of


class Receiver:
    """Keeps what it is sent, and answers with the status that it was told to."""

    def __init__(self) -> None:
        self.had: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.had.append(({name.lower(): text for name, text in self.headers.items()}, body))
                self.send_response(receiver.status)
                if receiver.status == 302:
                    self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        self.thread = Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.OUTWARD_HOSTS = ["127.0.0.1"]
    made = Receiver()
    yield made
    made.close()


def later() -> None:
    """Let what waits for its next attempt be due."""
    Delivery.objects.filter(state="waiting").update(next_at=timezone.now() - timedelta(seconds=1))


def test_what_happens_is_told_once_and_signed(people: People, receiver: Receiver) -> None:
    webhook = actions.make(by=people.administrator, url=receiver.url, verbs=["system"])
    system = build.system(people.alice)
    build.note(people.alice)  # is not asked for
    tell()
    tell()
    ((headers, body),) = receiver.had
    told = json.loads(body)
    assert (told["type"], told["data"]["subject"]["id"]) == ("system.registered", str(system.pk))
    moment = int(headers["webhook-timestamp"])
    expected = signing.signature(signing.secret(webhook), headers["webhook-id"], moment, body)
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert Delivery.objects.get().state == "delivered"
    assert signing.secret(webhook) not in json.dumps(list(Webhook.objects.values()), default=str)


def test_a_receiver_that_fails_is_told_again_under_the_same_id(people: People, receiver: Receiver) -> None:
    actions.make(by=people.administrator, url=receiver.url)
    build.system(people.alice)
    receiver.status = 503
    tell()
    tell()  # is not due yet
    receiver.status = 200
    later()
    tell()
    assert len({headers["webhook-id"] for headers, _body in receiver.had}) == 1
    assert len(receiver.had) == 2
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.status) == ("delivered", 2, 200)


def test_a_delivery_is_given_up_in_the_end_and_begun_anew_on_demand(people: People, receiver: Receiver) -> None:
    webhook = actions.make(by=people.administrator, url=receiver.url, verbs=["system"])
    build.system(people.alice)
    receiver.status = 302  # no redirect is followed
    for _attempt in range(len(PAUSES) + 2):
        tell()
        later()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, len(receiver.had)) == ("given_up", len(PAUSES) + 1, len(PAUSES) + 1)
    client, receiver.status = client_of(people.administrator), 200
    page = client.get(reverse("webhooks_detail", args=[people.alice.organisation.slug, webhook.pk]))
    assert "given up" in page.content.decode()
    again = [people.alice.organisation.slug, webhook.pk, delivery.pk]
    assert client.post(reverse("webhooks_again", args=again)).status_code == 302
    tell()
    assert Delivery.objects.get().state == "delivered"


def test_a_worker_that_dies_in_the_middle_loses_nothing(people: People, receiver: Receiver) -> None:
    actions.make(by=people.administrator, url=receiver.url, verbs=["system"])
    build.system(people.alice)
    actions.look()
    assert len(list(actions.due())) == 1  # taken by a worker that then dies
    assert list(actions.due()) == []  # nobody else takes it meanwhile
    assert receiver.had == []
    later()
    tell()
    assert Delivery.objects.get().state == "delivered"


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data/",
        "https://0x7f000001/",
        "https://[::ffff:192.168.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "http://example.org/",
        "ftp://example.org/",
        "https://name:secret@example.org/",
        "https://",
        "https://[nonsense/",
        "javascript:alert(1)",
    ],
)
def test_an_address_inside_or_unclear_is_refused(people: People, url: str) -> None:
    with pytest.raises(Refused):
        actions.make(by=people.administrator, url=url)
    assert not Webhook.objects.exists()


def test_a_name_that_turns_inward_later_is_not_followed(
    people: People, receiver: Receiver, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = actions.make(by=people.administrator, url=receiver.url, verbs=["system"])
    settings.OUTWARD_HOSTS = []
    Webhook.objects.filter(pk=webhook.pk).update(url=receiver.url.replace("127.0.0.1", "rebinding.example.org"))
    port = receiver.server.server_address[1]
    place = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_named: [place])
    build.system(people.alice)
    tell()
    monkeypatch.undo()
    assert receiver.had == []
    assert Delivery.objects.get().told == "The host rebinding.example.org is not on the public internet."


def test_only_an_administrator_sees_and_makes_webhooks(people: People, receiver: Receiver) -> None:
    with pytest.raises(Forbidden):
        actions.make(by=people.charlie, url=receiver.url)
    address = reverse("webhooks_list", args=[people.alice.organisation.slug])
    assert client_of(people.charlie).get(address).status_code == 403
    client: Client = client_of(people.administrator)
    made = client.post(address, {"url": receiver.url, "verbs": ["item"]})
    assert made.context["secret"].startswith("whsec_")
    assert made.context["secret"] not in client.get(address).content.decode()
    program = caller(people.administrator)
    listed = program.get("webhooks/").json()["results"]
    assert [one["verbs"] for one in listed] == [["item"]]
    assert program.post(f"webhooks/{listed[0]['id']}/close/").json()["closed_at"]
    assert caller(people.administrator, scopes=["answer"]).get("webhooks/").status_code == 403
