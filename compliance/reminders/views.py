"""A person's reminders, what sleeps, and what they want to hear of."""

from __future__ import annotations

import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.zones import today_of
from compliance.reminders import actions, queries
from compliance.reminders.forms import RhythmForm, SnoozeForm, WishesForm
from compliance.reminders.models import Kind
from compliance.web.member import member_page

MOST = 100


@member_page("view")
def reminders_list(request: HttpRequest, by: Membership) -> HttpResponse:
    """All that the person is reminded of today, worked out now, and what sleeps."""
    today = today_of(by)
    told = {
        "groups": queries.groups(by, today, queries.limits(by, today), most=MOST),
        "asleep": queries.snoozes(by, today),
        "wishes": queries.wishes(by),
        "rhythm": queries.rhythm(by.organisation),
        "sleeps": [
            (_("until tomorrow"), (today + datetime.timedelta(days=1)).isoformat()),
            (_("for a week"), (today + datetime.timedelta(days=7)).isoformat()),
            (_("for 30 days"), (today + datetime.timedelta(days=30)).isoformat()),
        ],
        "today": today,
    }
    return render(request, "reminders/list.html", told)


@member_page("view")
def reminders_snooze(request: HttpRequest, by: Membership) -> HttpResponse:
    """Let one reminder sleep."""
    form = SnoozeForm(request.POST)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.snooze(by=by, **form.cleaned_data)
        except Refused as refused:
            messages.error(request, str(refused.problems[0]))
        else:
            sentence = _("“{title}” sleeps until {day}.")
            messages.success(request, sentence.format(title=made.title, day=date_format(made.until, "DATE_FORMAT")))
    elif request.method == "POST":
        messages.error(request, _("Choose until which day the reminder sleeps."))
    return redirect("reminders_list", org=by.organisation.slug)


@member_page("view")
def reminders_wake(request: HttpRequest, by: Membership) -> HttpResponse:
    """Show a sleeping reminder again."""
    if request.method == "POST":
        actions.wake(by=by, key=request.POST.get("key", ""))
    return redirect("reminders_list", org=by.organisation.slug)


@member_page("see_requests")
def reminders_wishes(request: HttpRequest, by: Membership) -> HttpResponse:
    """Choose what one hears of."""
    now = queries.wishes(by)
    initial = {"mail": now.mail, "kinds": [one for one in Kind.values if one not in now.off]}
    form = WishesForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        off = set(Kind.values) - set(form.cleaned_data["kinds"])
        actions.wish(by=by, mail=form.cleaned_data["mail"], off=off)
        messages.success(request, _("Your choice is kept."))
        return redirect("reminders_wishes", org=by.organisation.slug)
    return render(request, "reminders/wishes.html", {"form": form, "rhythm": queries.rhythm(by.organisation)})


@member_page("manage_people")
def reminders_hour(request: HttpRequest, by: Membership) -> HttpResponse:
    """Set the hour and the time zone of the organisation."""
    now = queries.rhythm(by.organisation)
    data = request.POST if request.method == "POST" else None
    form = RhythmForm(data, initial={"hour": now.hour, "time_zone": by.organisation.time_zone})
    if request.method == "POST" and form.is_valid():
        actions.set_rhythm(by=by, **form.cleaned_data)
        messages.success(request, _("The hour is set."))
        return redirect("reminders_list", org=by.organisation.slug)
    return render(request, "reminders/hour.html", {"form": form}, status=400 if form.errors else 200)
