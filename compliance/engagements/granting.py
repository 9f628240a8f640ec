"""From an engagement to what its guests reach: written anew whenever something about it changes."""

from __future__ import annotations

from collections.abc import Iterator

from compliance.engagements.models import Engagement, RequestState, State, TeamMember
from compliance.people.models import Grant


def grant(engagement: Engagement) -> None:
    """Let the guests of an engagement reach what it says now, and nothing once it is not open.

    A team member who declared their independence for a system under a law may review there. Whoever is asked for
    something, and is no member of the organisation, reaches the requests put to them.
    """
    Grant.objects.filter(engagement_id=engagement.pk).delete()
    if engagement.state == State.OPEN:
        Grant.objects.bulk_create([*_of_the_team(engagement), *_of_the_asked(engagement)])


def declared(member: TeamMember) -> set[tuple[str, str]]:
    """Return the (system, law) pairs that a team member declared their independence for."""
    return {(system, law) for one in member.declarations.all() for system, law in one.covers}


def _of_the_team(engagement: Engagement) -> Iterator[Grant]:
    scope = list(engagement.scope.values_list("system_id", "law"))
    team = engagement.team.filter(ended_at=None).select_related("membership").prefetch_related("declarations")
    for member in team:
        if not member.membership.is_guest:
            continue
        covered = declared(member)
        for system_id, law in scope:
            yield Grant(
                membership=member.membership,
                engagement_id=engagement.pk,
                system_id=system_id,
                law=law,
                starts_on=engagement.starts_on,
                ends_on=engagement.ends_on,
                may_review=(str(system_id), law) in covered,
            )


def _of_the_asked(engagement: Engagement) -> Iterator[Grant]:
    asked = engagement.requests.exclude(state=RequestState.WITHDRAWN).select_related("asked")
    for membership in {one.asked for one in asked if one.asked.is_guest}:
        yield Grant(
            membership=membership,
            engagement_id=engagement.pk,
            starts_on=engagement.starts_on,
            ends_on=engagement.ends_on,
        )
