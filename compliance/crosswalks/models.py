"""What a person decided on a proposal from the crosswalk: nothing goes from one row to another by itself."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.checklists.models import ChecklistItem
from compliance.people.models import Membership


class TieDecision(models.Model):
    """One person looked at a tied row and decided; the newest decision counts, the earlier ones stay.

    `other_sha256` binds it to what the other row said at that moment, so that a later change of it shows.
    """

    class Decision(models.TextChoices):
        TAKEN = "taken", _("evidence taken over")
        NOTED = "noted", _("taken note of")
        DECLINED = "declined", _("declined")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="tie_decisions")
    other = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=8, choices=Decision.choices)
    reason = models.TextField(blank=True)
    other_sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.item_id} {self.decision} {self.other_id}"
