"""A dossier: a frozen manifest, and the signed file that a worker made from it and from nothing else."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audits.work.models import Work
from compliance.checklists.models import Checklist
from compliance.people.models import Membership, Organisation
from compliance.systems.models import AISystem


class Status(models.TextChoices):
    DRAFT = "draft", _("draft")
    FINAL = "final", _("final")


class Dossier(Work):
    """All bytes are kept by digest: the manifest, its attachments, the rendered file and the signed one."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="dossiers")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="dossiers")
    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="dossiers")
    title = models.CharField(_("title"), max_length=200)
    status = models.CharField(_("status"), max_length=5, choices=Status.choices)
    manifest_sha256 = models.CharField(max_length=64)
    rendered_sha256 = models.CharField(max_length=64, blank=True)
    signed_sha256 = models.CharField(max_length=64, blank=True)
    signed_size = models.PositiveBigIntegerField(default=0)
    signer = models.CharField(max_length=300, blank=True)
    frozen_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-frozen_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> dict[str, str]:
        """The dossier as the trail names it."""
        return {"type": "dossier", "id": str(self.id), "label": self.title}
