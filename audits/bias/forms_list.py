"""What the list of bias audits can be narrowed to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from audits.bias.models import BiasAudit
from audits.work.models import State
from compliance.people.models import Membership
from compliance.systems.models import AISystem
from compliance.systems.queries import systems

UNMAPPED = "unmapped"


class ListFilter(forms.Form):
    """By AI system and by state; what an address holds that nobody can choose narrows nothing."""

    system = forms.ModelChoiceField(
        AISystem.objects.none(), required=False, label=_("AI system"), empty_label=_("All AI systems")
    )
    state = forms.ChoiceField(
        required=False,
        label=_("State"),
        choices=[("", _("Every state")), (UNMAPPED, _("mapping not confirmed")), *State.choices],
    )

    def __init__(self, *args: Any, by: Membership, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choice = self.fields["system"]
        if isinstance(choice, forms.ModelChoiceField):
            choice.queryset = systems(by)

    def narrow(self, found: QuerySet[BiasAudit]) -> QuerySet[BiasAudit]:
        """Return those that fit."""
        self.is_valid()
        data = self.cleaned_data
        if data.get("system"):
            found = found.filter(system=data["system"])
        if data.get("state") == UNMAPPED:
            return found.filter(asked_at=None)
        return found.filter(state=data["state"], asked_at__isnull=False) if data.get("state") else found
