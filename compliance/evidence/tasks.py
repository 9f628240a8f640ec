"""What a worker does with what is kept: read texts, capture links, and read every byte again at night."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from compliance.evidence import captures, fixity, texts, words
from compliance.evidence.jobs import Job, claim, left
from compliance.evidence.keeping import FileText, FixityRun, LinkCapture
from compliance.evidence.models import Evidence
from compliance.people.models import Organisation

AT_ONCE = 500
FIXITY = "compliance.evidence.fixity"
KINDS: tuple[tuple[type[Job], str], ...] = (
    (FileText, texts.TASK),
    (LinkCapture, captures.TASK),
    (FixityRun, FIXITY),
)


@shared_task(name=texts.TASK)
def read_text(pk: str) -> None:
    """Read the text inside one file."""
    texts.read(int(pk))


@shared_task(name=captures.TASK)
def capture(pk: str) -> None:
    """Capture one link."""
    captures.capture(int(pk))


@shared_task(name=FIXITY)
def check_fixity(pk: str) -> None:
    """Read what is left of one fixity check."""
    run = claim(FixityRun, pk)
    if run is not None:
        fixity.check(run)


@shared_task(name="compliance.evidence.nightly_fixity")
def nightly_fixity() -> int:
    """Begin the fixity check of this night for every organisation that has none yet; returns how many there are."""
    night, organisations = timezone.now().date(), list(Organisation.objects.all())
    for organisation in organisations:
        fixity.begin(organisation, night=night)
    take_up_left()
    return len(organisations)


@shared_task(name="compliance.evidence.take_up_left")
def take_up_left() -> int:
    """Send a message for every row that waits or was left by a killed worker; returns how many.

    Pieces that have no words yet, such as those from before there were any, get them here.
    """
    from compliance.celery import app

    without = list(Evidence.objects.filter(words=None, latest__isnull=False).select_related("latest")[:AT_ONCE])
    for one in without:
        texts.ask(one.newest)
    words.index(without)
    count = 0
    for model, task in KINDS:
        for pk in left(model):
            app.send_task(task, [str(pk)])
            count += 1
    return count


@worker_ready.connect
def at_start(**_: Any) -> None:
    """A night in which no worker ran is made up for."""
    nightly_fixity.delay()
