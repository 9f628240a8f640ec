"""What rows stand on, as a bar with its counts, without {% load %}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.forms import BoundField
from django.utils.translation import gettext as _

from compliance.checklists.footing import MEANING, Footing
from compliance.checklists.models import Checklist
from compliance.progress.picture import bar

register = template.Library()


@register.inclusion_tag("progress/_bar.html", takes_context=True)
def footings_bar(context: Mapping[str, Any], counts: Mapping[str, int], checklist: Checklist) -> dict[str, Any]:
    """Show what the rows of a checklist stand on: a bar, and each count with a link to its rows; no percentage."""
    parts = [(one, MEANING[one], counts[one.value]) for one in Footing if counts.get(one.value)]
    return {
        "bar": bar("standing", _("What the rows that count stand on"), counts) if parts else "",
        "parts": parts,
        "total": sum(counts.values()),
        "checklist": checklist,
        "org": context["org"],
    }


@register.inclusion_tag("progress/_standing.html", takes_context=True)
def standing_bar(
    context: Mapping[str, Any], counts: Mapping[str, int], checklist: Checklist, most: int
) -> dict[str, Any]:
    """Show the same in a list of many checklists, whose bars have one scale: the longest stands for `most` rows."""
    parts = [(one, counts[one.value]) for one in Footing if counts.get(one.value)]
    name = f"standing-{checklist.pk.hex[:12]}"
    drawn = bar(name, _("What the rows that count stand on"), counts, most=most) if parts else ""
    return {"bar": drawn, "parts": parts, "checklist": checklist, "org": context["org"]}


@register.filter
def chosen_label(field: BoundField) -> str:
    """Show what was chosen in a field in its words, or what was typed."""
    choices = dict(getattr(field.field, "choices", ()))
    return str(choices.get(field.data, field.data))
