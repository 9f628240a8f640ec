"""A row that stands for work: who is at it, until when nobody else may take it, how far it is.

The row is the truth and a message only a nudge. A worker *claims* a row for a short lease and keeps renewing it; when
the worker dies, the lease runs out and the row is taken up again, by the beat or at the next start. What the worker
then hands in is kept only if the lease is still its own, so work done twice is never saved twice. Cancelling takes the
lease away: from that moment nothing of the work is kept, and the worker, which sees it within a second, stops.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid4

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audits.work.watching import Watch, watched
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership

MOST_ATTEMPTS = 4
LOOK_SECONDS = 0.5
"""How often a worker looks whether its row is still its own, and says how far it is."""
LEAST_SHOWN = timedelta(seconds=3)
LEAST_DONE = 0.05
"""Before so much time has passed and so much is done, any time left would be a guess."""
log = logging.getLogger("probanda.work")


def lease_from(now: datetime) -> datetime:
    """Return until when a worker that says nothing from `now` on counts as being at its row."""
    return now + timedelta(seconds=settings.LEASE_SECONDS)


def _told_over(state: str) -> str:
    if state == State.FINISHED:
        return gettext("It was finished already, so there is nothing left to cancel.")
    return gettext("It is not under way, so there is nothing to cancel.")


class State(models.TextChoices):
    """Where the work stands."""

    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    FINISHED = "finished", _("finished")
    FAILED = "failed", _("stopped")
    CANCELLED = "cancelled", _("cancelled")


class Work(models.Model):
    """The columns that every kind of background work has."""

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    lease = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_permille = models.PositiveSmallIntegerField(default=0)
    rows_done = models.PositiveBigIntegerField(null=True, editable=False)
    rows_total = models.PositiveBigIntegerField(null=True, editable=False)
    doing = models.CharField(max_length=200, blank=True)
    problems = models.JSONField(default=list)
    asked_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, editable=False)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def is_over(self) -> bool:
        return self.state in (State.FINISHED, State.FAILED, State.CANCELLED)

    @property
    def is_under_way(self) -> bool:
        """Whether a worker is asked to do it, or at it: then it can be cancelled."""
        return self.asked_at is not None and not self.is_over

    @property
    def elapsed(self) -> timedelta | None:
        """Return how long a worker has been at it, once that is worth saying."""
        if self.state != State.RUNNING or self.began_at is None:
            return None
        gone = timezone.now() - self.began_at
        return gone if gone >= LEAST_SHOWN else None

    @property
    def is_untold(self) -> bool:
        """Whether nobody can tell how many of the rows are read: the engine that counts them does not say."""
        return self.rows_total is not None and self.rows_done is None and self.elapsed is not None

    @property
    def time_left(self) -> timedelta | None:
        """Return about how long the work will go on, as fast as it went so far; None where that is not known yet."""
        done = self.done_permille / 1000
        if self.state != State.RUNNING or self.began_at is None or done < LEAST_DONE:
            return None
        if self.is_untold:  # the steps that were done say nothing of a query that says nothing
            return None
        gone = timezone.now() - self.began_at
        return gone * ((1 - done) / done) if gone >= LEAST_SHOWN else None

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
                rows_done=None,
            )
        )
        return cls._default_manager.get(pk=pk) if taken else None

    def call_off(self, by: Membership) -> None:
        """End the work for a person, within their transaction; `self` is the locked row. Its worker stops soon after.

        Raises Refused where it is over already.
        """
        if not self.is_under_way:
            raise Refused(Problem("not-under-way", _told_over(self.state)))
        self.state, self.cancelled_by, self.ended_at = State.CANCELLED, by, timezone.now()
        self.lease, self.lease_until, self.doing, self.problems = None, None, "", []
        self.save()

    def renew(self) -> bool:
        """Keep the lease; False when it is no longer ours."""
        mine = type(self)._default_manager.filter(pk=self.pk, lease=self.lease, state=State.RUNNING)
        return bool(mine.update(lease_until=lease_from(timezone.now())))

    def say(self, fraction: float, sentence: str) -> None:
        """Record how far the work is (0 to 1) and what is being done, for the page that waits."""
        mine = type(self)._default_manager.filter(pk=self.pk, lease=self.lease)
        permille = min(1000, max(0, int(fraction * 1000)))
        mine.update(done_permille=Greatest(F("done_permille"), permille), doing=sentence[:200])

    def look(self, watch: Watch, *, renewing: bool) -> bool:
        """Show how far the step is that runs now, and renew the lease; False when the row is no longer ours.

        A step fills what is left of the whole but for a fifth, since others may follow it: so the time left is rather
        said too long than too short.
        """
        mine = type(self)._default_manager.filter(pk=self.pk, lease=self.lease, state=State.RUNNING)
        row = mine.values("done_permille", "rows_done").first()
        if row is None:
            return False
        if renewing and not self.renew():
            return False
        number, fraction = watch.fraction()
        if fraction > 0:
            if number != self.step[0]:
                self.step = number, row["done_permille"]
            start = self.step[1]
            done = start + int(fraction * 0.8 * max(0, 950 - start))
            rows = max(int(fraction * self.rows_total), row["rows_done"] or 0) if self.rows_total else None
            mine.update(done_permille=Greatest(F("done_permille"), done), rows_done=rows)
        return True

    step: tuple[int, int] = (0, 0)
    """The number of the step that was looked at last, and the thousandths of the whole at which it was first seen."""

    @contextmanager
    def kept_alive(self) -> Iterator[None]:
        """Renew the lease from a second thread while the block runs; raises Stopped in it once the lease is gone."""
        over, watch = threading.Event(), Watch()
        every = min(LOOK_SECONDS, settings.LEASE_SECONDS / 5)

        def beat() -> None:
            renewed = time.monotonic()
            ours = True
            while not over.wait(every):
                if not ours:
                    watch.stop()  # again and again: a step may have been about to begin
                    continue
                try:
                    close_old_connections()
                    due = time.monotonic() - renewed >= settings.LEASE_SECONDS / 5
                    ours = self.look(watch, renewing=due)
                    renewed = time.monotonic() if due else renewed
                except DatabaseError as error:  # a database that is away for a moment: the next beat may reach it
                    log.warning("The lease of %s could not be renewed just now (%s).", self.pk, error)
            connection.close()

        thread = threading.Thread(target=beat, name=f"lease-{self.pk}", daemon=True)
        thread.start()
        try:
            with watched(watch):
                yield
        finally:
            over.set()
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
