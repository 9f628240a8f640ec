"""Take a list along, as it is filtered on its page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone

from compliance.checklists import queries as checklist_queries
from compliance.checklists.filters import RowFilter
from compliance.checklists.lines import lines
from compliance.checklists.models import Binding
from compliance.evidence import queries as evidence_queries
from compliance.evidence.forms import LibraryFilter
from compliance.findings import queries as finding_queries
from compliance.findings.forms import FindingFilter
from compliance.people.models import Membership
from compliance.people.queries import members
from compliance.sheets import columns
from compliance.systems import queries as system_queries
from compliance.web import exports
from compliance.web.member import find, member_page

FORMS: dict[str, Callable[..., HttpResponseBase]] = {"csv": exports.as_csv, "xlsx": exports.as_xlsx}


@member_page("view")
def sheets_rows(request: HttpRequest, by: Membership, pk: UUID, form: str) -> HttpResponseBase:
    """The rows of a checklist that the filters of its page show."""
    checklist = find(checklist_queries.checklists(by), pk)
    people = {one.pk: one for one in members(by)}
    filters = RowFilter(
        request.GET, by=by, people=people.values(), law=checklist.catalogue, bindings=Binding.values, again=True
    )
    found = columns.rows(filters.narrow(lines(by, checklist)), people)
    hidden = [columns.row_head().index(name) for name in columns.HIDDEN]
    return _sent(form, f"{checklist.law}-rows", columns.row_head(), found, hidden=hidden)


@member_page("view")
def sheets_systems(request: HttpRequest, by: Membership, form: str) -> HttpResponseBase:
    """The register of AI systems."""
    return _sent(form, "systems", columns.system_head(), columns.systems(system_queries.systems(by)))


@member_page("view")
def sheets_evidence(request: HttpRequest, by: Membership, form: str) -> HttpResponseBase:
    """The pieces that the filters of the library show."""
    found = LibraryFilter(request.GET, by=by).narrow(evidence_queries.library(by))
    return _sent(form, "evidence", columns.evidence_head(), columns.evidence(found))


@member_page("view")
def sheets_findings(request: HttpRequest, by: Membership, form: str) -> HttpResponseBase:
    """The findings that the filters of their list show."""
    found = FindingFilter(request.GET, by=by).narrow(finding_queries.listed(by))
    return _sent(form, "findings", columns.finding_head(), columns.findings(found))


def _sent(
    form: str, name: str, head: Sequence[str], rows: Iterable[Sequence[Any]], hidden: Sequence[int] = ()
) -> HttpResponseBase:
    if form not in FORMS:
        raise Http404
    named = f"{name}-{timezone.now().date().isoformat()}"
    if form == "xlsx":
        return exports.as_xlsx(named, head, rows, hidden=hidden)
    return exports.as_csv(named, head, rows)
