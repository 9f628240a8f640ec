"""What a webhook may be, and the sentences when it may not."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from compliance.lib import outward
from compliance.lib.problems import Problem, Refused
from compliance.trail.verbs import SENTENCES
from compliance.webhooks.models import Webhook

PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440)]
"""How long is waited after each attempt that failed; after the last one a delivery is given up."""
SUBJECTS = tuple(dict.fromkeys(verb.partition(".")[0] for verb in SENTENCES))


def check_address(url: str) -> None:
    """A webhook leads to the public internet, or to a host that the operator named; a name is held to it each time."""
    parts = outward.checked(url)
    if parts.scheme != "https" and parts.hostname not in settings.OUTWARD_HOSTS:
        sentence = _("The address of a webhook begins with https://, so that nobody reads along.")
        raise Refused(Problem("webhook-not-https", sentence, column="url", found=url[:200]))
    try:
        outward.reach(parts, settings.OUTWARD_HOSTS)
    except outward.Unreachable as unreachable:
        raise Refused(Problem("webhook-unreachable", str(unreachable), column="url", found=url[:200])) from unreachable


def check_verbs(verbs: Collection[str]) -> None:
    """It is told of kinds of acts that there are."""
    known = {*SUBJECTS, *SENTENCES}
    for verb in verbs:
        if verb not in known:
            sentence = _("There is no kind of act {verb!r}. Write some of: {all}.")
            told = sentence.format(verb=verb, all=", ".join(SUBJECTS))
            raise Refused(Problem("unknown-verb", told, column="verbs", found=verb))


def check_in_use(webhook: Webhook) -> None:
    """A closed webhook is told nothing more."""
    if webhook.closed_at:
        raise Refused(Problem("webhook-closed", _("This webhook was closed.")))
