"""Tokens: make one, see it once, close it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.tokens import actions, queries
from compliance.tokens.forms import TokenForm
from compliance.tokens.rules import TOLD
from compliance.web.forms import take_in
from compliance.web.member import find, member_page


@member_page("view")
def tokens_list(request: HttpRequest, by: Membership) -> HttpResponse:
    """The tokens that one may see, and a form for another. The text of a new one is in this answer and in no other."""
    form, made, text = TokenForm(request.POST or None, by=by), None, ""
    if request.method == "POST" and form.is_valid():
        try:
            made, text = form.make()
        except Refused as refused:
            take_in(form, refused)
        else:
            form = TokenForm(by=by)
    found = list(queries.tokens(by)[:200])
    told = {
        "form": form,
        "made": made,
        "text": text,
        "live": [token for token in found if token.is_live],
        "ended": [token for token in found if not token.is_live],
        "scopes": TOLD,
        "now": timezone.now(),
    }
    return render(request, "tokens/list.html", told)


@member_page("view")
def tokens_revoke(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Close a token."""
    if request.method == "POST":
        token = actions.revoke(by=by, token=find(queries.tokens(by), pk))
        messages.success(request, _("The token {name} is closed.").format(name=token))
    return redirect("tokens_list", org=by.organisation.slug)
