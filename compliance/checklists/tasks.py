"""What is done once a night, and when a worker starts: time alone changes what an approval rests on."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from compliance.checklists import approvals


@shared_task(name="compliance.checklists.recheck_approvals")
def recheck_approvals() -> int:
    """Mark the approved rows whose evidence expired; returns how many marks were set or taken away."""
    return approvals.recheck_all()


@worker_ready.connect
def at_start(**_: Any) -> None:
    """A night in which no worker ran is made up for."""
    recheck_approvals.delay()
