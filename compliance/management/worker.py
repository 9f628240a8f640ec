"""Celery's worker as `manage.py serve` starts it: it speaks through the log alone, and does not make Ctrl-C wait.

Celery writes its farewell straight to the terminal, between the lines of the person who pressed Ctrl-C, and warns of a
superuser in terms of its own options; `serve` says that in a sentence. A worker that is at nothing would still take
several seconds to wind up its threads.
"""

from __future__ import annotations

import os
import sys
import warnings
from typing import Any

if __name__ == "__main__":
    nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the end
    sys.__stdout__ = sys.__stderr__ = nowhere  # type: ignore[misc]  # before Celery takes them as defaults
    warnings.filterwarnings("ignore", "You're running the worker with superuser privileges")

    from celery.__main__ import main
    from celery.signals import worker_shutting_down
    from celery.worker import state

    @worker_shutting_down.connect
    def leave_at_once(**_: Any) -> None:
        """End now when no work is at hand; `serve` ends what this process started."""
        if not state.reserved_requests:
            os._exit(0)

    main()
