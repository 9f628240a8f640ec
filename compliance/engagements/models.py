"""Who audits whom for what and when. The client owns the engagement: it is about the client's systems and evidence."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.checklists.models import ChecklistItem
from compliance.evidence.models import Evidence
from compliance.people.models import Membership, Organisation
from compliance.systems.models import AISystem


class State(models.TextChoices):
    DRAFT = "draft", _("being prepared")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


class Side(models.TextChoices):
    CLIENT = "client", _("the client")
    FIRM = "firm", _("the firm")


class RequestState(models.TextChoices):
    OPEN = "open", _("waits for an answer")
    ANSWERED = "answered", _("answered")
    DECLINED = "declined", _("declined")
    SETTLED = "settled", _("settled")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Engagement(models.Model):
    """`organisation` is the client. `firm` is who audits, in words; `firm_organisation` is that firm where it has an
    organisation here and took the engagement on. The audit speaks of the time `covers_from` to `covers_until`; the team
    works, and reaches what is in scope, from `starts_on` to `ends_on`.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="engagements")
    firm = models.CharField(_("who audits"), max_length=200)
    firm_organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="engagements_as_firm", null=True, blank=True
    )
    title = models.CharField(_("title"), max_length=200)
    purpose = models.TextField(_("what it is for"), blank=True)
    covers_from = models.DateField(_("the audit covers from"), null=True, blank=True)
    covers_until = models.DateField(_("the audit covers until"), null=True, blank=True)
    starts_on = models.DateField(_("the team works from"))
    ends_on = models.DateField(_("the team works until"))
    state = models.CharField(_("state"), max_length=6, choices=State.choices, default=State.DRAFT)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    opened_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_side = models.CharField(max_length=6, choices=Side.choices, blank=True)
    closed_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-starts_on", "title"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_over(self) -> bool:
        """Whether its last day has gone by (in UTC)."""
        return self.ends_on < timezone.now().date()

    @property
    def subject(self) -> dict[str, str]:
        """The engagement as the trail names it."""
        return {"type": "engagement", "id": str(self.id), "label": self.title}


class Scope(models.Model):
    """One system under one law that an engagement is about."""

    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="scope")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="in_scope")
    law = models.CharField(max_length=60)

    class Meta:
        ordering = ["system__name", "law"]
        constraints = [models.UniqueConstraint(fields=["engagement", "system", "law"], name="one_place_in_scope")]

    def __str__(self) -> str:
        return f"{self.system_id} {self.law}"


class TeamMember(models.Model):
    """A named person who audits; `membership` is theirs in the client's organisation, mostly that of a guest."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="team")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="teams")
    leads = models.BooleanField(_("leads the team"), default=False)
    added_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-leads", "added_at"]
        constraints = [models.UniqueConstraint(fields=["engagement", "membership"], name="one_place_on_a_team")]

    def __str__(self) -> str:
        return f"{self.engagement_id} {self.membership_id}"


class Declaration(models.Model):
    """A team member's declaration of independence; it is never changed, and speaks of the scope as it was then.

    `statements` are the sentences declared, by name; `covers` the (system, law) pairs they were declared for.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    member = models.ForeignKey(TeamMember, on_delete=models.PROTECT, related_name="declarations")
    statements = models.JSONField()
    covers = models.JSONField()
    note = models.TextField(blank=True)
    declared_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-declared_at"]

    def __str__(self) -> str:
        return f"{self.member_id} {self.declared_at}"


class EvidenceRequest(models.Model):
    """The team asks one person for something, by a day. Whoever is no member here reaches this request and no more."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="requests")
    title = models.CharField(_("what is asked for"), max_length=200)
    wanted = models.TextField(_("what exactly"), blank=True)
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="requests", null=True, blank=True)
    asked = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="requests")
    due_on = models.DateField(_("due"))
    asked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(_("state"), max_length=9, choices=RequestState.choices, default=RequestState.OPEN)
    said = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    pieces: models.ManyToManyField[Evidence, GivenPiece] = models.ManyToManyField(
        Evidence, through="GivenPiece", related_name="given_for"
    )

    class Meta:
        ordering = ["due_on", "asked_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_overdue(self) -> bool:
        """Whether it waits for an answer and its day has gone by (in UTC)."""
        return self.state == RequestState.OPEN and self.due_on < timezone.localdate()

    @property
    def subject(self) -> dict[str, str]:
        """The request as the trail names it."""
        return {"type": "request", "id": str(self.id), "label": self.title}


class GivenPiece(models.Model):
    """A piece of evidence that answers a request."""

    request = models.ForeignKey(EvidenceRequest, on_delete=models.PROTECT, related_name="given")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="+")
    given_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["given_at"]
        constraints = [models.UniqueConstraint(fields=["request", "evidence"], name="one_piece_a_request")]

    def __str__(self) -> str:
        return f"{self.request_id} {self.evidence_id}"
