"""A room, and what is asked in it."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audits.dossiers.models import Dossier
from compliance.people.models import Membership, Organisation
from compliance.trail.personal import Personal


class Room(models.Model):
    """One guest may look at one signed dossier until `closes_at`, and at its evidence of the levels in `levels`.

    Of the link, the code and the browser that used the code only digests are kept; a code that was used is empty, and
    so is one that was guessed at too often (`tries`).
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="rooms")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="rooms")
    guest = models.CharField(_("guest"), max_length=200)
    levels = models.JSONField(default=list)
    closes_at = models.DateTimeField(_("closes"))
    token_sha256 = models.CharField(max_length=64, unique=True)
    code_sha256 = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    browser_sha256 = models.CharField(max_length=64, blank=True)
    entered_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_at"]

    def __str__(self) -> str:
        return self.guest

    @property
    def is_open(self) -> bool:
        """Whether it is neither revoked nor past its end."""
        return self.revoked_at is None and self.closes_at > timezone.now()

    @property
    def subject(self) -> dict[str, str]:
        """The room as the trail names it; the guest's name can be removed from the trail later."""
        return {"type": "room", "id": str(self.id), "label": Personal(self.guest, person=self.pk)}

    @property
    def actor(self) -> dict[str, str]:
        """The guest as the trail names who acts."""
        return {"id": str(self.id), "name": Personal(self.guest, person=self.pk)}


class RoomQuestion(models.Model):
    """What a guest asked, and the answer that a member gave; both stay as they were."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="questions")
    text = models.TextField()
    asked_at = models.DateTimeField(default=timezone.now)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at"]

    def __str__(self) -> str:
        return self.text[:80]
