"""Put a mail into the outbox within the act that causes it, and send it, in a worker, once.

As with the daily reminders no program makes a mail server and a database agree in one step: a worker that is killed
after the server took the mail and before that is written down sends it once more under the same Message-ID.
"""

from __future__ import annotations

import logging
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from compliance.evidence.jobs import Job, claim, nudge
from compliance.outbox.models import Letter
from compliance.people.models import Membership

log = logging.getLogger("probanda.mail")
TASK = "compliance.outbox.send"
LEASES = 15  # a silent mail server is given up long before another worker takes the letter up
ATTEMPTS = 8


def post(*, to: Membership, subject: str, text: str) -> Letter:
    """Keep a mail to a member within the caller's transaction; a worker sends it once that is committed."""
    letter = Letter.objects.create(to=to, subject=" ".join(subject.split())[:300], text=text)
    nudge(TASK, letter.pk)
    return letter


def send(pk: UUID) -> bool:
    """Send one letter that waits, or that a killed worker left; says whether it went out now."""
    letter = claim(Letter, pk, leases=LEASES)
    if letter is None:
        return False
    to = Membership.objects.select_related("user").get(pk=letter.to_id)
    if not to.is_active or not to.user.is_active:  # who left since hears nothing more
        _end(letter, Job.State.FAILED)
        return False
    headers = {"Message-ID": f"<letters.{letter.pk.hex}@{urlsplit(settings.BASE_URL).hostname}>"}
    try:
        EmailMessage(letter.subject, letter.text, None, [to.user.email], headers=headers).send()
    except OSError as error:  # a mail server's errors are among these; the claim runs out and it is tried again
        log.warning("The mail %s could not be sent: %s", letter.pk, error)
        if letter.tries >= ATTEMPTS:
            _end(letter, Job.State.FAILED)
        return False
    letter.sent_at = timezone.now()
    _end(letter, Job.State.DONE)
    return True


def _end(letter: Letter, state: Job.State) -> None:
    letter.state = state
    letter.text = ""
    letter.save(update_fields=["state", "text", "sent_at"])
