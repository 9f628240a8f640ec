"""The timeline of the organisation and of one system, the days that people record, and a clock to count with."""

from __future__ import annotations

import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from compliance.laws.queries import texts
from compliance.lib.holidays import NYC
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.rules import can, why_not
from compliance.systems.models import AISystem
from compliance.systems.queries import systems
from compliance.timeline import actions, queries
from compliance.timeline.counting import Deadline
from compliance.timeline.events import Event, in_order
from compliance.timeline.forms import KINDS, ClockForm, RecordForm, TimelineFilter, WithdrawForm
from compliance.timeline.picture import picture
from compliance.web import undo
from compliance.web.forms import take_in
from compliance.web.member import find, member_page


@member_page("view")
def timeline(request: HttpRequest, by: Membership) -> HttpResponse:
    """What applies when and what is due, for all systems of the organisation."""
    own = list(systems(by))
    found = queries.events(by, own, localdate())
    told = {"systems": own, "has_any": bool(own), **_told(request, found, own)}
    return render(request, "timeline/organisation.html", told)


@member_page("view")
def timeline_system(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """The same for one system, with the days that people recorded."""
    system = find(systems(by), pk)
    found = queries.events(by, [system], localdate())
    told = {
        "system": system,
        "days": [(one, _event_words(by, one.law, one.event)) for one in queries.key_dates(by).filter(system=system)],
        "why": "" if can(by, "determine") else why_not("determine"),
        **_told(request, found, None),
    }
    return render(request, "timeline/system.html", told)


def _told(request: HttpRequest, found: list[Event], own: list[AISystem] | None) -> dict[str, Any]:
    today = localdate()
    offered = None if own is None else [(str(one.pk), str(one)) for one in own]
    filters = TimelineFilter(request.GET, kinds={one.kind for one in found}, systems=offered)
    fitting = filters.narrow(found, today)
    dated, open_ones = in_order(fitting)
    lines = [_line(one, today) for one in dated]
    ahead = [line for line in lines if line["late"] or not line["past"]]
    past = [line for line in lines if line["past"] and not line["late"]]
    shown = picture(dated, today, KINDS)
    return {
        "filters": filters,
        "ahead": _years(ahead),
        "past": _years(past),
        "passed": len(past),
        "open": [_line(one, today) for one in open_ones],
        "all": len(found),
        "shown": len(fitting),
        "picture": shown,
        "lanes": [(lane, KINDS[lane.kind]) for lane in shown.lanes] if shown else [],
        "next": next((one for one in dated if one.day and one.day >= today and not one.done), None),
        "today": today,
        "several": own is not None,
    }


def _years(lines: list[dict[str, Any]]) -> list[tuple[int, list[dict[str, Any]]]]:
    return [(year, list(some)) for year, some in groupby(lines, lambda line: line["event"].day.year)]


def _line(one: Event, today: datetime.date) -> dict[str, Any]:
    late = one.kind == "due" and not one.done and one.day is not None and one.day < today
    return {"event": one, "kind": KINDS[one.kind], "late": late, "past": one.day is not None and one.day < today}


def _event_words(by: Membership, law: str, event: str) -> str:
    return next((text.events[event] for text in reversed(texts(by)) if text.law == law and event in text.events), event)


@member_page("determine")
def timeline_record(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Record the day of an event that a law counts from."""
    system = find(systems(by), pk)
    laws = {text.law: text for text in texts(by)}.values()
    form = RecordForm(request.POST or None, laws=laws, initial={"event": request.GET.get("event"), "zone": "UTC"})
    if request.method == "POST" and form.is_valid():
        law, event = form.cleaned_data["event"].split("/")
        day, note = form.cleaned_data["day"], form.cleaned_data["note"]
        try:
            actions.record_day(by=by, system=system, law=law, event=event, day=day, moment=form.moment(), note=note)
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("The day is recorded; the times that are counted from it are below."))
            return redirect("timeline_system", org=by.organisation.slug, pk=system.pk)
    told = {"form": form, "system": system}
    return render(request, "timeline/record.html", told, status=400 if form.errors else 200)


@member_page("determine")
def timeline_withdraw(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Take a recorded day back, with the reason."""
    key_date = find(queries.key_dates(by), pk)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw_day(by=by, key_date=key_date, reason=form.cleaned_data["reason"])
        except Refused as refused:
            take_in(form, refused)
        else:
            undo.offer(request, _("The day is withdrawn; the trail keeps it."), by, "timeline_restore", pk=key_date.pk)
            return redirect("timeline_system", org=by.organisation.slug, pk=key_date.system_id)
    told = {"form": form, "one": key_date, "words": _event_words(by, key_date.law, key_date.event)}
    return render(request, "timeline/withdraw.html", told, status=400 if form.errors else 200)


@member_page("determine")
def timeline_restore(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Undo the withdrawing of a day."""
    key_date = find(queries.key_dates(by), pk)
    if request.method == "POST":
        actions.restore_day(by=by, key_date=key_date)
        messages.success(request, _("The day counts again."))
    return redirect("timeline_system", org=by.organisation.slug, pk=key_date.system_id)


@member_page("view")
def timeline_clocks(request: HttpRequest, by: Membership) -> HttpResponse:
    """Count a time of the law from a day, with the working shown; nothing is kept."""
    form = ClockForm(request.GET if "clock" in request.GET else None)
    found: list[Deadline] = []
    problems: tuple[Problem, ...] = ()
    if form.is_bound and form.is_valid():
        try:
            found = form.deadlines()
        except Refused as refused:
            problems = refused.problems
    told = {
        "form": form,
        "found": found,
        "problems": problems,
        "nyc": NYC,
        "holidays": sorted(NYC.days),
        "years": f"{min(NYC.years)}–{max(NYC.years)}",
        "today": localdate(),
    }
    return render(request, "timeline/clocks.html", told)
