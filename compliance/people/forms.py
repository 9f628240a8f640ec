"""What an administrator types about people, and what the first visitor types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from compliance.people.models import Membership, Role, User


class InvitationForm(forms.Form):
    """A person to add, and the role they get."""

    name = forms.CharField(label=_("Name"), max_length=150, required=False)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = _("A person who has an account here already keeps the name they have.")
        self.fields["email"].help_text = _("The address they sign in with.")


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, member: Membership):
        super().__init__(data, initial={"role": member.role})


class RemovalForm(forms.Form):
    """Why the personal data of a person is removed."""

    reason = forms.CharField(
        label=_("Why it is removed"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It stays in the trail for good, so do not name the person here."),
    )


class FirstStartForm(forms.Form):
    """The first account of an installation, and its organisation; `code` is the setup code where one is asked for."""

    name = forms.CharField(label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("You sign in with it."),
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    password_again = forms.CharField(
        label=_("The same password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    organisation = forms.CharField(
        label=_("Organisation"),
        max_length=150,
        help_text=_("The company or body whose systems, evidence and trail are kept here. Printed on every dossier."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    setup_code = forms.CharField(
        label=_("Setup code"),
        strip=True,
        help_text=_("The text that whoever runs this server set as PROBANDA_SETUP_CODE in its environment."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, code: str | None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._code = code
        self.fields["password"].help_text = " ".join(password_validators_help_texts())
        if code is None:
            del self.fields["setup_code"]

    def clean_setup_code(self) -> str:
        given = str(self.cleaned_data["setup_code"])
        if not self._code or not constant_time_compare(given, self._code):
            raise ValidationError(_("This is not the setup code of this server."), code="wrong-setup-code")
        return given

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        password, again = data.get("password"), data.get("password_again")
        if password and again and password != again:
            self.add_error("password_again", ValidationError(_("The two passwords differ."), code="passwords-differ"))
        elif password and again:
            try:
                validate_password(password, User(email=data.get("email", ""), name=data.get("name", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return data
