"""Notices to candidates and employees with their log, and written requests with their answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from audits.publication import actions, queries, rules, wording
from audits.publication.forms import AnswerForm, DeliveryForm, NoticeForm, ReceivedForm
from audits.publication.models import Delivery, Notice
from audits.publication.views import attachment
from compliance.lib.clocks import working_days_between
from compliance.lib.holidays import NYC
from compliance.people.models import Membership
from compliance.people.rules import can, why_not
from compliance.timeline.counting import counted
from compliance.web.forms import acted
from compliance.web.member import find, member_page

ABILITY = "keep_notices"


@member_page(ABILITY)
def publication_notice_new(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Make a notice."""
    use = find(queries.uses(by), pk)
    form = NoticeForm(request.POST if request.method == "POST" else None)
    if made := acted(form, actions.make_notice, by=by, use=use):
        return redirect("publication_notice", org=by.organisation.slug, pk=made.pk)
    told = {"form": form, "use": use}
    return render(request, "publication/notice_new.html", told, status=400 if form.errors else 200)


@member_page("view", writing=ABILITY)
def publication_notice(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """A notice in its words, its clock, and the log of where and when it was given."""
    notice = find(queries.notices(by), pk)
    form = DeliveryForm(request.POST if request.method == "POST" else None, by=by)
    if acted(form, actions.log_delivery, by=by, notice=notice):
        messages.success(request, _("Logged."))
        return redirect("publication_notice", org=by.organisation.slug, pk=pk)
    told = {
        "notice": notice,
        "use": notice.use,
        "form": form,
        "why_not": "" if can(by, ABILITY) else why_not(ABILITY, by),
        "clock": counted(notice.use_on, 10, "business_days", "before"),
        "given": [(one, days_before(notice, one)) for one in notice.deliveries.all()],
    }
    return render(request, "publication/notice.html", told, status=400 if form.errors else 200)


def days_before(notice: Notice, delivery: Delivery) -> dict[str, Any]:
    """Return how many business days before the use a notice was given, and whether that is ten or more."""
    days = working_days_between(delivery.given_on, notice.use_on, NYC)
    return {"days": days, "in_time": delivery.given_on <= rules.notice_by(notice.use_on)}


@member_page("view")
def publication_notice_text(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """The notice as plain text, for a mail or a posting."""
    notice = find(queries.notices(by), pk)
    return attachment(wording.as_text(notice.document).encode(), "notice.txt", "text/plain; charset=utf-8")


@member_page(ABILITY)
def publication_request_new(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Log a written request."""
    use = find(queries.uses(by), pk)
    form = ReceivedForm(request.POST if request.method == "POST" else None, initial={"received_on": rules.today()})
    if made := acted(form, actions.receive_request, by=by, use=use):
        return redirect("publication_request", org=by.organisation.slug, pk=made.pk)
    told = {"form": form, "use": use}
    return render(request, "publication/request_new.html", told, status=400 if form.errors else 200)


@member_page("view", writing=ABILITY)
def publication_request(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """A written request, by when it is answered, and the answer."""
    asked = find(queries.data_requests(by), pk)
    drafted = {"answer": wording.answer(actions.said_of(asked.use)), "answered_on": rules.today()}
    form = AnswerForm(request.POST if request.method == "POST" else None, initial=drafted)
    if acted(form, actions.answer_request, by=by, request=asked):
        messages.success(request, _("The answer is noted."))
        return redirect("publication_request", org=by.organisation.slug, pk=pk)
    told = {
        "asked": asked,
        "use": asked.use,
        "form": form,
        "why_not": "" if can(by, ABILITY) else why_not(ABILITY, by),
        "due": rules.answer_by(asked.received_on),
        "today": rules.today(),
    }
    return render(request, "publication/request.html", told, status=400 if form.errors else 200)
