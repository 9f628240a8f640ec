"""Read engagements, seen from the client or from the firm, with a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet

from compliance.checklists import queries as checklist_queries
from compliance.checklists.models import Checklist
from compliance.engagements.granting import declared
from compliance.engagements.models import (
    Declaration,
    Engagement,
    EvidenceRequest,
    RequestState,
    Scope,
    State,
    TeamMember,
)
from compliance.lib.independence import statements
from compliance.people.models import Membership, Reach
from compliance.people.queries import memberships
from compliance.people.rules import can


def engagements(by: Membership) -> QuerySet[Engagement]:
    """Return the engagements of the organisation of `by` as the client; a guest sees those whose team they are on."""
    mine = Q(organisation_id=by.organisation_id)
    if by.is_guest:
        on_team = TeamMember.objects.filter(membership=by, ended_at=None).values("engagement")
        mine &= Q(pk__in=on_team) if by.reach == Reach.ENGAGEMENT else Q(pk__in=())
    return Engagement.objects.filter(mine).select_related(
        *("organisation", "firm_organisation", "made_by__user", "opened_by__user", "closed_by__user")
    )


def whole(by: Membership) -> QuerySet[Engagement]:
    """Return the same engagements with scope, team and declarations, for the page of one."""
    team = TeamMember.objects.select_related("membership__user", "added_by__user")
    return engagements(by).prefetch_related(
        Prefetch("scope", Scope.objects.select_related("system")),
        Prefetch("team", team.prefetch_related(Prefetch("declarations", Declaration.objects.all()))),
    )


def listed(by: Membership) -> QuerySet[Engagement]:
    """Return the engagements for a list: with `systems`, `people` and `waiting`, the number of open requests."""
    return (
        engagements(by)
        .annotate(
            systems=Count("scope__system", distinct=True),
            people=Count("team", filter=Q(team__ended_at=None), distinct=True),
            waiting=Count("requests", filter=Q(requests__state=RequestState.OPEN), distinct=True),
        )
        .order_by("-starts_on", "title", "pk")
    )


def as_firm(by: Membership) -> QuerySet[Engagement]:
    """Return the engagements that the organisation of `by` took on at its clients.

    Its administrators see all of them, so that they can end one; anybody else sees those whose team they are on: not
    everybody in a firm may know each client.
    """
    if by.is_guest:
        return Engagement.objects.none()
    mine = Q(firm_organisation_id=by.organisation_id)
    if not can(by, "manage_engagements"):
        mine &= Q(pk__in=TeamMember.objects.filter(membership__user=by.user_id, ended_at=None).values("engagement"))
    return Engagement.objects.filter(mine).select_related("organisation", "firm_organisation", "closed_by__user")


def firms(by: Membership) -> QuerySet[Membership]:
    """Return the other organisations for which a person may take an engagement on: those they administer."""
    own = memberships(by.user).filter(reach=Reach.ALL, role="administrator")
    return own.exclude(organisation_id=by.organisation_id)


@dataclass(frozen=True, slots=True)
class OnTeam:
    """A team member, and the laws in scope for which no declaration of theirs covers every system."""

    member: TeamMember
    lacks: tuple[str, ...]

    @property
    def declared(self) -> bool:
        return not self.lacks


def team(engagement: Engagement) -> list[OnTeam]:
    """Return who is on the team now, with what they have not declared yet; scope and team are fetched already."""
    wanted = [(str(one.system_id), one.law) for one in engagement.scope.all()]
    found = []
    for member in engagement.team.all():
        if member.ended_at is None:
            missing = {law for system, law in wanted if (system, law) not in declared(member)}
            found.append(OnTeam(member, tuple(sorted(missing))))
    return found


def to_declare(engagement: Engagement) -> dict[str, str]:
    """Return the sentences that the scope asks a team member to declare."""
    return statements({one.law for one in engagement.scope.all()})


def place(by: Membership, engagement: Engagement) -> TeamMember | None:
    """Return the place of `by` on the team, or None."""
    return next((one for one in engagement.team.all() if one.membership_id == by.pk and one.ended_at is None), None)


@dataclass(frozen=True, slots=True)
class Standing:
    """One system under one law in scope: its checklist in use, if any, and the counts of its rows by state."""

    scope: Scope
    checklist: Checklist | None
    counts: Counter[str]


def progress(by: Membership, engagement: Engagement) -> list[Standing]:
    """Return where each system in scope stands, in two queries: the rows that bind, by state."""
    scope = list(engagement.scope.all())
    of = Q(pk__in=())
    for one in scope:
        of |= Q(system_id=one.system_id, law=one.law)
    newest = {(one.system_id, one.law): one for one in checklist_queries.in_use(by).filter(of).order_by("text_version")}
    counts = checklist_queries.counts_of(newest.values())
    return [
        Standing(one, here, counts[here.pk].progress if here else Counter())
        for one in scope
        for here in [newest.get((one.system_id, one.law))]
    ]


def requests(by: Membership) -> QuerySet[EvidenceRequest]:
    """Return the requests for evidence that `by` may see.

    A member sees all of the organisation, a guest on a team those of its engagements and those put to them, and whoever
    was only asked sees those put to them.
    """
    mine = Q(engagement__organisation_id=by.organisation_id)
    if by.is_guest:
        mine &= Q(asked=by) & ~Q(state=RequestState.WITHDRAWN) | Q(engagement__in=engagements(by).values("pk"))
    found = EvidenceRequest.objects.filter(mine).select_related(
        *("engagement__organisation", "asked__user", "asked_by__user", "settled_by__user", "item__checklist__system")
    )
    return found.order_by("due_on", "asked_at")


def asked_of(by: Membership) -> QuerySet[EvidenceRequest]:
    """Return what `by` was asked for in engagements that are open, what is due first standing first."""
    return requests(by).filter(asked=by, engagement__state=State.OPEN).exclude(state=RequestState.WITHDRAWN)


def waiting(organisations: Iterable[object], *, until: date) -> QuerySet[EvidenceRequest]:
    """Return the requests of some organisations that wait for an answer and are due by a day, for reminders."""
    open_ones = EvidenceRequest.objects.filter(
        engagement__organisation__in=list(organisations), engagement__state=State.OPEN, state=RequestState.OPEN
    )
    return (
        open_ones.filter(due_on__lte=until).select_related("engagement__organisation", "asked__user").order_by("due_on")
    )
