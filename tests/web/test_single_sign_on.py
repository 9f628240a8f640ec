"""Signing in with the organisation's own account, at a real issuer of OpenID Connect on this machine."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from compliance.people.models import User
from tests.people import alice_bob_charlie

pytestmark = pytest.mark.django_db


class Issuer(ThreadingHTTPServer):
    """Answers discovery, token and userinfo; `claims` is whoever signs in there."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.claims: dict[str, Any] = {}


class Answer(BaseHTTPRequestHandler):
    server: Issuer

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        url = self.server.url
        pages = {
            "/.well-known/openid-configuration": {
                "issuer": url,
                "authorization_endpoint": f"{url}/authorize",
                "token_endpoint": f"{url}/token",
                "userinfo_endpoint": f"{url}/userinfo",
                "jwks_uri": f"{url}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            },
            "/userinfo": self.server.claims,
        }
        self._send(pages[self.path])

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        now = int(time.time())
        claims = {"iss": self.server.url, "aud": "probanda", "iat": now, "exp": now + 60, **self.server.claims}
        token = jwt.encode(claims, "a key that nobody checks over this way", algorithm="HS256")
        self._send({"access_token": "one", "token_type": "Bearer", "id_token": token})

    def _send(self, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def issuer(settings: Settings) -> Iterator[Issuer]:
    server = Issuer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    app = {
        "provider_id": "oidc",
        "name": "Example Employer",
        "client_id": "probanda",
        "secret": "a secret",
        "settings": {"server_url": server.url},
    }
    # What compliance/settings.py makes of PROBANDA_OIDC_URL and its companions.
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    settings.SOCIALACCOUNT_LOGIN_ON_GET = True
    settings.SOCIALACCOUNT_ADAPTER = "compliance.people.adapter.SocialAccountAdapter"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def sign_in(issuer: Issuer, email: str, *, verified: bool = True) -> tuple[Client, str]:
    """Walk the links that a browser would, and return where the person ends with the page's text."""
    issuer.claims = {"sub": email, "email": email, "email_verified": verified, "name": "From Elsewhere"}
    client = Client()
    assert "Sign in with Example Employer" in client.get("/accounts/login/").content.decode()
    away = client.get("/accounts/oidc/oidc/login/")["Location"]
    asked = parse_qs(urlsplit(away).query)
    assert away.startswith(f"{issuer.url}/authorize")
    assert asked["code_challenge_method"] == ["S256"]
    back = {"code": "anything", "state": asked["state"][0]}
    page = client.get("/accounts/oidc/oidc/login/callback/", back, follow=True)
    return client, page.content.decode()


def test_a_person_whom_an_administrator_added_comes_in(issuer: Issuer) -> None:
    people = alice_bob_charlie()
    client, page = sign_in(issuer, "alice@example.org")
    assert "Example Employer, Inc." in page
    assert client.session["_auth_user_id"] == str(people.alice.user_id)


@pytest.mark.parametrize(("email", "verified"), [("nobody@example.org", True), ("alice@example.org", False)])
def test_nobody_else_does(issuer: Issuer, email: str, verified: bool) -> None:
    alice_bob_charlie()
    before = User.objects.count()
    client, page = sign_in(issuer, email, verified=verified)
    assert "_auth_user_id" not in client.session
    assert "An administrator of your organisation adds you" in page
    assert User.objects.count() == before
