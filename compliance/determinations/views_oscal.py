"""A determination to take away in OSCAL."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from compliance.catalogue.oscal import dump
from compliance.determinations import queries
from compliance.determinations.oscal import as_profile
from compliance.people.models import Membership
from compliance.web.member import find, member_page


@member_page("view")
def systems_determination_oscal(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Give out the profile."""
    determination = find(queries.determinations(by), pk)
    name = f"determination-{determination.law}-{determination.as_of}.oscal.json"
    return HttpResponse(
        dump(as_profile(determination)),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
