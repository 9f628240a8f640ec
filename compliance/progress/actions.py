"""Count how checklists stand today, once a day each."""

from __future__ import annotations

import datetime

from compliance.checklists import queries as checklist_queries
from compliance.people.models import Membership, Organisation, Role
from compliance.progress import queries
from compliance.progress.models import ProgressSnapshot


def take_snapshots(today: datetime.date) -> int:
    """Keep today's counts of every checklist in use that was not counted today; returns how many there were.

    Nobody did anything, so the trail has no entry of it: the counts follow from what it holds.
    """
    return sum(_of(one, today) for one in Organisation.objects.all())


def _of(organisation: Organisation, today: datetime.date) -> int:
    by = Membership(organisation=organisation, role=Role.OBSERVER)  # nobody in particular, who may look
    left = list(checklist_queries.in_use(by).exclude(snapshots__day=today))
    rows = queries.standings(by, left, today)
    made = [
        ProgressSnapshot(
            checklist=one, day=today, counts=queries.counted(row for row in rows if row.checklist.pk == one.pk)
        )
        for one in left
    ]
    ProgressSnapshot.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)
