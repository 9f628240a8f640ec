"""Who asks: a bearer token, or the browser session of whoever reads the documentation page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from compliance.people.models import Membership, User
from compliance.tokens.models import ApiToken
from compliance.tokens.queries import member_with

SCHEME = "Bearer"


class Shown:
    """The token of a request and the member whom it acts for."""

    def __init__(self, token: ApiToken, member: Membership):
        self.token, self.member = token, member


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer probanda_...` (RFC 6750)."""

    def authenticate(self, request: Request) -> tuple[User, Shown] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != SCHEME.lower().encode():
            return None
        found = member_with(parts[1].decode("latin-1")) if len(parts) == 2 else None
        if found is None:
            raise AuthenticationFailed(_("The token is unknown, has ended or was closed."), code="unknown-token")
        token, member = found
        return member.user, Shown(token, member)

    def authenticate_header(self, request: Request) -> str:
        return f'{SCHEME} realm="Probanda"'


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the description of the API tells of tokens."""

    target_class = "compliance.web.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token made on the page API tokens."}
