"""Pages of the parts of a result: group metrics, tests and pictures table by table, classes, the runs of a system."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from audits.bias import actions
from audits.bias.over_time import over_time
from audits.bias.parts import Part, parts, shown
from audits.bias.views_result import finished
from compliance.people.models import Membership
from compliance.web.member import member_page

RUNS = "runs"


@member_page("view")
def bias_part(request: HttpRequest, by: Membership, pk: UUID, part: str) -> HttpResponse:
    """One part of a finished result, with the way to the others."""
    bias_audit = finished(by, pk)
    result = actions.result_of(bias_audit)
    known = [*parts(result), Part(RUNS, _("Over the runs of this system"), RUNS)]
    found = next((one for one in known if one.name == part), None)
    if found is None:
        raise Http404
    context: dict[str, Any]
    if found.kind == RUNS:
        context = {"over_time": over_time(by, bias_audit, result["method"]["rate_kind"])}
    else:
        context = shown(result, found)
    context |= {"bias_audit": bias_audit, "result": result, "part": found, "parts": known}
    return render(request, "bias/part.html", context)
