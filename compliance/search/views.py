"""One box, and what was found."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from compliance.people.models import Membership
from compliance.search import queries
from compliance.web.member import member_page


@member_page("view")
def search(request: HttpRequest, by: Membership) -> HttpResponse:
    """What holds the words in the address, by kind."""
    text = request.GET.get("q", "").strip()[: queries.LONGEST]
    only = request.GET.get("only", "")
    groups = queries.search(by, text, only)
    told = {"text": text, "searched": text, "only": only if only in queries.KINDS else "", "groups": groups}
    return render(request, "search/page.html", {**told, "count": sum(one.count for one in groups)})
