"""What differs between two versions of a law, on one page."""

from __future__ import annotations

from itertools import pairwise

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from compliance.catalogue.comparing import Comparison, compare
from compliance.frameworks import catalogues, changes
from compliance.people.models import Membership
from compliance.web.member import member_page


@member_page("view")
def laws_changes(request: HttpRequest, by: Membership, law: str, before: str, after: str) -> HttpResponse:
    """Rows added, removed, reworded, re-dated and re-scoped, each with its citation."""
    versions = [ref.text_version for ref in catalogues.offered(by.organisation) if ref.law == law]
    if before not in versions or after not in versions:
        raise Http404(_("There is no such version of this law."))
    found = compare(catalogues.catalogue(law, before), catalogues.catalogue(law, after))
    pairs = [pair for pair in pairwise(versions) if pair != (before, after)]
    return render(request, "frameworks/changes.html", {"pairs": pairs, **told(found)})


def told(found: Comparison) -> dict[str, object]:
    """Return what the page shows of a comparison."""
    return {
        "found": found,
        "before": found.before,
        "after": found.after,
        "added": found.of_kind("added"),
        "removed": found.of_kind("removed"),
        "reworded": [(one, changes.told(one, found)) for one in found.reworded],
        "penalties": [(one, changes.penalty(one)) for one in found.penalties],
        "dates": [changes.redated(one, found) for one in found.dates],
        "rescoped": [(one, changes.told(one, found)) for one in found.rescoped],
        "terms": [changes.term(one, found) for one in found.terms],
        "touched": len(found.by_row),
        "same": sum(row.id in found.before and row.id not in found.by_row for row in found.after.rows),
    }
