"""Make tokens and close them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership, User
from compliance.people.rules import check_can
from compliance.tokens import rules
from compliance.tokens.models import ApiToken, KeptAnswer
from compliance.trail.actions import write

MARK = "probanda_"  # by which scanners for leaked secrets know one
SHOWN = len(MARK) + 6


def digest(token: str) -> str:
    """Return what is kept of a token. It is 256 random bits, so one round of SHA-256 cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def make(*, by: Membership, name: str, scopes: Collection[str], expires_at: datetime) -> tuple[ApiToken, str]:
    """Make a token of the member `by` and return it with its text, which nobody can be shown again."""
    return _make(by, by, name, scopes, expires_at)


@transaction.atomic
def make_for_service(
    *, by: Membership, name: str, role: str, scopes: Collection[str], expires_at: datetime
) -> tuple[ApiToken, str]:
    """Make a service, such as a pipeline, with its own place among the members, and its token.

    It cannot sign in, and it acts in the trail under its own name.
    """
    check_can(by, "manage_people")
    rules.check_not_by_token(by)
    rules.check_service_role(role)
    name = _named(name)
    user = User.objects.create_user(f"{uuid4()}@service.invalid", name=name, is_service=True)
    service = Membership.objects.create(organisation=by.organisation, user=user, role=role)
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb="member.invited",
        subject=service.subject,
        data={"role": role, "service": 1},
    )
    return _make(by, service, name, scopes, expires_at)


@transaction.atomic
def revoke(*, by: Membership, token: ApiToken) -> ApiToken:
    """Close a token at once and for good."""
    token = ApiToken.objects.select_for_update(no_key=True, of=("self",)).get(
        pk=token.pk, membership__organisation_id=by.organisation_id
    )
    rules.check_revoke(by, token)
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    write(organisation_id=by.organisation_id, actor=by.actor, verb="token.revoked", subject=token.subject)
    return token


def forget_answers(*, before: datetime) -> int:
    """Forget answers to idempotency keys that are older than `before`, and return how many there were."""
    gone, _each = KeptAnswer.objects.filter(at__lt=before).delete()
    return gone


def _named(name: str) -> str:
    if not name.strip():
        raise Refused(Problem("token-without-name", _("The token needs a name."), column="name"))
    return name.strip()


def _make(
    by: Membership, member: Membership, name: str, scopes: Collection[str], expires_at: datetime
) -> tuple[ApiToken, str]:
    rules.check_not_by_token(by)
    name = _named(name)
    rules.check_scopes(scopes)
    rules.check_expiry(expires_at)
    text = MARK + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        membership=member,
        name=name,
        scopes=sorted(set(scopes)),
        begins_with=text[:SHOWN],
        sha256=digest(text),
        made_by=by,
        expires_at=expires_at,
    )
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb="token.made",
        subject=token.subject,
        data={"for": member.personal_name, "scopes": ", ".join(token.scopes), "until": expires_at.date().isoformat()},
    )
    return token, text
