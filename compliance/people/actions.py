"""Make organisations, let people in, change what they may do."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership, Organisation, Reach, Role, User
from compliance.people.rules import check_another_administrator, check_can, check_removable
from compliance.trail.actions import remove_person, write

SLUG_LENGTH = 60


@transaction.atomic
def make_organisation(*, name: str, founder: User) -> Membership:
    """Make an organisation with its first administrator and return that membership."""
    name = name.strip()
    if not name:
        raise Refused(Problem("organisation-without-name", _("The organisation needs a name."), column="name"))
    organisation = Organisation.objects.create(name=name, slug=_free_slug(name))
    member = Membership.objects.create(organisation=organisation, user=founder, role=Role.ADMINISTRATOR)
    write(
        organisation_id=organisation.id,
        actor=member.actor,
        verb="organisation.made",
        subject={"type": "organisation", "id": str(organisation.id), "label": organisation.name},
    )
    return member


@transaction.atomic
def begin(*, name: str, email: str, password: str, organisation: str) -> Membership:
    """Make the first account of this installation, its organisation and its administrator; it works once only.

    Of two visitors who begin at the same moment the second is refused.
    """
    # A row that is always there is locked, so that two visitors are one after the other on PostgreSQL too.
    ContentType.objects.select_for_update().get(app_label="compliance", model="user")
    if User.objects.exists():
        sentence = _("Somebody has made the first account already.")
        raise Refused(Problem("begun-already", sentence, _("Sign in, or ask an administrator to add you.")))
    user = User.objects.create_user(email, password, name=name.strip())
    return make_organisation(name=organisation, founder=user)


@transaction.atomic
def add_member(*, by: Membership, email: str, name: str, role: str) -> Membership:
    """Let a person into the organisation of `by`; a person who is new gets an account without a password yet.

    A guest whom an engagement let in becomes a member, and sees everything then.
    """
    check_can(by, "manage_people")
    user, member = person(by=by, email=email, name=name)
    check_role(role)
    if member and member.is_active and not member.is_guest:
        sentence = _("{name} already belongs to {organisation}.").format(
            name=user.name, organisation=by.organisation.name
        )
        raise Refused(Problem("already-member", sentence, column="email"))
    verb = "member.restored" if member else "member.invited"
    member = member or Membership(organisation=by.organisation, user=user)
    member.role, member.is_active, member.reach = role, True, Reach.ALL
    member.save()
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb=verb,
        subject=member.subject,
        data={"role": role, "email": member.personal_email},
    )
    return member


def person(*, by: Membership, email: str, name: str) -> tuple[User, Membership | None]:
    """Return the person of an address, made without a password where there is none, and their membership here, if any.

    Call it within a transaction: of two who let the same person in at once, the second waits here for the first.
    """
    email, name = email.strip().lower(), name.strip()
    try:
        validate_email(email)
    except ValidationError:
        sentence = _("{email!r} is not an e-mail address.").format(email=email)
        raise Refused(Problem("not-an-address", sentence, column="email", found=email)) from None
    Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation_id)
    user = User.objects.filter(email=email).first()
    if user is None:
        if not name:
            raise Refused(Problem("person-without-name", _("A new person needs a name."), column="name"))
        user = User.objects.create_user(email, name=name)
    elif not user.is_active:
        sentence = _("{name} cannot come back: the personal data was removed.").format(name=user.name)
        raise Refused(Problem("person-removed", sentence, _("Add the person anew."), column="email"))
    found = Membership.objects.select_for_update(no_key=True, of=("self",)).select_related("user", "organisation")
    return user, found.filter(organisation=by.organisation, user=user).first()


def check_role(role: str) -> None:
    """There are no other roles than those of :class:`Role`."""
    if role not in Role.values:
        raise Refused(Problem("unknown-role", _("There is no role {role!r}.").format(role=role), column="role"))


@transaction.atomic
def record_link(*, by: Membership, member: Membership) -> None:
    """Write into the trail that an administrator was shown the address with which a member sets a password.

    Whoever has it could act as that member, so a reader of the trail must be able to see that it was given out.
    """
    check_can(by, "manage_people")
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb="member.link_shown",
        subject=member.subject,
    )


@transaction.atomic
def change_role(*, by: Membership, member: Membership, role: str) -> Membership:
    """Give a member another role; the last administrator keeps theirs. That of a guest is what the engagement says."""
    check_can(by, "manage_people")
    member = _locked(by, member)
    check_role(role)
    if member.is_guest:
        sentence = _("{name} is here as a guest, in the role that an engagement gave.").format(name=member.name)
        raise Refused(
            Problem("role-of-a-guest", sentence, _("Add them as a member to give them another."), column="role")
        )
    if role != member.role:
        check_another_administrator(member)
        before, member.role = member.role, role
        member.save(update_fields=["role"])
        write(
            organisation_id=by.organisation_id,
            actor=by.actor,
            verb="member.role_changed",
            subject=member.subject,
            data={"before": before, "after": role},
        )
    return member


@transaction.atomic
def end_membership(*, by: Membership, member: Membership) -> Membership:
    """End a membership. What the person did stays; they see nothing of the organisation any more."""
    check_can(by, "manage_people")
    member = _locked(by, member)
    check_another_administrator(member)
    member.is_active = False
    member.save(update_fields=["is_active"])
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb="member.removed",
        subject=member.subject,
    )
    return member


@transaction.atomic
def remove_personal_data(*, by: Membership, member: Membership, reason: str) -> Membership:
    """Remove name, e-mail and network addresses of a person who left, from the trail and from their account.

    Every entry stays, and still gives its digest; the trail says who removed what, when and why. An account that
    another organisation knows too keeps its name, since it is not this organisation's alone.
    """
    check_can(by, "manage_people")
    member = _locked(by, member)
    check_removable(member)
    if not reason.strip():
        raise Refused(Problem("no-reason", _("Say why the personal data is removed."), column="reason"))
    remove_person(organisation_id=by.organisation_id, actor=by.actor, person=str(member.user_id), reason=reason.strip())
    user = member.user
    if not Membership.objects.filter(user=user).exclude(pk=member.pk).exists():
        user.name = f"Removed person {str(user.pk)[:8]}"
        user.email, user.is_active = f"{user.pk}@removed.invalid", False
        user.set_unusable_password()
        user.save()
        EmailAddress.objects.filter(user=user).delete()
        Authenticator.objects.filter(user=user).delete()
        SocialAccount.objects.filter(user=user).delete()
    return member


def _locked(by: Membership, member: Membership) -> Membership:
    # All administrators are locked in one order, so that two cannot each take away the other's role at once.
    list(
        Membership.objects.select_for_update(no_key=True)
        .filter(organisation=by.organisation, role=Role.ADMINISTRATOR)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    return (
        Membership.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user", "organisation")
        .get(pk=member.pk, organisation=by.organisation)
    )


def _free_slug(name: str) -> str:
    stem = slugify(name)[: SLUG_LENGTH - 6] or "organisation"
    taken = set(Organisation.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(s for s in (stem, *(f"{stem}-{n}" for n in range(2, 100_000))) if s not in taken)
