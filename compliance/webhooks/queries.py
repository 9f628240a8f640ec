"""Find webhooks and what they were told, always of one organisation."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from compliance.people.models import Membership
from compliance.people.reach import only_members
from compliance.webhooks.models import Delivery, Webhook


def webhooks(by: Membership) -> QuerySet[Webhook]:
    """Return the webhooks with the number of deliveries that wait (`waiting`) and that were given up (`given_up`)."""
    waiting = Count("deliveries", filter=Q(deliveries__state=Delivery.State.WAITING))
    given_up = Count("deliveries", filter=Q(deliveries__state=Delivery.State.GIVEN_UP))
    found = Webhook.objects.filter(only_members(by)).select_related("organisation", "made_by__user")
    return found.annotate(waiting=waiting, given_up=given_up)


def deliveries(by: Membership, webhook: Webhook) -> QuerySet[Delivery]:
    """Return what a webhook was told or is to be told, the newest first."""
    mine = only_members(by, organisation="webhook__organisation_id")
    return Delivery.objects.filter(mine, webhook=webhook).select_related("webhook")
