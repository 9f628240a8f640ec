"""Sends the mails of the day in a house; the second one kills the process, before or after it was handed over."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
    django.setup()

from django.conf import settings
from django.core.mail.backends.filebased import EmailBackend
from django.utils import timezone

from compliance.reminders.actions import send_due
from compliance.reminders.models import Digest


class Deadly(EmailBackend):
    """Keeps mails as files, and dies."""

    sent = 0

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        Deadly.sent += 1
        if Deadly.sent == 2 and sys.argv[1] == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        done = super().send_messages(email_messages) or 0
        if Deadly.sent == 2 and sys.argv[1] == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return done


def main() -> None:
    settings.EMAIL_BACKEND = "__main__.Deadly"
    if sys.argv[1] == "never":  # the lease of whoever was killed has run out
        Digest.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    send_due(timezone.now().replace(hour=23))


if __name__ == "__main__":
    main()
