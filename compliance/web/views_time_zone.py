"""What a person chooses for themselves, whichever organisation they are in."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.people import zones
from compliance.people.models import User


class ZoneForm(forms.Form):
    """The time zone in which a person is shown times."""

    time_zone = forms.ChoiceField(
        label=gettext_lazy("My time zone"),
        required=False,
        help_text=gettext_lazy(
            "Times are shown in it, and a day begins and ends in it where something is due. The trail and what is "
            "taken along stay in UTC."
        ),
    )

    def __init__(self, data: object = None, *, initial: dict[str, object]):
        super().__init__(data, initial=initial)  # type: ignore[arg-type]
        follow = ("", gettext_lazy("that of each organisation"))
        self.fields["time_zone"].choices = [follow, *zones.choices()]  # type: ignore[attr-defined]


@login_required
def time_zone(request: HttpRequest) -> HttpResponse:
    """Choose a time zone, or follow that of each organisation."""
    assert isinstance(request.user, User)  # noqa: S101 - login_required let nobody else pass
    form = ZoneForm(request.POST or None, initial={"time_zone": request.user.time_zone})
    if request.method == "POST" and form.is_valid():
        zones.choose(request.user, form.cleaned_data["time_zone"])
        messages.success(request, _("Your time zone is kept."))
        return redirect("home")
    return render(request, "account/time_zone.html", {"form": form}, status=400 if form.errors else 200)
