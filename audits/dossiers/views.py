"""Pages of dossiers: freeze a checklist, wait, download the signed file, check it; and one that checks any file."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from audits.bias.queries import chosen_system
from audits.dossiers import actions, queries, rules
from audits.dossiers.checking import trusted_here, verify_in_child
from audits.dossiers.forms import NewForm, SignersForm, VerifyForm
from audits.dossiers.models import Dossier
from audits.work.models import State
from audits.work.pages import progress_response, sent, waiting
from compliance.checklists.queries import in_use
from compliance.evidence import blobs
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.rules import can, why_not
from compliance.web.forms import take_in
from compliance.web.member import find, member_page
from compliance.web.uploads import show_upload_problem

ABILITY = "make_dossiers"
CERTIFICATE = "local-ca.pem"


@member_page("view")
def dossiers_list(request: HttpRequest, by: Membership) -> HttpResponse:
    """All dossiers, or those of one AI system."""
    system = chosen_system(by, request.GET.get("system", ""))
    found = queries.dossiers(by)
    context = {
        "dossiers": found.filter(system=system) if system else found,
        "system": system,
        "has_checklists": in_use(by).exists(),
        "why": "" if can(by, ABILITY) else why_not(ABILITY),
    }
    return render(request, "dossiers/list.html", context)


@member_page(ABILITY)
def dossiers_new(request: HttpRequest, by: Membership) -> HttpResponse:
    """Freeze a checklist as it stands and have it signed."""
    open_checklists = list(in_use(by).order_by("system__name", "title"))
    form = NewForm(by, *sent(request), initial={"checklist": request.GET.get("checklist")})
    signing = SignersForm(by, *sent(request))
    if request.method == "POST" and all([form.is_valid(), signing.is_valid()]):
        chosen = {"level": signing.cleaned_data["level"], "signers": signing.signers()}
        try:
            dossier = actions.freeze(by=by, **form.cleaned_data, **chosen)
        except Refused as refused:
            ours = [one for one in refused.problems if one.column in signing.fields or one.column == "signers"]
            theirs = [one for one in refused.problems if one not in ours]
            for among, some in ((signing, ours), (form, theirs)):
                if some:
                    take_in(among, Refused.all(some))
        else:
            messages.success(request, _("{title} is frozen: later changes do not reach into it.").format(title=dossier))
            return redirect("dossiers_detail", org=by.organisation.slug, pk=dossier.pk)
    why = [(checklist, rules.why_not_final(checklist)) for checklist in open_checklists]
    context = {
        "form": form,
        "signing": signing,
        "not_final": [(one, sentence) for one, sentence in why if sentence],
        "any": open_checklists,
    }
    return render(request, "dossiers/new.html", context)


@member_page("view")
def dossiers_detail(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Where a dossier stands, and how anyone can check it."""
    dossier = find(queries.dossiers(by), pk)
    signatures = list(queries.signatures(dossier))
    context = {
        "dossier": dossier,
        "work": dossier,
        "signatures": signatures,
        "mine": next((one for one in signatures if one.member_id == by.pk and one.signed_at is None), None),
        "why_not": rules.why_not_now(by, dossier) if dossier.is_made else "",
        "missing": sum(1 for one in signatures if one.signed_at is None),
        **waiting(dossier),
        "problems": dossier.problems,
        "is_local": dossier.signer.startswith("Probanda local signing key"),  # signing.LOCAL_NAME, without its weight
        "file_name": file_name(dossier),
    }
    return render(request, "dossiers/detail.html", context)


@member_page("view")
def dossiers_progress(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """How far the work is, for the page that waits."""
    return progress_response(request, find(queries.dossiers(by), pk))


@member_page(ABILITY)
def dossiers_cancel(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """End the making of a dossier that waits or runs."""
    return _acted(request, by, pk, actions.cancel)


@member_page(ABILITY)
def dossiers_resume(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Have a cancelled or stopped dossier made from what was frozen then."""
    return _acted(request, by, pk, actions.make_after_all)


def _acted(request: HttpRequest, by: Membership, pk: UUID, act: Callable[..., Dossier]) -> HttpResponse:
    dossier = find(queries.dossiers(by), pk)
    if request.method == "POST":
        try:
            act(by=by, dossier=dossier)
        except Refused as refused:  # it came to its end a moment before
            messages.warning(request, str(refused))
    return redirect("dossiers_detail", org=by.organisation.slug, pk=pk)


@member_page("view")
def dossiers_report(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Check the signed file now, as anyone could who holds it. For htmx the report alone."""
    dossier = _signed(by, pk)
    context: dict[str, Any] = {"dossier": dossier}
    try:
        context["report"] = verify_in_child(blobs.read(by.organisation_id, dossier.signed_sha256), trusted_here())
    except Refused as refused:
        context["problems"] = refused.problems
    page = "dossiers/_report.html" if "HX-Request" in request.headers else "dossiers/report.html"
    return render(request, page, context)


@member_page("view")
def dossiers_download(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponseBase:
    """Hand out the file as it is now, signed or to be signed, after its digest was checked again."""
    dossier = find(queries.dossiers(by).filter(state=State.FINISHED), pk)
    data = blobs.read(by.organisation_id, dossier.file_sha256)
    actions.record_download(by=by, dossier=dossier)
    return _attachment(data, file_name(dossier), "application/pdf")


@member_page("view")
def dossiers_certificate(request: HttpRequest, by: Membership) -> HttpResponseBase:
    """Hand out the certificate of the local signing key, for those who decide to trust this house."""
    path = settings.KEYS_DIR / CERTIFICATE
    if settings.SIGNING_PKCS12 or not path.exists():
        raise Http404(_("There is no local certificate here."))
    return _attachment(path.read_bytes(), CERTIFICATE, "application/x-pem-file")


def verify(request: HttpRequest) -> HttpResponse:
    """Check any file; open to everybody. The file is read, checked and forgotten."""
    form = VerifyForm(*sent(request))
    context: dict[str, Any] = {"form": form}
    show_upload_problem(form, request)
    if request.method == "POST" and form.is_valid():
        file, trust = form.cleaned_data["file"], form.cleaned_data["trust"]
        try:
            context["report"] = verify_in_child(file.read(), [trust.read()] if trust else [])
            context["checked"] = file.name
        except Refused as refused:
            for problem in refused.problems:
                form.add_error("trust" if problem.code.startswith("trust") else "file", str(problem))
    return render(request, "verify/page.html", context)


def _signed(by: Membership, pk: UUID) -> Dossier:
    return find(queries.dossiers(by).filter(state=State.FINISHED).exclude(signed_sha256=""), pk)


def file_name(dossier: Dossier) -> str:
    """Return the name under which a dossier is handed out."""
    return f"dossier-{str(dossier.pk)[:8]}.pdf"


def _attachment(data: bytes, name: str, media_type: str) -> FileResponse:
    return FileResponse(io.BytesIO(data), as_attachment=True, filename=name, content_type=media_type)
