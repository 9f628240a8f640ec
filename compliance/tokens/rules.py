"""What a token may be given, and the sentences when it may not.

A scope is a part of the table of abilities. A token never carries more than the member behind it: the role is asked as
well, and every action asks both.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.lib.problems import Forbidden, Problem, Refused
from compliance.people.models import Membership, Role
from compliance.people.rules import SCOPES, check_can
from compliance.tokens.models import ApiToken

LONGEST = timedelta(days=366)
SERVICE_ROLES = (Role.CONTRIBUTOR, Role.OBSERVER)
TOLD = {
    "read": gettext_lazy("look at everything that the member may see"),
    "answer": gettext_lazy("register systems, answer facts, checklist rows, requests and findings, open checklists"),
    "evidence": gettext_lazy("add, hold and withdraw evidence"),
    "review": gettext_lazy("decide on what others submitted, sign determinations, raise and verify findings"),
    "bias-audits": gettext_lazy("run bias audits"),
    "publication": gettext_lazy("publish summaries and keep notices"),
    "dossiers": gettext_lazy("freeze and sign dossiers"),
    "frameworks": gettext_lazy("import, edit and publish frameworks"),
    "people": gettext_lazy("change who belongs to the organisation, its engagements and its webhooks"),
}


def check_scopes(scopes: Collection[str]) -> None:
    """A token names at least one scope, and only scopes that there are."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        sentence = _("There is no scope {scope!r}. Write some of: {all}.")
        told = sentence.format(scope=unknown[0], all=", ".join(SCOPES))
        raise Refused(Problem("unknown-scope", told, column="scopes", found=unknown[0], expected=", ".join(SCOPES)))
    if not scopes:
        raise Refused(Problem("no-scope", _("The token needs at least one scope."), column="scopes"))


def check_expiry(expires_at: datetime) -> None:
    """A token ends, at the latest after a year."""
    now = timezone.now()
    if not now < expires_at <= now + LONGEST:
        sentence = _("A token ends between now and {day}.").format(day=(now + LONGEST).date().isoformat())
        raise Refused(Problem("token-expiry", sentence, column="expires_on"))


def check_service_role(role: str) -> None:
    """A service never reviews, signs or manages: behind every decision stands a person."""
    if role not in SERVICE_ROLES:
        roles = _("{one} or {other}").format(one=SERVICE_ROLES[0].label, other=SERVICE_ROLES[1].label)
        sentence = _("A service has the role {roles}: what is reviewed or signed is so by a person.")
        raise Refused(Problem("service-role", sentence.format(roles=roles), column="role", found=role))


def check_revoke(by: Membership, token: ApiToken) -> None:
    """The member behind a token closes it; an administrator closes any."""
    if token.membership_id != by.pk and token.made_by_id != by.pk:
        check_can(by, "manage_people")
    if token.revoked_at:
        raise Refused(Problem("token-closed", _("The token {name} was closed already.").format(name=token)))


def check_not_by_token(by: Membership) -> None:
    """A token makes no token: one that leaked could outlive its own end."""
    if by.limited_to is not None:
        raise Forbidden(Problem("token-by-token", _("A token cannot make tokens; sign in with a browser for that.")))
