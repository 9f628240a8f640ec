"""The broom that takes up what a killed worker left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from audits.work.models import State
from audits.work.queue import kinds

# A row younger than this has its own nudge under way.
PATIENCE = timedelta(seconds=5)


@shared_task(name="audits.work.take_up_left_work")
def take_up_left_work(at_start: bool = False) -> int:
    """Send a nudge for every row that nobody is at, and forget uploads that were given up; returns how many nudges."""
    from compliance.celery import app
    from compliance.uploads.actions import expire

    expire()
    count = 0
    for model, task in kinds():
        left = model.left()
        if not at_start:
            fresh = timezone.now() - PATIENCE
            left = left.exclude(state=State.WAITING, asked_at__gt=fresh)
        for pk in left.exclude(asked_at=None).order_by("asked_at").values_list("pk", flat=True):
            app.send_task(task, [str(pk)])
            count += 1
    return count


@worker_ready.connect
def at_start(**_: Any) -> None:
    """A worker that starts takes up at once what an earlier one left."""
    take_up_left_work.delay(at_start=True)
