"""Filters of a timeline, a day to record, and an event to count from."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compliance.catalogue.schema import Catalogue
from compliance.lib.clocks import CLOCKS
from compliance.timeline.counting import INCIDENTS, NAMES, Deadline, deadline
from compliance.timeline.events import Event
from compliance.web.forms import DayField

KINDS = {
    "applies": _("begins to bind"),
    "ends": _("ends"),
    "reading": _("open reading"),
    "limit": _("time limit"),
    "keep": _("to be kept"),
    "due": _("due"),
    "evidence": _("evidence"),
    "recorded": _("recorded"),
    "text": _("law in force"),
}
WHEN = {"ahead": _("today and later"), "past": _("before today"), "soon": _("the next 90 days")}
ZONES = [
    ("Europe/Brussels", _("Brussels")),
    ("Europe/Dublin", _("Dublin, Lisbon")),
    ("Europe/Athens", _("Athens, Helsinki")),
    ("America/New_York", _("New York")),
    ("UTC", _("UTC")),
]
SOON = datetime.timedelta(days=90)


class TimelineFilter(forms.Form):
    """Which events a timeline shows. A value that is not offered shows its sentence and filters nothing."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    when = forms.ChoiceField(label=_("When"), required=False, choices=[("", _("any day")), *WHEN.items()])
    system = forms.ChoiceField(label=_("AI system"), required=False)

    def __init__(self, data: Mapping[str, Any], *, kinds: Iterable[str], systems: Iterable[tuple[str, str]] | None):
        super().__init__(data)
        offered = set(kinds)
        some = [(kind, label) for kind, label in KINDS.items() if kind in offered]
        self.fields["kind"].choices = [("", gettext("any")), *some]  # type: ignore[attr-defined]
        if systems is None:
            del self.fields["system"]
        else:
            self.fields["system"].choices = [("", gettext("all")), *systems]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, str]:
        """Return the filters that hold a value which is offered."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}

    @property
    def narrows(self) -> bool:
        """Say whether anything was chosen."""
        return any(self.chosen().values())

    def narrow(self, events: Iterable[Event], today: datetime.date) -> list[Event]:
        """Return the events that fit; those without a day fit every choice of when but the past."""
        chosen = self.chosen()
        kind, when, system = chosen["kind"], chosen["when"], chosen.get("system", "")

        def fits(one: Event) -> bool:
            if (kind and one.kind != kind) or (system and one.system_id != system):
                return False
            if one.day is None:
                return when != "past"
            ahead = one.day >= today
            return not when or (ahead == (when != "past") and (when != "soon" or one.day <= today + SOON))

        return [one for one in events if fits(one)]


class RecordForm(forms.Form):
    """The day of an event that a law counts from."""

    event = forms.ChoiceField(
        label=_("What took place, or will"), help_text=_("The laws count a time from each of these.")
    )
    day = DayField(label=_("Day"))
    time = forms.TimeField(
        label=_("Time of day"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        help_text=_("Needed only where the law counts in hours."),
    )
    zone = forms.ChoiceField(label=_("Time zone of the time"), choices=ZONES, required=False)
    note = forms.CharField(
        label=_("On what this rests"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Who said so, or which paper shows it."),
    )

    def __init__(self, data: Any = None, *, laws: Iterable[Catalogue], initial: Mapping[str, Any] | None = None):
        super().__init__(data, initial=dict(initial or {}))
        groups = []
        for law in laws:
            counted = {row.clock.event for row in law.rows if row.clock}
            some = [(f"{law.law}/{name}", _capital(words)) for name, words in law.events.items() if name in counted]
            if some:
                groups.append((law.short_title, some))
        self.fields["event"].choices = [("", gettext("choose")), *groups]  # type: ignore[attr-defined]

    def moment(self) -> datetime.datetime | None:
        """Return the aware moment, where a time of day was given."""
        day, time = self.cleaned_data["day"], self.cleaned_data.get("time")
        zone = ZoneInfo(self.cleaned_data.get("zone") or "UTC")
        return datetime.datetime.combine(day, time, zone) if time else None


class WithdrawForm(forms.Form):
    """Why a recorded day is taken back."""

    reason = forms.CharField(label=_("Why it is withdrawn"), widget=forms.Textarea({"rows": 2}), max_length=2000)


class ClockForm(forms.Form):
    """A clock of a law and the moment of its event; nothing is kept."""

    ALL_INCIDENTS = "incidents"

    clock = forms.ChoiceField(label=_("What is to be done"))
    day = DayField(label=_("Day of the event, or of becoming aware"))
    time = forms.TimeField(
        label=_("Time of day"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        help_text=_("A time in days does not depend on it; a time in hours does."),
    )
    zone = forms.ChoiceField(label=_("Time zone"), choices=ZONES, initial="Europe/Brussels", required=False)

    def __init__(self, data: Any = None):
        super().__init__(data)
        self.fields["clock"].choices = [  # type: ignore[attr-defined]
            (
                gettext("Serious incident, EU AI Act Article 73"),
                [
                    (self.ALL_INCIDENTS, gettext("All three kinds side by side")),
                    *((name, NAMES[name]) for name in INCIDENTS),
                ],
            ),
            (
                gettext("Other times, EU AI Act"),
                [(n, NAMES[n]) for n in CLOCKS if n[:2] == "ai" and n not in INCIDENTS],
            ),
            (gettext("NYC Local Law 144"), [(n, NAMES[n]) for n in CLOCKS if n.startswith("ll144")]),
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        name = str(given.get("clock"))
        if name in CLOCKS and CLOCKS[name].unit == "hours" and not given.get("time"):
            self.add_error("time", gettext("This time is counted in hours, so the time of day is needed."))
        return given

    def deadlines(self) -> list[Deadline]:
        """Return the days and moments that are counted; refused for a year whose holidays are not written down."""
        given = self.cleaned_data
        name, day, time = given["clock"], given["day"], given.get("time")
        zone = ZoneInfo(given.get("zone") or "UTC")
        moment = datetime.datetime.combine(day, time, zone) if time else None
        return [deadline(one, day, moment) for one in (INCIDENTS if name == self.ALL_INCIDENTS else [name])]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
