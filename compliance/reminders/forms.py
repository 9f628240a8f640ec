"""What one hears of, and when."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.people.zones import choices
from compliance.reminders.models import Kind
from compliance.web.forms import DayField


class WishesForm(forms.Form):
    """The kinds that one is reminded of, and whether by mail."""

    mail = forms.BooleanField(
        label=_("Send me one mail on each day on which something is due"),
        required=False,
        help_text=_("Without it, the same stands on the home page."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Remind me of"), choices=Kind.choices, required=False, widget=forms.CheckboxSelectMultiple
    )


class RhythmForm(forms.Form):
    """The hour of the mails."""

    hour = forms.TypedChoiceField(
        label=_("Not before"), coerce=int, choices=[(hour, f"{hour:02}:00") for hour in range(24)]
    )
    time_zone = forms.ChoiceField(label=_("Time zone of the organisation"))

    def __init__(self, data: object = None, *, initial: dict[str, object]):
        super().__init__(data, initial=initial)  # type: ignore[arg-type]
        self.fields["time_zone"].choices = choices()  # type: ignore[attr-defined]


class SnoozeForm(forms.Form):
    """Which reminder sleeps, and until when."""

    key = forms.CharField(max_length=300, widget=forms.HiddenInput)
    until = DayField(label=_("Not before"))
