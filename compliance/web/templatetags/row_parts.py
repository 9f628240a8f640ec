"""The parts of a row's page that other slices make, without {% load %}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from compliance.checklists.models import ChecklistItem
from compliance.discussion import queries as discussion
from compliance.discussion.forms import RemarkForm
from compliance.people.rules import can
from compliance.workpapers.views import shown

register = template.Library()


@register.inclusion_tag("workpapers/_row.html", takes_context=True)
def row_workpapers(context: Mapping[str, Any], item: ChecklistItem) -> dict[str, Any]:
    """Show the workpapers of a row, and what may be done with each."""
    may = can(context["by"], "review_items")
    return {**_around(context, item), **shown(context["by"], item), "may_review": may}


@register.inclusion_tag("discussion/_row.html", takes_context=True)
def row_discussion(context: Mapping[str, Any], item: ChecklistItem) -> dict[str, Any]:
    """Show what members said about a row, with the form to say more."""
    remarks = list(discussion.of_row(context["by"], item))
    return {**_around(context, item), "remarks": remarks, "form": RemarkForm(auto_id="remark_%s")}


def _around(context: Mapping[str, Any], item: ChecklistItem) -> dict[str, Any]:
    return {"item": item, "org": context["org"], "csrf_token": context.get("csrf_token")}
