"""Run a few programs as one: start again what ends by itself, and leave nothing behind at the end.

Each program has a process group of its own, so that Ctrl-C reaches this process alone, which then stops every one in
good order; and what a program started is ended with it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GENTLY, FIRMLY = 2.0, 0.5
"""Seconds that a program has to end by itself: after being asked (SIGTERM), and after being told (SIGQUIT).

They are few, since a person waits, and work that is cut off is not lost.
"""
SETTLED = 10.0
"""A program that ran this many seconds is started again at once; one that ends sooner waits longer each time."""
LONGEST_WAIT = 30.0
HOPELESS = 5
"""A program that ended this often without ever settling will not run: everything stops, with exit status 1."""


class Child:
    """One program that is to run all the time."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]):
        self.name, self.command, self.environment = name, command, environment
        self.process: subprocess.Popen[bytes] | None = None
        self.started = self.due = 0.0
        self.failures = 0

    def start(self) -> None:
        """Start it in its own session; on Linux it is asked to end if this process is killed."""
        self.process = subprocess.Popen(
            tied(self.command),
            cwd=ROOT,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.started = time.monotonic()

    def ended(self) -> int | None:
        """Return its exit status once it ended by itself; what it had started is ended too."""
        if self.process is None or (status := self.process.poll()) is None:
            return None
        self.signal(signal.SIGKILL)
        self.process = None
        now = time.monotonic()
        settled = now - self.started >= SETTLED
        self.failures = 1 if settled else self.failures + 1
        self.due = now + (0.0 if settled else min(LONGEST_WAIT, 2.0 ** (self.failures - 2)))
        return status

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program itself, or SIGKILL to all that it started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                (os.killpg if number == signal.SIGKILL else os.kill)(self.process.pid, number)


def supervise(children: Sequence[Child], *, say: Callable[[str], object]) -> int:
    """Run all children until SIGINT or SIGTERM; return 0, or 1 if one of them cannot be kept running."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for child in children:
            child.start()
        while not stop.wait(0.2):
            for child in children:
                if (status := child.ended()) is not None:
                    say(f"The {child.name} ended by itself ({_told(status)}).")
                    if child.failures >= HOPELESS:
                        say(f"The {child.name} ended {HOPELESS} times just after its start, so everything stops.")
                        return 1
                if child.process is None and time.monotonic() >= child.due:
                    child.start()
        return 0
    finally:
        stop_all(children)
        for number, handler in before.items():
            signal.signal(number, handler)


def stop_all(children: Sequence[Child]) -> None:
    """Ask every child to end, then tell it, then end it with all that it started.

    Work that is cut off here is kept as a row and taken up again at the next start.
    """
    for number, seconds in ((signal.SIGTERM, GENTLY), (signal.SIGQUIT, FIRMLY)):
        for child in children:
            child.signal(number)
        until = time.monotonic() + seconds
        while time.monotonic() < until and any(c.process and c.process.poll() is None for c in children):
            time.sleep(0.05)
    for child in children:
        child.signal(signal.SIGKILL)
        if child.process is not None:
            child.process.wait()


def _told(status: int) -> str:
    return f"exit status {status}" if status >= 0 else f"signal {signal.Signals(-status).name}"


_TIED = "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 15); os.execv(sys.argv[1], sys.argv[1:])"


def tied(command: Sequence[str]) -> list[str]:
    """Return a command that, on Linux, is asked to end (SIGTERM) when the process that starts it is killed.

    A `preexec_fn` would do the same, but may not be used where there are threads.
    """
    return [sys.executable, "-S", "-c", _TIED, *command] if sys.platform == "linux" else list(command)
