"""What somebody who leaves has in hand of engagements: requests put to them, and places on teams."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from compliance.checklists.handing_over import InHand
from compliance.engagements import asking, queries
from compliance.engagements import team as teams
from compliance.engagements.models import Engagement, EvidenceRequest, RequestState, State, TeamMember
from compliance.people.models import Membership

UNSETTLED = (RequestState.OPEN, RequestState.ANSWERED, RequestState.DECLINED)


def put_to(by: Membership, member: Membership) -> QuerySet[EvidenceRequest]:
    """Return the requests to the member that are not settled: what was answered may come back to them."""
    return queries.requests(by).filter(asked=member, engagement__state=State.OPEN, state__in=UNSETTLED)


def places(by: Membership, member: Membership) -> QuerySet[TeamMember]:
    """Return the places of the member on the teams of engagements that are not closed."""
    mine = queries.engagements(by).exclude(state=State.CLOSED).order_by().select_related(None).only("pk")
    return TeamMember.objects.filter(engagement__in=mine, membership=member, ended_at=None)


def _give_requests(*, by: Membership, member: Membership, to: Membership | None) -> None:
    if to is None:
        raise ValueError("A request is put to somebody.")
    for request in put_to(by, member):
        asking.give_over(by=by, request=request, to=to)


def _give_places(*, by: Membership, member: Membership, to: Membership | None) -> None:
    for place in places(by, member).select_related("engagement"):
        teams.give_over(by=by, member=place, to=to)


def _lock(by: Membership, member: Membership) -> None:
    """Engagements and requests are locked before the trail, as every act on them does."""
    requests = put_to(by, member).order_by()
    concerned = Q(team__in=places(by, member)) | Q(requests__in=requests)
    engagements = Engagement.objects.filter(concerned).order_by().values("pk")
    for rows in (Engagement.objects.filter(pk__in=engagements), EvidenceRequest.objects.filter(pk__in=requests)):
        list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))


REQUESTS = InHand(
    label=_("Requests for evidence put to them"),
    goes_to="owner",
    count=lambda by, member: put_to(by, member).count(),
    give=_give_requests,
    always=True,
    lock=_lock,
)
PLACES = InHand(
    label=_("Places on teams of engagements"),
    goes_to="reviewer",
    count=lambda by, member: places(by, member).count(),
    give=_give_places,
    always=False,
)
