"""In whose time zone days begin and times are shown: the person's own choice, or else their organisation's.

The trail and what is taken along stay in UTC.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone

from compliance.people.models import Membership, User

UTC = "UTC"


@cache
def choices() -> list[tuple[str, str]]:
    """Return the zones that can be chosen, named after places, UTC first.

    >>> choices()[0], ("Europe/Berlin", "Europe/Berlin") in choices()
    (('UTC', 'UTC'), True)
    """
    places = sorted(one for one in available_timezones() if "/" in one and not one.startswith(("Etc/", "posix")))
    return [(one, one.replace("_", " ")) for one in (UTC, *places)]


def zone_of(by: Membership) -> ZoneInfo:
    """Return the time zone in which a member is shown times, and in which a day begins for them."""
    return ZoneInfo(by.user.time_zone or by.organisation.time_zone)


def today_of(by: Membership) -> date:
    """Return the day that it is now for a member."""
    return timezone.localdate(timezone=zone_of(by))


def choose(user: User, time_zone: str) -> None:
    """Keep the zone that a person chose for themselves; an empty one follows each organisation."""
    user.time_zone = time_zone
    user.save(update_fields=["time_zone"])
