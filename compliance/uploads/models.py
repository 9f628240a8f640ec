"""A file that is coming in. How much of it is here is the length of its file on disk, and nothing else."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from compliance.people.models import Membership, Organisation


class Upload(models.Model):
    """It belongs to the member who sends it, until a form takes it over or it expires."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="uploads")
    by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="uploads")
    file_name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    begun_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["begun_at"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def path(self) -> Path:
        """Where its bytes are."""
        return Path(settings.FILE_UPLOAD_TEMP_DIR) / f"{self.pk}.part"

    @property
    def received(self) -> int:
        """How many bytes are here."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    @property
    def is_whole(self) -> bool:
        return self.received == self.size
