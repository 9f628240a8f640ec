"""Hand somebody's work over: the counts first, then to whom."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from compliance.checklists import handing_over
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.queries import active_members, members
from compliance.people.rules import ABILITIES
from compliance.web.forms import take_in
from compliance.web.member import find, member_page


class HandOverForm(forms.Form):
    """To whom the work goes."""

    owner = forms.ModelChoiceField(
        Membership.objects.none(),
        label=gettext_lazy("Who takes over what they own or were asked for"),
        required=False,
        empty_label=gettext_lazy("nobody"),
    )
    reviewer = forms.ModelChoiceField(
        Membership.objects.none(),
        label=gettext_lazy("Who goes on with the reviews that were begun"),
        required=False,
        empty_label=gettext_lazy("nobody: any reviewer takes them"),
    )

    def __init__(self, *args: Any, by: Membership, member: Membership, **kwargs: Any):
        super().__init__(*args, **kwargs)
        others = active_members(by).exclude(pk=member.pk)
        self.fields["owner"].queryset = others  # type: ignore[attr-defined]
        self.fields["reviewer"].queryset = others.filter(role__in=ABILITIES["review_items"])  # type: ignore[attr-defined]


def _handed(done: handing_over.Work) -> str:
    """Say what was handed over: `Handed over: 3 rows; 1 review; Corrective actions: 2`."""
    told = [
        ngettext("{n} row", "{n} rows", done.rows).format(n=done.rows),
        ngettext("{n} review", "{n} reviews", done.reviews).format(n=done.reviews),
        *(f"{label}: {count}" for label, count in done.further_told if count),
    ]
    return _("Handed over: {what}").format(what="; ".join(told))


@member_page("manage_people")
def people_hand_over(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Show what a person has in hand; a POST hands it over."""
    member = find(members(by), pk)
    form = HandOverForm(request.POST if request.method == "POST" else None, by=by, member=member)
    if request.method == "POST" and form.is_valid():
        try:
            done = handing_over.hand_over(by=by, member=member, **form.cleaned_data)
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _handed(done))
            return redirect("people_detail", org=by.organisation.slug, pk=member.pk)
    told_ = {"form": form, "member": member, "work": handing_over.work_of(by, member)}
    return render(request, "people/hand_over.html", told_, status=400 if form.errors else 200)
