"""Keep what a check found, and have a large publication checked by a worker.

A report carries the text that it was made from. Nothing of a check is stored before it is kept as evidence; but for a
large one, which waits for a worker and is forgotten after a day.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.published.making import again
from audits.published.models import PublishedCheck
from audits.published.report import Checked
from audits.published.text import sentence
from audits.work.models import State
from audits.work.nudge import nudge
from audits.work.records import check_attempts
from audits.work.watching import Stopped
from compliance.evidence import actions as evidence_actions
from compliance.evidence.models import Evidence
from compliance.lib.canonical import dump, load
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.systems.models import AISystem

FILE_NAME = "published-check.json"
LARGE: Final = 30_000
"""From so many characters on a publication is checked by a worker; below, a page takes about a second."""
KEPT: Final = timedelta(days=1)
"""How long a large check waits for its person."""


def keep(*, by: Membership, checked: Checked, title: str, system: AISystem | None = None) -> Evidence:
    """Keep the report of a check as evidence; nothing of a check is stored before."""
    data = dump(checked.as_json())
    return _kept(by, data, title, system, sentence(checked), checked.document.about.as_of)


def _kept(
    by: Membership, data: bytes, title: str, system: AISystem | None, source: str, as_of: date | None
) -> Evidence:
    return evidence_actions.add_file(
        by=by,
        title=title.strip() or "Check of a published bias audit",
        stream=io.BytesIO(data),
        file_name=FILE_NAME,
        systems=[system] if system else [],
        source=source,
        effective_on=as_of,
    )


def is_large(given: Mapping[str, Any]) -> bool:
    """Say whether what was given takes longer than a page should."""
    return sum(len(given.get(name) or "") for name in ("table", "earlier")) >= LARGE


@transaction.atomic
def hand_over(*, by: Membership, given: Mapping[str, str]) -> PublishedCheck:
    """Have a worker check what the fields of the pages hold; only `by` sees it, for a day."""
    made = PublishedCheck.objects.create(
        organisation=by.organisation, by=by, given=dict(given), asked_at=timezone.now()
    )
    nudge("audits.published.check", made)
    return made


@transaction.atomic
def cancel(*, by: Membership, one: PublishedCheck) -> None:
    """Give it up; nothing of it stays."""
    one = PublishedCheck.objects.select_for_update().get(pk=one.pk, by=by)
    one.call_off(by)
    one.given = {}
    one.save(update_fields=["given"])


def carry_out(pk: UUID) -> None:
    """Check one publication, in a worker. Doing it twice, or killing it anywhere, does no harm."""
    work = PublishedCheck.claim(pk)
    if work is None:
        return
    try:
        check_attempts(work, _("Tell the operator; then check fewer tables at once."))
        with work.kept_alive():
            work.say(0.05, _("Holding every printed figure against the others."))
            found = again(work.given)
            work.say(0.9, _("Writing the report."))
            report, told = dump(found.as_json()).decode(), sentence(found)
    except Stopped:  # cancelled, or taken up by another worker: the row says which
        return
    except Refused as refused:
        with work.handing_in(State.FAILED, problems=[problem.as_json() for problem in refused.problems]):
            return
    with work.handing_in(State.FINISHED, report=report, told=told):
        return


def keep_report(*, by: Membership, one: PublishedCheck, title: str, system: AISystem | None = None) -> Evidence:
    """Keep the report that a worker made as evidence."""
    if one.by_id != by.pk or one.state != State.FINISHED:
        raise Refused(Problem("not-finished", _("This check has no report yet.")))
    as_of = load(one.report.encode())["about"].get("as_of")
    day = date.fromisoformat(as_of) if as_of else None
    return _kept(by, one.report.encode(), title, system, one.told, day)


def forget() -> int:
    """Forget what was checked longer than a day ago; returns how many."""
    before = timezone.now() - KEPT
    return PublishedCheck.objects.filter(asked_at__lt=before).exclude(state=State.RUNNING).delete()[0]
