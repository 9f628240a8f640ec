"""Which rows of the laws that are in use for a system a new answer would change, before it is saved."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from compliance.catalogue.known import Known
from compliance.catalogue.loader import laws
from compliance.determinations.impact import Impact, impact
from compliance.determinations.models import Determination
from compliance.determinations.queries import readable
from compliance.lib.canonical import digest
from compliance.lib.problems import Refused
from compliance.systems.models import AISystem


def in_use(system: AISystem, today: datetime.date) -> list[tuple[str, str | None]]:
    """Return each law, with its text version, under which a system has a signed determination or a checklist.

    A text version is None where the text in force today is meant.
    """
    known = {ref.law for ref in laws()}
    signed = Determination.objects.filter(system=system, state=Determination.State.SIGNED).order_by("law")
    found: list[tuple[str, str | None]] = [(law, None) for law in signed.values_list("law", flat=True).distinct()]
    open_lists = system.checklists.order_by("law", "text_version")
    found += list(open_lists.values_list("law", "text_version").distinct())
    return [(law, version) for law, version in found if law in known]


def impacts(system: AISystem, before: Known, answers: Mapping[str, Any], today: datetime.date) -> list[Impact]:
    """Return what saving `answers` would change, law by law; a law in which nothing changes is left out."""
    after = readable({**before.as_json(), **answers})
    if after == before:
        return []
    found: dict[tuple[str, str], Impact] = {}
    for law, version in in_use(system, today):
        try:
            one = impact(law, before, after, today, version)
        except Refused:  # no text of this law yet on this day
            continue
        if one:
            found[one.law, one.text_version] = one
    return list(found.values())


def key(found: Sequence[Impact]) -> str:
    """Return a digest of what was shown, so that something else is not saved unseen."""
    lists = [(one.appear, one.go, one.dates, one.open, one.settled) for one in found]
    return digest(
        [
            [change.row.id, change.before.state, str(change.before.since), change.after.state, str(change.after.since)]
            for parts in lists
            for part in parts
            for change in part
        ]
    )
