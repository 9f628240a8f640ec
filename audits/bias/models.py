"""A bias audit: a file of applicants, a mapping that a person confirmed, and the result that a worker computed."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audits.work.models import State, Work
from compliance.evidence.models import Evidence
from compliance.people.models import Membership, Organisation
from compliance.systems.models import AISystem


class BiasAudit(Work):
    """`asked_at` is empty until a person confirmed the mapping; then the row is work for a worker."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="bias_audits")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="bias_audits")
    title = models.CharField(_("title"), max_length=200)
    file_name = models.CharField(max_length=255)
    input_sha256 = models.CharField(max_length=64)
    input_size = models.PositiveBigIntegerField()
    profile = models.JSONField(null=True)
    plan = models.JSONField(null=True)
    result_sha256 = models.CharField(max_length=64, blank=True)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    uploaded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    started_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def can_be_mapped(self) -> bool:
        """Whether the mapping may still be confirmed: it was not yet, or the run that it led to stopped."""
        return self.asked_at is None or self.state == State.FAILED

    @property
    def subject(self) -> dict[str, str]:
        """The audit as the trail names it."""
        return {"type": "bias_audit", "id": str(self.id), "label": self.title}
