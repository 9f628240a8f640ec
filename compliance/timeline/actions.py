"""Record and withdraw days; make and revoke the secret address of a calendar."""

from __future__ import annotations

import datetime
import hashlib
import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.catalogue.schema import Catalogue
from compliance.frameworks import catalogues
from compliance.lib.clocks import check_day
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.reach import within
from compliance.people.rules import check_can
from compliance.systems.models import AISystem
from compliance.systems.queries import systems
from compliance.timeline.models import CalendarAddress, KeyDate
from compliance.trail.actions import write


@transaction.atomic
def record_day(
    *,
    by: Membership,
    system: AISystem,
    law: str,
    event: str,
    day: datetime.date,
    moment: datetime.datetime | None = None,
    note: str = "",
) -> KeyDate:
    """Record the day of an event that a law counts from; refused for an event that the newest text does not have."""
    check_can(by, "determine")
    check_day(day, "day")
    system = systems(by).get(pk=system.pk)
    if event not in _text(by, law).events:
        sentence = _("{law} counts nothing from {event}.").format(law=law, event=event or "–")
        raise Refused(Problem("no-such-event", sentence, column="event", found=event))
    if moment is not None and moment.tzinfo is None:
        raise ValueError("A moment is recorded with its time zone.")
    made = KeyDate.objects.create(
        organisation=by.organisation,
        system=system,
        law=law,
        event=event,
        day=day,
        moment=moment,
        note=note.strip(),
        recorded_by=by,
    )
    words = _text(by, law).events[event]
    _tell(by, made, "date.recorded", event=words, day=day.isoformat(), note=made.note)
    return made


@transaction.atomic
def withdraw_day(*, by: Membership, key_date: KeyDate, reason: str) -> KeyDate:
    """Take back a recorded day, with the reason; what was recorded stays in the trail."""
    check_can(by, "determine")
    found = KeyDate.objects.select_for_update().get(within(by), pk=key_date.pk)
    if found.withdrawn_at is not None:
        raise Refused(Problem("already-withdrawn", _("This day was withdrawn already.")))
    if not reason.strip():
        raise Refused(Problem("no-reason", _("Say why the day is withdrawn."), column="reason"))
    found.withdrawn_at, found.withdrawn_reason = timezone.now(), reason.strip()
    found.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    _tell(by, found, "date.withdrawn", day=found.day.isoformat(), reason=found.withdrawn_reason)
    return found


@transaction.atomic
def restore_day(*, by: Membership, key_date: KeyDate) -> KeyDate:
    """Undo the withdrawing of a recorded day: times are counted from it again."""
    check_can(by, "determine")
    found = KeyDate.objects.select_for_update().get(within(by), pk=key_date.pk)
    if found.withdrawn_at is None:
        raise Refused(Problem("not-withdrawn", _("This day is not withdrawn.")))
    reason, found.withdrawn_at, found.withdrawn_reason = found.withdrawn_reason, None, ""
    found.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    _tell(by, found, "date.restored", day=found.day.isoformat(), reason=reason)
    return found


@transaction.atomic
def make_address(*, by: Membership, system: AISystem | None = None) -> tuple[CalendarAddress, str]:
    """Make a secret address for the member's calendar, in place of the one for the same system that there was.

    Returned beside it is the token of the address, which is kept nowhere.
    """
    check_can(by, "view")
    if system is not None:
        system = systems(by).get(pk=system.pk)
    Membership.objects.select_for_update(no_key=True).get(pk=by.pk)
    now = timezone.now()
    CalendarAddress.objects.filter(membership=by, system=system, revoked_at=None).update(revoked_at=now)
    token = secrets.token_urlsafe(32)
    made = CalendarAddress.objects.create(membership=by, system=system, token_sha256=digest(token), made_at=now)
    _tell_address(by, made, "calendar.made")
    return made, token


@transaction.atomic
def revoke_address(*, by: Membership, address: CalendarAddress) -> CalendarAddress:
    """Close one's own address for good."""
    check_can(by, "view")
    found = CalendarAddress.objects.select_for_update(of=("self",)).get(pk=address.pk, membership=by)
    if found.revoked_at is None:
        found.revoked_at = timezone.now()
        found.save(update_fields=["revoked_at"])
        _tell_address(by, found, "calendar.revoked")
    return found


def digest(token: str) -> str:
    """Return what is kept of a token: it has 256 random bits, so a plain digest cannot be searched backwards."""
    return hashlib.sha256(token.encode()).hexdigest()


def _text(by: Membership, law: str) -> Catalogue:
    if law not in {ref.law for ref in catalogues.offered(by.organisation)}:
        raise Refused(
            Problem("no-such-law", _("There is no law {law} here.").format(law=law), column="event", found=law)
        )
    return catalogues.catalogue(law)


def _tell(by: Membership, key_date: KeyDate, verb: str, **data: str) -> None:
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb=verb,
        subject={"type": "key_date", "id": str(key_date.pk), "label": str(key_date.system)},
        system_id=key_date.system_id,
        data={"law": key_date.law, **data},
    )


def _tell_address(by: Membership, address: CalendarAddress, verb: str) -> None:
    label = str(address.system or by.organisation)
    write(
        organisation_id=by.organisation_id,
        actor=by.actor,
        verb=verb,
        subject={"type": "calendar_address", "id": str(address.pk), "label": label},
        system_id=address.system_id,
    )
