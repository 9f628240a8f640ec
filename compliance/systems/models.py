"""An AI system as an organisation uses it: enough for Local Law 144; the facts for the EU AI Act come beside it."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.people.models import Membership, Organisation


class Status(models.TextChoices):
    PLANNED = "planned", _("planned, not used yet")
    IN_USE = "in_use", _("in use")
    WITHDRAWN = "withdrawn", _("no longer used")


class AISystem(models.Model):
    """One version of one tool, deployed by one organisation."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="systems")
    name = models.CharField(_("name"), max_length=200)
    version = models.CharField(_("version"), max_length=60, blank=True)
    vendor = models.CharField(_("vendor"), max_length=200, blank=True)
    intended_purpose = models.TextField(_("intended purpose"), blank=True)
    deployer = models.CharField(_("deploying organisation"), max_length=200, blank=True)
    first_use_on = models.DateField(_("first use by the deployer (distribution date)"), null=True, blank=True)
    positions = models.TextField(_("positions it is used for"), blank=True)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.PLANNED)
    registered_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "version"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name", "version"], name="one_system_a_name_and_version")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()

    @property
    def subject(self) -> dict[str, str]:
        """The system as the trail names it."""
        return {"type": "system", "id": str(self.id), "label": str(self)}
