"""The trail's tables. They hold texts and ids, never foreign keys: an entry outlives what it speaks of."""

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
    """One act. `body` is the exact object that was hashed; the other columns repeat it for filters.

    A name or label that is personal is not repeated: `body` holds its digest, and :class:`TrailPersonal` the text.
    """

    organisation_id = models.UUIDField()
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor_id = models.CharField(max_length=40)
    actor_name = models.CharField(max_length=200, blank=True)
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=80)
    subject_label = models.CharField(max_length=300, blank=True)
    system_id = models.UUIDField(null=True)
    body = models.TextField()
    prev = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["organisation_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["organisation_id", "seq"], name="trail_one_entry_a_place")]
        indexes = [
            models.Index(fields=["organisation_id", "system_id", "seq"], name="trail_by_system"),
            models.Index(fields=["organisation_id", "subject_type", "subject_id", "seq"], name="trail_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.verb} {self.subject_label}"


class TrailPersonal(models.Model):
    """A text about a person that entries hold under its digest: `sha256` is that of `{"salt", "value"}`.

    Removing it empties `salt` and `value` for good; `removed_seq` is the entry that says who did so and why.
    """

    organisation_id = models.UUIDField()
    sha256 = models.CharField(max_length=64)
    person = models.CharField(max_length=40)
    salt = models.CharField(max_length=32, blank=True)
    value = models.TextField(blank=True)
    removed_seq = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "sha256"], name="trail_one_text_a_digest")]
        indexes = [models.Index(fields=["organisation_id", "person"], name="trail_by_person")]

    def __str__(self) -> str:
        return self.sha256
