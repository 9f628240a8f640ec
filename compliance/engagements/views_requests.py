"""A request for evidence: to whoever was asked the only page, to the team the place where the answer is settled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.engagements import asking, queries, rules
from compliance.engagements.forms import GiveForm, ReasonForm
from compliance.engagements.models import EvidenceRequest
from compliance.evidence import queries as evidence_queries
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.web.forms import take_in
from compliance.web.member import find, member_page
from compliance.web.uploads import check_upload

A_PAGE = 50
# move: (what the button says, what it does, what is said when it is done)
MOVES: dict[str, tuple[Any, Callable[..., Any], Any]] = {
    "answer": (gettext_lazy("Send the answer"), asking.answer, gettext_lazy("Your answer is sent.")),
    "decline": (gettext_lazy("Say why not"), asking.decline, gettext_lazy("What you said is sent.")),
    "settle": (gettext_lazy("Take as settled"), asking.settle, gettext_lazy("The request is settled.")),
    "return": (gettext_lazy("Return"), asking.give_back, gettext_lazy("The answer is returned.")),
    "withdraw": (gettext_lazy("Ask no longer"), asking.withdraw, gettext_lazy("The request is withdrawn.")),
}
WITH_REASON = frozenset({"decline", "return", "withdraw"})


@member_page("see_requests")
def requests_list(request: HttpRequest, by: Membership) -> HttpResponse:
    """What the member was asked for, what is due first standing first."""
    page = Paginator(queries.asked_of(by), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "engagements/requests.html", {"page": page})


@member_page("see_requests")
def requests_detail(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """One request, with what was given."""
    return _page(request, by, find(queries.requests(by), pk))


@member_page("see_requests", writing="answer_requests")
def requests_give(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Take in a file, a note, or both."""
    one = find(queries.requests(by), pk)
    if request.method != "POST":
        return redirect(_address(by, one))
    form = GiveForm(request.POST, request.FILES)
    try:
        check_upload(request)
        if form.is_valid():
            _give(by, one, form)
            messages.success(request, _("It is kept. Send the answer when all of it is here."))
            return redirect(_address(by, one))
    except Refused as refused:
        take_in(form, refused)
    return _page(request, by, one, give=form)


def _give(by: Membership, one: EvidenceRequest, form: GiveForm) -> None:
    file, note = form.cleaned_data["file"], form.cleaned_data["note"]
    if not file and not note.strip():
        raise Refused(Problem("nothing-given", _("Choose a file, or write a note."), column="file"))
    if file:
        asking.give_file(by=by, request=one, stream=file, file_name=file.name)
    if note.strip():
        asking.give_note(by=by, request=one, note=note)


def move_view(move: str) -> Any:
    """Return the page that makes one move and leads back to the request."""
    ability = rules.REQUEST_MOVES[move][2]

    @member_page("see_requests", writing=ability)
    def view(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
        one = find(queries.requests(by), pk)
        if request.method != "POST":  # whoever had to sign in in the middle comes back here
            return redirect(_address(by, one))
        _label, act, told = MOVES[move]
        form = ReasonForm(request.POST, auto_id=f"{move}_%s") if move in WITH_REASON else forms.Form(request.POST)
        form.is_valid()
        try:
            act(by=by, request=one, **form.cleaned_data)
        except Refused as refused:
            take_in(form, refused)
            return _page(request, by, one, **{move: form})
        messages.success(request, str(told))
        return redirect(_address(by, one))

    view.__doc__ = f"Make the move {move!r} on a request."
    return view


def _page(request: HttpRequest, by: Membership, one: EvidenceRequest, **in_hand: forms.Form) -> HttpResponse:
    """Show a request; `in_hand` holds the form that was refused, under the name of its move."""
    seen = set(evidence_queries.evidence(by).filter(given_for=one).values_list("pk", flat=True))
    forms_of = {move: in_hand.get(move) or ReasonForm(auto_id=f"{move}_%s") for move in WITH_REASON}
    acting = next(iter(in_hand.values()), None)
    told = {
        "one": one,
        "given": one.given.select_related("evidence", "given_by__user"),
        "seen": seen if not by.is_guest or by.reach == "engagement" else set(),
        "is_asked": one.asked_id == by.pk,
        "give": in_hand.get("give") or GiveForm(),
        "forms": forms_of,
        "acting": acting,
        "form": acting,
        "acts": {
            move: (str(label), _address(by, one, f"requests_{move}"), rules.why_not_request(move, by=by, request=one))
            for move, (label, _act, _told) in MOVES.items()
        },
        "why_not_give": rules.why_not_request("give", by=by, request=one),
    }
    return render(request, "engagements/request.html", told, status=400 if acting and acting.errors else 200)


def _address(by: Membership, one: EvidenceRequest, page: str = "requests_detail") -> str:
    return reverse(page, kwargs={"org": by.organisation.slug, "pk": one.pk})
