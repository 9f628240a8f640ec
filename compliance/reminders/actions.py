"""Choose what one hears of, let a reminder sleep, set the hour, and send the mails of the day."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Collection
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.lib.problems import Problem, Refused
from compliance.people.language import speaking_to
from compliance.people.models import Membership, Organisation
from compliance.people.queries import memberships
from compliance.people.rules import can, check_can
from compliance.people.zones import today_of
from compliance.reminders import queries
from compliance.reminders.mail import message
from compliance.reminders.models import Digest, Kind, Rhythm, Snooze, Wishes
from compliance.reminders.queries import Reminder
from compliance.trail.actions import write
from compliance.trail.recorded import for_the_record

log = logging.getLogger("probanda.mail")
LONGEST = datetime.timedelta(days=366)
ATTEMPTS = 8  # then the mail of that day is given up; the home page shows the same


@transaction.atomic
def snooze(*, by: Membership, key: str, until: datetime.date) -> Snooze:
    """Let one of the person's own reminders sleep until a day; refused for a day that is not ahead."""
    check_can(by, "view")
    today = today_of(by)
    if not today < until <= today + LONGEST:
        sentence = _("A reminder sleeps until a day between tomorrow and a year from now, not until {day}.")
        raise Refused(Problem("not-ahead", sentence.format(day=until.isoformat()), column="until"))
    law = queries.limits(by, today) if key.startswith(f"{Kind.LAW}/") else []
    every = queries.groups(by, today, law, most=None, every=True)
    found = next((one for group in every for one in group.reminders if one.key == key), None)
    if found is None:
        raise Refused(Problem("no-such-reminder", _("You are not reminded of this any more."), column="key"))
    given = {"title": found.title[:500], "until": until}
    made, _new = Snooze.objects.update_or_create(membership=by, key=key, defaults=given)
    _tell(by, "reminder.snoozed", title=made.title, until=until.isoformat())
    return made


@transaction.atomic
def wake(*, by: Membership, key: str) -> None:
    """Show a sleeping reminder again."""
    check_can(by, "view")
    found = Snooze.objects.filter(membership=by, key=key).first()
    if found is not None:
        found.delete()
        _tell(by, "reminder.woken", title=found.title)


@transaction.atomic
def wish(*, by: Membership, mail: bool, off: Collection[str]) -> Wishes:
    """Choose whether a mail comes, and which kinds one is not reminded of."""
    check_can(by, "see_requests")
    given = {"mail": mail, "off": sorted(set(off) & set(Kind.values))}
    made, _new = Wishes.objects.update_or_create(membership=by, defaults=given)
    _tell(by, "reminders.chosen", mail=str(mail).lower(), off=", ".join(made.off))
    return made


@transaction.atomic
def set_rhythm(*, by: Membership, time_zone: str, hour: int) -> Rhythm:
    """Set the hour and the time zone of the organisation's mails."""
    check_can(by, "manage_people")
    organisation = Organisation.objects.select_for_update().get(pk=by.organisation_id)
    organisation.time_zone = time_zone
    organisation.save(update_fields=["time_zone"])
    made, _new = Rhythm.objects.update_or_create(organisation=organisation, defaults={"hour": hour})
    _tell(by, "reminders.timed", hour=str(hour), time_zone=time_zone)
    return made


def send_due(now: datetime.datetime) -> int:
    """Send the mails of every organisation whose hour has come today; returns how many went out.

    A person has one row a day, which a worker claims for a while before it sends. A worker that is killed before the
    mail server took the mail leaves a claim that runs out, and another sends. Where it is killed between that and the
    next line of the program, the mail goes out once more under the same Message-ID, by which mail systems recognise
    it: a reminder that comes twice is better than one that never comes.
    """
    sent = 0
    for organisation in Organisation.objects.order_by("pk"):
        rhythm = queries.rhythm(organisation)
        local = now.astimezone(ZoneInfo(organisation.time_zone))
        if local.hour >= rhythm.hour:
            sent += _send_of(organisation, local.date())
    return sent


def _send_of(organisation: Organisation, day: datetime.date) -> int:
    people = Membership.objects.filter(organisation=organisation, is_active=True, user__is_active=True)
    finished = Digest.objects.filter(day=day, membership__organisation=organisation)
    finished = finished.exclude(state=Digest.State.CLAIMED)
    waiting = people.exclude(user__is_service=True).exclude(pk__in=finished.values("membership"))
    limits: list[Reminder] | None = None
    sent = 0
    for member in waiting.select_related("user", "organisation"):
        digest = claim(member, day)
        if digest is None:
            continue
        told = not member.is_guest and can(member, "determine")
        if limits is None and told:  # once for all of them: each member sees every system
            with for_the_record():
                limits = queries.limits(member, day)
        sent += _send(digest, limits or [] if told else [])
    return sent


def claim(member: Membership, day: datetime.date) -> Digest | None:
    """Take the person's row of the day for a while, or return None where it is another's or finished."""
    now = timezone.now()
    lease = datetime.timedelta(seconds=15 * settings.LEASE_SECONDS)
    Digest.objects.get_or_create(membership=member, day=day, defaults={"claimed_until": now})
    free = Digest.objects.filter(
        membership=member, day=day, state=Digest.State.CLAIMED, claimed_until__lte=now, attempts__lt=ATTEMPTS
    )
    if not free.update(claimed_until=now + lease, attempts=F("attempts") + 1):
        return None
    return Digest.objects.select_related("membership__user", "membership__organisation").get(membership=member, day=day)


def _send(digest: Digest, limits: list[Reminder]) -> int:
    """Gather, send, and write down that it was sent."""
    by = digest.membership
    if not memberships(by.user).filter(pk=by.pk).exists():  # a guest whose engagement is over
        _finish(digest, Digest.State.NOTHING)
        return 0
    with speaking_to(by.user):
        found = queries.groups(by, digest.day, limits)
        mail = message(digest, found)
    digest.law = [one.as_json() for one in limits[:100]]
    digest.reminders = sum(group.count for group in found)
    if not found or not queries.wishes(by).mail:
        _finish(digest, Digest.State.NOTHING)
        return 0
    try:
        mail.send()
    except OSError as error:  # a mail server's errors are among these; the claim runs out and it is tried again
        log.warning("The reminders of %s for %s could not be sent: %s", by.pk, digest.day, error)
        if digest.attempts >= ATTEMPTS:
            _finish(digest, Digest.State.FAILED)
        return 0
    _finish(digest, Digest.State.SENT)
    return 1


def _finish(digest: Digest, state: str) -> None:
    digest.state = state
    digest.sent_at = timezone.now() if state == Digest.State.SENT else None
    digest.save(update_fields=["state", "sent_at", "law", "reminders"])


def _tell(by: Membership, verb: str, **data: str) -> None:
    write(organisation_id=by.organisation_id, actor=by.actor, verb=verb, subject=by.subject, data=data)
