"""The application with one fault: whoever computes a bias audit is killed, as by a lack of memory."""

from __future__ import annotations

import os
import signal
from typing import Any

from celery.signals import worker_process_init

from audits.bias import audit
from compliance.celery import app

__all__ = ["app"]


@worker_process_init.connect
def arm(**_: Any) -> None:
    """Put the fault into a worker's process, and into nothing that merely imports this module."""
    audit.run = die  # type: ignore[assignment]


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
