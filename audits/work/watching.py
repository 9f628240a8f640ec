"""A long step of a worker that can be watched and stopped from outside, such as one query of an engine.

Whoever runs a step says how it is stopped and, where it can be known, how far it is. Whoever watches looks at that from
a second thread. Without a watch a step just runs.

    >>> with step(stop=lambda: None):
    ...     print("counted")
    counted
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


class Stopped(Exception):
    """The work is no longer this worker's: a person cancelled it, or another worker took it up."""


@dataclass(frozen=True, slots=True)
class Step:
    """How to stop a step, and how many hundredths of it are done: None or below 0 where that is not known."""

    stop: Callable[[], None]
    done: Callable[[], float] | None = None

    @property
    def fraction(self) -> float:
        """Return how far the step is, from 0 to 1; never more than is known."""
        percent = self.done() if self.done else 0.0
        return min(1.0, max(0.0, (percent or 0.0) / 100))


@dataclass(slots=True)
class Watch:
    """What a second thread sees of the steps of the first."""

    _stopping: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _step: Step | None = None
    _begun: int = 0

    def stop(self) -> None:
        """Have the work end: the step that runs is stopped, and no further one begins. May be said again and again."""
        self._stopping.set()
        with self._lock:  # so that a step which ends just now is not stopped after it was tidied away
            if self._step is not None:
                self._step.stop()

    def check(self) -> None:
        """Raise Stopped if the work is to end."""
        if self._stopping.is_set():
            raise Stopped

    def fraction(self) -> tuple[int, float]:
        """Return the number of the step that runs now and how far it is; 0 where none runs or nothing is known."""
        with self._lock:
            return self._begun, self._step.fraction if self._step is not None else 0.0

    @contextmanager
    def over(self, one: Step) -> Iterator[None]:
        """Show a step while it runs; whatever it raises because it was stopped becomes Stopped."""
        self.check()
        with self._lock:
            before, self._step = self._step, one
            self._begun += 1
        try:
            yield
        except Exception as error:
            if self._stopping.is_set():
                raise Stopped from error
            raise
        finally:
            with self._lock:
                self._step = before


_watch: ContextVar[Watch | None] = ContextVar("watch", default=None)


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """Have the steps of this block watched."""
    token = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(token)


@contextmanager
def step(stop: Callable[[], None], done: Callable[[], float] | None = None) -> Iterator[None]:
    """Run a step that `stop` ends from another thread; `done` gives its hundredths."""
    watch = _watch.get()
    if watch is None:
        yield
        return
    with watch.over(Step(stop, done)):
        yield


def check() -> None:
    """Raise Stopped if the work around is to end: for loops that read piece by piece."""
    watch = _watch.get()
    if watch is not None:
        watch.check()
