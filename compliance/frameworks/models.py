"""An organisation's own frameworks: one draft to work on, and published versions that do not change."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.catalogue.document import Document, from_json
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership, Organisation

OWN = "own-"


class Framework(models.Model):
    """A framework that an organisation wrote or imported; `title` is that of its newest version or draft."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="frameworks")
    title = models.CharField(max_length=300)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["title", "made_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def law(self) -> str:
        """The name under which checklists, ties and addresses know it.

        >>> Framework(id=UUID(int=1)).law
        'own-00000000-0000-0000-0000-000000000001'
        """
        return f"{OWN}{self.id}"

    @property
    def subject(self) -> dict[str, str]:
        """The framework as the trail names it."""
        return {"type": "framework", "id": str(self.id), "label": self.title[:300]}


class FrameworkVersion(models.Model):
    """A draft, or a version published on a day: `content` is the document, `sha256` the digest of its canonical JSON.

    `revision` counts the changes of a draft. `came_from` names the file that it was read from.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="versions")
    text_version = models.CharField(max_length=10, blank=True, default="")
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    revision = models.PositiveIntegerField(default=0)
    came_from = models.CharField(max_length=300, blank=True, default="")
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["text_version"]
        constraints = [
            models.UniqueConstraint(fields=["framework"], condition=Q(published_at=None), name="one_draft_a_framework"),
            models.UniqueConstraint(
                fields=["framework", "text_version"],
                condition=Q(published_at__isnull=False),
                name="one_framework_version_a_day",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None, text_version="") | (Q(published_at__isnull=False) & ~Q(text_version="")),
                name="a_published_framework_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.framework} {self.text_version or '(draft)'}"

    @property
    def is_draft(self) -> bool:
        return self.published_at is None

    @property
    def document(self) -> Document:
        """What it says; refused when it is not what was kept, since nothing here changes a published version."""
        found = from_json(self.content)
        if found.digest != self.sha256:
            sentence = _("{version} no longer has the digest that it was kept with.").format(version=self)
            raise Refused(Problem("framework-changed", sentence, found=found.digest, expected=self.sha256))
        return found


def framework_id(law: str) -> UUID | None:
    """Return the id in the name of an own framework, or None for a law that ships.

    >>> framework_id("nyc-ll144"), framework_id("own-00000000-0000-0000-0000-000000000001").int
    (None, 1)
    """
    if not law.startswith(OWN):
        return None
    try:
        return UUID(law.removeprefix(OWN))
    except ValueError:
        return None
