"""How many requests a token, a person or a visitor may send."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle


class PerCaller(SimpleRateThrottle):
    """Counts each token by itself, whoever signed in by the person, and all others by their address."""

    scope = "api"

    def get_rate(self) -> str:
        return f"{settings.API_REQUESTS_A_MINUTE}/min"

    def get_cache_key(self, request: Request, view: Any) -> str:
        token = getattr(request.auth, "token", None)
        who = token.pk if token else request.user.pk if request.user.is_authenticated else self.get_ident(request)
        return f"api-rate-{who}"
