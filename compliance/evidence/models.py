"""A piece of evidence and its versions. A version never changes: its bytes are named by their digest, and withdrawing
a piece keeps them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID, uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.people.models import Membership, Organisation
from compliance.systems.models import AISystem


class Kind(models.TextChoices):
    FILE = "file", _("file")
    LINK = "link", _("link")
    NOTE = "note", _("note")


class Confidentiality(models.TextChoices):
    """Whom a piece may be shown to: a word for the people who handle it, printed beside it wherever it stands."""

    INTERNAL = "internal", _("internal")
    CLIENT = "client", _("client")
    PRIVILEGED = "privileged", _("privileged")
    PUBLIC = "public", _("public")


class Evidence(models.Model):
    """One piece: what it is called and how it is handled. What it shows is in its versions; `latest` is the newest.

    The properties from `kind` to `note` are those of the newest version.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="evidence")
    title = models.CharField(_("title"), max_length=200)
    confidentiality = models.CharField(
        _("confidentiality"), max_length=10, choices=Confidentiality.choices, default=Confidentiality.INTERNAL
    )
    latest = models.ForeignKey(
        "EvidenceVersion", on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )  # null only while the first version is being written
    added_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-added_at"]
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return self.title

    @property
    def newest(self) -> EvidenceVersion:
        """The newest version."""
        if self.latest is None:
            raise ValueError("A piece of evidence has at least one version.")
        return self.latest

    @property
    def kind(self) -> str:
        return self.newest.kind

    def get_kind_display(self) -> str:
        return str(Kind(self.kind).label)

    @property
    def source(self) -> str:
        return self.newest.source

    @property
    def effective_on(self) -> date | None:
        return self.newest.effective_on

    @property
    def valid_until(self) -> date | None:
        return self.newest.valid_until

    @property
    def is_expired(self) -> bool:
        return self.newest.is_expired

    @property
    def sha256(self) -> str:
        return self.newest.sha256

    @property
    def size(self) -> int:
        return self.newest.size

    @property
    def file_name(self) -> str:
        return self.newest.file_name

    @property
    def url(self) -> str:
        return self.newest.url

    @property
    def note(self) -> str:
        return self.newest.note

    @property
    def subject(self) -> dict[str, str]:
        """The evidence as the trail names it."""
        return {"type": "evidence", "id": str(self.id), "label": self.title}


class EvidenceTag(models.Model):
    """A word that an organisation finds its pieces by."""

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="tags")
    tag = models.CharField(max_length=40, db_index=True)

    class Meta:
        ordering = ["tag"]
        constraints = [models.UniqueConstraint(fields=["evidence", "tag"], name="one_tag_a_word")]

    def __str__(self) -> str:
        return self.tag


class EvidenceVersion(models.Model):
    """What a piece showed at one time: files, a link or a note. Nothing of it changes once it is kept.

    `sha256` is the digest of the one file, of a link's address with its title, or of a note's text. Where there are
    several files it is taken over all of them (:func:`compliance.lib.bundle.bundle_digest`).
    `size` is in bytes, of all files.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices)
    source = models.CharField(_("source: who made it, where it comes from"), max_length=300, blank=True)
    author = models.CharField(_("author"), max_length=200, blank=True)
    effective_on = models.DateField(_("effective date: when what it shows was so"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    url = models.URLField(_("address"), max_length=1000, blank=True)
    note = models.TextField(_("note"), blank=True)
    reason = models.TextField(_("what is new in this version"), blank=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    added_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["evidence", "number"], name="one_version_a_number")]
        indexes = [models.Index(fields=["valid_until"], name="evidence_by_validity")]

    def __str__(self) -> str:
        return f"{self.evidence}, version {self.number}"

    @property
    def is_expired(self) -> bool:
        """Whether its last valid day has gone by (in UTC)."""
        return self.valid_until is not None and self.valid_until < timezone.now().date()

    @property
    def file_name(self) -> str:
        """The name of its first file; empty for a link or a note."""
        return self.kept[0].file_name if self.kind == Kind.FILE else ""

    @property
    def media_type(self) -> str:
        """The type of its first file."""
        return self.kept[0].media_type

    @property
    def kept(self) -> list[EvidenceFile]:
        """Its files in their order; a link and a note have one without a name."""
        return list(self.files.all())

    @property
    def system_ids(self) -> list[UUID]:
        """The AI systems that it speaks of."""
        return [one.system_id for one in self.speaks_of.all()]


class EvidenceFile(models.Model):
    """Bytes of a version, under their digest."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    version = models.ForeignKey(EvidenceVersion, on_delete=models.PROTECT, related_name="files")
    position = models.PositiveIntegerField(default=0)
    file_name = models.CharField(max_length=255, blank=True)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["version", "position"], name="one_file_a_place")]

    def __str__(self) -> str:
        return self.file_name or self.sha256


class SpeaksOf(models.Model):
    """A version speaks of an AI system as it was: `system_version` is the one that its bytes were made about."""

    version = models.ForeignKey(EvidenceVersion, on_delete=models.PROTECT, related_name="speaks_of")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="evidence_versions")
    system_version = models.CharField(_("version of the AI system"), max_length=60, blank=True)

    class Meta:
        ordering = ["system__name", "system__version"]
        constraints = [models.UniqueConstraint(fields=["version", "system"], name="one_system_a_version")]

    def __str__(self) -> str:
        return f"{self.system.name} {self.system_version}".strip()


def only(ids: Iterable[UUID]) -> UUID | None:
    """Return the one id, or None where there are none or several: an entry of the trail names at most one system."""
    found = list(ids)
    return found[0] if len(found) == 1 else None
