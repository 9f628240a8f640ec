"""Two dossiers of one AI system side by side: as a page, as JSON, as a PDF."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import override

from audits.dossiers import comparing, comparison_shown, queries
from audits.dossiers.models import Dossier
from audits.dossiers.render import print_in_child
from audits.dossiers.render import template as print_template
from compliance.evidence import blobs
from compliance.lib.canonical import dump, load
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.web.member import find, member_page


@member_page("view")
def dossiers_compare(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Hold a dossier against another one of the same AI system and law, the earlier first."""
    one = find(queries.dossiers(by), pk)
    others = list(queries.dossiers(by).filter(system=one.system_id, checklist__law=one.checklist.law).exclude(pk=pk))
    other = _chosen(others, request.GET.get("with", ""))
    told: dict[str, Any] = {"dossier": one, "others": others, "other": other}
    if other is not None:
        earlier, later = sorted((one, other), key=lambda each: each.frozen_at)
        told |= {"earlier": earlier, "later": later}
        try:
            found = comparison(earlier, later)
        except Refused as refused:
            told["problem"] = str(refused)
        else:
            form = request.GET.get("format", "")
            if form == "json":
                return _file(dump(found), "comparison.json", "application/json")
            if form == "pdf":
                return _file(_printed(found), "comparison.pdf", "application/pdf")
            told |= {"found": found, "shown": comparison_shown.shown(found), "is_alike": comparing.is_alike(found)}
    return render(request, "dossiers/compare.html", told)


def _chosen(others: list[Dossier], asked: str) -> Dossier | None:
    if not asked:
        return others[0] if others else None
    found = next((one for one in others if str(one.pk) == asked), None)
    if found is None:
        raise Http404(_("There is no such page."))
    return found


def comparison(earlier: Dossier, later: Dossier) -> dict[str, Any]:
    """Return the comparison of two dossiers from the bytes that were frozen, checked against their digests."""
    manifests = [load(blobs.read(one.organisation_id, one.manifest_sha256)) for one in (earlier, later)]
    signers = ([one.signer] if one.signer else [] for one in (earlier, later))
    return comparing.compare(manifests[0], manifests[1], (next(signers), next(signers)))


def _printed(found: dict[str, Any]) -> bytes:
    with override("en"):  # as the dossiers that it is about
        page = print_template("dossier/comparison.html", found=found, shown=comparison_shown.shown(found))
    return print_in_child(page, found["later"]["frozen_at"])


def _file(data: bytes, name: str, kind: str) -> HttpResponse:
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
