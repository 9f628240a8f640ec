"""Which entries the trail shows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from compliance.trail.models import TrailEntry
from compliance.web.forms import DayField

Choices = Iterable[tuple[str, Any]]


class TrailFilter(forms.Form):
    """Filters in the address. A value that is not offered shows its sentence and filters nothing."""

    system = forms.ChoiceField(label=_("AI system"), required=False)
    person = forms.ChoiceField(label=_("Person"), required=False)
    verb = forms.ChoiceField(label=_("Act"), required=False)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Until"), required=False)

    def __init__(self, data: Any, *, systems: Choices, people: Choices, verbs: Iterable[str]):
        super().__init__(data)
        anything = ("", _("any"))
        acts = [(verb, verb.replace(".", ": ").replace("_", " ")) for verb in sorted(verbs)]
        for name, choices in (("system", systems), ("person", people), ("verb", acts)):
            self.fields[name].choices = [anything, *choices]  # type: ignore[attr-defined]

    def narrow(self, entries: QuerySet[TrailEntry]) -> QuerySet[TrailEntry]:
        """Apply what was chosen; days begin and end in UTC, as the times are shown."""
        self.is_valid()
        chosen = self.cleaned_data
        since, until = chosen.get("since"), chosen.get("until")
        wanted = {
            "system_id": chosen.get("system"),
            "actor_id": chosen.get("person"),
            "verb": chosen.get("verb"),
            "at__gte": since and datetime.combine(since, time(), UTC),
            "at__lt": until and datetime.combine(until, time(), UTC) + timedelta(days=1),
        }
        return entries.filter(**{name: value for name, value in wanted.items() if value})
