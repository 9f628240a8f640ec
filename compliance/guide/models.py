"""Who has put the guide aside. What is done is kept nowhere: it is read from what is there."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from compliance.people.models import Membership


class GuideAside(models.Model):
    """A member does not want to see the first hour on the home page."""

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="guide_aside")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.membership_id}"
