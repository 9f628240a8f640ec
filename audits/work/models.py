"""A row that stands for work: who is at it, until when nobody else may take it, how far it is.

The row is the truth and a message only a nudge. A worker *claims* a row for a short lease and keeps renewing it; when
the worker dies, the lease runs out and the row is taken up again, by the beat or at the next start. What the worker
then hands in is kept only if the lease is still its own, so work done twice is never saved twice.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid4

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MOST_ATTEMPTS = 4
log = logging.getLogger("probanda.work")


def lease_from(now: datetime) -> datetime:
    """Return until when a worker that says nothing from `now` on counts as being at its row."""
    return now + timedelta(seconds=settings.LEASE_SECONDS)


class State(models.TextChoices):
    """Where the work stands."""

    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    FINISHED = "finished", _("finished")
    FAILED = "failed", _("stopped")


class Work(models.Model):
    """The columns that every kind of background work has."""

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    lease = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_permille = models.PositiveSmallIntegerField(default=0)
    doing = models.CharField(max_length=200, blank=True)
    problems = models.JSONField(default=list)
    asked_at = models.DateTimeField(null=True)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def is_over(self) -> bool:
        return self.state in (State.FINISHED, State.FAILED)

    @classmethod
    def left(cls) -> models.QuerySet[Self]:
        """Return the rows that nobody is at: waiting, or running under a lease that ran out."""
        free = Q(state=State.RUNNING) & (Q(lease_until=None) | Q(lease_until__lt=timezone.now()))
        return cls._default_manager.filter(Q(state=State.WAITING) | free)

    @classmethod
    def claim(cls, pk: UUID) -> Self | None:
        """Take the row for this worker, or return None when it is over or somebody else is at it."""
        now, lease = timezone.now(), uuid4()
        taken = (
            cls.left()
            .filter(pk=pk)
            .update(
                state=State.RUNNING,
                lease=lease,
                lease_until=lease_from(now),
                attempts=F("attempts") + 1,
                began_at=now,
                done_permille=0,
            )
        )
        return cls._default_manager.get(pk=pk) if taken else None

    def renew(self) -> bool:
        """Keep the lease; False when it is no longer ours."""
        mine = type(self)._default_manager.filter(pk=self.pk, lease=self.lease, state=State.RUNNING)
        return bool(mine.update(lease_until=lease_from(timezone.now())))

    def say(self, fraction: float, sentence: str) -> None:
        """Record how far the work is (0 to 1) and what is being done, for the page that waits."""
        mine = type(self)._default_manager.filter(pk=self.pk, lease=self.lease)
        mine.update(done_permille=min(1000, max(0, int(fraction * 1000))), doing=sentence[:200])

    @contextmanager
    def kept_alive(self) -> Iterator[None]:
        """Renew the lease from a second thread while the block runs."""
        stop = threading.Event()

        def beat() -> None:
            ours = True
            while ours and not stop.wait(settings.LEASE_SECONDS / 5):
                try:
                    close_old_connections()
                    ours = self.renew()
                except DatabaseError as error:  # a database that is away for a moment: the next beat may reach it
                    log.warning("The lease of %s could not be renewed just now (%s).", self.pk, error)
            connection.close()

        thread = threading.Thread(target=beat, name=f"lease-{self.pk}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    @contextmanager
    def handing_in(self, state: State, **columns: Any) -> Iterator[bool]:
        """Open a transaction in which the end of the work is saved; yields False when the lease is no longer ours."""
        with transaction.atomic():
            mine = type(self)._default_manager.select_for_update().filter(pk=self.pk, lease=self.lease)
            row = mine.filter(state=State.RUNNING).first()
            yield row is not None
            if row is not None:
                for name, value in {"state": state, "ended_at": timezone.now(), "lease": None, **columns}.items():
                    setattr(self, name, value)
                self.lease_until, self.doing = None, ""
                if state == State.FINISHED:
                    self.done_permille = 1000
                self.save()
