"""A workpaper and its versions. What was written is never overwritten: a change is a new version."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.checklists.models import ChecklistItem
from compliance.people.models import Membership


class Workpaper(models.Model):
    """One test of a row; a row has as many as were made. What it says is in its versions."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="workpapers")
    number = models.PositiveIntegerField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="one_workpaper_a_number")]

    def __str__(self) -> str:
        return f"{self.item.row_id}/W{self.number}"


class WorkpaperVersion(models.Model):
    """What a workpaper said at one time. `sha256` is the digest of its words, with who prepared it and when.

    Whoever reviews it binds themselves to that digest; a later version is reviewed on its own.
    """

    workpaper = models.ForeignKey(Workpaper, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(_("title"), max_length=200)
    population = models.TextField(_("population"), blank=True)
    sample = models.TextField(_("sample"), blank=True)
    procedure = models.TextField(_("procedure"))
    result = models.TextField(_("result"), blank=True)
    sha256 = models.CharField(max_length=64)
    prepared_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField(default=timezone.now)
    reviewed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    remark = models.TextField(_("remark"), blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["workpaper", "number"], name="one_version_of_a_workpaper_a_number"),
            models.CheckConstraint(
                name="workpaper_is_reviewed_by_another",
                condition=models.Q(reviewed_by=None) | ~models.Q(reviewed_by=models.F("prepared_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workpaper}, version {self.number}"
