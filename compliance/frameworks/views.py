"""An organisation's own frameworks: the list, one with its versions, files to take away, and ties between any two."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext as _

from compliance.catalogue.document import Document, as_catalogue
from compliance.frameworks import catalogues, queries, templates
from compliance.frameworks.catalogues import LawVersionRef
from compliance.frameworks.models import FrameworkVersion
from compliance.people.models import Membership
from compliance.people.rules import can, why_not
from compliance.web.member import find, member_page

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "yaml": "application/yaml",
    "json": "application/json",
}


@member_page("view")
def frameworks_list(request: HttpRequest, by: Membership) -> HttpResponse:
    """The organisation's own frameworks, and how to bring one in."""
    found = [(one, queries.published_of(one), queries.draft_of(one)) for one in queries.frameworks(by)]
    why = "" if can(by, "edit_frameworks") else why_not("edit_frameworks")
    return render(request, "frameworks/list.html", {"frameworks": found, "why": why})


@member_page("view")
def frameworks_detail(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """One framework: its versions and its draft."""
    framework = find(queries.frameworks(by), pk)
    published = queries.published_of(framework)
    told = {
        "framework": framework,
        "published": [(one, len(one.content["rows"])) for one in published],
        "pairs": [(old.text_version, new.text_version) for new, old in pairwise(published)],
        "draft": queries.draft_of(framework),
        "why": "" if can(by, "edit_frameworks") else why_not("edit_frameworks"),
    }
    return render(request, "frameworks/detail.html", told)


@member_page("view")
def frameworks_export(request: HttpRequest, by: Membership, pk: UUID, version: UUID, form: str) -> HttpResponse:
    """Give out a version or the draft as a file that an import takes in again unchanged."""
    found = find(queries.versions(by).filter(framework=pk), version)
    return _file(_written(found, form), found.framework.title, found.text_version or _("draft"), form)


@member_page("view")
def frameworks_template(request: HttpRequest, by: Membership, form: str) -> HttpResponse:
    """Give out a small framework to start from, with a sheet that explains each column."""
    return _file(_as(templates.example(), form), _("framework"), _("template"), form)


@member_page("view")
def frameworks_crosswalk(request: HttpRequest, by: Membership) -> HttpResponse:
    """Show which rows of any two laws or frameworks are tied, as seen from the first."""
    offered = {f"{ref.law}/{ref.text_version}": ref for ref in reversed(catalogues.offered(by.organisation))}
    texts = {name: catalogues.catalogue(ref.law, ref.text_version) for name, ref in offered.items()}
    chosen = [offered.get(request.GET.get(name, "")) for name in ("of", "with")]
    of, other = chosen
    lines: list[dict[str, Any]] = []
    if of and other:
        lines = _ties(of, other)
    told = {
        "choices": [(name, f"{one.short_title}, {one.text_version}") for name, one in texts.items()],
        "of": texts.get(request.GET.get("of", "")),
        "other": texts.get(request.GET.get("with", "")),
        "chosen": (request.GET.get("of", ""), request.GET.get("with", "")),
        "lines": lines,
        "source": _one_source(lines),
        "tied": len({line["row"].id for line in lines}),
    }
    return render(request, "frameworks/crosswalk.html", told)


def _one_source(lines: list[dict[str, Any]]) -> str:
    """Return who says so where that is the same for all, without remarks, so that it is said once."""
    said = {(line["tie"].source, line["tie"].note) for line in lines}
    [(source, note)] = said if len(said) == 1 else [("", "")]
    return "" if note else source


def _ties(of: LawVersionRef, other: LawVersionRef) -> list[dict[str, Any]]:
    walk = catalogues.crosswalk_of([of, other])
    mine, theirs = (catalogues.catalogue(ref.law, ref.text_version) for ref in (of, other))
    place = {row.id: number for number, row in enumerate(mine.rows)}
    found = [tie for tie in walk.between(of.law, other.law) if tie.row in mine and tie.other_row in theirs]
    found.sort(key=lambda tie: (place[tie.row], tie.other_row))
    return [{"tie": tie, "row": mine.row(tie.row), "other": theirs.row(tie.other_row)} for tie in found]


def _written(version: FrameworkVersion, form: str) -> bytes:
    if form == "json":
        from compliance.catalogue.oscal import catalog, dump

        day = version.text_version or version.made_at.date().isoformat()
        return dump(catalog(as_catalogue(version.document, version.framework.law, day), version.document))
    return _as(version.document, form)


def _as(document: Document, form: str) -> bytes:
    if form == "yaml":
        from compliance.frameworks import yaml_file

        return yaml_file.write(document)
    if form == "xlsx":
        from compliance.frameworks import workbook  # openpyxl takes its time: only where it is needed

        return workbook.write(document)
    raise Http404(_("There is no such page."))


def _file(data: bytes, title: str, version: str, form: str) -> HttpResponse:
    name = f"{slugify(title)[:60] or 'framework'}-{slugify(version)}.{form}"
    return HttpResponse(
        data, content_type=TYPES[form], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
