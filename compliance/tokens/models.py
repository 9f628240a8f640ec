"""A token stands for a membership; only its digest is kept, so whoever reads the table cannot use it."""

from __future__ import annotations

from uuid import uuid4

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.people.models import Membership


class ApiToken(models.Model):
    """What a script signs its requests with. `begins_with` is the part that people recognise it by."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(_("name"), max_length=100)
    scopes = models.JSONField(_("scopes"), default=list)
    begins_with = models.CharField(max_length=16)
    sha256 = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def subject(self) -> dict[str, str]:
        """The token as the trail names it."""
        return {"type": "token", "id": str(self.id), "label": self.name}


class KeptAnswer(models.Model):
    """What a request with an idempotency key was answered, so that sending it again does nothing twice.

    `asked_sha256` is the digest of what was asked: the same key for another request is refused.
    """

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    asked_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    location = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["membership", "key"], name="one_answer_a_key")]
        indexes = [models.Index(fields=["at"], name="kept_answers_by_age", condition=~Q(status=0))]

    def __str__(self) -> str:
        return self.key
