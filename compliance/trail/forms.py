"""Which entries the trail shows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from compliance.trail import queries
from compliance.trail.models import TrailEntry
from compliance.trail.presenters import PAGES
from compliance.web.forms import DayField

Choices = Iterable[tuple[str, Any]]


class TrailFilter(forms.Form):
    """Filters in the address. A value that is not offered shows its sentence and filters nothing."""

    q = forms.CharField(label=_("Words"), required=False, max_length=200, widget=forms.TextInput({"type": "search"}))
    system = forms.ChoiceField(label=_("AI system"), required=False)
    person = forms.ChoiceField(label=_("Person"), required=False)
    verb = forms.ChoiceField(label=_("Act"), required=False)
    kind = forms.ChoiceField(label=_("About"), required=False)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Until"), required=False)
    thing = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, systems: Choices, people: Choices, verbs: Iterable[str], kinds: Iterable[str]):
        super().__init__(data)
        anything = ("", _("any"))
        acts = [(verb, verb.replace(".", ": ").replace("_", " ")) for verb in sorted(verbs)]
        things = [(kind, PAGES[kind][1] if kind in PAGES else kind.replace("_", " ")) for kind in sorted(kinds)]
        for name, choices in (("system", systems), ("person", people), ("verb", acts), ("kind", things)):
            self.fields[name].choices = [anything, *choices]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, str]:
        """Return the filters that hold a value which is offered, as texts."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}

    def narrow(self, entries: QuerySet[TrailEntry], organisation_id: UUID) -> QuerySet[TrailEntry]:
        """Apply what was chosen; days begin and end in UTC, as the times are shown."""
        self.is_valid()
        chosen = self.cleaned_data
        since, until = chosen.get("since"), chosen.get("until")
        wanted = {
            "system_id": chosen.get("system"),
            "actor_id": chosen.get("person"),
            "verb": chosen.get("verb"),
            "subject_type": chosen.get("kind"),
            "subject_id": chosen.get("thing"),
            "at__gte": since and datetime.combine(since, time(), UTC),
            "at__lt": until and datetime.combine(until, time(), UTC) + timedelta(days=1),
        }
        found = entries.filter(**{name: value for name, value in wanted.items() if value})
        return queries.containing(found, organisation_id, chosen.get("q") or "")
