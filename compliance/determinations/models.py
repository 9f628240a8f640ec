"""What is known of an AI system, and what was determined from it on a day, signed by a named person."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.people.models import Membership, Organisation
from compliance.people.second_person import Decision as SecondDecision
from compliance.systems.models import AISystem


class FactSheet(models.Model):
    """The answers given so far about one system, as a file of facts has them; a fact that is missing is not known.

    One that is null was asked, and the answer was "not known yet".

    `remarks` says of a fact on what an answer rests, in a sentence. `revision` counts the changes, and
    `revisions` says of a fact with which of them its answer or remark last changed.
    """

    system = models.OneToOneField(AISystem, on_delete=models.PROTECT, primary_key=True, related_name="fact_sheet")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="fact_sheets")
    answers = models.JSONField(default=dict, blank=True)
    remarks = models.JSONField(default=dict, blank=True)
    revision = models.PositiveIntegerField(default=0)
    revisions = models.JSONField(default=dict, blank=True)
    changed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.system}"


class Determination(models.Model):
    """Which rows of a law bind a system, held against its facts on one day: a draft until a named person signs it.

    `result` is the canonical JSON of facts, classification, steps and rows with their reasons, and of the overrides
    that count; `sha256` is its digest. Nothing of it changes after the signature. A later one replaces it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SIGNED = "signed", _("signed")
        DISCARDED = "discarded", _("discarded")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="determinations")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="determinations")
    law = models.CharField(max_length=60)
    text_version = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    catalogue_sha256 = models.CharField(max_length=64)
    as_of = models.DateField()
    facts = models.JSONField(default=dict, blank=True)
    result = models.TextField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    signed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    statement = models.TextField(blank=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, related_name="replaced_by", null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                name="a_signed_determination_names_who_signed",
                condition=~Q(state="signed") | (Q(signed_by__isnull=False) & Q(signed_at__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.system}"

    @property
    def subject(self) -> dict[str, str]:
        """The determination as the trail names it."""
        return {"type": "determination", "id": str(self.id), "label": str(self)}


class Override(models.Model):
    """A person says otherwise than the engine on one row or one class, with the reason; a second person decides."""

    Decision = SecondDecision

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    determination = models.ForeignKey(Determination, on_delete=models.PROTECT, related_name="overrides")
    row_id = models.CharField(max_length=60, blank=True)
    outcome = models.CharField(max_length=60, blank=True)
    found_state = models.CharField(max_length=12)
    found_since = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=12)
    since = models.DateField(null=True, blank=True)
    reason = models.TextField()
    proposed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(max_length=8, choices=Decision.choices, blank=True, default=Decision.OPEN)
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["proposed_at"]
        constraints = [
            models.CheckConstraint(
                name="an_override_speaks_of_a_row_or_a_class",
                condition=(Q(row_id="") & ~Q(outcome="")) | (~Q(row_id="") & Q(outcome="")),
            ),
            models.UniqueConstraint(
                fields=["determination", "row_id", "outcome"],
                condition=~Q(decision="refused"),
                name="one_override_a_row_or_class",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.row_id or self.outcome}: {self.state}"
