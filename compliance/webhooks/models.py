"""An address that is told of entries of the trail, and each telling."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.people.models import Membership, Organisation


class Webhook(models.Model):
    """`seq` is the last entry of the trail that was looked at for it, so that none is told twice or forgotten.

    `salt` makes its secret, together with the installation's own key; the secret itself is kept nowhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="webhooks")
    url = models.URLField(_("address"), max_length=1000)
    verbs = models.JSONField(_("what it is told of"), default=list)
    salt = models.CharField(max_length=32)
    seq = models.PositiveBigIntegerField(default=0)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.url

    @property
    def subject(self) -> dict[str, str]:
        """The webhook as the trail names it."""
        return {"type": "webhook", "id": str(self.id), "label": self.url}

    def wants(self, verb: str) -> bool:
        """Say whether it is told of a verb: an empty list means all, and `item` means every verb of rows."""
        return not self.verbs or any(verb == one or verb.startswith(f"{one}.") for one in self.verbs)


class Delivery(models.Model):
    """One entry told to one webhook. Its id is sent along, so that a receiver knows what it had before.

    It is due at `next_at`; a worker that takes it moves `next_at` ahead first, so that nobody else takes it meanwhile.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DELIVERED = "delivered", _("delivered")
        GIVEN_UP = "given_up", _("given up")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    seq = models.PositiveBigIntegerField()
    verb = models.CharField(max_length=60)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    told = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-seq"]
        constraints = [models.UniqueConstraint(fields=["webhook", "seq"], name="one_delivery_an_entry")]
        indexes = [models.Index(fields=["next_at"], name="deliveries_that_wait", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.verb} to {self.webhook_id}"
