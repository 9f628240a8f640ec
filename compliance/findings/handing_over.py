"""What somebody who leaves has in hand of findings: the corrective actions that they are to carry out."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from compliance.checklists.handing_over import InHand
from compliance.findings import actions, queries
from compliance.findings.models import UNFINISHED, CorrectiveAction
from compliance.people.models import Membership


def planned(by: Membership, member: Membership) -> QuerySet[CorrectiveAction]:
    """Return the planned actions of unfinished findings that the member owns."""
    mine = queries.findings(by).filter(state__in=UNFINISHED).order_by().select_related(None).only("pk")
    return CorrectiveAction.objects.filter(finding__in=mine, owner=member, state=CorrectiveAction.State.PLANNED)


def _give(*, by: Membership, member: Membership, to: Membership | None) -> None:
    if to is None:
        raise ValueError("A corrective action has an owner.")
    for action in planned(by, member).select_related("finding"):
        actions.give_over(by=by, action=action, to=to)


ACTIONS = InHand(
    label=_("Corrective actions"),
    goes_to="owner",
    count=lambda by, member: planned(by, member).count(),
    give=_give,
    always=True,
)
