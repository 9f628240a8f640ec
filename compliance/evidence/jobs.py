"""Work on what is kept, done by a worker: the row in the database is the truth, a message only has a worker look at it.

A worker takes a row with a lease and renews it while it is at it. When it is killed, the lease runs out and the next
round takes the row up again, where it was left.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

log = logging.getLogger("probanda.evidence")
J = TypeVar("J", bound="Job")


class Job(models.Model):
    """Something that a worker does for one row."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    MOST_TRIES = 3

    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


def until(leases: int = 1) -> datetime:
    """When a lease that is taken now runs out; work that cannot renew it takes several at once."""
    return timezone.now() + timedelta(seconds=leases * settings.LEASE_SECONDS)


def _left() -> Q:
    return Q(state=Job.State.WAITING) | Q(state=Job.State.RUNNING, lease_until__lt=timezone.now())


def claim(model: type[J], pk: Any, *, leases: int = 1) -> J | None:
    """Take a row that nobody is at; None where somebody is, or it is done."""
    rows: Any = model._default_manager
    taken = rows.filter(_left(), pk=pk).update(
        state=Job.State.RUNNING, lease_until=until(leases), tries=models.F("tries") + 1
    )
    found: J | None = rows.get(pk=pk) if taken else None
    return found


def left(model: type[Job]) -> list[Any]:
    """Return the keys of the rows that wait or were left, the oldest first."""
    rows: Any = model._default_manager
    return list(rows.filter(_left()).order_by("asked_at").values_list("pk", flat=True)[:500])


def nudge(task: str, pk: Any) -> None:
    """Have a worker look at a row once the transaction is kept; without a queue it waits for the next round."""

    def send() -> None:
        from compliance.celery import app  # heavy: only who sends a message needs the queue's client

        try:
            app.send_task(task, [str(pk)])
        except Exception as error:  # noqa: BLE001 - the row is kept, whatever the queue's client makes of its trouble
            log.warning("No message could be sent for %s (%s); it waits for the next round.", pk, error)

    transaction.on_commit(send)
