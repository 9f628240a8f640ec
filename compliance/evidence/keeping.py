"""Tables beside the pieces: the text of files, the words they are found by, captured pages, holds, fixity checks."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.evidence.jobs import Job
from compliance.evidence.models import Evidence, EvidenceVersion
from compliance.people.models import Membership, Organisation


class FileText(Job):
    """The text inside kept bytes, once for each digest of an organisation; `said` tells why there is none.

    `pages` counts the pages of a PDF.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=100)
    file_name = models.CharField(max_length=255, blank=True)
    text = models.TextField(blank=True)
    pages = models.PositiveIntegerField(default=0)
    said = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "sha256"], name="one_text_a_digest")]

    def __str__(self) -> str:
        return self.sha256


class PieceWords(models.Model):
    """The words that a piece is found by: of its title, tags, days, origin, and of the text inside its newest version.

    A full-text index of the database lies over `words`; see :mod:`compliance.evidence.words`.
    """

    id = models.BigAutoField(primary_key=True)
    evidence = models.OneToOneField(Evidence, on_delete=models.CASCADE, related_name="words")
    words = models.TextField()

    def __str__(self) -> str:
        return str(self.evidence_id)


class LinkCapture(Job):
    """What was behind a link when it was kept, where the operator allows fetching: the title, when, and the digest of
    the bytes, which are kept too; `said` tells why nothing was captured."""

    version = models.OneToOneField(EvidenceVersion, on_delete=models.PROTECT, related_name="capture")
    fetched_at = models.DateTimeField(null=True, blank=True)
    address = models.URLField(_("address after redirects"), max_length=2000, blank=True)
    title = models.CharField(max_length=300, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    said = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.version.url


class LegalHold(models.Model):
    """A piece must be preserved because of a dispute or a request; while it is held, it cannot be withdrawn."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="holds")
    reason = models.TextField()
    placed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(default=timezone.now)
    lifted_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-placed_at"]
        constraints = [
            models.UniqueConstraint(fields=["evidence"], condition=Q(lifted_at=None), name="one_hold_at_a_time")
        ]

    def __str__(self) -> str:
        return self.reason


class FixityRun(Job):
    """One reading of every kept byte of an organisation. `at` is the digest that was checked last: who takes the run up
    again goes on behind it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="fixity_runs")
    night = models.DateField(_("night"), null=True, blank=True)
    at = models.CharField(max_length=64, blank=True, default="")
    checked = models.PositiveIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [models.UniqueConstraint(fields=["organisation", "night"], name="one_fixity_run_a_night")]

    def __str__(self) -> str:
        return f"{self.organisation} {self.asked_at}"

    @property
    def subject(self) -> dict[str, str]:
        """The run as the trail names it."""
        return {"type": "fixity", "id": str(self.id), "label": str(self.organisation)}


class FixityFinding(models.Model):
    """Bytes that are gone or are no longer those that were kept."""

    run = models.ForeignKey(FixityRun, on_delete=models.CASCADE, related_name="findings")
    sha256 = models.CharField(max_length=64)
    code = models.CharField(max_length=40)
    sentence = models.TextField()
    kept_as = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "sha256"], name="one_finding_a_digest")]

    def __str__(self) -> str:
        return self.sentence
