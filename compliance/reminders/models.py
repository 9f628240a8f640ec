"""When an organisation's mail goes out, what each person wants to hear, and what was sent on which day."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.people.models import Membership, Organisation


class Kind(models.TextChoices):
    ROWS = "row", _("rows that are due or overdue")
    REVIEWS = "review", _("rows that wait for my review")
    REQUESTS = "request", _("requests for evidence put to me")
    ACTIONS = "action", _("what I am to do about findings")
    RISKS = "risk", _("accepted risks that lapse")
    EVIDENCE = "evidence", _("evidence that runs out")
    LAW = "law", _("time limits of a law, such as the yearly bias audit and notices")
    STALE = "stale", _("approvals of mine that changed since")
    MENTIONS = "mention", _("discussions in which somebody names me")


class Rhythm(models.Model):
    """The hour of the day, in the organisation's own time zone, after which its daily mails go out."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="rhythm")
    hour = models.PositiveSmallIntegerField(_("hour"), default=7)

    def __str__(self) -> str:
        return f"{self.hour}:00"


class Wishes(models.Model):
    """What a person does not want to hear of; whoever chose nothing hears of everything."""

    membership = models.OneToOneField(Membership, on_delete=models.PROTECT, related_name="wishes")
    mail = models.BooleanField(_("a mail on days when something is due"), default=True)
    off = models.JSONField(default=list, blank=True)  # kinds, by value

    def __str__(self) -> str:
        return f"{self.membership_id} {self.mail} {self.off}"


class Snooze(models.Model):
    """One reminder that a person does not want to see before a day. `key` names it, `title` is what it was called."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="snoozes")
    key = models.CharField(max_length=300)
    title = models.CharField(max_length=500)
    until = models.DateField()

    class Meta:
        ordering = ["until", "title"]
        constraints = [models.UniqueConstraint(fields=["membership", "key"], name="one_snooze_a_reminder")]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.key}"


class Digest(models.Model):
    """The mail of one person on one day of their organisation; the unique row is why there is only one.

    A worker claims the row until `claimed_until` before it gathers and sends. `law` keeps the time limits of that
    day's digest, as `[{"key", "title", ...}]`, for the home page, since working them out takes long.
    """

    class State(models.TextChoices):
        CLAIMED = "claimed", _("being sent")
        SENT = "sent", _("sent")
        NOTHING = "nothing", _("nothing to send")
        FAILED = "failed", _("could not be sent")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="digests")
    day = models.DateField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.CLAIMED)
    claimed_until = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    reminders = models.PositiveIntegerField(default=0)
    law = models.JSONField(default=list, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["membership", "day"], name="one_digest_a_person_and_day")]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.day}"
