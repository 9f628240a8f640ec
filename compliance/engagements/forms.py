"""What is asked about engagements, their teams, and requests for evidence."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.checklists.models import ChecklistItem
from compliance.checklists.queries import in_use, items
from compliance.engagements import queries
from compliance.engagements.actions import FIELDS, Pair
from compliance.engagements.models import Engagement
from compliance.engagements.rules import TEAM_ROLES
from compliance.frameworks import catalogues
from compliance.people.models import Membership
from compliance.people.queries import members
from compliance.systems.models import AISystem
from compliance.systems.queries import systems
from compliance.web.forms import DayField


class EngagementForm(forms.Form):
    """Who audits whom for what and when; the scope is a table of systems and laws, each box a `SYSTEM|LAW`."""

    title = forms.CharField(label=_("Title"), max_length=200)
    firm = forms.CharField(
        label=_("Who audits"),
        max_length=200,
        help_text=_("The auditing firm, or your own department where it is an internal audit."),
    )
    purpose = forms.CharField(
        label=_("What it is for"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=5000
    )
    covers_from = DayField(label=_("The audit covers from"), required=False)
    covers_until = DayField(label=_("The audit covers until"), required=False)
    starts_on = DayField(label=_("The team works from"))
    ends_on = DayField(
        label=_("The team works until"),
        help_text=_("The last day on which the team reaches what is in scope. Either side may end it before."),
    )
    scope = forms.MultipleChoiceField(label=_("Scope"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any = None, *, by: Membership, engagement: Engagement | None = None, initial: Any = None):
        said: dict[str, Any] = dict(initial or {})
        if engagement is not None:
            said = {name: getattr(engagement, name) for name in FIELDS}
            said["scope"] = [f"{one.system_id}|{one.law}" for one in engagement.scope.all()]
        super().__init__(data, initial=said)
        self.systems = {str(one.pk): one for one in systems(by)}
        refs = {ref.law: ref for ref in catalogues.offered(by.organisation)}
        self.laws = {law: catalogues.catalogue(law, ref.text_version).short_title for law, ref in refs.items()}
        self.open = {f"{system}|{law}" for system, law in in_use(by).values_list("system_id", "law")}
        boxes = [
            (f"{pk}|{law}", f"{system}, {title}")
            for pk, system in self.systems.items()
            for law, title in self.laws.items()
        ]
        self.fields["scope"].choices = boxes  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """Return what the action takes."""
        found = dict(self.cleaned_data)
        pairs: list[Pair] = []
        for box in found.pop("scope"):
            system, _bar, law = box.partition("|")
            pairs.append((self.systems[system], law))
        return {**found, "scope": pairs}

    def table(self) -> list[tuple[AISystem, list[tuple[str, str, bool, bool]]]]:
        """Return the scope row by row: for each law the value of its box, its name, ticked or not, checklist open."""
        ticked = {str(one) for one in self["scope"].value() or ()}
        found = []
        for pk, system in self.systems.items():
            boxes = [(f"{pk}|{law}", title) for law, title in self.laws.items()]
            found.append((system, [(box, title, box in ticked, box in self.open) for box, title in boxes]))
        return found


class PersonForm(forms.Form):
    """Somebody for the team."""

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        required=False,
        help_text=_("A person who has an account here already keeps the name they have."),
    )
    email = forms.EmailField(label=_("E-mail address"), max_length=254, help_text=_("The address they sign in with."))
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(one.value, one.label) for one in TEAM_ROLES],
        widget=forms.RadioSelect,
        initial=TEAM_ROLES[0],
        help_text=_("A member of your own organisation keeps the role that they have here."),
    )
    leads = forms.BooleanField(label=_("This person leads the team"), required=False)


class StatementsForm(forms.Form):
    """A declaration of independence, sentence by sentence."""

    statements = forms.MultipleChoiceField(label=_("I declare"), required=False, widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(
        label=_("Remark"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What a reader should know of your relations to those audited."),
    )

    def __init__(self, data: Any = None, *, engagement: Engagement):
        super().__init__(data)
        self.fields["statements"].choices = list(queries.to_declare(engagement).items())  # type: ignore[attr-defined]


class FirmForm(forms.Form):
    """For which of one's own organisations an engagement is taken on."""

    firm = forms.ModelChoiceField(Membership.objects.none(), label=_("For"), empty_label=None)

    def __init__(self, data: Any = None, *, by: Membership):
        super().__init__(data)
        self.fields["firm"].queryset = queries.firms(by)  # type: ignore[attr-defined]
        self.fields["firm"].label_from_instance = lambda one: one.organisation.name  # type: ignore[attr-defined]


class ClientForm(forms.Form):
    """The name of a client that has no account here."""

    name = forms.CharField(label=_("Name of the client"), max_length=150)


class ReasonForm(forms.Form):
    """Why, in a sentence or two."""

    reason = forms.CharField(label=_("Why"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))


class AskForm(forms.Form):
    """What is asked for, of whom, by when."""

    title = forms.CharField(label=_("What you ask for"), max_length=200)
    wanted = forms.CharField(
        label=_("What exactly"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Say it so that somebody who sees nothing else here can answer it."),
    )
    item = forms.ModelChoiceField(
        ChecklistItem.objects.none(),
        label=_("For the row"),
        required=False,
        widget=forms.HiddenInput,
    )
    email = forms.EmailField(
        label=_("E-mail address of the person"),
        max_length=254,
        help_text=_("They need not belong to the organisation: they see this request and nothing else."),
        widget=forms.EmailInput(attrs={"list": "people"}),
    )
    name = forms.CharField(
        label=_("Name"), max_length=150, required=False, help_text=_("For a person who is new here.")
    )
    due_on = DayField(label=_("Due"))

    def __init__(self, data: Any = None, *, by: Membership, initial: Any = None):
        super().__init__(data, initial=initial)
        self.fields["item"].queryset = items(by)  # type: ignore[attr-defined]
        known = members(by).filter(is_active=True)
        self.people = [] if by.is_guest else list(known.values_list("user__email", "user__name"))


class GiveForm(forms.Form):
    """A file, a note, or both."""

    file = forms.FileField(label=_("File"), required=False, allow_empty_file=True, max_length=None)
    note = forms.CharField(label=_("Note"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}))
