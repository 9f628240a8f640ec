"""A nudge: the message that has a worker look at a row."""

from __future__ import annotations

import logging

from django.db import transaction

from audits.work.models import Work

log = logging.getLogger("probanda.work")


def nudge(task: str, row: Work) -> None:
    """Send a message for `row` to the task of that name once the transaction is kept.

    Without a queue the row simply waits for the next round.
    """

    def send() -> None:
        from compliance.celery import app  # heavy: only who sends a message needs the queue's client

        try:
            app.send_task(task, [str(row.pk)])
        except Exception as error:  # noqa: BLE001 - the row is kept, whatever the queue's client makes of its trouble
            log.warning("No message could be sent for %s (%s); it waits for the next round.", row.pk, error)

    transaction.on_commit(send)
