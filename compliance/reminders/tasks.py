"""Every few minutes: whose hour has come, and who has no mail of today yet."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from compliance.reminders.actions import send_due


@shared_task(name="compliance.reminders.send")
def send() -> int:
    """Send the daily mails that are to be sent now; returns how many."""
    return send_due(timezone.now())
