"""Bring a framework in from a file: all problems at once, then a preview, and only then is anything kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from compliance.catalogue.document import Document, as_catalogue, from_json
from compliance.frameworks import actions, catalogues, queries
from compliance.frameworks.forms import ImportForm
from compliance.frameworks.models import Framework
from compliance.lib.canonical import sha256
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.web.member import find, member_page
from compliance.web.uploads import check_upload, show_upload_problem

SALT = "frameworks.import"
A_DAY = 24 * 3600
MOST = 16 * 1024 * 1024  # an OSCAL catalog; a workbook and YAML have their own, smaller limit
MOST_KEPT = 2_400_000  # what a form may send besides files
MOST_SHOWN = 500


@member_page("edit_frameworks")
def frameworks_import(request: HttpRequest, by: Membership) -> HttpResponse:
    """Ask for a file; show what is wrong with it, or what it would become."""
    mine = {str(one.pk): one for one in queries.frameworks(by)}
    offered = {pk: _("a new draft of “{title}”").format(title=one.title) for pk, one in mine.items()}
    form = ImportForm(
        request.POST or None,
        request.FILES or None,
        offered=offered,
        initial={"into": request.GET.get("into", "")},
    )
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            check_upload(request)
            if form.is_valid():
                file = form.cleaned_data["file"]
                data = _bytes(file)
                document = read(data, file.name, by)
                into = mine.get(form.cleaned_data["into"])
                return _preview(request, by, document, into, {"file": file.name, "sha256": sha256(data)})
        except Refused as refused:
            problems = refused.problems
        show_upload_problem(form, request)
    told = {"form": form, "problems": problems[:MOST_SHOWN], "count": len(problems)}
    wrong = bool(problems or form.errors)
    return render(request, "frameworks/import.html", told, status=400 if wrong else 200)


@member_page("edit_frameworks")
def frameworks_keep(request: HttpRequest, by: Membership) -> HttpResponse:
    """Keep what the preview showed, and nothing else: it comes back signed."""
    if request.method != "POST":
        return redirect("frameworks_import", org=by.organisation.slug)
    try:
        kept: dict[str, Any] = signing.loads(request.POST.get("kept", ""), salt=SALT, max_age=A_DAY)
        if kept["by"] != str(by.pk):
            raise signing.BadSignature
        document = from_json(kept["document"])
        if kept["into"]:
            framework = find(queries.frameworks(by), UUID(kept["into"]))
            draft = actions.take_in(
                by=by,
                framework=framework,
                document=document,
                seen=kept["seen"],
                came_from=kept["file"],
                file_sha256=kept["sha256"],
            )
        else:
            draft = actions.make(
                by=by, document=document, came_from=kept["file"], file_sha256=kept["sha256"], pk=UUID(kept["new"])
            )
    except signing.BadSignature:
        problem = Problem("preview-too-old", _("This preview is too old."), _("Choose the file again."))
        return _again(request, by, (problem,))
    except Refused as refused:
        return _again(request, by, refused.problems)
    messages.success(request, _("“{title}” is kept as a draft.").format(title=document.framework.title))
    return redirect("frameworks_draft", org=by.organisation.slug, pk=draft.framework_id)


def read(data: bytes, name: str, by: Membership) -> Document:
    """Return the document that a file holds, by its ending; refused with all that is wrong with it."""
    rows_of, ending = catalogues.rows_of(by.organisation), name.rpartition(".")[2].lower()
    if ending == "xlsx":
        from compliance.frameworks import sheets  # openpyxl takes its time: only where it is needed

        return sheets.read(data, rows_of=rows_of)
    if ending in ("yaml", "yml"):
        from compliance.frameworks import yaml_file

        return yaml_file.read(data, rows_of=rows_of)
    if ending == "json":
        from compliance.catalogue import oscal_import

        return oscal_import.read(data, rows_of=rows_of)
    sentence = _("A file that ends in .{ending} is not read.").format(ending=ending)
    raise Refused(Problem("unknown-form", sentence, found=name, expected=".xlsx, .yaml, .json"))


def _preview(
    request: HttpRequest, by: Membership, document: Document, into: Framework | None, file: dict[str, str]
) -> HttpResponse:
    draft = queries.draft_of(into) if into else None
    kept = {
        **file,
        "by": str(by.pk),
        "document": document.as_json(),
        "into": str(into.pk) if into else "",
        "new": str(uuid4()),  # so that the same preview, sent twice, does not make two frameworks
        "seen": draft.sha256 if draft else "",
    }
    signed = signing.dumps(kept, salt=SALT, compress=True)
    if len(signed) > MOST_KEPT:
        sentence = _("The framework is too large to be shown before it is kept.")
        hint = _("Split it into several, or use the command oscal_import, which keeps it at once.")
        raise Refused(Problem("too-large-to-show", sentence, hint))
    told = {
        "document": document,
        "framework": into,
        "draft": draft,
        "file": file,
        "sections": [(one, [row for row in document.rows if row.section == one.id]) for one in document.sections],
        "beside": _beside(document),
        "kept": signed,
        **_difference(into, document),
    }
    return render(request, "frameworks/preview.html", told)


def _difference(into: Framework | None, document: Document) -> dict[str, Any]:
    """Say what an import changes, against the draft that it replaces or the newest version."""
    from compliance.catalogue.comparing import compare
    from compliance.frameworks.views_changes import told

    if into is None:
        return {}
    base = queries.draft_of(into) or next(iter(queries.published_of(into)), None)
    if base is None or not base.content["rows"] or not document.rows:
        return {}
    day = base.text_version or base.made_at.date().isoformat()
    return told(compare(as_catalogue(base.document, into.law, day), as_catalogue(document, into.law, day)))


def _beside(document: Document) -> list[str]:
    """Return the names under which something stands beside the fields."""
    found = {*document.framework.more}
    for section in document.sections:
        found |= {*section.more}
    for row in document.rows:
        found |= {*row.more}
    return sorted(found)


def _bytes(file: Any) -> bytes:
    if file.size > MOST:
        sentence = _("The file is larger than 16 MiB.")
        raise Refused(Problem("file-too-large", sentence, found=str(file.size), expected=str(MOST)))
    return bytes(file.read())


def _again(request: HttpRequest, by: Membership, problems: tuple[Problem, ...]) -> HttpResponse:
    form = ImportForm(offered={})
    told = {"form": form, "problems": problems, "count": len(problems)}
    return render(request, "frameworks/import.html", told, status=400)
