"""What reviews need, law by law; and who decides while somebody is away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from compliance.frameworks import catalogues
from compliance.lib.problems import Refused
from compliance.people.models import Membership, Role
from compliance.people.queries import active_members
from compliance.people.rules import can
from compliance.reviews import actions, queries, rules
from compliance.reviews.forms import AwayForm, QuorumForm
from compliance.reviews.quorum import Quorum
from compliance.web.forms import take_in
from compliance.web.member import find, member_page

A_PAGE = 100


@member_page("view")
def reviews_rules(request: HttpRequest, by: Membership) -> HttpResponse:
    """Every law with what its rows need before they are done."""
    set_ = queries.review_rules(by)
    general = set_[""].quorum if "" in set_ else Quorum()
    people = [one.role for one in active_members(by)]
    laws = [("", _("Every law without a rule of its own"))]
    laws += sorted({(ref.law, _title(ref)) for ref in catalogues.offered(by.organisation)}, key=lambda one: one[1])
    lines = []
    for law, title in laws:
        quorum = set_[law].quorum if law in set_ else general
        lines.append(
            (law or "all", title, quorum, rules.quorum_in_words(quorum), set_.get(law), _lacking(quorum, people))
        )
    return render(request, "reviews/rules.html", {"lines": lines})


@member_page("view", writing="manage_people")
def reviews_rule(request: HttpRequest, by: Membership, law: str) -> HttpResponse:
    """What the rows of one law need; a POST changes it, or with the second button takes the law's own rule away."""
    key = "" if law == "all" else law
    quorum = queries.quorum_for(by.organisation_id, key)
    form = QuorumForm(request.POST if request.method == "POST" else None, initial=quorum.as_json())
    if request.method == "POST":
        try:
            if "drop" in request.POST:
                actions.drop_rule(by=by, law=key)
            elif form.is_valid():
                actions.set_rule(by=by, law=key, quorum=form.quorum())
        except Refused as refused:
            take_in(form, refused)
        if not form.errors or "drop" in request.POST:
            messages.success(request, _("From now on, what is submitted needs that."))
            return redirect("reviews_rules", org=by.organisation.slug)
    own = queries.review_rules(by).get(key)
    told = {"form": form, "law": key, "own": own, "may_change": can(by, "manage_people")}
    return render(request, "reviews/rule.html", told, status=400 if form.errors else 200)


@member_page("view")
def reviews_away(request: HttpRequest, by: Membership) -> HttpResponse:
    """Who decides for whom, now and before; a reviewer names somebody here, an administrator for anybody."""
    everybody = can(by, "manage_people")
    may = everybody or can(by, "review_items")
    today = timezone.localdate()
    form = AwayForm(
        request.POST if request.method == "POST" else None, by=by, everybody=everybody, initial={"since": today}
    )
    if request.method == "POST" and form.is_valid():
        given = {"of": by, **form.cleaned_data}
        try:
            actions.delegate(by=by, **given)
        except Refused as refused:
            take_in(form, refused)
        else:
            told = _("{to} decides in the place of {name} until {day}.")
            day = date_format(given["until"], "DATE_FORMAT")
            messages.success(request, told.format(to=given["to"].name, name=given["of"].name, day=day))
            return redirect("reviews_away", org=by.organisation.slug)
    found = [(one, _state(one, today), rules.may_end(by, one)) for one in queries.delegations(by)[:A_PAGE]]
    told_: dict[str, Any] = {"form": form if may else None, "delegations": found}
    return render(request, "reviews/away.html", told_, status=400 if form.errors else 200)


@member_page("view", writing="end_delegations")
def reviews_end(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """End a delegation."""
    delegation = find(queries.delegations(by), pk)
    if request.method == "POST":
        actions.end_delegation(by=by, delegation=delegation)
        messages.success(request, _("The delegation has ended."))
    return redirect("reviews_away", org=by.organisation.slug)


def _title(ref: catalogues.LawVersionRef) -> str:
    return catalogues.catalogue(ref.law, ref.text_version).short_title


def _lacking(quorum: Quorum, roles: list[str]) -> str:
    """Return the sentence that nobody could accept a row under this rule, whoever prepared it; or an empty text."""
    reviewing = [role for role in roles if role in (Role.AUDITOR, Role.LEGAL_REVIEWER)]
    lacking = quorum.missing(reviewing)
    if not lacking:
        return ""
    sentence = _("No row can be accepted under this rule as things stand: here it lacks {lacking}.")
    return sentence.format(lacking=rules.in_words(lacking))


def _state(one: Any, today: Any) -> str:
    if one.ended_at:
        return _("ended {day}").format(day=date_format(one.ended_at.date(), "DATE_FORMAT"))
    if one.until < today:
        return _("over")
    return _("not yet") if one.since > today else _("now")
