"""What a workpaper says."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.workpapers.actions import WORDS


def _text(label: object, help_text: object, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,  # type: ignore[arg-type]
        help_text=help_text,  # type: ignore[arg-type]
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class WorkpaperForm(forms.Form):
    """The words of a workpaper; `seen` is the version that the writer read."""

    title = forms.CharField(label=_("Title"), required=False, max_length=200)
    population = _text(_("Population"), _("What there is to test, how much of it, and where that number comes from."))
    sample = _text(_("Sample"), _("What was chosen of it, how, and why that is enough."))
    procedure = _text(_("Procedure"), _("What is done, so that somebody else can do the same again."), 4)
    result = _text(_("Result"), _("What came of it, with every exception. It may be written later."), 4)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def words(self) -> dict[str, str]:
        """Return what the action takes."""
        return {name: self.cleaned_data[name].replace("\r\n", "\n") for name in WORDS}


class ReviewForm(forms.Form):
    """What the reviewer of a workpaper says."""

    remark = forms.CharField(required=False, max_length=4000)
    seen = forms.IntegerField()
