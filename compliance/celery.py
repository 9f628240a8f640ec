"""The queue. A message only nudges a worker to look at a row; the row is the truth (see `audits.work`)."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")

app = Celery("probanda")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    [
        "compliance.checklists",
        "compliance.evidence",
        "compliance.tokens",
        "compliance.webhooks",
        "compliance.outbox",
        "compliance.progress",
        "compliance.reminders",
        "audits.work",
        "audits.bias",
        "audits.dossiers",
        "audits.published",
    ]
)

_origins: dict[str, ExitStack] = {}


@task_prerun.connect
def _acts_as_the_worker(task_id: str = "", **_: Any) -> None:
    """What a task does is recorded as done by the worker, and in the language of records."""
    from compliance.trail.origin import WORKER, coming_from
    from compliance.trail.recorded import for_the_record  # the applications are loaded by now

    _origins[task_id] = ExitStack()
    _origins[task_id].enter_context(coming_from(WORKER))
    _origins[task_id].enter_context(for_the_record())


@task_postrun.connect
def _acts_no_longer(task_id: str = "", **_: Any) -> None:
    _origins.pop(task_id, ExitStack()).close()
