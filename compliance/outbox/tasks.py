"""Send a letter; take up what waits or was left."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from compliance.evidence.jobs import left
from compliance.outbox import actions
from compliance.outbox.models import Letter


@shared_task(name=actions.TASK)
def send(pk: str) -> bool:
    """Send one letter."""
    return actions.send(UUID(pk))


@shared_task(name="compliance.outbox.send_left")
def send_left() -> int:
    """Send every letter that waits, or whose worker was killed; returns how many went out."""
    return sum(actions.send(pk) for pk in left(Letter))
