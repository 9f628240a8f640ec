"""How a checklist stood on a day. A row of figures, not a verdict; nothing rests on it but the picture over time."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from compliance.checklists.models import Checklist


class ProgressSnapshot(models.Model):
    """The counts of a checklist's rows by what they stand on, as they were first counted on a day (in UTC)."""

    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="snapshots")
    day = models.DateField()
    counts = models.JSONField()
    taken_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["checklist", "day"], name="one_snapshot_a_day")]

    def __str__(self) -> str:
        return f"{self.checklist_id} {self.day}"
