"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from compliance.people.queries import memberships
from compliance.people.rules import ABILITIES, can
from compliance.web import kept


def site(request: HttpRequest) -> dict[str, Any]:
    """The member who looks, what they may do (`may.review_items`), and their organisations (fetched when used)."""
    by = getattr(request, "member", None)
    return {
        "by": by,
        "org": by.organisation if by else None,
        "may": {ability: can(by, ability) for ability in ABILITIES} if by else {},
        "kept": kept.waiting(request) if request.user.is_authenticated else None,
        "my_memberships": lambda: list(memberships(request.user)) if request.user.is_authenticated else [],
    }
