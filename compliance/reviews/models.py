"""What an organisation asks of its reviews, and who stands in for whom."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.people.models import Membership, Organisation
from compliance.reviews.quorum import Quorum


class ReviewRule(models.Model):
    """How many people accept a row of one law, and in which roles; `law` is empty for every law without its own."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="review_rules")
    law = models.CharField(max_length=60, blank=True)
    people = models.PositiveSmallIntegerField(_("people in all"), default=1)
    legal_reviewers = models.PositiveSmallIntegerField(_("legal reviewers at least"), default=0)
    auditors = models.PositiveSmallIntegerField(_("auditors at least"), default=0)
    changed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "law"], name="one_review_rule_a_law")]

    def __str__(self) -> str:
        return self.law or "*"

    @property
    def quorum(self) -> Quorum:
        return Quorum(self.people, self.legal_reviewers, self.auditors)


class Delegation(models.Model):
    """A reviewer names another reviewer who may decide in their place from `since` to `until`, both included."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    of = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="delegations")
    to = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="delegated")
    since = models.DateField(_("from"))
    until = models.DateField(_("until"))
    reason = models.CharField(_("why"), max_length=300, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="delegation_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(of=F("to")), name="delegation_is_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.of_id} {self.to_id}"

    @property
    def subject(self) -> dict[str, str]:
        """The delegation as the trail names it: by who is away."""
        return {"type": "delegation", "id": str(self.id), "label": self.of.personal_name}
