"""Make and close webhooks, see what is to be told, and tell it."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.lib import canonical, outward
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.rules import check_can
from compliance.trail import presenters
from compliance.trail import queries as trail_queries
from compliance.trail.actions import write
from compliance.trail.models import TrailEntry
from compliance.webhooks import rules, signing
from compliance.webhooks.models import Delivery, Webhook

A_LEASE = timedelta(minutes=2)
A_LOOK = 500
LONGEST_TOLD = 300


@transaction.atomic
def make(*, by: Membership, url: str, verbs: Collection[str] = ()) -> Webhook:
    """Tell an address of what happens from now on."""
    check_can(by, "manage_webhooks")
    rules.check_address(url.strip())
    rules.check_verbs(verbs)
    webhook = Webhook(
        organisation=by.organisation, url=url.strip(), verbs=sorted(set(verbs)), salt=secrets.token_hex(16), made_by=by
    )
    entry = write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb="webhook.made",
        subject=webhook.subject,
        data={"of": ", ".join(webhook.verbs)},
    )
    webhook.seq = entry.seq
    webhook.save()
    return webhook


@transaction.atomic
def close(*, by: Membership, webhook: Webhook) -> Webhook:
    """Tell it nothing more; the log of what it was told stays."""
    check_can(by, "manage_webhooks")
    webhook = Webhook.objects.select_for_update(no_key=True).get(pk=webhook.pk, organisation_id=by.organisation_id)
    rules.check_in_use(webhook)
    webhook.closed_at = timezone.now()
    webhook.save(update_fields=["closed_at"])
    webhook.deliveries.filter(state=Delivery.State.WAITING).update(
        state=Delivery.State.GIVEN_UP, told=_("The webhook was closed."), ended_at=webhook.closed_at
    )
    write(organisation_id=by.organisation_id, actor=by.actor, verb="webhook.closed", subject=webhook.subject)
    return webhook


@transaction.atomic
def tell_again(*, by: Membership, delivery: Delivery) -> Delivery:
    """Let a delivery that was given up begin anew."""
    check_can(by, "manage_webhooks")
    rules.check_in_use(delivery.webhook)
    delivery.state, delivery.attempts, delivery.next_at = Delivery.State.WAITING, 0, timezone.now()
    delivery.save(update_fields=["state", "attempts", "next_at"])
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb="webhook.told_again",
        subject=delivery.webhook.subject,
        data={"verb": delivery.verb, "seq": delivery.seq},
    )
    return delivery


def look() -> int:
    """Make a delivery of each new entry of a trail that a webhook wants, and return how many were made.

    Each webhook is locked while its place in the trail moves on, so two workers that look at once make each one once.
    """
    made = 0
    for pk in Webhook.objects.filter(closed_at=None).values_list("pk", flat=True):
        with transaction.atomic():
            webhook = Webhook.objects.select_for_update(no_key=True).get(pk=pk)
            entries = trail_queries.entries(webhook.organisation_id).filter(seq__gt=webhook.seq).order_by("seq")
            new = list(entries[:A_LOOK])
            wanted = [_telling(webhook, entry) for entry in new if webhook.wants(entry.verb)]
            Delivery.objects.bulk_create(wanted)
            if new:
                webhook.seq = new[-1].seq
                webhook.save(update_fields=["seq"])
            made += len(wanted)
    return made


def due() -> Iterator[UUID]:
    """Yield what is to be told now; each is yielded to one worker only, until its lease is over."""
    now = timezone.now()
    waiting = Q(state=Delivery.State.WAITING, next_at__lte=now)
    for pk in Delivery.objects.filter(waiting).order_by("next_at", "seq").values_list("pk", flat=True)[:A_LOOK]:
        if Delivery.objects.filter(waiting, pk=pk).update(next_at=now + A_LEASE, attempts=F("attempts") + 1):
            yield pk


def tell(pk: UUID) -> Delivery:
    """Send one delivery. An answer of 2xx ends it; any other, or none, is tried again after a pause."""
    delivery = Delivery.objects.select_related("webhook").get(pk=pk)
    body, now = delivery.body.encode(), timezone.now()
    headers = signing.headers(delivery.webhook, str(delivery.pk), int(now.timestamp()), body)
    delivery.status = None
    try:
        answer = outward.ask(
            delivery.webhook.url,
            method="POST",
            body=body,
            headers={**headers, "Content-Type": "application/json", "User-Agent": "Probanda"},
            limit=4096,
            allowed=settings.OUTWARD_HOSTS,
        )
    except (outward.Unreachable, Refused) as error:
        delivery.told = str(error)[:LONGEST_TOLD]
    else:
        delivery.status = answer.status
        delivery.told = answer.body.decode("utf-8", "replace").replace("\0", "")[:LONGEST_TOLD]
    _settle(delivery)
    return delivery


def _settle(delivery: Delivery) -> None:
    now = timezone.now()
    if delivery.status is not None and 200 <= delivery.status < 300:
        delivery.state, delivery.ended_at = Delivery.State.DELIVERED, now
    elif delivery.attempts > len(rules.PAUSES):
        delivery.state, delivery.ended_at = Delivery.State.GIVEN_UP, now
    else:
        delivery.next_at = now + rules.PAUSES[delivery.attempts - 1]
    fields = ["state", "status", "told", "next_at", "ended_at"]
    # One that was closed meanwhile stays given up.
    still = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING)
    still.update(**{name: getattr(delivery, name) for name in fields})


def _telling(webhook: Webhook, entry: TrailEntry) -> Delivery:
    [told] = presenters.told([entry])
    body = {
        "type": entry.verb,
        "timestamp": entry.at.isoformat(),
        "data": {
            "organisation": webhook.organisation.slug,
            "seq": entry.seq,
            "sha256": entry.sha256,
            "actor": told.actor,
            "subject": {"type": entry.subject_type, "id": entry.subject_id, "label": told.subject},
            "system": str(entry.system_id) if entry.system_id else None,
        },
    }
    return Delivery(webhook=webhook, seq=entry.seq, verb=entry.verb, body=canonical.dump(body).decode())
