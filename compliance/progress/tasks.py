"""The hourly round that counts what was not counted today, so that a night without a worker loses no day."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from compliance.progress.actions import take_snapshots


@shared_task(name="compliance.progress.count_today")
def count_today() -> int:
    """Keep today's counts of the checklists that were not counted yet."""
    return take_snapshots(timezone.now().date())


@worker_ready.connect
def at_start(**_: Any) -> None:
    """A worker that starts counts at once: on a machine that is often off, no hour may go by."""
    count_today.delay()
