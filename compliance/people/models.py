"""A person signs in; a membership says what the person may do in one organisation."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.trail.personal import Personal


class UserManager(BaseUserManager["User"]):
    """Make people by e-mail address, which is kept in lower case so that one address is one person."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can sign in. What the person may do is in the memberships."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_service = models.BooleanField(_("is a service, not a person"), default=False)
    time_zone = models.CharField(_("time zone"), max_length=40, blank=True, default="")  # else the organisation's
    joined_at = models.DateTimeField(default=timezone.now)
    language = models.CharField(_("language"), max_length=10, blank=True, default="")  # or the browser's

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name


class Organisation(models.Model):
    """One house whose systems, evidence and trail nobody outside sees."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(_("name"), max_length=150)
    slug = models.SlugField(max_length=60, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default="UTC")
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a member may do; the table is in `rules.py`."""

    ADMINISTRATOR = "administrator", _("administrator")
    AUDITOR = "auditor", _("auditor")
    LEGAL_REVIEWER = "legal_reviewer", _("legal reviewer")
    CONTRIBUTOR = "contributor", _("contributor")
    OBSERVER = "observer", _("observer")


class Reach(models.TextChoices):
    """How much of an organisation a membership opens; only a member's own is everything."""

    ALL = "all", _("everything here")
    ENGAGEMENT = "engagement", _("what an engagement names")
    REQUESTS = "requests", _("requests for evidence put to them")


class Membership(models.Model):
    """A person in an organisation, in one role. It is never deleted, only ended, since the trail speaks of it.

    A guest, whose `reach` is not everything, is let in by an engagement, and sees what its grants name and no more.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    reach = models.CharField(_("reach"), max_length=12, choices=Reach.choices, default=Reach.ALL)
    is_active = models.BooleanField(default=True)
    since = models.DateTimeField(default=timezone.now)

    # The abilities that the token in use carries; None where a person signed in and no token stands between.
    limited_to: frozenset[str] | None = None

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "user"], name="one_membership_a_person")]
        ordering = ["user__name"]

    def __str__(self) -> str:
        return f"{self.user.name}, {self.get_role_display()}"

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def is_guest(self) -> bool:
        """Whether an engagement let the person in, so that queries are narrowed to what it names."""
        return self.reach != Reach.ALL

    @property
    def personal_name(self) -> Personal:
        """The name as the trail takes it, which keeps it so that it can be removed."""
        return Personal(self.user.name, person=self.user_id)

    @property
    def personal_email(self) -> Personal:
        """The e-mail address as the trail takes it."""
        return Personal(self.user.email, person=self.user_id)

    @property
    def actor(self) -> dict[str, str]:
        """The person as the trail names them when they act."""
        return {"id": str(self.user_id), "name": self.personal_name, "role": self.role}

    @property
    def subject(self) -> dict[str, str]:
        """The person as the trail names them when somebody acts on their membership."""
        return {"type": "member", "id": str(self.id), "label": self.personal_name}


class Grant(models.Model):
    """What one engagement lets a guest reach: one system under one law, or only the requests put to them (no system).

    Written by the engagement's actions and read by every query. Engagements and systems stand above people, so they are
    named by their ids. A membership of a guest counts only while one of its grants does; see `reach.py`.
    """

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="grants")
    engagement_id = models.UUIDField()
    system_id = models.UUIDField(null=True)
    law = models.CharField(max_length=60, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    may_review = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "engagement_id", "system_id", "law"],
                name="one_grant_a_system_and_law",
            )
        ]
        indexes = [models.Index(fields=["membership", "system_id", "law"], name="grant_by_scope")]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.system_id} {self.law}"
