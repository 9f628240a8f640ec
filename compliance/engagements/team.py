"""Who is on an engagement's team, and what each declares about their independence."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.engagements import queries, rules
from compliance.engagements.actions import locked, record
from compliance.engagements.granting import grant
from compliance.engagements.models import Declaration, Engagement, State, TeamMember
from compliance.lib.problems import Problem, Refused
from compliance.people.actions import person
from compliance.people.models import Membership, Reach


@transaction.atomic
def add(*, by: Membership, engagement: Engagement, email: str, name: str, role: str, leads: bool = False) -> TeamMember:
    """Put a person on the team. One who is no member of the client is let in as a guest, in a role of a team.

    A guest has one role at a client, whatever the number of engagements.
    """
    engagement = locked(by, engagement)
    rules.check_move("change", by=by, engagement=engagement)
    user, member = person(by=by, email=email, name=name)
    if member is None or member.is_guest or not member.is_active:
        rules.check_team_role(role)
        member = _guest(member or Membership(organisation=by.organisation, user=user), role)
    place, new = TeamMember.objects.get_or_create(
        engagement=engagement, membership=member, defaults={"added_by": by, "leads": leads}
    )
    if not new and place.ended_at is None:
        sentence = _("{name} is on the team already.").format(name=member.name)
        raise Refused(Problem("on-the-team-already", sentence, column="email"))
    place.leads, place.ended_at = leads, None
    place.save(update_fields=["leads", "ended_at"])
    record(
        by, engagement, "engagement.joined", name=member.personal_name, email=member.personal_email, role=member.role
    )
    grant(engagement)
    return place


@transaction.atomic
def end(*, by: Membership, member: TeamMember) -> TeamMember:
    """End a person's place on a team, by themselves or by an administrator of the client; it counts at once."""
    engagement = locked(by, member.engagement)
    member = engagement.team.select_related("membership__user").get(pk=member.pk)
    rules.check_leave(by, member)
    member.ended_at = timezone.now()
    member.save(update_fields=["ended_at"])
    record(by, engagement, "engagement.left", name=member.membership.personal_name)
    grant(engagement)
    return member


@transaction.atomic
def give_over(*, by: Membership, member: TeamMember, to: Membership | None) -> TeamMember | None:
    """End the place of somebody who leaves, and give it to another, who declares their own independence; within the
    handing over of their work."""
    end(by=by, member=member)
    if to is None:
        return None
    engagement = locked(by, member.engagement)
    place, new = TeamMember.objects.get_or_create(
        engagement=engagement, membership=to, defaults={"added_by": by, "leads": member.leads}
    )
    if not new and place.ended_at is None:
        return place
    place.leads, place.ended_at = member.leads, None
    place.save(update_fields=["leads", "ended_at"])
    record(by, engagement, "engagement.joined", name=to.personal_name, email=to.personal_email, role=to.role)
    grant(engagement)
    return place


@transaction.atomic
def declare(*, by: Membership, engagement: Engagement, statements: Collection[str], note: str = "") -> Declaration:
    """Declare one's own independence, for the scope as it is now; a declaration is never changed."""
    engagement = locked(by, engagement)
    place = queries.place(by, engagement)
    if place is None or engagement.state == State.CLOSED:
        sentence = _("Who is on the team of an engagement that is not closed declares their independence.")
        raise Refused(Problem("not-on-the-team", sentence))
    wanted = queries.to_declare(engagement)
    rules.check_statements(wanted, frozenset(statements))
    covers = [[str(one.system_id), one.law] for one in engagement.scope.all()]
    declaration = Declaration.objects.create(member=place, statements=wanted, covers=covers, note=note.strip())
    record(by, engagement, "engagement.declared", name=place.membership.personal_name, statements=wanted, covers=covers)
    grant(engagement)
    return declaration


def _guest(member: Membership, role: str) -> Membership:
    # A second engagement finds the guest here already; in another role they would have it in the first one too.
    elsewhere = TeamMember.objects.filter(membership_id=member.pk, ended_at=None, engagement__state=State.OPEN).exists()
    if elsewhere and member.reach == Reach.ENGAGEMENT and member.is_active and member.role != role:
        sentence = _("{name} is here as {role} for another engagement, and has one role here.").format(
            name=member.name, role=member.get_role_display()
        )
        raise Refused(Problem("one-role-a-guest", sentence, column="role", found=role, expected=member.role))
    member.role, member.reach, member.is_active = role, Reach.ENGAGEMENT, True
    member.save()
    return member
