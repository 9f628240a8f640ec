"""What is done by itself."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from compliance.tokens import actions

KEPT = timedelta(days=2)


@shared_task(name="compliance.tokens.forget_answers")
def forget_answers() -> None:
    """Forget the answers to idempotency keys that nobody will send again."""
    actions.forget_answers(before=timezone.now() - KEPT)
