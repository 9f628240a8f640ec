"""What is asked before a dossier is frozen, and before a file is verified."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.dossiers.models import Status
from compliance.checklists.models import Checklist
from compliance.checklists.queries import in_use
from compliance.people.models import Membership

LARGEST_PDF: Final = 50 * 1024 * 1024
LARGEST_PEM: Final = 1024 * 1024


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
