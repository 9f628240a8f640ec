"""What a room may hold and for how long, and when its door stays shut."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from django.utils import timezone
from django.utils.translation import gettext as _

from audits.dossiers.models import Dossier
from audits.dossiers.rules import next_of
from audits.rooms.models import Room
from audits.work.models import State
from compliance.evidence.models import Confidentiality
from compliance.lib.problems import Problem, Refused

LONGEST = datetime.timedelta(days=92)
TRIES = 5


def check_open(dossier: Dossier, *, guest: str, levels: Collection[str], closes_at: datetime.datetime) -> None:
    """A room shows a dossier that is signed, to somebody with a name, for a time that ends."""
    problems = []
    if dossier.state != State.FINISHED or not dossier.is_signed or next_of(dossier) is not None:
        sentence = _("Only a dossier that is signed by all who were asked can be shown.")
        problems.append(Problem("not-signed", sentence))
    if not guest.strip():
        problems.append(Problem("no-guest", _("Say who the guest is; the name stands on every page."), column="guest"))
    if unknown := set(levels) - set(Confidentiality.values):
        sentence = _("There is no such confidentiality.")
        problems.append(Problem("no-such-level", sentence, column="levels", found=", ".join(sorted(unknown))))
    now = timezone.now()
    if not now < closes_at <= now + LONGEST:
        sentence = _("A room closes within {days} days from now.").format(days=LONGEST.days)
        problems.append(Problem("closes-too-late", sentence, column="closes_at", found=closes_at.isoformat()))
    if problems:
        raise Refused.all(problems)


def check_is_open(room: Room) -> None:
    """Nothing is done in a room that is closed."""
    if not room.is_open:
        raise Refused(Problem("room-closed", _("This room is closed.")))
