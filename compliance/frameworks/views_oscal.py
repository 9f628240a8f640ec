"""A law or framework to take away in OSCAL."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from compliance.catalogue.loader import LawVersionRef
from compliance.catalogue.oscal import catalog, dump
from compliance.frameworks import catalogues
from compliance.people.models import Membership
from compliance.web.member import member_page


@member_page("view")
def laws_oscal(request: HttpRequest, by: Membership, law: str, version: str) -> HttpResponse:
    """Give out one text of a law that the organisation may read."""
    if LawVersionRef(law, version) not in catalogues.offered(by.organisation):
        raise Http404
    return HttpResponse(
        dump(catalog(catalogues.catalogue(law, version), catalogues.document(law, version))),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{law}-{version}.oscal.json"'},
    )
