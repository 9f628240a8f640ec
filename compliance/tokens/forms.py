"""What is asked about a new token."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.people.models import Membership
from compliance.people.rules import can
from compliance.tokens import actions
from compliance.tokens.models import ApiToken
from compliance.tokens.rules import SERVICE_ROLES, TOLD
from compliance.web.forms import DayField

A_QUARTER = timedelta(days=90)


class TokenForm(forms.Form):
    """A token for whoever asks, or for a service; the actions decide."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("What uses it, such as: nightly export."))
    scopes = forms.MultipleChoiceField(
        label=_("It may"), choices=list(TOLD.items()), widget=forms.CheckboxSelectMultiple
    )
    expires_on = DayField(label=_("Last day"), help_text=_("At most a year ahead."))
    role = forms.ChoiceField(
        label=_("It acts as"),
        required=False,
        widget=forms.RadioSelect,
        help_text=_("A service has its own name in the trail. It neither reviews nor signs."),
    )

    def __init__(self, *args: Any, by: Membership, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.by = by
        self.fields["expires_on"].initial = timezone.now().date() + A_QUARTER
        if can(by, "manage_people"):
            choices = [
                (role.value, _("a service of its own: {role}").format(role=role.label)) for role in SERVICE_ROLES
            ]
            self.fields["role"].choices = [("", _("you")), *choices]  # type: ignore[attr-defined]
        else:
            del self.fields["role"]

    def make(self) -> tuple[ApiToken, str]:
        """Make the token that the form asks for."""
        given = dict(self.cleaned_data)
        role, day = given.pop("role", ""), given.pop("expires_on")
        ends = timezone.make_aware(datetime.combine(day, time(23, 59, 59)))
        if role:
            return actions.make_for_service(by=self.by, role=role, expires_at=ends, **given)
        return actions.make(by=self.by, expires_at=ends, **given)
