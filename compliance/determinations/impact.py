"""What changes in a law's rows when answers change: which appear, go, change their date, open or are settled.

>>> from compliance.catalogue.known import read
>>> from compliance.catalogue.loader import facts
>>> tool = {"roles": ["independent_auditor"], "screens_candidates": True, "tool_used_in_city": True}
>>> tool |= {"tool_learned": True, "tool_output_simplified": True, "tool_weight": ["most"]}
>>> before, after = (read({**tool, "tool_scores": scores}, facts()) for scores in (False, True))
>>> found = impact("nyc-ll144", before, after, datetime.date(2026, 11, 21))
>>> [change.row.id for change in found.appear][:2], len(found.go)
(['LL144-SCO-01', 'LL144-SCO-02'], 0)
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from compliance.catalogue.applicability import RowState, decide, version_at
from compliance.catalogue.engine import engine
from compliance.catalogue.known import Known
from compliance.catalogue.schema import Row

_BINDS = ("applies", "later")


@dataclass(frozen=True, slots=True)
class Change:
    """A row, and how it stands before and after."""

    row: Row
    before: RowState
    after: RowState


@dataclass
class Impact:
    """The rows that come out otherwise, each in one list, in the order of the law.

    `appear`: did not bind and do or will; `go`: bound and no longer do; `dates`: bind from another day, or now in place
    of later; `open`: were settled and no longer are; `settled`: were open and are answered, either way.
    """

    law: str
    text_version: str
    title: str
    appear: list[Change] = field(default_factory=list)
    go: list[Change] = field(default_factory=list)
    dates: list[Change] = field(default_factory=list)
    open: list[Change] = field(default_factory=list)
    settled: list[Change] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many rows come out otherwise."""
        return len(self.appear) + len(self.go) + len(self.dates) + len(self.open) + len(self.settled)

    def __bool__(self) -> bool:
        return bool(self.total)


def impact(law: str, before: Known, after: Known, as_of: datetime.date, text_version: str | None = None) -> Impact:
    """Hold the facts before and after against every row of `law` on one day, and say which rows differ."""
    version = text_version or version_at(law, as_of).text_version
    made = engine(law, version, as_of)
    found = Impact(law, version, made.law.short_title)
    for old, new in zip(decide(made, before).rows, decide(made, after).rows, strict=True):
        if (old.state, old.since) != (new.state, new.since):
            _list_of(found, old, new).append(Change(new.row, old, new))
    return found


def _list_of(found: Impact, old: RowState, new: RowState) -> list[Change]:
    if new.state == "undetermined":
        return found.open
    if old.state == "undetermined":
        return found.settled
    if old.state in _BINDS and new.state in _BINDS:
        return found.dates
    return found.appear if new.state in _BINDS else found.go
