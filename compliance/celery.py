"""The queue. A message only nudges a worker to look at a row; the row is the truth (see `audits.work`)."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")

app = Celery("probanda")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    [
        "compliance.tokens",
        "compliance.webhooks",
        "compliance.progress",
        "audits.work",
        "audits.bias",
        "audits.dossiers",
    ]
)
