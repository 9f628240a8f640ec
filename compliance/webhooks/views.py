"""Webhooks: make one, see its secret once, read what it was told."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.web.forms import take_in
from compliance.web.member import find, member_page
from compliance.webhooks import actions, queries, signing
from compliance.webhooks.forms import WebhookForm
from compliance.webhooks.models import Webhook

A_PAGE = 50


@member_page("manage_webhooks")
def webhooks_list(request: HttpRequest, by: Membership) -> HttpResponse:
    """All webhooks, and a form for another. Its secret is in this answer and in no other."""
    form, made = WebhookForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make(by=by, **form.cleaned_data)
        except Refused as refused:
            take_in(form, refused)
        else:
            form = WebhookForm()
    every = list(queries.webhooks(by)[:200])
    told = {
        "form": form,
        "made": made,
        "secret": signing.secret(made) if made else "",
        "live": [one for one in every if one.closed_at is None],
        "closed": [one for one in every if one.closed_at is not None],
    }
    return render(request, "webhooks/list.html", told)


@member_page("manage_webhooks")
def webhooks_detail(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """What a webhook was told, and how it answered."""
    webhook = find(queries.webhooks(by), pk)
    page = Paginator(queries.deliveries(by, webhook), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "webhooks/detail.html", {"webhook": webhook, "page": page})


@member_page("manage_webhooks")
def webhooks_close(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Close a webhook."""
    if request.method == "POST":
        webhook: Webhook = actions.close(by=by, webhook=find(queries.webhooks(by), pk))
        messages.success(request, _("The webhook to {url} is closed.").format(url=webhook))
    return redirect("webhooks_list", org=by.organisation.slug)


@member_page("manage_webhooks")
def webhooks_again(request: HttpRequest, by: Membership, pk: UUID, delivery: UUID) -> HttpResponse:
    """Tell once more what was given up."""
    webhook = find(queries.webhooks(by), pk)
    if request.method == "POST":
        actions.tell_again(by=by, delivery=find(queries.deliveries(by, webhook), delivery))
        messages.success(request, _("It is told again within a minute."))
    return redirect("webhooks_detail", org=by.organisation.slug, pk=webhook.pk)
