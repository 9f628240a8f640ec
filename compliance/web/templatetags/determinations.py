"""How the state of a row is told on pages, without {% load %}."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.determinations import queries
from compliance.determinations.models import Determination
from compliance.determinations.result import OutcomeFound
from compliance.determinations.words import STATES
from compliance.systems.models import AISystem
from compliance.web.templatetags.probanda import day

register = template.Library()


@register.filter
def standing(one: Any) -> str:
    """Tell the state of a row or an outcome with its day, if it has one.

    >>> from types import SimpleNamespace
    >>> from datetime import date
    >>> standing(SimpleNamespace(state="later", since=date(2027, 12, 2)))
    'will apply from 2 December 2027'
    """
    words = str(STATES[one.state])
    if one.since is None:
        return words
    told = _("{state} from {day}") if one.state == "later" else _("{state} since {day}")
    return told.format(state=words, day=day(one.since))


@register.filter
def state_mark(state: str) -> str:
    """Return the mark of components.css that stands beside the word of a state."""
    return {"applies": "done", "later": "in_progress", "undetermined": "undetermined"}.get(state, "not_applicable")


@register.filter
def state_word(state: str) -> str:
    """Return the word of a state."""
    return str(STATES.get(state, state))


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the classification of a system is: answers, the signed determinations that count, and drafts."""

    answered: int
    standing: list[tuple[Determination, queries.Since, list[OutcomeFound]]]
    drafts: list[Determination]


@register.simple_tag(takes_context=True)
def classification_of(context: Mapping[str, Any], system: AISystem) -> Standing:
    """Return how far the classification of a system is, for the system's own page."""
    by, today = context["by"], timezone.now().date()
    known = queries.known_of(system)
    mine = list(queries.determinations(by).filter(system=system).exclude(state="discarded"))
    signed: dict[str, Determination] = {}
    for one in sorted((one for one in mine if one.signed_at), key=lambda one: str(one.signed_at)):
        signed[one.law] = one
    standing = []
    whole = queries.determinations(by).defer(None).filter(pk__in=[one.pk for one in signed.values()]).order_by("law")
    for one in whole:
        outcomes = queries.result_of(one).outcomes
        shown = [outcome for outcome in outcomes if outcome.state in ("applies", "later")]
        standing.append((one, queries.changed_since(one, today, known), shown))
    return Standing(len(known.answers), standing, [one for one in mine if one.state == "draft"])
