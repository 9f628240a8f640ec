"""The parts of a row's page that other slices make, without {% load %}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from compliance.checklists.models import ChecklistItem
from compliance.checklists.rules import why_closed
from compliance.discussion import queries as discussion
from compliance.discussion.forms import RemarkForm
from compliance.engagements.models import Engagement
from compliance.findings import queries as finding_queries
from compliance.people.rules import can, why_not
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


@register.inclusion_tag("findings/_row.html", takes_context=True)
def row_findings(context: Mapping[str, Any], item: ChecklistItem) -> dict[str, Any]:
    """Show the findings on a row, with the way to raise another."""
    by = context["by"]
    why = "" if can(by, "raise_findings") else why_not("raise_findings", by)
    return {
        **_around(context, item),
        "found": finding_queries.of_item(by, item),
        "why": why or why_closed(item.checklist),
    }


@register.inclusion_tag("findings/_row.html", takes_context=True)
def findings_of(context: Mapping[str, Any], engagement: Engagement) -> dict[str, Any]:
    """Show the findings raised in an engagement, the gravest first."""
    return {"found": finding_queries.of_engagement(context["by"], engagement), "org": context["org"]}


def _around(context: Mapping[str, Any], item: ChecklistItem) -> dict[str, Any]:
    return {"item": item, "org": context["org"], "csrf_token": context.get("csrf_token")}
