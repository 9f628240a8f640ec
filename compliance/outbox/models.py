"""A mail that waits to be sent."""

from __future__ import annotations

from uuid import uuid4

from django.db import models

from compliance.evidence.jobs import Job
from compliance.people.models import Membership


class Letter(Job):
    """A mail to one member, written in the transaction of the act that causes it: both are kept or neither.

    Its id makes the Message-ID, so a mail that goes out again is the same mail. The text is emptied once it was sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    to = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="letters")
    subject = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return self.subject
