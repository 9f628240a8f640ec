"""What the nightly reading of every kept byte found."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from compliance.evidence.keeping import FixityFinding, FixityRun
from compliance.people.models import Membership
from compliance.web.member import member_page

A_PAGE = 30


@member_page("view")
def evidence_fixity(request: HttpRequest, by: Membership) -> HttpResponse:
    """The checks of this organisation, the newest first, and what the last ones found."""
    runs = FixityRun.objects.filter(organisation_id=by.organisation_id).annotate(damaged=Count("findings"))
    page = Paginator(runs.order_by("-asked_at"), A_PAGE).get_page(request.GET.get("page"))
    findings = FixityFinding.objects.filter(run__in=[one.pk for one in page]).select_related("run")
    told = {"page": page, "findings": findings.order_by("-run__asked_at", "sha256")[:200]}
    return render(request, "evidence/fixity.html", told)
