"""What is asked before a dossier is frozen, and before a file is verified."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.dossiers.models import Level, Part, Status, Way
from audits.dossiers.queries import may_sign_as
from audits.dossiers.rules import levels
from compliance.checklists.models import Checklist
from compliance.checklists.queries import in_use
from compliance.people.models import Membership

LARGEST_PDF: Final = 50 * 1024 * 1024
LARGEST_PEM: Final = 1024 * 1024
PKCS12_MOST: Final = 256 * 1024
UPLOAD_MOST: Final = 256 * 1024 * 1024
STATEMENT_MOST: Final = 600


class NewForm(forms.Form):
    """A checklist to freeze as it stands now."""

    checklist = forms.ModelChoiceField(Checklist.objects.none(), label=gettext_lazy("Checklist"), empty_label=None)
    title = forms.CharField(
        max_length=200,
        required=False,
        label=gettext_lazy("Title"),
        help_text=gettext_lazy("It stands on the cover. Left empty, it is made from the law and the AI system."),
    )
    status = forms.ChoiceField(
        choices=[
            (Status.DRAFT, gettext_lazy("Draft: says DRAFT on every page; possible at any time.")),
            (Status.FINAL, gettext_lazy("Final: every row that counts was reviewed by a second person.")),
        ],
        widget=forms.RadioSelect,
        initial=Status.DRAFT,
        label=gettext_lazy("Status"),
    )
    statement = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=20_000,
        required=False,
        label=gettext_lazy("Statement of scope"),
        help_text=gettext_lazy("What this dossier covers, for whom it was made, and what it leaves out. An empty line "
                               "begins a new paragraph."),
    )  # fmt: skip

    def __init__(self, by: Membership, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choice = self.fields["checklist"]
        if isinstance(choice, forms.ModelChoiceField):
            choice.queryset = in_use(by).order_by("system__name", "title")


class VerifyForm(forms.Form):
    """A signed file, and whom the reader trusts. Nothing of it is kept."""

    file = forms.FileField(label=gettext_lazy("The signed PDF"), allow_empty_file=True)
    trust = forms.FileField(
        required=False,
        label=gettext_lazy("Certificates that you trust (PEM)"),
        help_text=gettext_lazy(
            "Without one, the signature is checked, but whether its signer can be trusted stays open."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _("At most {size} MB. The file is checked and not kept.").format(
            size=LARGEST_PDF // 2**20
        )

    def clean_file(self) -> Any:
        return _within(self.cleaned_data["file"], LARGEST_PDF)

    def clean_trust(self) -> Any:
        return _within(self.cleaned_data["trust"], LARGEST_PEM)


def _within(file: Any, most: int) -> Any:
    if file is not None and file.size > most:
        sentence = _("The file has {size:,} bytes; here it may have {most:,}. Check it with manage.py verify_dossier.")
        raise forms.ValidationError(sentence.format(size=file.size, most=most))
    return file


class SignersForm(forms.Form):
    """Who is to sign, in the order of the fields, and at which level. It stands beside `NewForm` on the page."""

    level = forms.ChoiceField(required=False, label=gettext_lazy("Level of the signatures"), widget=forms.RadioSelect)

    def __init__(self, by: Membership, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        here = levels()
        choice = self.fields["level"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = [(one.value, one.label) for one in Level if one.value in here]
        choice.initial = settings.SIGNING_LEVEL if settings.SIGNING_LEVEL in here else here[-1]
        for part in Part:
            self.fields[part.value] = forms.ModelChoiceField(
                may_sign_as(by, part), required=False, label=_ASKED[part], empty_label=gettext_lazy("Nobody")
            )

    def signers(self) -> list[tuple[str, Membership]]:
        """Return those who were chosen, in the order in which they sign."""
        chosen = ((part.value, self.cleaned_data.get(part.value)) for part in Part)
        return [(part, member) for part, member in chosen if member is not None]


_ASKED = {
    Part.PREPARER: gettext_lazy("Signs as preparer"),
    Part.LEGAL_REVIEWER: gettext_lazy("Signs as legal reviewer"),
    Part.AUDITOR: gettext_lazy("Signs as independent auditor"),
}
_SECRET = forms.PasswordInput(attrs={"autocomplete": "off"})


class SignForm(forms.Form):
    """A key that is used once, and what the signer states."""

    way = forms.ChoiceField(label=gettext_lazy("Where your key is"), widget=forms.RadioSelect)
    key = forms.FileField(
        required=False,
        label=gettext_lazy("Your key file (PKCS#12)"),
        help_text=gettext_lazy("It usually ends in .p12 or .pfx. It is used for this one signature and not kept."),
    )
    secret = forms.CharField(
        required=False,
        strip=False,
        max_length=200,
        widget=_SECRET,
        label=gettext_lazy("Password of the key file, or PIN"),
        help_text=gettext_lazy("It opens the key for this one signature, and is neither kept nor written anywhere."),
    )
    statement = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=STATEMENT_MOST,
        label=gettext_lazy("What you state, in your own words"),
        help_text=gettext_lazy("It stands above your name in the PDF, and your signature covers it."),
    )

    def __init__(self, ways: list[Way], *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        here = [(one.value, one.label) for one in ways if one != Way.OWN]
        choice = self.fields["way"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = here
        choice.initial = here[0][0]

    def clean_key(self) -> Any:
        return _within(self.cleaned_data["key"], PKCS12_MOST)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("way") == Way.FILE and not data.get("key") and not self.errors.get("key"):
            self.add_error("key", _("Choose your key file."))
        return data


class SignedForm(forms.Form):
    """A dossier that was signed on the signer's own machine."""

    file = forms.FileField(label=gettext_lazy("The PDF that you signed"), allow_empty_file=True)

    def clean_file(self) -> Any:
        return _within(self.cleaned_data["file"], UPLOAD_MOST)
