"""A piece of evidence never changes: its bytes are named by their digest, and withdrawing keeps them."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.people.models import Membership, Organisation
from compliance.systems.models import AISystem


class Kind(models.TextChoices):
    FILE = "file", _("file")
    LINK = "link", _("link")
    NOTE = "note", _("note")


class Evidence(models.Model):
    """One piece: a file, a link (the address and title are its bytes) or a note (the text is its bytes)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="evidence")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="evidence", null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=200)
    source = models.CharField(_("source: who made it, where it comes from"), max_length=300, blank=True)
    effective_on = models.DateField(_("effective date: when what it shows was so"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    url = models.URLField(_("address"), max_length=1000, blank=True)
    note = models.TextField(_("note"), blank=True)
    file_name = models.CharField(max_length=255, blank=True)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    added_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-added_at"]
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return self.title

    @property
    def is_expired(self) -> bool:
        """Whether its last valid day has gone by (in UTC)."""
        return self.valid_until is not None and self.valid_until < timezone.now().date()

    @property
    def subject(self) -> dict[str, str]:
        """The evidence as the trail names it."""
        return {"type": "evidence", "id": str(self.id), "label": self.title}
