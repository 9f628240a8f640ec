"""Where a piece of work stands among all that wait for a worker."""

from __future__ import annotations

from django.apps import apps
from django.conf import settings

from audits.work.models import State, Work

KINDS = (
    ("BiasIntake", "audits.bias.look"),
    ("BiasAudit", "audits.bias.run"),
    ("Dossier", "audits.dossiers.make"),
    ("PublishedCheck", "audits.published.check"),
)
"""Every table of work in this room, and the task that does it."""


def kinds() -> list[tuple[type[Work], str]]:
    """Return every table of work, and the name of the task that does it."""
    return [(apps.get_model("audits", model), task) for model, task in KINDS]


def ahead(work: Work) -> int:
    """Return how many pieces of work of any kind, whoever asked for them, wait longer than this one."""
    if work.state != State.WAITING or work.asked_at is None:
        return 0
    return sum(
        model._default_manager.filter(state=State.WAITING, asked_at__lt=work.asked_at).count() for model, _ in kinds()
    )


def at_once() -> int:
    """Return how many pieces of work run at the same time (PROBANDA_WORKERS)."""
    return int(settings.CELERY_WORKER_CONCURRENCY)
