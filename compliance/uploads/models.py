"""A file that is coming in. How much of it is here is the length of its file on disk, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from compliance.people.models import Membership, Organisation

EXPIRES: Final = timedelta(hours=24)


class Upload(models.Model):
    """It belongs to the member who sends it, until a form takes it over (`held`) or it expires.

    `stamp` is what the browser says of the file (when it was last changed), so that the same one can go on.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="uploads")
    by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="uploads")
    file_name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    begun_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now)
    stamp = models.CharField(max_length=40, blank=True)
    held = models.BooleanField(default=False)

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
    def permille(self) -> int:
        """How many thousandths of it are here."""
        return 1000 * self.received // max(1, self.size)

    @property
    def expires_at(self) -> datetime:
        """When it is forgotten if nothing more comes."""
        return self.touched_at + EXPIRES

    @property
    def is_whole(self) -> bool:
        return self.received == self.size
