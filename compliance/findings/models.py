"""A finding on a row: what was found, what caused it, what is done, and who saw that it helped."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.checklists.models import ChecklistItem
from compliance.engagements.models import Engagement
from compliance.evidence.models import Evidence
from compliance.people.models import Membership, Organisation
from compliance.people.second_person import Decision as SecondDecision


class Kind(models.TextChoices):
    MAJOR = "major", _("major nonconformity")
    MINOR = "minor", _("minor nonconformity")
    OBSERVATION = "observation", _("observation")


class Severity(models.TextChoices):
    """How grave a person holds it to be; no figure is made of it."""

    CRITICAL = "critical", _("critical")
    HIGH = "high", _("high")
    MEDIUM = "medium", _("medium")
    LOW = "low", _("low")


class State(models.TextChoices):
    OPEN = "open", _("open")
    ACTING = "acting", _("being corrected")
    TO_VERIFY = "to_verify", _("waits for verification")
    CLOSED = "closed", _("closed, verified")
    ACCEPTED = "accepted", _("risk accepted")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Answer(models.TextChoices):
    UNKNOWN = "", _("not said yet")
    YES = "yes", _("yes")
    NO = "no", _("no")


UNFINISHED = (State.OPEN, State.ACTING, State.TO_VERIFY)


class Finding(models.Model):
    """`incident` and `risk` are what a person says of a serious incident (AI Act Art 3(49), 73) and of a product that
    presents a risk (Art 79(1)); `extent` is what is known of how often, such as days of use or missing notices.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="findings")
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="findings")
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="findings", null=True, blank=True)
    number = models.PositiveIntegerField()
    kind = models.CharField(_("kind"), max_length=11, choices=Kind.choices)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity.choices)
    title = models.CharField(_("title"), max_length=200)
    statement = models.TextField(_("what was found"))
    cause = models.TextField(_("cause"), blank=True)
    incident = models.CharField(_("serious incident"), max_length=3, choices=Answer.choices, blank=True)
    risk = models.CharField(_("presents a risk"), max_length=3, choices=Answer.choices, blank=True)
    extent = models.TextField(_("extent"), blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.OPEN)
    raised_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(default=timezone.now)
    handed_in_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="one_finding_a_number")]

    def __str__(self) -> str:
        return f"{self.name}: {self.title}"

    @property
    def name(self) -> str:
        """How people call it."""
        return f"F-{self.number}"

    @property
    def subject(self) -> dict[str, str]:
        """The finding as the trail names it."""
        return {"type": "finding", "id": str(self.id), "label": str(self)}


class CorrectiveAction(models.Model):
    """Something that one person does by a day so that the cause is gone."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        DONE = "done", _("done")
        DROPPED = "dropped", _("dropped")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="actions")
    what = models.TextField(_("what is done"))
    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(_("due"))
    state = models.CharField(max_length=7, choices=State.choices, default=State.PLANNED)
    said = models.TextField(blank=True)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    added_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    ended_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_on", "added_at"]

    def __str__(self) -> str:
        return self.what

    @property
    def is_overdue(self) -> bool:
        """Whether it is still planned and its day has gone by (in UTC)."""
        return self.state == self.State.PLANNED and self.due_on < timezone.localdate()


class Verification(models.Model):
    """A second person saw whether what was done helped; `subject_sha256` binds it to exactly what was seen."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="verifications")
    effective = models.BooleanField()
    reason = models.TextField()
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    subject_sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.effective}"


class RiskAcceptance(models.Model):
    """To live with a finding until a day: one proposes it, a second person decides."""

    Decision = SecondDecision

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="acceptances")
    reason = models.TextField()
    until = models.DateField(_("until"))
    proposed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(max_length=8, choices=Decision.choices, blank=True, default=Decision.OPEN)
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_reason = models.TextField(blank=True)
    subject_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["finding"], condition=models.Q(decision=""), name="one_open_acceptance_a_finding"
            )
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} until {self.until}"

    @property
    def has_lapsed(self) -> bool:
        """Whether its last day has gone by (in UTC)."""
        return self.until < timezone.localdate()
