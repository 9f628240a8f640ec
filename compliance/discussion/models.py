"""Remarks on a row; they stay as they were written."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils import timezone

from compliance.checklists.models import ChecklistItem
from compliance.people.models import Membership


class Remark(models.Model):
    """Something that a member said about a row, and the members whom it names."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="remarks")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField()
    named = models.ManyToManyField(Membership, related_name="named_in")

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.item_id} {self.by_id}"
