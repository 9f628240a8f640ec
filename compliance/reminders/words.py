"""How reminders are told: the heading of each kind, what to do next, and what its day means."""

from __future__ import annotations

import datetime
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from compliance.reminders.models import Kind

NEXT: Final[dict[str, Any]] = {
    Kind.ROWS: gettext_lazy("Open the row, say what was found, attach what shows it, and submit it."),
    Kind.REVIEWS: gettext_lazy("Read what was submitted, and accept it or return it with a reason."),
    Kind.REQUESTS: gettext_lazy("Give what is asked for, or say why you cannot."),
    Kind.ACTIONS: gettext_lazy("Do it, and say on the finding that it is done."),
    Kind.STALE: gettext_lazy("Look at what changed: confirm that the answer still holds, or reopen the row."),
    Kind.MENTIONS: gettext_lazy("Answer in the discussion of the row; then it leaves this list."),
    Kind.RISKS: gettext_lazy("Propose to accept the risk anew, or reopen the finding."),
    Kind.EVIDENCE: gettext_lazy("Add a newer version of the piece, which all its rows then rest on."),
    Kind.LAW: gettext_lazy("Do what the law asks by then, and record the day on the timeline."),
}


def heading(kind: str, n: int) -> str:
    """Return how many of a kind there are, as a heading.

    >>> heading("row", 1), heading("review", 3)
    ('1 row is due within a week or overdue', '3 rows wait for your review')
    """
    told = {
        Kind.ROWS: ngettext("{n} row is due within a week or overdue", "{n} rows are due within a week or overdue", n),
        Kind.REVIEWS: ngettext("{n} row waits for your review", "{n} rows wait for your review", n),
        Kind.REQUESTS: ngettext(
            "{n} request for evidence waits for your answer", "{n} requests for evidence wait for your answer", n
        ),
        Kind.ACTIONS: ngettext("{n} action on a finding is yours", "{n} actions on findings are yours", n),
        Kind.STALE: ngettext(
            "{n} approval of yours changed since", "{n} approvals of yours changed since they were given", n
        ),
        Kind.MENTIONS: ngettext("{n} remark names you", "{n} remarks name you", n),
        Kind.RISKS: ngettext("{n} accepted risk of yours lapses", "{n} accepted risks of yours lapse", n),
        Kind.EVIDENCE: ngettext("{n} piece of evidence runs out", "{n} pieces of evidence run out", n),
        Kind.LAW: ngettext("{n} time limit of a law ends", "{n} time limits of laws end", n),
    }
    return told[Kind(kind)].format(n=n)


def when(kind: str, day: datetime.date | None) -> str:
    """Say what the day of a reminder means, or nothing where it has none.

    >>> when("evidence", datetime.date(2026, 11, 30)), when("row", None)
    ('Valid until 30 November 2026', '')
    """
    if day is None:
        return ""
    told = {
        Kind.EVIDENCE: _("Valid until {day}"),
        Kind.RISKS: _("Valid until {day}"),
        Kind.STALE: _("Changed on {day}"),
        Kind.MENTIONS: _("Said on {day}"),
    }
    return told.get(Kind(kind), _("Due {day}")).format(day=date_format(day, "DATE_FORMAT"))
