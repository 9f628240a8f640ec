"""The use of a tool by one employer, the editions of its published summary, notices, and requests for information."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audits.bias.models import BiasAudit
from compliance.evidence.models import Evidence
from compliance.people.models import Membership, Organisation
from compliance.systems.models import AISystem
from compliance.trail.personal import Personal
from compliance.trail.recorded import for_the_record


class ToolUse(models.Model):
    """One employer or employment agency uses one tool (NYC Administrative Code § 20-871); an organisation keeps it.

    `place` names it in its public address and never changes. The texts are what the employer says on its website and in
    its notices. Where `latest_use_on` is empty the tool is in use, or planned. `taken_down_at` is set while the public
    page is down.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="tool_uses")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="tool_uses")
    place = models.SlugField(max_length=80)
    employer = models.CharField(_("employer or employment agency"), max_length=200)
    distribution_on = models.DateField(_("distribution date"), null=True, blank=True)
    latest_use_on = models.DateField(_("latest use"), null=True, blank=True)
    positions = models.TextField(_("positions"), blank=True)
    postings = models.TextField(_("addresses of job postings"), blank=True)
    website = models.URLField(_("employment section of the website"), blank=True, max_length=500)
    retention = models.TextField(_("data retention policy"), blank=True)
    collected = models.TextField(_("type of data collected"), blank=True)
    data_source = models.TextField(_("source of the data"), blank=True)
    ask_how = models.TextField(_("how to ask in writing"), blank=True)
    qualifications = models.TextField(_("job qualifications and characteristics"), blank=True)
    alternative = models.TextField(_("how to ask for an alternative or an accommodation"), blank=True)
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    taken_down_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["employer", "system__name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "place"], name="one_use_a_place"),
            models.UniqueConstraint(fields=["organisation", "system", "employer"], name="one_use_an_employer"),
        ]

    def __str__(self) -> str:
        return f"{self.system}, {self.employer}"

    @property
    def subject(self) -> dict[str, str]:
        """The use as the trail names it."""
        return {"type": "tool_use", "id": str(self.id), "label": str(self)}


class Summary(models.Model):
    """One edition of the published summary (6 RCNY § 5-303): `document` never changes, `sha256` is its digest."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    use = models.ForeignKey(ToolUse, on_delete=models.PROTECT, related_name="summaries")
    number = models.PositiveIntegerField()
    bias_audit = models.ForeignKey(BiasAudit, on_delete=models.PROTECT, related_name="+")
    audited_on = models.DateField()
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    published_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["use", "number"], name="one_edition_a_number")]

    def __str__(self) -> str:
        return f"{self.use_id} {self.number}"


class Audience(models.TextChoices):
    CANDIDATES = "candidates", _("candidates")
    EMPLOYEES = "employees", _("employees considered for promotion")


class Channel(models.TextChoices):
    """The ways of 6 RCNY § 5-304(b) for candidates and (c) for employees."""

    WEBSITE = "website", _("on the employment section of the website")
    POLICY = "policy", _("in a written policy or procedure that employees receive")
    POSTING = "posting", _("in a job posting")
    MAIL = "mail", _("by U.S. mail or e-mail")


class Notice(models.Model):
    """What candidates or employees are told before the tool is used on them; `document` never changes."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    use = models.ForeignKey(ToolUse, on_delete=models.PROTECT, related_name="notices")
    audience = models.CharField(_("audience"), max_length=10, choices=Audience.choices)
    channel = models.CharField(_("channel"), max_length=7, choices=Channel.choices)
    position = models.CharField(_("position"), max_length=200, blank=True)
    use_on = models.DateField(_("first use for this position"))
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.position or str(self.get_audience_display())

    @property
    def subject(self) -> dict[str, str]:
        """The notice as the trail names it."""
        with for_the_record():
            return {"type": "notice", "id": str(self.id), "label": str(self)}


class Delivery(models.Model):
    """A notice was given on a day: where, to how many people where that is known, and what shows it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="deliveries")
    given_on = models.DateField(_("given on"))
    where = models.CharField(_("where"), max_length=500)
    people = models.PositiveIntegerField(_("people"), null=True, blank=True)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    logged_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    logged_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["given_on", "logged_at"]

    def __str__(self) -> str:
        return self.where


class DataRequest(models.Model):
    """Somebody asked in writing for the data statement (NYC Administrative Code § 20-871(b)(3)).

    `withheld` is why nothing is disclosed, where that would break a law or a law enforcement investigation
    (6 RCNY § 5-304(d)(3)). Once answered it never changes.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    use = models.ForeignKey(ToolUse, on_delete=models.PROTECT, related_name="data_requests")
    received_on = models.DateField(_("received on"))
    asked_by = models.CharField(_("asked by"), max_length=200)
    how = models.CharField(_("how it came"), max_length=200, blank=True)
    answer = models.TextField(blank=True)
    withheld = models.TextField(blank=True)
    answered_on = models.DateField(null=True, blank=True)
    answered_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    logged_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    logged_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["answered_on", "received_on", "logged_at"]

    def __str__(self) -> str:
        return self.asked_by

    @property
    def subject(self) -> dict[str, str]:
        """The request as the trail names it: the person who asked can be removed from the trail."""
        return {"type": "data_request", "id": str(self.id), "label": Personal(self.asked_by, person=self.pk)}
