"""What is asked about the use of a tool, its summary, notices and requests."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audits.bias.models import BiasAudit
from audits.publication import queries
from audits.publication.actions import FIELDS
from audits.publication.models import Audience, Channel, ToolUse
from compliance.evidence.models import Evidence
from compliance.evidence.queries import evidence
from compliance.people.models import Membership
from compliance.systems.queries import systems
from compliance.web.forms import DayField

ROWS = {"rows": 3}


def _text(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=False, max_length=10_000, widget=forms.Textarea(attrs=ROWS)
    )


class UseForm(forms.Form):
    """Who uses which tool since when, and what they say of it in public; all but the employer may come later."""

    employer = forms.CharField(
        label=_("Employer or employment agency"),
        max_length=200,
        help_text=_("Its name as candidates know it; it stands on the public page."),
    )
    distribution_on = DayField(
        label=_("Distribution date"),
        required=False,
        help_text=_("The day on which this employer began to use this tool (6 RCNY § 5-300), not its release."),
    )
    latest_use_on = DayField(
        label=_("Latest use"),
        required=False,
        help_text=_("Empty while the tool is in use. The summary stays posted six months longer (6 RCNY § 5-303(c))."),
    )
    positions = _text(_("Positions"), _("For which positions the tool is used, if it is not used for all."))
    postings = _text(
        _("Addresses of job postings"), _("One a line, beginning with https://. They go into the file for programs.")
    )
    website = forms.URLField(
        label=_("Employment section of the website"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=_("Where the employer posts the summary, or a link to it (6 RCNY § 5-303(a) and (b))."),
    )
    retention = _text(_("Data retention policy"), _("6 RCNY § 5-304(d)(1): how long the data is kept, and then what."))
    collected = _text(_("Type of data collected"), _("6 RCNY § 5-304(d)(1): what the tool takes in about people."))
    data_source = _text(_("Source of the data"), _("6 RCNY § 5-304(d)(1): where that data comes from."))
    ask_how = _text(
        _("How to ask for this in writing"),
        _("6 RCNY § 5-304(d)(2): to which address a written request goes. It is answered within 30 days."),
    )
    qualifications = _text(
        _("Job qualifications and characteristics that the tool uses"),
        _("NYC Administrative Code § 20-871(b)(2). It goes into the notices."),
    )
    alternative = _text(
        _("How to ask for an alternative or an accommodation"),
        _("6 RCNY § 5-304(a): instructions for the request. The rule does not oblige to offer an alternative."),
    )

    def __init__(self, data: Any = None, *, by: Membership, use: ToolUse | None = None):
        super().__init__(data, initial={name: getattr(use, name) for name in FIELDS} if use else None)
        if use is None:
            system = forms.ModelChoiceField(systems(by), label=_("AI system"))
            self.fields = {"system": system, **self.fields}
        else:
            self.fields["revision"] = forms.IntegerField(widget=forms.HiddenInput, initial=use.revision)

    def clean_postings(self) -> str:
        """Each line is an address."""
        lines = [one.strip() for one in str(self.cleaned_data["postings"]).splitlines() if one.strip()]
        wrong = _("“%(line)s” is not an address that begins with https://.")
        for line in lines:
            try:
                forms.URLField(assume_scheme="https").clean(line)
            except forms.ValidationError as error:
                raise forms.ValidationError(wrong, params={"line": line[:80]}) from error
            if not line.startswith(("https://", "http://")):
                raise forms.ValidationError(wrong, params={"line": line[:80]})
        return "\n".join(lines)


class PublishForm(forms.Form):
    """The audit that the summary shows."""

    bias_audit = forms.ModelChoiceField(
        BiasAudit.objects.none(), label=_("Bias audit"), empty_label=_("choose an audit")
    )

    def __init__(self, data: Any = None, *, use: ToolUse):
        super().__init__(data)
        self.fields["bias_audit"].queryset = queries.to_publish(use)  # type: ignore[attr-defined]
        self.fields["bias_audit"].label_from_instance = (  # type: ignore[attr-defined]
            lambda one: f"{one.title}, {one.ended_at:%Y-%m-%d}"
        )


class TakeDownForm(forms.Form):
    """Why the public page goes."""

    reason = forms.CharField(label=_("Reason"), max_length=5000, widget=forms.Textarea(attrs={"rows": 2}))


class NoticeForm(forms.Form):
    """Whom a notice is for, by which way, and when the tool is used first."""

    audience = forms.ChoiceField(label=_("For"), choices=Audience.choices, widget=forms.RadioSelect)
    channel = forms.ChoiceField(
        label=_("How it is given"),
        choices=Channel.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "To candidates: website, posting or mail (6 RCNY § 5-304(b)). To employees: policy, posting or mail (c)."
        ),
    )
    position = forms.CharField(label=_("Position"), required=False, max_length=200)
    use_on = DayField(
        label=_("First use for this position"),
        help_text=_("The notice is given at least ten business days before (§ 20-871(b)(1))."),
    )


class DeliveryForm(forms.Form):
    """When and where a notice was given."""

    given_on = DayField(label=_("Given on"))
    where = forms.CharField(
        label=_("Where"), max_length=500, help_text=_("The address of the page or posting, or whom it was sent to.")
    )
    people = forms.IntegerField(label=_("To how many people"), required=False, min_value=1, max_value=2_000_000_000)
    evidence = forms.ModelChoiceField(
        Evidence.objects.none(),
        label=_("Evidence"),
        required=False,
        empty_label=_("none"),
        help_text=_("Such as a capture of the page, or the list of the mailing."),
    )

    def __init__(self, data: Any = None, *, by: Membership):
        super().__init__(data)
        pieces = evidence(by).filter(withdrawn_at=None).prefetch_related(None).order_by("title")
        self.fields["evidence"].queryset = pieces  # type: ignore[attr-defined]


class ReceivedForm(forms.Form):
    """Who asked, and when."""

    received_on = DayField(label=_("Received on"))
    asked_by = forms.CharField(label=_("Asked by"), max_length=200)
    how = forms.CharField(label=_("How it came"), required=False, max_length=200, help_text=_("Such as by e-mail."))


class AnswerForm(forms.Form):
    """The answer, or why it is withheld."""

    answer = forms.CharField(
        label=_("Answer"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 8})
    )
    withheld = forms.CharField(
        label=_("Or: why it is withheld"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only where it would break a law or interfere with an investigation (6 RCNY § 5-304(d)(3))."),
    )
    answered_on = DayField(label=_("Answered on"))
