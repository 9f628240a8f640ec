"""A dossier: a frozen manifest, and the signed file that a worker made from it and from nothing else."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audits.work.models import State, Work
from compliance.checklists.models import Checklist
from compliance.people.models import Membership, Organisation
from compliance.systems.models import AISystem


class Status(models.TextChoices):
    DRAFT = "draft", _("draft")
    FINAL = "final", _("final")


class Level(models.TextChoices):
    """The levels of PAdES, from a bare signature to one that is kept provable."""

    BB = "B-B", _("B-B: the signature alone; the time is the signer's word")
    BT = "B-T", _("B-T: and a time authority says when")
    BLT = "B-LT", _("B-LT: and the file holds what said then that nothing was revoked")
    BLTA = "B-LTA", _("B-LTA: and a time stamp over all of that, which can be renewed for decades")


class Part(models.TextChoices):
    """As what a person signs. The words of the manifest are in `PARTS_IN_PRINT`: a dossier is in English."""

    PREPARER = "preparer", _("preparer")
    LEGAL_REVIEWER = "legal_reviewer", _("legal reviewer")
    AUDITOR = "auditor", _("independent auditor")


PARTS_IN_PRINT = {
    Part.PREPARER: "preparer",
    Part.LEGAL_REVIEWER: "legal reviewer",
    Part.AUDITOR: "independent auditor",
}


class Way(models.TextChoices):
    """Where the key is that signed."""

    FILE = "file", _("a key file, uploaded for this signature and not kept")
    HOUSE = "house", _("the key file that the operator set")
    TOKEN = "token", _("a key in the operator's hardware")
    OWN = "own", _("the signer's own machine")


class Dossier(Work):
    """All bytes are kept by digest: the manifest, its attachments, the rendered file and the signed one."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="dossiers")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="dossiers")
    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="dossiers")
    title = models.CharField(_("title"), max_length=200)
    status = models.CharField(_("status"), max_length=5, choices=Status.choices)
    manifest_sha256 = models.CharField(max_length=64)
    rendered_sha256 = models.CharField(max_length=64, blank=True)
    signed_sha256 = models.CharField(max_length=64, blank=True)
    signed_size = models.PositiveBigIntegerField(default=0)
    signer = models.CharField(max_length=300, blank=True)
    level = models.CharField(_("level of the signatures"), max_length=5, choices=Level.choices, default=Level.BB)
    stamp_ends_at = models.DateTimeField(null=True, editable=False)
    frozen_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-frozen_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_made(self) -> bool:
        """Whether the pages are printed: from then on it can be signed, or is sealed already."""
        return self.state == State.FINISHED

    @property
    def is_signed(self) -> bool:
        """Whether there is a file with at least one signature."""
        return bool(self.signed_sha256)

    @property
    def file_sha256(self) -> str:
        """Return the digest of the file as it is now: with the signatures so far, or none yet."""
        return self.signed_sha256 or self.rendered_sha256

    @property
    def subject(self) -> dict[str, str]:
        """The dossier as the trail names it."""
        return {"type": "dossier", "id": str(self.id), "label": self.title}


class Signature(models.Model):
    """A person who is to sign a dossier, set when it was frozen; and once they have, what they signed and with what."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="signatures")
    position = models.PositiveSmallIntegerField()
    part = models.CharField(_("signs as"), max_length=20, choices=Part.choices)
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)
    way = models.CharField(max_length=10, choices=Way.choices, blank=True)
    statement = models.TextField(blank=True)
    certificate = models.CharField(max_length=300, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "position"], name="one_signature_a_place"),
            models.UniqueConstraint(fields=["dossier", "member"], name="one_signature_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.member.name}, {self.get_part_display()}"

    @property
    def field(self) -> str:
        """Return the name of its field in the PDF."""
        return f"Signature{self.position}"
