"""Find tokens, always of one organisation; and the member behind a token that a request shows."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from compliance.people.models import Membership
from compliance.people.queries import memberships
from compliance.people.rules import abilities_in, can
from compliance.tokens.actions import digest
from compliance.tokens.models import ApiToken

USED_AT_MOST_EVERY = timedelta(minutes=1)  # so that a busy script does not write a row with each request


def tokens(by: Membership) -> QuerySet[ApiToken]:
    """Return the tokens that `by` may see: their own, those they made, and all for an administrator."""
    found = ApiToken.objects.filter(membership__organisation_id=by.organisation_id)
    if not can(by, "manage_people"):
        found = found.filter(Q(membership=by) | Q(made_by=by))
    return found.select_related("membership__user", "made_by__user")


def member_with(text: str) -> tuple[ApiToken, Membership] | None:
    """Return the live token with this text and its member, limited to the token's scopes; None where there is none.

    The digest is looked up by an index, so the time that it takes tells nothing about tokens that are near.
    """
    now = timezone.now()
    live = ApiToken.objects.filter(sha256=digest(text), revoked_at=None, expires_at__gt=now)
    token = live.select_related("membership__user").first()
    if token is None:
        return None
    member = memberships(token.membership.user).filter(pk=token.membership_id).first()
    if member is None:
        return None
    if token.last_used_at is None or now - token.last_used_at > USED_AT_MOST_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    member.limited_to = abilities_in(token.scopes)
    return token, member
