"""Which AI systems the page of the organisation shows, and what its map shows of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.checklists.footing import Footing
from compliance.systems.models import Status

ANY = ("", _("any"))


class HouseFilter(forms.Form):
    """Filters of the AI systems; a value that is not offered filters nothing."""

    q = forms.CharField(
        label=_("Name, vendor or deployer"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"type": "search"}),
    )
    law = forms.ChoiceField(label=_("Law"), required=False)
    status = forms.ChoiceField(label=_("State of the system"), required=False, choices=[ANY, *Status.choices])
    footing = forms.ChoiceField(label=_("With rows that are"), required=False, choices=[ANY, *Footing.choices])

    def __init__(self, data: Any, *, laws: Iterable[tuple[str, str]]):
        super().__init__(data)
        self.fields["law"].choices = [ANY, *laws, ("none", _("no checklist"))]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, str]:
        """Return the filters that hold a value which is offered."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}


class MapForm(forms.Form):
    """The law of the map, the state of its AI systems, and which place its cells count."""

    law = forms.ChoiceField(label=_("Law"), required=False)
    status = forms.ChoiceField(label=_("State of the system"), required=False, choices=[ANY, *Status.choices])
    show = forms.ChoiceField(
        label=_("Each cell counts"),
        required=False,
        choices=[("", _("what asks most")), *Footing.choices],
    )

    def __init__(self, data: Any, *, laws: Iterable[tuple[str, str]]):
        super().__init__(data)
        self.fields["law"].choices = list(laws)  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, str]:
        """Return what was chosen and is offered."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}
