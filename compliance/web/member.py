"""From an address to a member: who asks, in which organisation, and may they?

Access is denied by default: a page that shows an organisation is wrapped in :func:`member_page`, and a test walks the
URL configuration to see that each one is. A stranger gets 404 for everything, so that nobody learns what exists, and so
does a guest for every page that `reach.py` does not open to guests.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.people.models import Membership
from compliance.people.queries import membership
from compliance.people.rules import check_can
from compliance.people.zones import zone_of
from compliance.web import errors, kept
from compliance.web.reach import is_open

P = ParamSpec("P")
M = TypeVar("M", bound=Model)
MemberView = Callable[Concatenate[HttpRequest, Membership, P], HttpResponseBase]


class MemberRequest(HttpRequest):
    """A request for which :func:`member_page` found the membership."""

    member: Membership


def member_page(ability: str = "view", *, writing: str | None = None) -> Callable[[MemberView[P]], Any]:
    """Wrap a view `view(request, by, ...)` under /o/<org>/: sign in, find the membership, check the ability.

    `writing` is the ability that a POST needs, where it is another one than for looking.
    """

    def wrap(view: MemberView[P]) -> Any:
        @wraps(view)
        def inner(request: MemberRequest, org: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return sign_in_first(request)
            by = membership(request.user, org)
            if by is None or not is_open(by, request.resolver_match.url_name if request.resolver_match else None):
                raise Http404(_("There is no such page."))
            request.member = by
            if kept.AGAIN in request.POST:
                kept.drop(request)
            check_can(by, ability)
            if writing and request.method not in ("GET", "HEAD"):
                check_can(by, writing)
            with timezone.override(zone_of(by)):
                return view(request, by, *args, **kwargs)

        inner.ability = ability  # type: ignore[attr-defined]  # read by the access test
        inner.writing = writing or ability  # type: ignore[attr-defined]
        return inner

    return wrap


def sign_in_first(request: HttpRequest) -> HttpResponseBase:
    """Lead to the sign-in page and from there back. What somebody sent who was signed out in the middle is kept.

    A part that htmx asks for has the whole page loaded again, so that it is the page one comes back to; unless a form
    is being filled in, which would be lost: that page stays, and sending it leads to signing in.
    """
    if "HX-Request" in request.headers:
        return HttpResponse(status=204) if request.method == "POST" else HttpResponse(headers={"HX-Refresh": "true"})
    if request.method == "POST":
        is_part = "X-Part" in request.headers  # its script keeps what was typed where it is
        told = {"typed": errors.typed(request), "kept": not is_part and kept.keep(request)}
        if told["typed"] or told["kept"]:
            return render(request, "web/signed_out.html", told, status=403)
    return redirect_to_login(request.get_full_path())


def find(things: QuerySet[M], pk: UUID) -> M:
    """Return one of the things that the member may see, or answer 404."""
    return get_object_or_404(things, pk=pk)
