"""What is asked to open a room, at its door and in it."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audits.rooms.rules import LONGEST
from compliance.evidence.models import Confidentiality


class RoomForm(forms.Form):
    """Who may look, at what, until when."""

    guest = forms.CharField(
        label=_("Guest"),
        max_length=200,
        help_text=_("The person and the authority. The name stands across every page and every PDF taken along."),
    )
    levels = forms.MultipleChoiceField(
        label=_("Evidence that the guest may have"),
        choices=Confidentiality.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        initial=["public", "client"],
        help_text=_("By confidentiality. What a piece is called stands in the dossier anyway."),
    )
    days = forms.IntegerField(label=_("Open for how many days"), min_value=1, max_value=LONGEST.days, initial=14)

    @property
    def said(self) -> dict[str, Any]:
        """What the action takes."""
        data = self.cleaned_data
        closes_at = timezone.now() + datetime.timedelta(days=data["days"])
        return {"guest": data["guest"], "levels": data["levels"], "closes_at": closes_at}


class CodeForm(forms.Form):
    """The code at the door."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}),
        help_text=_("You got it by another way than this link. It opens once, in this browser."),
    )


class TextForm(forms.Form):
    """A question, or its answer."""

    text = forms.CharField(label=_("Text"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))
