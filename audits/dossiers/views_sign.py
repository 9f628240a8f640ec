"""The page on which a person signs a dossier: with a key used once, or by a file signed on their own machine."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from audits.dossiers import queries, rules, signatures
from audits.dossiers.forms import SignedForm, SignForm
from audits.dossiers.models import Dossier
from audits.dossiers.views import file_name
from audits.work.models import State
from audits.work.pages import sent
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.web.forms import take_in
from compliance.web.member import find, member_page
from compliance.web.uploads import show_upload_problem


@sensitive_post_parameters("secret")
@member_page(rules.SIGN)
def dossiers_sign(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """What is signed and as what; with a key file, the operator's, or a token."""
    dossier = _made(by, pk)
    form = SignForm(signatures.ways(), *sent(request))
    if request.method == "POST" and form.is_valid():
        given, key = form.cleaned_data, form.cleaned_data["key"]
        held = signatures.key_for(
            given["way"], data=key.read() if key else b"", name=key.name if key else "", secret=given["secret"]
        )
        try:
            signatures.sign(by=by, dossier=dossier, way=given["way"], key=held, statement=given["statement"])
        except Refused as refused:
            take_in(form, refused)
        else:
            return _done(request, dossier)
    return render(request, "dossiers/sign.html", _context(by, dossier, form=form, upload=SignedForm()))


@member_page(rules.SIGN)
def dossiers_take_in(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Take the file back that was signed on the signer's own machine."""
    dossier = _made(by, pk)
    if request.method != "POST":
        return redirect("dossiers_sign", org=by.organisation.slug, pk=pk)
    upload = SignedForm(*sent(request))
    show_upload_problem(upload, request)
    if upload.is_valid():
        try:
            signatures.take_in(by=by, dossier=dossier, pdf=upload.cleaned_data["file"].read())
        except Refused as refused:
            take_in(upload, refused)
        else:
            return _done(request, dossier)
    form = SignForm(signatures.ways())
    return render(request, "dossiers/sign.html", _context(by, dossier, form=form, upload=upload))


def _made(by: Membership, pk: UUID) -> Dossier:
    return find(queries.dossiers(by).filter(state=State.FINISHED), pk)


def _context(by: Membership, dossier: Dossier, **more: Any) -> dict[str, Any]:
    found = list(queries.signatures(dossier))
    return {
        "dossier": dossier,
        "signatures": found,
        "mine": next((one for one in found if one.member_id == by.pk), None),
        "why_not": rules.why_not_now(by, dossier),
        "file_name": file_name(dossier),
        **more,
    }


def _done(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    messages.success(request, _("{title} carries your signature.").format(title=dossier))
    return redirect("dossiers_detail", org=dossier.organisation.slug, pk=dossier.pk)
