"""What is asked about an AI system."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.systems.actions import FIELDS, state
from compliance.systems.models import AISystem
from compliance.web.forms import DayField


class SystemForm(forms.ModelForm):  # type: ignore[type-arg]  # at run time it takes no type
    """The fields of an AI system; the actions save them. `read` is the state that the person changes."""

    class Meta:
        model = AISystem
        fields = FIELDS
        field_classes = {"first_use_on": DayField}
        widgets = {
            "intended_purpose": forms.Textarea(attrs={"rows": 4}),
            "positions": forms.Textarea(attrs={"rows": 3}),
            "status": forms.RadioSelect,
        }
        labels = {
            "first_use_on": _("First use by the deployer (distribution date)"),
            "positions": _("Positions it is used for"),
            "deployer": _("Deploying organisation"),
        }
        help_texts = {
            "name": _("As the vendor or your own team calls it."),
            "version": _("A new version that works differently is a system of its own, with its own audits."),
            "vendor": _("Who makes the tool. Your own organisation, if you made it."),
            "intended_purpose": _("What it is meant to decide or to help decide, about whom, from which data."),
            "deployer": _("Who uses it on people: the employer or employment agency."),
            "first_use_on": _("The day the employer or employment agency first used it (6 RCNY § 5-300)."),
            "positions": _("The jobs or promotions it is used for, one a line."),
        }

    read = forms.CharField(widget=forms.HiddenInput, required=False, empty_value=None)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["status"].required = True
        if kwargs.get("instance"):
            self.initial["read"] = state(self.instance)
        else:
            del self.fields["read"]

    def overtaken(self) -> None:
        """Somebody else was quicker: whoever saves again after being told does so knowingly."""
        self.data = {**dict(self.data.items()), "read": state(self.instance)}

    def _post_clean(self) -> None:
        """Leave the instance alone: an action changes it, under a lock, and says what it was before."""
