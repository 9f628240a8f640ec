"""The trail's two tables. They hold names and ids, never foreign keys: an entry outlives what it speaks of."""

from __future__ import annotations

from django.db import models


class TrailHead(models.Model):
    """Where an organisation's chain ends; locked while an entry is added, so that two entries never share a place."""

    organisation_id = models.UUIDField(primary_key=True)
    seq = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.organisation_id} at {self.seq}"


class TrailEntry(models.Model):
    """One act. `body` is the exact object that was hashed; the other columns repeat it for filters."""

    organisation_id = models.UUIDField()
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor_id = models.CharField(max_length=40)
    actor_name = models.CharField(max_length=200)
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=80)
    subject_label = models.CharField(max_length=300)
    system_id = models.UUIDField(null=True)
    body = models.TextField()
    prev = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["organisation_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["organisation_id", "seq"], name="trail_one_entry_a_place")]
        indexes = [models.Index(fields=["organisation_id", "system_id", "seq"], name="trail_by_system")]

    def __str__(self) -> str:
        return f"{self.seq} {self.verb} {self.subject_label}"
