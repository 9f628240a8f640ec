"""One row of a checklist: what it asks, what is said, what proves it, and what may happen to it next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.checklists import actions, approvals, deciding, drafts, queries, rules
from compliance.checklists.filters import COMPUTED, KINDS
from compliance.checklists.footing import MEANING
from compliance.checklists.forms import AnswerForm, AttachForm, BindForm, DecisionForm, ReasonForm, StillHoldsForm
from compliance.checklists.lines import pieces_of, stands
from compliance.checklists.models import ChecklistItem, Decision, Review
from compliance.checklists.views_move import difference
from compliance.evidence import queries as evidence_queries
from compliance.evidence.forms import FORMS, EvidenceForm
from compliance.evidence.models import Evidence, EvidenceVersion, Kind
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.queries import active_members
from compliance.people.rules import can
from compliance.reviews.queries import stands_in_for
from compliance.trail import presenters
from compliance.trail import queries as trail_queries
from compliance.web import errors, undo
from compliance.web.forms import take_in
from compliance.web.member import find, member_page

OFFERED = 12  # pieces of the library that are offered at once; the words of the search bring others

# move: (what the button says, what it does, what is said when it is done)
MOVES: dict[str, tuple[Any, Callable[..., Any], Any]] = {
    "submit": (gettext_lazy("Submit for review"), actions.submit, gettext_lazy("{row} is submitted for review.")),
    "withdraw": (gettext_lazy("Take back"), actions.withdraw, gettext_lazy("{row} is taken back from review.")),
    "take": (gettext_lazy("Begin the review"), actions.take, gettext_lazy("You review {row} now.")),
    "accept": (gettext_lazy("Accept"), actions.accept, gettext_lazy("{row} is accepted.")),
    "return": (gettext_lazy("Return"), actions.give_back, gettext_lazy("{row} is returned.")),
    "reopen": (gettext_lazy("Reopen"), actions.reopen, gettext_lazy("{row} is open again.")),
    "reconfirm": (
        gettext_lazy("It still holds"),
        actions.reconfirm,
        gettext_lazy("{row} is confirmed, and submitted for a second person to accept."),
    ),
    "confirm": (gettext_lazy("Confirm again"), actions.confirm, gettext_lazy("{row} is confirmed.")),
}
REASONS: dict[str, type[forms.Form]] = {
    "accept": DecisionForm,
    "return": DecisionForm,
    "reopen": ReasonForm,
    "reconfirm": StillHoldsForm,
}


@dataclass(frozen=True, slots=True)
class Act:
    """A move as a button: with `why` it is not possible now, and `why` is the sentence."""

    move: str
    label: str
    url: str
    why: str


@member_page("view", writing="answer_items")
def checklists_item(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Show a row; a POST saves the answer and, with the second button, submits it too."""
    item = find(queries.items(by), pk)
    if "discard" in request.POST:
        drafts.drop(request, item)
        return redirect(_address(by, item))
    form = AnswerForm(request.POST, by=by, item=item) if request.method == "POST" else _answer(request, by, item)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():  # what cannot be submitted is not half saved either: it stays in the form
                actions.change(by=by, item=item, **form.answer())
                if "submit" in request.POST:
                    actions.submit(by=by, item=item)
        except Refused as refused:
            take_in(form, refused)
            if refused.code == "changed-meanwhile":
                form.overtaken()
        else:
            drafts.drop(request, item)
            told = MOVES["submit"][2] if "submit" in request.POST else _("{row} is saved.")
            messages.success(request, str(told).format(row=item.row_id))
            return redirect(_address(by, item))
    return _page(request, by, item, answer=form)


def move_view(move: str) -> Any:
    """Return the page that makes one move and leads back to the row, or on to the next one of the review queue."""

    @member_page("view", writing=rules.MOVES[move][2])
    def view(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
        item = find(queries.items(by), pk)
        if request.method != "POST":  # whoever had to sign in in the middle comes back here
            return redirect(_address(by, item))
        _label, act, told = MOVES[move]
        form = REASONS[move](request.POST, auto_id=f"{move}_%s") if move in REASONS else forms.Form(request.POST)
        if "in_place_of" in form.fields:
            form.fields["in_place_of"].queryset = active_members(by)  # type: ignore[attr-defined]
        form.is_valid()
        try:
            act(by=by, item=item, **form.cleaned_data)
        except Refused as refused:
            take_in(form, refused)
            return _page(request, by, item, **{"acting": form, move: form})
        messages.success(request, str(told).format(row=item.row_id))
        return redirect(_next(by, item) if "queue" in request.POST else _address(by, item))

    view.__doc__ = f"Make the move {move!r} on a row."
    return view


@member_page("view", writing="answer_items")
def checklists_attach(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Attach pieces of the library."""
    item = find(queries.items(by), pk)
    if request.method != "POST":
        return redirect(_address(by, item))
    form = AttachForm(request.POST, pieces=evidence_queries.evidence(by))
    if form.is_valid():
        pieces = list(form.cleaned_data["evidence"])
        try:
            with transaction.atomic():
                for piece in pieces:
                    actions.attach(by=by, item=item, evidence=piece)
        except Refused as refused:
            take_in(form, refused)
        else:
            drafts.keep(request, by, item)
            told = ", ".join(f"“{piece.title}”" for piece in pieces)
            messages.success(request, _("Attached to {row}: {pieces}").format(row=item.row_id, pieces=told))
            return redirect(_address(by, item) + "#evidence")
    return _page(request, by, item, acting=form)


@member_page("view", writing="answer_items")
def checklists_detach(request: HttpRequest, by: Membership, pk: UUID, evidence: UUID) -> HttpResponse:
    """Take a piece off a row."""
    item = find(queries.items(by), pk)
    piece = find(evidence_queries.evidence(by), evidence)
    version = item.attachments.filter(evidence=piece).values_list("version__number", flat=True).first()
    if request.method == "POST":
        try:
            actions.detach(by=by, item=item, evidence=piece)
        except Refused as refused:
            form = forms.Form(request.POST)
            take_in(form, refused)
            return _page(request, by, item, acting=form)
        drafts.keep(request, by, item)
        told = _("“{title}” is no longer attached to {row}; it stays in the library.")
        told = told.format(title=piece.title, row=item.row_id)
        query = f"?version={version}" if version else ""
        undo.offer(request, told, by, "checklists_attach_again", query, pk=item.pk, evidence=piece.pk)
    return redirect(_address(by, item) + "#evidence")


@member_page("view", writing="answer_items")
def checklists_attach_again(request: HttpRequest, by: Membership, pk: UUID, evidence: UUID) -> HttpResponse:
    """Undo that a piece was taken off a row: attach it in the same version, or always in its newest as before."""
    item = find(queries.items(by), pk)
    piece = find(evidence_queries.evidence(by), evidence)
    if request.method == "POST":
        number = request.GET.get("version", "")
        version = piece.versions.filter(number=int(number)).first() if number.isdecimal() and len(number) < 9 else None
        actions.attach(by=by, item=item, evidence=piece, version=version)
        told = _("Attached to {row}: {pieces}")
        messages.success(request, told.format(row=item.row_id, pieces=f"“{piece.title}”"))
    return redirect(_address(by, item) + "#evidence")


@member_page("view", writing="answer_items")
def checklists_bind(request: HttpRequest, by: Membership, pk: UUID, evidence: UUID) -> HttpResponse:
    """Let a row rest on one version of a piece that is attached, or always on its newest."""
    item = find(queries.items(by), pk)
    piece = find(evidence_queries.evidence(by).filter(attachments__item=item), evidence)
    if request.method == "POST":
        form = BindForm(request.POST, piece=piece)
        try:
            if form.is_valid():
                actions.attach(by=by, item=item, evidence=piece, version=form.cleaned_data["version"])
        except Refused as refused:
            take_in(form, refused)
        if form.errors:
            return _page(request, by, item, acting=form)
        drafts.keep(request, by, item)
        messages.success(request, _bound(item, piece, form.cleaned_data["version"]))
    return redirect(_address(by, item) + "#evidence")


def _bound(item: ChecklistItem, piece: Evidence, version: EvidenceVersion | None) -> str:
    if version is None:
        told = _("{row} rests on “{title}” in whatever version is the newest.")
        return told.format(row=item.row_id, title=piece.title)
    told = _("{row} rests on version {number} of “{title}”, also when a newer one comes.")
    return told.format(row=item.row_id, number=version.number, title=piece.title)


@member_page("view", writing="answer_items")
def checklists_add_evidence(request: HttpRequest, by: Membership, pk: UUID, kind: str) -> HttpResponse:
    """Keep a new piece of evidence and attach it, both or neither."""
    item = find(queries.items(by), pk)
    system = item.checklist.system
    if request.method != "POST":
        return redirect(_address(by, item) + "#evidence")
    form = FORMS[kind](request.POST, request.FILES, by=by, of=system)
    evidence = form.kept(request, lambda piece: actions.attach(by=by, item=item, evidence=piece))
    if evidence is None:
        return _page(request, by, item, **{f"new_{kind}": form, "acting": form})
    drafts.keep(request, by, item)
    told = _("“{title}” is kept, and attached to {row}.").format(title=evidence.title, row=item.row_id)
    messages.success(request, told)
    return redirect(_address(by, item) + "#evidence")


def _page(request: HttpRequest, by: Membership, item: ChecklistItem, **forms_in_hand: forms.Form) -> HttpResponse:
    """Show the row. `forms_in_hand` holds a form that was refused: `acting`, and under its own name."""
    catalogue = item.checklist.catalogue
    row = catalogue.row(item.row_id)
    now = deciding.standing(item, actions.subject_digest(item)) if item.progress in deciding.WAITING else None
    acts = _acts(by, item, now)
    waiting = item.progress in ("submitted", "in_review")
    before, after = queries.neighbours(item)
    words = request.GET.get("find", "")[:200]
    acting = forms_in_hand.get("acting")
    answer = forms_in_hand.get("answer") or _answer(request, by, item)
    # Where the row went on meanwhile, the form itself is no longer on the page: what was typed in it is not lost.
    gone = (acting or answer).has_error(NON_FIELD_ERRORS, "not-now")
    told = {
        "item": item,
        "row": row,
        "catalogue": catalogue,
        "section": next(section for section in catalogue.sections if section.id == row.section),
        "kind": KINDS[row.kind],
        "computed": COMPUTED.get(row.computed, ""),
        "roles": [catalogue.roles[name] for name in row.roles],
        "previous": before,
        "next": after,
        "answer": answer,
        "acting": acting,
        "form": acting or answer,
        "typed": errors.typed(request) if gone else [],
        "why_not_change": rules.why_not("change", by=by, item=item),
        "acts": {act.move: act for act in acts},
        "others": [
            act
            for act in acts
            if item.progress not in rules.MOVES[act.move][0] and act.move not in ("confirm", "reconfirm")
        ],
        "difference": difference(item) if item.confirm_again else None,
        "reviewed_before": bool(item.confirm_again) and rules.reviewed_before(item),
        "closed": item.checklist.undone_at is not None or item.checklist.successor is not None,
        "waiting": waiting,
        "queue": "queue" in request.GET or "queue" in request.POST,
        **_decisions(
            by,
            now,
            forms_in_hand.get("accept") or forms_in_hand.get("return") or DecisionForm(auto_id="decision_%s"),
        ),
        "reopening": forms_in_hand.get("reopen") or ReasonForm(auto_id="reopen_%s"),
        "words": words,
        "pieces": queries.attachable(by, item, words)[:OFFERED],
        "new": _new(by, item, forms_in_hand),
        "attached": queries.attached_with_versions(item),
        **_stands_on(by, item),
        "changed": approvals.differences_of(item) if item.stale_since else [],
        "approval": _approval(item),
        "holding": forms_in_hand.get("reconfirm") or StillHoldsForm(auto_id="reconfirm_%s"),
        "trail": presenters.told(
            trail_queries.of_subject(item.checklist.organisation_id, item.subject),
            by.organisation.slug,
            here=item.pk,
        ),
    }
    return render(request, "checklists/row.html", told, status=400 if told["form"].errors else 200)


def _stands_on(by: Membership, item: ChecklistItem) -> dict[str, Any]:
    """What the answer stands on, and what is told of its evidence, as (title, sentence)."""
    pieces = pieces_of(by, ChecklistItem.objects.filter(pk=item.pk)).get(item.pk, [])
    on = stands(item.verdict, item.progress, item.confirm_again or item.stale_since, pieces)
    return {
        "stale": [(one.title, sentence) for one in pieces for sentence in one.stale],
        "crossed": [(one.title, sentence) for one in pieces for sentence in one.crossed],
        "footing": on,
        "meaning": MEANING[on],
    }


def _approval(item: ChecklistItem) -> Review | None:
    """The last decision that accepted the row."""
    accepted = (one for one in item.reviews.all() if one.decision == Decision.ACCEPTED)
    return max(accepted, key=lambda one: one.at, default=None)


def _answer(request: HttpRequest, by: Membership, item: ChecklistItem) -> AnswerForm:
    return AnswerForm(by=by, item=item, draft=drafts.waiting(request, item))


def _decisions(by: Membership, now: deciding.Standing | None, form: forms.Form) -> dict[str, Any]:
    """Where the decisions stand, the form with the digest of what is shown, and whether anybody here can decide."""
    if now is None:
        return {"decision": form}
    seats = [one for one in deciding.seats(by, stands_in_for(by), now) if one is not None]
    form.initial["seen"] = now.sha256
    if form.is_bound:  # after a refusal the page shows what is there now, and that is what is decided on then
        form.data = {**dict(form.data.items()), "seen": now.sha256}
    if seats:
        form.fields["in_place_of"].queryset = active_members(by).filter(pk__in=[one.pk for one in seats])  # type: ignore[attr-defined]
        form.fields["in_place_of"].label_from_instance = _place_of  # type: ignore[attr-defined]
    else:
        del form.fields["in_place_of"]
    reviewers = deciding.reviewers_of(active_members(by))
    return {"decision": form, "standing": now, "nobody": deciding.why_nobody(now, reviewers)}


def _place_of(one: Membership) -> str:
    return _("in the place of {name}, {role}").format(name=one.name, role=one.get_role_display())


def _acts(by: Membership, item: ChecklistItem, now: deciding.Standing | None = None) -> list[Act]:
    found = []
    for move, (label, _act, _told) in MOVES.items():
        why = rules.why_not(move, by=by, item=item)
        if not why and move == "submit":
            why = rules.why_incomplete(item)
        if not why and move == "accept" and now and not deciding.seats(by, stands_in_for(by), now):
            why = deciding.why_not_accept(by, now)
        found.append(Act(move, str(label), _address(by, item, f"checklists_{move}"), why))
    return found


def _new(by: Membership, item: ChecklistItem, in_hand: dict[str, forms.Form]) -> list[dict[str, Any]]:
    """The forms that add a piece right here: one for each kind, the refused one as it was sent."""
    labels = {Kind.FILE: _("Add a file"), Kind.LINK: _("Add a link"), Kind.NOTE: _("Write a note")}
    if not can(by, "add_evidence"):
        return []
    return [
        {
            "label": label,
            "form": in_hand.get(f"new_{kind}") or _empty(by, item, kind),
            "open": f"new_{kind}" in in_hand,
            "url": _address(by, item, f"checklists_add_{kind}"),
        }
        for kind, label in labels.items()
    ]


def _empty(by: Membership, item: ChecklistItem, kind: Kind) -> EvidenceForm:
    return FORMS[kind](by=by, of=item.checklist.system)


def _address(by: Membership, item: ChecklistItem, page: str = "checklists_item") -> str:
    return reverse(page, kwargs={"org": by.organisation.slug, "pk": item.pk})


def _next(by: Membership, item: ChecklistItem) -> str:
    """The oldest row that waits for the member, so that a queue is worked off without a way back each time."""
    following = queries.review_queue(by).exclude(pk=item.pk).first()
    if following is None:
        return reverse("checklists_queue", kwargs={"org": by.organisation.slug})
    return f"{_address(by, following)}?queue=1"
