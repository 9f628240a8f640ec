"""What every kind of background work writes into the trail, and how it ends when it cannot go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from audits.work.models import MOST_ATTEMPTS, State, Work
from compliance.lib.problems import Problem, Refused
from compliance.trail.actions import write

# What a worker makes is made by the software; the trail names it as the actor and the person who asked in the data.
MACHINE = {"id": "probanda", "name": "Probanda", "role": "software"}


class Recorded(Protocol):
    """A row of an organisation and one of its AI systems, as the trail names it."""

    @property
    def organisation_id(self) -> UUID: ...
    @property
    def system_id(self) -> UUID: ...
    @property
    def subject(self) -> dict[str, str]: ...


def record(actor: Mapping[str, str], row: Recorded, verb: str, **data: Any) -> None:
    """Write one act on the row into the trail, within the act's own transaction."""
    write(
        organisation_id=row.organisation_id,
        actor=actor,
        verb=verb,
        subject=row.subject,
        system_id=row.system_id,
        data=data,
    )


def check_attempts(work: Work, hint: str) -> None:
    """Refuse to begin once more what has stopped its worker again and again."""
    if work.attempts > MOST_ATTEMPTS:
        sentence = _("The worker stopped {count} times while it was at this.").format(count=work.attempts - 1)
        raise Refused(Problem("worker-stopped", sentence, hint))


def fail(work: Work, row: Recorded, verb: str, problems: Sequence[Problem], **data: Any) -> None:
    """End the work with its problems, unless somebody else is at it by now."""
    with work.handing_in(State.FAILED, problems=[problem.as_json() for problem in problems]) as ours:
        if ours:
            record(MACHINE, row, verb, reason=problems[0].sentence, **data)
