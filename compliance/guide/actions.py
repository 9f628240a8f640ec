"""Put the guide aside, and bring it back. It is what one person wants to look at, and no act of the trail."""

from __future__ import annotations

from compliance.guide.models import GuideAside
from compliance.people.models import Membership
from compliance.people.rules import check_can


def put_aside(*, by: Membership) -> None:
    """Leave the guide out of the member's home page."""
    check_can(by, "view")
    GuideAside.objects.get_or_create(membership=by)


def bring_back(*, by: Membership) -> None:
    """Show the guide on the member's home page again."""
    check_can(by, "view")
    GuideAside.objects.filter(membership=by).delete()
