"""The classification of a system as of any day, and the determinations that are kept from it and signed."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.catalogue import loader
from compliance.determinations import actions, memo, queries, result, rules, words
from compliance.determinations.forms import AskForm, DecideForm, OverrideForm, SignForm, law_choices
from compliance.determinations.models import Determination, Override
from compliance.determinations.result import Result, RowFound
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.rules import check_can
from compliance.systems import queries as systems
from compliance.systems.models import AISystem
from compliance.web.forms import take_in
from compliance.web.member import find, member_page

_ORDER = ("applies", "later", "undetermined", "no")


@member_page("view", writing="determine")
def systems_classification(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Hold what is known now against a law as of a day; a POST keeps it as the draft of a determination."""
    system = find(systems.systems(by), pk)
    form = AskForm(request.POST if request.method == "POST" else request.GET)
    law, as_of = form.asked()
    problems = tuple(Problem("wrong-day", str(sentence), column="as_of") for sentence in form.errors.get("as_of", ()))
    if request.method == "POST" and not problems:
        try:
            made = actions.determine(by=by, system=system, law=law, as_of=as_of)
        except Refused as refused:
            problems = refused.problems
        else:
            return redirect("systems_determination", org=by.organisation.slug, pk=made.pk)
    context: dict[str, Any] = {"system": system, "law": law, "as_of": as_of, "laws": law_choices(), "form": form}
    context |= {"law_title": dict(law_choices())[law], "problems": problems, "known": queries.known_of(system).answers}
    try:
        context |= _shown(_live(by, system, law, as_of))
    except Refused as refused:
        context["problems"] = problems or refused.problems
    mine = queries.determinations(by).filter(system=system, law=law)
    context["determinations"] = mine
    return render(request, "determinations/classification.html", context)


@member_page("view")
def systems_classification_row(request: HttpRequest, by: Membership, pk: UUID, row: str) -> HttpResponse:
    """The chain of reasons of one row, with what is known now."""
    system = find(systems.systems(by), pk)
    law, as_of = AskForm(request.GET).asked()
    try:
        found = _live(by, system, law, as_of)
    except Refused as refused:
        raise Http404(str(refused)) from None
    context = {"system": system, "law": law, "as_of": as_of, "classification": True, **_row(found, row)}
    return render(request, "determinations/row.html", context)


@member_page("view")
def systems_determination(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """A determination as it is kept, and what changed since."""
    one = find(queries.determinations(by).defer(None), pk)
    found = queries.result_of(one)
    since = queries.changed_since(one, _today())
    facts = loader.facts()
    context = {
        "system": one.system,
        "law": one.law,
        "determination": one,
        "overrides": [
            (item, _title(found, item), rules.why_not_decide(by=by, override=item))
            for item in queries.overrides(by).filter(determination=one)
        ],
        "since": since,
        "changed": [
            (
                facts[change.name].question,
                words.shown(change.name, facts[change.name], change.before),
                words.shown(change.name, facts[change.name], change.after),
            )
            for change in since.facts
        ],
        "why_not_sign": rules.why_not("sign", by=by, determination=one),
        "why_not_discard": rules.why_not("discard", by=by, determination=one),
        "checklists": one.system.checklists.filter(law=one.law, text_version=one.text_version, undone_at=None),
        "replaced_by": queries.determinations(by).filter(replaces=one).first(),
        "memo": memo.due(found),
        **_shown(found),
    }
    return render(request, "determinations/determination.html", context)


@member_page("view")
def systems_determination_file(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """The canonical JSON of a determination: the bytes that its digest is of."""
    one = find(queries.determinations(by).defer(None), pk)
    name = f"determination-{one.law}-{one.as_of.isoformat()}-{one.sha256[:12]}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(one.result.encode(), content_type="application/json", headers=headers)


@member_page("view", writing="determine")
def systems_determination_row(request: HttpRequest, by: Membership, pk: UUID, row: str) -> HttpResponse:
    """The chain of reasons of one row; a POST proposes an override of it."""
    one = find(queries.determinations(by).defer(None), pk)
    context = _row(queries.result_of(one), row)
    return _override_page(request, by, one, context, row_id=row)


@member_page("view", writing="determine")
def systems_determination_outcome(request: HttpRequest, by: Membership, pk: UUID, outcome: str) -> HttpResponse:
    """One class with its reasons; a POST proposes an override of it."""
    one = find(queries.determinations(by).defer(None), pk)
    found = queries.result_of(one)
    known = [item for item in found.outcomes if item.name == outcome]
    titles = result.outcome_titles(one.law, one.text_version)
    if outcome not in titles:
        raise Http404(_("There is no such class."))
    return _override_page(request, by, one, {"outcomes": known, "title": titles[outcome]}, outcome=outcome)


@member_page("view", writing="sign_determinations")
def systems_override(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """An override, which a second person accepts or refuses."""
    override = find(queries.overrides(by), pk)
    one = find(queries.determinations(by).defer(None), override.determination_id)
    form = DecideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        accept = "accept" in request.POST
        try:
            actions.decide_override(by=by, override=override, accept=accept, reason=form.cleaned_data["reason"])
        except Refused as refused:
            take_in(form, refused)
        else:
            messages.success(request, _("The override is accepted.") if accept else _("The override is refused."))
            return redirect("systems_determination", org=by.organisation.slug, pk=one.pk)
    found = queries.result_of(one)
    context = {
        "system": one.system,
        "law": one.law,
        "determination": one,
        "override": override,
        "row": found.rows.get(override.row_id),
        "title": _title(found, override),
        "form": form,
        "why_not": rules.why_not_decide(by=by, override=override),
    }
    return render(request, "determinations/override.html", context)


@member_page("view", writing="sign_determinations")
def systems_determination_sign(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """What exactly is signed, and the statement with which a person signs it."""
    one = find(queries.determinations(by).defer(None), pk)
    form = SignForm(request.POST or None, initial={"sha256": one.sha256})
    if request.method == "POST" and form.is_valid():
        try:
            actions.sign(by=by, determination=one, **form.cleaned_data)
        except Refused as refused:
            take_in(form, refused)
            if any(problem.code == "changed-meanwhile" for problem in refused.problems):
                form.data = {**form.data.dict(), "sha256": one.sha256}  # type: ignore[attr-defined]
        else:
            messages.success(request, _("The determination is signed."))
            return redirect("systems_determination", org=by.organisation.slug, pk=one.pk)
    found = queries.result_of(one)
    context = {"system": one.system, "law": one.law, "determination": one, "form": form, **_shown(found)}
    context |= {
        "why_not": rules.why_not("sign", by=by, determination=one),
        "since": queries.changed_since(one, _today()),
    }
    context["earlier"] = queries.current(by, one.system, one.law)
    return render(request, "determinations/sign.html", context)


@member_page("view", writing="determine")
def systems_determination_discard(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Put a draft aside."""
    one = find(queries.determinations(by), pk)
    if request.method == "POST":
        try:
            actions.discard(by=by, determination=one)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The draft is discarded. It stays readable."))
    return redirect("systems_determination", org=by.organisation.slug, pk=one.pk)


@member_page("view", writing="add_evidence")
def systems_determination_memo(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """The assessment of Article 6(4) as a document; a POST keeps it as evidence."""
    one = find(queries.determinations(by).defer(None), pk)
    found = queries.result_of(one)
    if not memo.due(found):
        raise Http404(_("This determination does not rest on Article 6(3)."))
    if request.method == "POST":
        try:
            kept = memo.keep(by=by, determination=one)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The assessment is kept as evidence."))
            return redirect("evidence_detail", org=by.organisation.slug, pk=kept.pk)
    context = {"system": one.system, "law": one.law, "determination": one, "memo": memo.of(one, found)}
    return render(request, "determinations/memo.html", context)


def _override_page(
    request: HttpRequest, by: Membership, one: Determination, context: dict[str, Any], **of: Any
) -> HttpResponse:
    form = OverrideForm(request.POST or None)
    if request.method == "POST":
        check_can(by, "determine")
        if form.is_valid():
            try:
                actions.propose_override(by=by, determination=one, **of, **form.cleaned_data)
            except Refused as refused:
                take_in(form, refused)
            else:
                messages.success(request, _("The override is proposed. Another person accepts or refuses it."))
                return redirect("systems_determination", org=by.organisation.slug, pk=one.pk)
    context |= {
        "system": one.system,
        "law": one.law,
        "determination": one,
        "form": form,
        "why_not": rules.why_not("override", by=by, determination=one),
        "said": queries.overrides(by).filter(determination=one, **of),
    }
    return render(request, "determinations/row.html", context)


def _live(by: Membership, system: AISystem, law: str, as_of: datetime.date) -> Result:
    """Return what would be determined now, without keeping it."""
    sheet = queries.sheet_of(by, system)
    found, classes = result.hold(law, queries.known_of(system), as_of)
    return result.of(result.written(found, classes, system=str(system), remarks=sheet.remarks if sheet else {}))


def _shown(found: Result) -> dict[str, Any]:
    """Return what the tables of a classification show."""
    facts = loader.facts()
    return {
        "result": found,
        "draft_catalogue": found.draft_catalogue,
        "states": [(state, words.STATES[state], found.those(state)) for state in _ORDER],  # type: ignore[arg-type]
        "needs": [(name, facts[name].question, count) for name, count in found.needs().items() if name in facts],
    }


def _title(found: Result, override: Override) -> str:
    if override.row_id:
        return found.rows[override.row_id].title
    return result.outcome_titles(found.law, found.text_version).get(override.outcome, override.outcome)


def _row(found: Result, id: str) -> dict[str, Any]:
    one: RowFound | None = found.rows.get(id)
    if one is None:
        raise Http404(_("There is no such row."))
    facts = loader.facts()
    law = loader.load(found.law, found.text_version)
    return {
        "row": one,
        "title": one.title,
        "question": law.row(id).question if id in law else "",
        "needs": [(name, facts[name].question) for name in one.needs if name in facts],
    }


def _today() -> datetime.date:
    return timezone.now().date()
