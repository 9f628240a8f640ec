"""The guided classification: an overview of the questions, and one page for each of them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.catalogue import loader
from compliance.catalogue.conditions import Fact
from compliance.catalogue.known import Known
from compliance.determinations import actions, changes, queries, words
from compliance.determinations.forms import AnswerForm, AskForm, law_choices
from compliance.determinations.interview import Interview, interview
from compliance.determinations.models import FactSheet
from compliance.determinations.proposals import proposal
from compliance.determinations.tensions import tensions
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.systems import queries as systems
from compliance.systems.models import AISystem
from compliance.web.forms import take_in
from compliance.web.member import find, member_page


@dataclass(frozen=True, slots=True)
class Question:
    """One question as the overview shows it; `state` is answered, asked, put_off or settled."""

    name: str
    fact: Fact
    answer: str
    state: str
    rows: int
    remark: str


@member_page("view")
def systems_facts(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """All questions of a law about a system, with their answers."""
    system = find(systems.systems(by), pk)
    law, _day = AskForm(request.GET).asked()
    sheet = queries.sheet_of(by, system)
    talk = _talk(law, sheet)
    groups = [
        (words.GROUPS.get(group, group), [_question(name, fact, sheet, talk) for name, fact in some])
        for group, some in talk.groups()
    ]
    states = [question.state for _title, some in groups for question in some]
    context = {
        "system": system,
        "sheet": sheet,
        "law": law,
        "law_title": dict(law_choices())[law],
        "laws": law_choices(),
        "groups": groups,
        "answered": states.count("answered"),
        "asked": states.count("asked"),
        "put_off": states.count("put_off"),
        "settled": states.count("settled"),
        "next": talk.next_after(),
        "tensions": tensions(loader.facts(), sheet.answers) if sheet else [],
    }
    return render(request, "determinations/facts.html", context)


@member_page("view", writing="determine")
def systems_fact(request: HttpRequest, by: Membership, pk: UUID, name: str) -> HttpResponse:
    """Ask one question. An answer that changes rows in use is shown with its effect before it is saved."""
    system = find(systems.systems(by), pk)
    fact = loader.facts().get(name)
    if fact is None:
        raise Http404(_("There is no such question."))
    law, _day = AskForm(request.GET).asked()
    sheet = queries.sheet_of(by, system)
    offered = proposal(system, name)
    form = _form(request, name, fact, sheet, offered.value if offered and "propose" in request.GET else None)
    context = {
        "system": system,
        "law": law,
        "law_title": dict(law_choices())[law],
        "name": name,
        "fact": fact,
        "group": words.GROUPS.get(fact.group, fact.group),
        "sheet": sheet,
        "form": form,
        "proposal": offered,
        "effect": bool(changes.in_use(system, _today())),
    }
    if request.method == "POST" and "back" not in request.POST and form.is_valid():
        known = queries.readable(sheet.answers) if sheet else Known()
        found = changes.impacts(system, known, {name: form.value()}, _today())
        if "preview" in request.GET:
            return render(request, "determinations/_impact.html", {**context, "impacts": found, "previewed": True})
        key = changes.key(found)
        if found and request.POST.get("seen") != key:
            answer = words.shown(name, fact, form.value())
            kept = [(one, value) for one in request.POST if one in form.fields for value in request.POST.getlist(one)]
            return render(
                request,
                "determinations/confirm.html",
                {**context, "impacts": found, "seen": key, "answer": answer, "kept": kept},
            )
        if _saved(by, system, name, form):
            return redirect(_onwards(request, by, system, law, name))
        sheet = context["sheet"] = queries.sheet_of(by, system)
        _overtaken(request, form, sheet)
    if "preview" in request.GET:
        return render(request, "determinations/_impact.html", {**context, "impacts": []})
    talk = _talk(law, sheet)
    context |= {
        "asked": name in talk.asked,
        "rows": talk.waiting[name],
        "settled": [] if name in talk.asked else talk.why_not_asked(name),
        "of_law": name in talk.names,
        "after": talk.next_after(name),
        "left": len(talk.asked),
        "now": words.shown(name, fact, sheet.answers.get(name)) if sheet and name in sheet.answers else "",
        "tensions": tensions(loader.facts(), sheet.answers, [name]) if sheet else [],
    }
    return render(request, "determinations/fact.html", context)


def _form(request: HttpRequest, name: str, fact: Fact, sheet: FactSheet | None, proposed: Any) -> AnswerForm:
    answers = sheet.answers if sheet else {}
    kept = queries.readable(answers).as_json_of(name)
    value = proposed if proposed is not None else kept
    initial = {
        "remark": sheet.remarks.get(name, "") if sheet else "",
        "revision": sheet.revision if sheet else 0,
    }
    given = request.POST if request.method == "POST" else None
    return AnswerForm(given, fact=fact, value=value, asked=name in answers, initial=initial)


def _saved(by: Membership, system: AISystem, name: str, form: AnswerForm) -> bool:
    """Save the answer, or put into the form why not."""
    data = form.cleaned_data
    try:
        actions.save_answers(
            by=by,
            system=system,
            answers={name: form.value()},
            remarks={name: data["remark"]},
            revision=data["revision"] or 0,
        )
    except Refused as refused:
        beside = [replace(one, column="answer") if one.column == name else one for one in refused.problems]
        take_in(form, type(refused)(*beside))
        return False
    return True


def _overtaken(request: HttpRequest, form: AnswerForm, sheet: FactSheet | None) -> None:
    """Whoever saves again after being told that somebody else was quicker does so knowingly."""
    if any(error.code == "changed-meanwhile" for error in form.non_field_errors().as_data()):
        data = request.POST.copy()
        data["revision"] = str(sheet.revision if sheet else 0)
        form.data = data


def _onwards(request: HttpRequest, by: Membership, system: AISystem, law: str, name: str) -> str:
    """Lead to the next question that can change something, or to the overview."""
    kwargs = {"org": by.organisation.slug, "pk": system.pk}
    overview = f"{reverse('systems_facts', kwargs=kwargs)}?law={law}"
    if "overview" in request.POST:
        messages.success(request, _("The answer is saved."))
        return overview
    sheet = queries.sheet_of(by, system)
    following = _talk(law, sheet).asked
    put_off = _put_off(sheet)
    later = [one for one in following if one != name and one not in put_off]
    if later:
        return f"{reverse('systems_fact', kwargs={**kwargs, 'name': later[0]})}?law={law}"
    if following:
        sentence = _("The answer is saved. What is left was answered with “not known yet”.")
    else:
        sentence = _("The answer is saved. No question that is left can change anything.")
    messages.success(request, sentence)
    return overview


def _talk(law: str, sheet: FactSheet | None) -> Interview:
    known = queries.readable(sheet.answers) if sheet else Known()
    return interview(law, known, _today(), _put_off(sheet))


def _put_off(sheet: FactSheet | None) -> list[str]:
    """Return the questions whose answer was "not known yet", in whole or in part."""
    answers = sheet.answers if sheet else {}
    return [name for name, value in answers.items() if value is None or isinstance(value, dict)]


def _question(name: str, fact: Fact, sheet: FactSheet | None, talk: Interview) -> Question:
    answers = sheet.answers if sheet else {}
    known = talk.known.answers.get(name) is not None
    if known and (name not in talk.asked):
        state = "answered"
    elif name in talk.asked:
        state = "put_off" if name in answers else "asked"
    else:
        state = "settled"
    answer = words.shown(name, fact, answers.get(name)) if name in answers else ""
    return Question(name, fact, answer, state, talk.waiting[name], sheet.remarks.get(name, "") if sheet else "")


def _today() -> datetime.date:
    return timezone.now().date()
