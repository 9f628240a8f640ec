"""The application with one fault: whoever computes a bias audit is killed, as by a lack of memory."""

import os
import signal
from typing import Any

from audits.bias import audit
from compliance.celery import app

__all__ = ["app"]


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


audit.run = die  # type: ignore[assignment]
