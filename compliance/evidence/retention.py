"""How long a law asks to keep documents, as its rows say it: a clock of at least so long, to the end of keeping."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.catalogue.schema import Catalogue, Clock

ENDS = frozenset({"end_of_keeping", "log_deletion", "take_down"})


@dataclass(frozen=True, slots=True)
class Keeping:
    """A duty to keep: the row that says so, its provision, and how long."""

    row: str
    title: str
    citation: str
    how_long: str


def keepings(law: Catalogue) -> list[Keeping]:
    """Return the duties to keep of a law. They are told beside a piece, for people to say which of them it falls
    under; nothing here deletes anything.

    >>> from compliance.frameworks.catalogues import catalogue
    >>> [one] = keepings(catalogue("nyc-ll144"))
    >>> one.citation, one.how_long
    ('6 RCNY § 5-303(c)', 'at least 6 months after the latest use of the tool for an employment decision')
    """
    return [
        Keeping(row.id, row.title, row.citation_text, _how_long(law, row.clock))
        for row in law.rows
        if row.clock and row.clock.limit == "at_least" and row.clock.subject in ENDS
    ]


def _how_long(law: Catalogue, clock: Clock) -> str:
    counted = {
        "years": ngettext("{n} year", "{n} years", clock.count),
        "months": ngettext("{n} month", "{n} months", clock.count),
    }.get(clock.unit, "{n} " + clock.unit.replace("_", " "))
    length = counted.format(n=clock.count)
    return _("at least {length} after {event}").format(length=length, event=law.events[clock.event])
