"""What is said about a row."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class RemarkForm(forms.Form):
    """One remark."""

    text = forms.CharField(
        label=_("Say something about this row"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Write @ and the name of a member to tell them by mail. It stays as it is written."),
    )
