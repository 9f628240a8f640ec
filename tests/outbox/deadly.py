"""Puts letters into a house's outbox and sends them; killed with the second, before or after the server took it."""

from __future__ import annotations

import os
import sys
from datetime import timedelta

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
    django.setup()

from django.conf import settings
from django.utils import timezone

from compliance.outbox import tasks
from compliance.outbox.models import Letter


def main() -> None:
    settings.EMAIL_BACKEND = "tests.reminders.deadly.Deadly"
    if sys.argv[1] == "never":  # the lease of whoever was killed has run out
        Letter.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    tasks.send_left()


if __name__ == "__main__":
    main()
