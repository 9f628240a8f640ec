"""What is asked about reviews: how many people, in which roles; who decides while somebody is away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from compliance.people.models import Membership
from compliance.people.queries import active_members
from compliance.people.rules import ABILITIES
from compliance.reviews.quorum import MOST, Quorum
from compliance.web.forms import DayField


class QuorumForm(forms.Form):
    """What the rows of one law need before they are done."""

    people = forms.IntegerField(label=_("People in all"), min_value=1, max_value=MOST)
    legal_reviewers = forms.IntegerField(label=_("Legal reviewers among them, at least"), min_value=0, max_value=MOST)
    auditors = forms.IntegerField(label=_("Auditors among them, at least"), min_value=0, max_value=MOST)

    def quorum(self) -> Quorum:
        return Quorum(**self.cleaned_data)


class AwayForm(forms.Form):
    """Who decides in whose place, and for how long."""

    of = forms.ModelChoiceField(Membership.objects.none(), label=_("Who is away"))
    to = forms.ModelChoiceField(Membership.objects.none(), label=_("Who decides in their place"))
    since = DayField(label=_("From"))
    until = DayField(label=_("Until, and including"))
    reason = forms.CharField(label=_("Why"), max_length=300, required=False)

    def __init__(self, *args: Any, by: Membership, everybody: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        reviewers = active_members(by).filter(role__in=ABILITIES["review_items"])
        if everybody:
            self.fields["of"].queryset = reviewers  # type: ignore[attr-defined]
        else:
            del self.fields["of"]
        self.fields["to"].queryset = reviewers.exclude(pk=by.pk)  # type: ignore[attr-defined]
