"""Which rows of which laws a page shows: chosen in the address, so that a search can be kept as a bookmark."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compliance.catalogue.schema import Catalogue
from compliance.checklists.filters import KINDS
from compliance.laws.index import Entry, Found, Values, narrow
from compliance.web.forms import DayField

NEWEST, EVERY = "newest", "every"
COMPUTED = {
    "direct": _("computed by a bias audit"),
    "partial": _("partly computed by a bias audit"),
    "none": _("not computed"),
}
STATES = {
    "applies": _("applies"),
    "later": _("will apply"),
    "undetermined": _("undetermined"),
    "no": _("does not apply"),
    "unasked": _("nothing said"),
}
States = Mapping[tuple[str, str, str], str]


class LawFilter(forms.Form):
    """The filters over the rows of all laws. A value that is not offered shows its sentence and filters nothing."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"type": "search", "autocomplete": "off"}),
        help_text=_("A citation in any spelling, such as 26(7) or Annex III 4, a row’s id, or words."),
    )
    law = forms.ChoiceField(label=_("Law"), required=False)
    text = forms.ChoiceField(label=_("Text"), required=False)
    role = forms.ChoiceField(label=_("Role"), required=False)
    tier = forms.ChoiceField(label=_("Class"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    computed = forms.ChoiceField(label=_("Computed"), required=False)
    when = forms.ChoiceField(label=_("Date"), required=False)
    day = DayField(label=_("Day"), required=False)
    system = forms.ChoiceField(label=_("AI system"), required=False)
    state = forms.ChoiceField(label=_("Binds it"), required=False)

    WHEN = {"on": _("in force on the day"), "from": _("begins on the day or later")}

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        texts: Iterable[Catalogue],
        systems: Iterable[tuple[str, str]],
        today: datetime.date,
    ):
        super().__init__(data)
        self.texts, self.today = list(texts), today
        self.labels = _labels(self.texts)
        self.labels["when"] = {name: str(label) for name, label in self.WHEN.items()}
        self.labels["system"] = dict(systems)
        self.labels["state"] = {name: str(label) for name, label in STATES.items()}
        for name in self.labels:
            self._offer(name)

    def _offer(self, name: str, counts: Counter[str] | None = None) -> None:
        """Offer the values of a filter, with how many rows each would show; one that would show none is left out."""
        offered = [] if name == "text" else [("", gettext("any"))]
        for value, label in self.labels[name].items():
            if counts is None:
                offered.append((value, label))
            elif counts[value] or value == self.chosen()[name]:
                offered.append((value, f"{label} ({counts[value]})"))
        self.fields[name].choices = offered  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """Return the filters that hold a value which is offered; the newest text of each law where none is chosen."""
        self.is_valid()
        found = {name: self.cleaned_data.get(name) or "" for name in self.fields}
        found["text"] = found["text"] or NEWEST
        return found

    @property
    def as_of(self) -> datetime.date:
        """The day asked for, or today."""
        found: datetime.date = self.chosen()["day"] or self.today
        return found

    @property
    def narrows(self) -> bool:
        """Say whether anything was chosen besides the newest texts."""
        return any(value for name, value in self.chosen().items() if (name, value) != ("text", NEWEST))

    def current(self) -> frozenset[tuple[str, str]]:
        """Return each law in the text that counts: as it stood on the day, where one is asked for, else the newest."""
        on_a_day = self.chosen()["when"] == "on"
        found: dict[str, str] = {}
        for text in self.texts:
            if not on_a_day or text.text_version <= self.as_of.isoformat():
                found[text.law] = max(found.get(text.law, ""), text.text_version)
        return frozenset(found.items())

    def narrow(self, ranked: Mapping[Entry, Any], states: States) -> Found:
        """Return the rows that fit all filters, and write the counts beside their values."""
        chosen = self.chosen()
        filters = self._filters(states if chosen["system"] else None)
        found = narrow(ranked, filters, {name: chosen[name] for name in filters})
        for name in filters:
            self._offer(name, found.counts[name])
        if not chosen["system"]:
            del self.fields["state"]
        return found

    def _filters(self, states: States | None) -> dict[str, Values]:
        day, current = self.as_of, self.current()

        def text(entry: Entry) -> tuple[str, ...]:
            is_current = (entry.law, entry.text_version) in current
            return (entry.text_version, EVERY, NEWEST) if is_current else (entry.text_version, EVERY)

        def when(entry: Entry) -> tuple[str, ...]:
            first, until = entry.first_day, entry.row.dates.until if entry.row.dates else None
            stood = entry.text_version <= day.isoformat()
            on = stood and (first is None or first <= day) and (until is None or day <= until)
            later = any(one >= day for one in entry.days)
            return (*(("on",) if on else ()), *(("from",) if later else ()))

        found: dict[str, Values] = {
            "law": lambda entry: (entry.law,),
            "text": text,
            "role": lambda entry: entry.row.roles,
            "tier": lambda entry: (entry.row.tier,) if entry.row.tier else (),
            "kind": lambda entry: (entry.row.kind,),
            "computed": lambda entry: (entry.row.computed,),
            "when": when,
        }
        if states is not None:
            given = states
            found["state"] = lambda entry: (given.get((entry.law, entry.text_version, entry.row.id), "unasked"),)
        return found


def _labels(texts: list[Catalogue]) -> dict[str, dict[str, str]]:
    """Return the words of each value that the laws themselves name, in their order."""
    versions = sorted({text.text_version for text in texts}, reverse=True)
    named = {version: gettext("text of {version}").format(version=version) for version in versions}
    return {
        "law": {text.law: text.short_title for text in texts},
        "text": {NEWEST: gettext("newest of each law"), EVERY: gettext("every text"), **named},
        "role": {name: title.split(",")[0] for text in texts for name, title in text.roles.items()},
        "tier": {name: title for text in texts for name, title in text.tiers.items()},
        "kind": {name: str(label) for name, label in KINDS.items()},
        "computed": {name: str(label) for name, label in COMPUTED.items()},
    }
