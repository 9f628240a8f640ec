"""A publication that is too large to be checked while a page waits."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext as _

from audits.work.models import Work
from compliance.people.models import Membership, Organisation


class PublishedCheck(Work):
    """What somebody gave to be checked, and the report of it; nobody else sees it, and it is forgotten after a day.

    `given` are the fields of the pages by their names, as each page carries them on. `report` is the canonical JSON of
    the report, `told` its first sentence.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    given = models.JSONField()
    told = models.TextField(blank=True)
    report = models.TextField(blank=True)

    class Meta:
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return _("Check of a published audit")
