"""What is done by itself: look for what is new, and tell it."""

from __future__ import annotations

from celery import shared_task

from compliance.webhooks import actions


@shared_task(name="compliance.webhooks.tell")
def tell() -> None:
    """Tell every webhook what is new and what is due again. A worker that is killed leaves it due after its lease."""
    actions.look()
    for pk in actions.due():
        actions.tell(pk)
