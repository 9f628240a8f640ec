"""Days that only people know, and the secret addresses under which calendars read a timeline."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.people.models import Membership, Organisation
from compliance.systems.models import AISystem


class KeyDate(models.Model):
    """A day on which an event that a law counts from took place, or will, for one system.

    `event` is a name from the law's `events`. `moment` is there where the law counts in hours. A day that was wrong is
    withdrawn with the reason and stays in the trail.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="key_dates")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="key_dates")
    law = models.CharField(max_length=60)
    event = models.CharField(max_length=60)
    day = models.DateField(_("day"))
    moment = models.DateTimeField(_("moment"), null=True, blank=True)
    note = models.TextField(_("on what this rests"), blank=True)
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["day", "recorded_at"]

    def __str__(self) -> str:
        return f"{self.event} {self.day}"


class CalendarAddress(models.Model):
    """A secret address that shows what one member may see, of the organisation or of one system; its digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="calendar_addresses")
    system = models.ForeignKey(
        AISystem, on_delete=models.PROTECT, related_name="calendar_addresses", null=True, blank=True
    )
    token_sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "system"],
                condition=Q(revoked_at=None, system__isnull=False),
                name="one_calendar_address_a_system",
            ),
            models.UniqueConstraint(
                fields=["membership"],
                condition=Q(revoked_at=None, system=None),
                name="one_calendar_address_for_all_systems",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system or self.membership.organisation}"
