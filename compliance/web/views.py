"""The first start, and what a member sees first."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from compliance.lib.problems import Refused
from compliance.people import actions
from compliance.people.forms import FirstStartForm
from compliance.people.models import Membership, User
from compliance.people.queries import memberships
from compliance.people.zones import today_of
from compliance.reminders import queries as reminders
from compliance.reminders.models import Kind
from compliance.web import home as home_page
from compliance.web.forms import take_in
from compliance.web.member import member_page
from compliance.web.running import running


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Lead a person to their organisation, or let them choose among several."""
    assert isinstance(request.user, User)  # noqa: S101 - login_required let nobody else pass
    mine = list(memberships(request.user))
    if len(mine) == 1:
        return redirect(home_page.first_page(mine[0]), org=mine[0].organisation.slug)
    return render(request, "web/choose.html", {"memberships": mine})


@member_page("view")
def org_home(request: HttpRequest, by: Membership) -> HttpResponse:
    """What is the member's today, each with what to do next; what runs in the background; how the house stands."""
    due, to_sign = reminders.on_home(by), home_page.to_sign(by)
    mine, here = home_page.later(by, today_of(by)), home_page.house(by)
    told = {
        "reminders": due,
        "to_sign": to_sign,
        "later": mine,
        "here": here,
        "next": None if due or to_sign else home_page.next_step(by, here, mine),
        "off": [Kind(one).label for one in reminders.wishes(by).off],
        "guide": home_page.guide(by),
        "running": running(by),
    }
    return render(request, "web/home.html", told)


@never_cache
@sensitive_post_parameters("password", "password_again", "setup_code")
def first_start(request: HttpRequest) -> HttpResponse:
    """Make the first account and its organisation, and sign that person in; works once only."""
    if User.objects.exists():
        return redirect("home")
    needs_code = not is_at_this_machine(request)
    if needs_code and not settings.SETUP_CODE:
        return render(request, "web/first_start_closed.html", status=403)
    form = FirstStartForm(request.POST or None, code=settings.SETUP_CODE if needs_code else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            member = actions.begin(
                name=given["name"],
                email=given["email"],
                password=given["password"],
                organisation=given["organisation"],
            )
        except Refused as refused:
            take_in(form, refused)
        else:
            login(request, member.user, backend=settings.AUTHENTICATION_BACKENDS[0])
            messages.success(request, _("You are signed in, and you are the administrator here."))
            return redirect("org_home", org=member.organisation.slug)
    return render(request, "web/first_start.html", {"form": form, "needs_code": needs_code})


@login_required
def email_address(request: HttpRequest) -> HttpResponse:
    """Show a person's address. It stands in the place of allauth's page, where people change it by themselves.

    An administrator gives rights to an address: whoever could take another's would be given what is not meant for them.
    """
    return render(request, "account/email.html")


def is_at_this_machine(request: HttpRequest) -> bool:
    """Say whether the visitor sits at this machine: the address of the server and of the visitor are both loopback.

    Behind a proxy every visitor seems to be here, but then the server's own address (PROBANDA_BASE_URL) is another.
    """
    hosts = (urlsplit(settings.BASE_URL).hostname or "", request.META.get("REMOTE_ADDR", ""))
    return all(_is_loopback(host) for host in hosts)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
