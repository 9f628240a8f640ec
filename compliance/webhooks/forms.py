"""What is asked about a new webhook."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.webhooks.rules import SUBJECTS


class WebhookForm(forms.Form):
    """An address, and what it is told of."""

    url = forms.CharField(
        label=_("Address"), max_length=1000, widget=forms.URLInput, help_text=_("It begins with https://.")
    )
    verbs = forms.MultipleChoiceField(
        label=_("It is told of acts on"),
        required=False,
        choices=[(subject, subject.replace("_", " ")) for subject in SUBJECTS],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Of everything, if you choose none."),
    )
