"""The table of a checklist's rows as HTML, made in one go: a law has hundreds of rows, and a page shows them all.

What is the same for every reader (titles, ids, citations) is escaped once for each text of a law.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from compliance.catalogue.schema import Catalogue, Row
from compliance.checklists.filters import COMPUTED, KINDS, is_overdue
from compliance.checklists.footing import Footing
from compliance.checklists.lines import Line, Piece
from compliance.checklists.models import Binding, ChecklistItem, Decision, Progress, Verdict

_NONE = ""  # the style sheet writes a dash into an empty cell, and leaves it out on a phone
_SAID = (Footing.STALE, Footing.CONTRADICTED)  # told beside the verdict; the others follow from the row
_SAMPLE = "00000000-0000-0000-0000-000000000000"
SHOWN = 2  # titles of evidence in a row; the others are counted there, and named when the row is opened
_heads: dict[str, Mapping[str, tuple[str, str, str]]] = {}


def _heads_of(law: Catalogue) -> Mapping[str, tuple[str, str, str]]:
    """Return for each row its begin, and the parts of its first cell before and after the address of its page."""
    if law.digest not in _heads:
        if len(_heads) > 32:
            _heads.clear()
        _heads[law.digest] = {row.id: _head(row) for row in law.rows}
    return _heads[law.digest]


def _head(row: Row) -> tuple[str, str, str]:
    id = escape(row.id)
    after = f'">{escape(row.title)}</a><small>{id}</small><small>{escape(row.citation_text)}</small></th>'
    return f'<tr id="{id}">', '<th scope="row"><a href="', after


@dataclass(frozen=True)
class Table:
    """How the rows of one checklist are shown: to whom, which people are named, with bindings or without.

    With `choosing` each row has a box, so that several can be acted on at once.
    """

    law: Catalogue
    organisation: str
    people: Mapping[Any, str]
    with_bindings: bool
    choosing: bool = False

    @property
    def columns(self) -> int:
        """How many columns the table has."""
        return 8 + self.with_bindings + self.choosing

    def rows(self, lines: Iterable[Line]) -> SafeString:
        """Return the rows of one section."""
        return mark_safe("\n".join(self._row(line) for line in lines))  # noqa: S308 - each part is escaped

    def links(self, lines: Iterable[Line]) -> SafeString:
        """Return rows that do not apply as list items: a link, and what is said on the row all the same."""
        return mark_safe("".join(self._link(line) for line in lines))  # noqa: S308 - each part is escaped

    @cached_property
    def _words(self) -> dict[str, dict[str, str]]:
        """The words of each cell that is one of a few, as HTML."""
        return {
            "kind": {name: escape(label) for name, label in KINDS.items()},
            "computed": {name: f'<span class="tag">{escape(label)}</span>' for name, label in COMPUTED.items()},
            "progress": {one.value: _status("progress", one) for one in Progress},
            "verdict": {"": _NONE, **{v.value: _status("verdict", v) for v in Verdict}},
            "binding": {"": _NONE, **{one.value: _status("binding", one) for one in Binding}},
            "decision": {one.value: escape(one.label) for one in Decision},
            "tags": {
                "late": f' <span class="tag">{escape(_("overdue"))}</span>',
                "again": f' <span class="tag">{escape(_("confirm again"))}</span>',
                "changed": f' <span class="tag">{escape(_("approved, then changed"))}</span>',
                "expired": f' <span class="tag">{escape(_("expired"))}</span>',
                "old": f' <span class="tag">{escape(_("stale"))}</span>',
                **{one: f' <span class="tag">{escape(one.label)}</span>' for one in _SAID},
            },
        }

    @cached_property
    def _address(self) -> tuple[str, str]:
        address = reverse("checklists_item", kwargs={"org": self.organisation, "pk": _SAMPLE})
        before, _sample, after = address.partition(_SAMPLE)
        return before, after

    @cached_property
    def _days(self) -> dict[date, str]:
        return {}

    def _day(self, when: date | datetime | None) -> str:
        if when is None:
            return _NONE
        day = localtime(when).date() if isinstance(when, datetime) else when
        if day not in self._days:
            self._days[day] = escape(date_format(day, "DATE_FORMAT"))
        return self._days[day]

    def _row(self, line: Line) -> str:
        row, item, words, (start, end) = line.row, line.item, self._words, self._address
        begin, before, after = _heads_of(self.law)[row.id]
        tags = words["tags"]
        cells = (
            words["kind"][row.kind] + words["computed"].get(row.computed, ""),
            *((self._binding(item),) if self.with_bindings else ()),
            words["progress"][item.progress] + self._again(item),
            words["verdict"][item.verdict] + tags.get(line.footing, ""),
            escape(self.people.get(item.owner_id, _NONE)),
            self._day(item.due_on) + (tags["late"] if is_overdue(item, self._today) else ""),
            self._evidence(line.pieces),
            f"{words['decision'][line.review[0]]}, {self._day(line.review[1])}" if line.review else _NONE,
        )
        box = self._box(row.id, item) if self.choosing else ""
        return f"{begin}{box}{before}{start}{item.pk}{end}{after}<td class=kind>{'</td><td>'.join(cells)}</td></tr>"

    def _again(self, item: ChecklistItem) -> str:
        tags = self._words["tags"]
        return (tags["again"] if item.confirm_again else "") + (tags["changed"] if item.stale_since else "")

    def _box(self, id: str, item: ChecklistItem) -> str:
        id = escape(id)
        box = f'<input type="checkbox" form="bulk" name="row" value="{id}@{item.revision}" aria-label="{id}">'
        return f"<td>{box}</td>"

    def _evidence(self, pieces: tuple[Piece, ...]) -> str:
        if not pieces:
            return _NONE
        told = "".join(f"<small>{escape(one.title)}{self._old(one)}</small>" for one in pieces[:SHOWN])
        more = len(pieces) - SHOWN
        return told + (f"<small>{escape(_('and {count} more').format(count=more))}</small>" if more > 0 else "")

    def _old(self, one: Piece) -> str:
        tags = self._words["tags"]
        return tags["expired"] if one.expired else tags["old"] if one.stale else ""

    def _link(self, line: Line) -> str:
        item, (start, end) = line.item, self._address
        said = f" {self._words['verdict'][item.verdict]}" if item.verdict else ""
        again = self._words["tags"]["again"] if item.confirm_again else ""
        row = f"{escape(line.row.title)}</a> <small>{escape(line.row.id)}</small>"
        return f'<li id="{escape(line.row.id)}"><a href="{start}{item.pk}{end}">{row}{said}{again}</li>'

    def _binding(self, item: ChecklistItem) -> str:
        found = self._words["binding"][item.binding]
        if item.since is None or item.binding not in (Binding.APPLIES, Binding.LATER):
            return found
        told = _("since {day}") if item.binding == Binding.APPLIES else _("from {day}")
        return f"{found}<small>{escape(told.format(day=self._day(item.since)))}</small>"

    @cached_property
    def _today(self) -> date:
        return localdate()


def _status(kind: str, one: Progress | Verdict | Binding) -> str:
    return f'<span class="status status-{kind} status-{one.value}">{escape(one.label)}</span>'
