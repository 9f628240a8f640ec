"""A program that asks the API, with a token made by the real action."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from compliance.people.models import Membership, Organisation
from compliance.people.rules import SCOPES
from compliance.tokens import actions


class Caller:
    """Sends JSON under one organisation's part of the API."""

    def __init__(self, organisation: Organisation, token: str):
        self.token, self.root = token, f"/o/{organisation.slug}/api/v1/"
        self.client = Client(headers={"Authorization": f"Bearer {token}"}, SERVER_NAME="localhost")

    def get(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.client.get(self.root + path, data, headers=_named(headers))

    def post(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.client.post(self.root + path, data or {}, content_type="application/json", headers=_named(headers))

    def patch(self, path: str, data: Any, **headers: str) -> Any:
        return self.client.patch(self.root + path, data, content_type="application/json", headers=_named(headers))


def caller(of: Membership, scopes: Sequence[str] = tuple(SCOPES)) -> Caller:
    """Return a program that acts for a member."""
    ends = timezone.now() + timedelta(days=1)
    _token, text = actions.make(by=of, name="A test", scopes=scopes, expires_at=ends)
    return Caller(of.organisation, text)


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
