"""What is asked about findings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from compliance.checklists.models import ChecklistItem
from compliance.engagements.models import Engagement
from compliance.engagements.models import State as EngagementState
from compliance.engagements.queries import engagements
from compliance.evidence.models import Evidence
from compliance.evidence.queries import evidence
from compliance.findings import queries
from compliance.findings.models import Answer, Finding, Kind, Severity, State
from compliance.people.models import Membership
from compliance.people.queries import active_members
from compliance.systems.models import AISystem
from compliance.systems.queries import systems
from compliance.web.forms import DayField

EU = "eu-ai-act"
ROWS = {"rows": 3}


class WordsForm(forms.Form):
    """What was found; the engagement is asked for when a finding is raised where one could be meant."""

    title = forms.CharField(label=_("Title"), max_length=200)
    statement = forms.CharField(
        label=_("What was found"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What you saw, where and when, so that somebody else can see it too."),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=Kind.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "A nonconformity: what the row asks for is not so. Major where what the row is for is not reached."
        ),
    )
    severity = forms.ChoiceField(
        label=_("Severity"),
        choices=Severity.choices,
        widget=forms.RadioSelect,
        help_text=_("How grave you hold it to be for the people concerned. No figure is made of it."),
    )
    engagement = forms.ModelChoiceField(
        Engagement.objects.none(), label=_("Engagement"), required=False, empty_label=_("outside of any engagement")
    )

    def __init__(self, data: Any = None, *, by: Membership, item: ChecklistItem, finding: Finding | None = None):
        said = (
            {name: getattr(finding, name) for name in ("title", "statement", "kind", "severity")} if finding else None
        )
        super().__init__(data, initial=said)
        of = item.checklist
        here = engagements(by).filter(state=EngagementState.OPEN, scope__system=of.system_id, scope__law=of.law)
        self.fields["engagement"].queryset = here  # type: ignore[attr-defined]
        if finding is not None or not here.exists():
            del self.fields["engagement"]


class ExplainForm(forms.Form):
    """The cause, and what is known of an incident, a risk and the extent."""

    cause = forms.CharField(
        label=_("Cause"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs=ROWS),
        help_text=_("Why it came to this, not who: what has to change so that it does not happen again."),
    )
    extent = forms.CharField(
        label=_("What is known of the extent"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "For instance days of use, notices that are missing, people concerned. Leave out what nobody knows."
        ),
    )
    incident = forms.ChoiceField(
        label=_("Is it, or did it lead to, a serious incident (AI Act Art 3(49))?"),
        required=False,
        choices=Answer.choices,
        help_text=_("Then Article 73 asks for a report to the market surveillance authority, within days."),
    )
    risk = forms.ChoiceField(
        label=_("Does the AI system present a risk (AI Act Art 79(1))?"),
        required=False,
        choices=Answer.choices,
        help_text=_("To health, safety or fundamental rights: then an authority may order corrective action."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, finding: Finding):
        super().__init__(data, initial={name: getattr(finding, name) for name in self.base_fields})
        if finding.item.checklist.law != EU:
            del self.fields["incident"], self.fields["risk"]


class PlanForm(forms.Form):
    """A corrective action."""

    what = forms.CharField(label=_("What is done"), required=False, max_length=5000, widget=forms.Textarea(attrs=ROWS))
    owner = forms.ModelChoiceField(Membership.objects.none(), label=_("Owner"))
    due_on = DayField(label=_("Due"))

    def __init__(self, data: Any = None, *, by: Membership):
        super().__init__(data)
        self.fields["owner"].queryset = active_members(by)  # type: ignore[attr-defined]


class EndActionForm(forms.Form):
    """An action that is done or dropped."""

    said = forms.CharField(
        label=_("What was done, or why it is dropped"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs=ROWS),
    )
    evidence = forms.ModelChoiceField(
        Evidence.objects.none(),
        label=_("What shows it"),
        required=False,
        empty_label=_("no piece of evidence"),
        help_text=_("Pieces attached to the row."),
    )

    def __init__(self, data: Any = None, *, by: Membership, finding: Finding):
        super().__init__(data)
        attached = evidence(by).filter(withdrawn_at=None, attachments__item=finding.item_id)
        self.fields["evidence"].queryset = attached  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why, in a sentence or two."""

    reason = forms.CharField(label=_("Why"), required=False, max_length=5000, widget=forms.Textarea(attrs=ROWS))


class AcceptanceForm(ReasonForm):
    """To live with a finding until a day."""

    until = DayField(label=_("Until"), help_text=_("On this day somebody looks at it again."))


class FindingFilter(forms.Form):
    """Which findings the list shows."""

    q = forms.CharField(
        label=_("Words or number"), required=False, max_length=200, widget=forms.TextInput({"type": "search"})
    )
    system = forms.ModelChoiceField(AISystem.objects.none(), label=_("AI system"), required=False, empty_label=_("any"))
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("any")), *Kind.choices])
    severity = forms.ChoiceField(label=_("Severity"), required=False, choices=[("", _("any")), *Severity.choices])
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("any")),
            ("unfinished", _("still to be dealt with")),
            *State.choices,
            ("lapsed", _("accepted risk has lapsed")),
        ],
    )
    owner = forms.ModelChoiceField(
        Membership.objects.none(), label=_("Owner"), required=False, empty_label=_("anybody")
    )
    overdue = forms.BooleanField(label=_("With an overdue action"), required=False)

    def __init__(self, data: Any, *, by: Membership):
        super().__init__(data)
        self.fields["system"].queryset = systems(by)  # type: ignore[attr-defined]
        self.fields["owner"].queryset = active_members(by)  # type: ignore[attr-defined]

    def narrow(self, some: QuerySet[Finding]) -> QuerySet[Finding]:
        """Apply the filters that hold a value which is offered."""
        self.is_valid()
        chosen = self.cleaned_data
        for word in (chosen.get("q") or "").replace("\0", " ").split():
            some = queries.holding(some, word)
        if chosen.get("system"):
            some = some.filter(item__checklist__system=chosen["system"])
        for name in ("kind", "severity"):
            if chosen.get(name):
                some = some.filter(**{name: chosen[name]})
        if chosen.get("owner"):
            some = queries.owned(some, chosen["owner"])
        if chosen.get("overdue"):
            some = queries.overdue(some)
        return queries.in_state(some, chosen.get("state") or "")
