"""Open a room, let the guest in, and log whatever is done in it; close it at once."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import secrets
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.dossiers.models import Dossier
from audits.dossiers.queries import dossiers
from audits.rooms import queries, rules
from audits.rooms.models import Room, RoomQuestion
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.rules import check_can
from compliance.trail.actions import write

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without letters and digits that are read for each other
LENGTH = 10


def digest(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def open_room(
    *, by: Membership, dossier: Dossier, guest: str, levels: Collection[str], closes_at: datetime.datetime
) -> tuple[Room, str, str]:
    """Open a room and return it with the secret of its link and the code, neither of which is kept or shown again."""
    check_can(by, "open_rooms")
    dossier = dossiers(by).get(pk=dossier.pk)
    rules.check_open(dossier, guest=guest, levels=levels, closes_at=closes_at)
    token, code = secrets.token_urlsafe(32), _code()
    room = Room.objects.create(
        organisation=by.organisation,
        dossier=dossier,
        guest=guest.strip(),
        levels=sorted(set(levels)),
        closes_at=closes_at,
        token_sha256=digest(token),
        code_sha256=_code_digest(token, code),
        opened_by=by,
    )
    told = {"dossier": str(dossier), "levels": room.levels, "closes_at": closes_at.isoformat(timespec="minutes")}
    _tell(room, "room.opened", by.actor, **told)
    return room, token, code


@transaction.atomic
def revoke(*, by: Membership, room: Room) -> Room:
    """Close a room at once, for whoever is in it too."""
    check_can(by, "open_rooms")
    room = _locked(queries.rooms(by).get(pk=room.pk))
    if room.revoked_at is None:
        room.revoked_at, room.code_sha256, room.browser_sha256 = timezone.now(), "", ""
        room.save()
        _tell(room, "room.revoked", by.actor)
    return room


@transaction.atomic
def answer(*, by: Membership, question: RoomQuestion, text: str) -> RoomQuestion:
    """Answer what a guest asked, once."""
    check_can(by, "open_rooms")
    found = RoomQuestion.objects.select_for_update(of=("self",), no_key=True).select_related("room__dossier")
    question = found.get(pk=question.pk, room__in=queries.rooms(by).order_by())
    if question.answered_at is not None:
        raise Refused(Problem("answered-already", _("This question was answered already.")))
    if not text.strip():
        raise Refused(Problem("no-answer", _("Write the answer."), column="text"))
    question.answer, question.answered_by, question.answered_at = text.strip(), by, timezone.now()
    question.save()
    _tell(question.room, "room.answered", by.actor, answer=question.answer)
    return question


def enter(*, token: str, code: str) -> tuple[Room, str] | None:
    """Let a guest in who has the link and the code, and return the room and a secret for this browser; None otherwise.

    A code opens once. After five wrong ones it is worth nothing any more, and a new room has to be opened.
    """
    with transaction.atomic():
        room = Room.objects.select_for_update(no_key=True).filter(token_sha256=digest(token)).first()
        if room is None or not room.is_open or not room.code_sha256:
            return None
        if not hmac.compare_digest(room.code_sha256, _code_digest(token, code)):
            room.tries += 1
            if room.tries >= rules.TRIES:
                room.code_sha256 = ""
            room.save()
            _tell(room, "room.wrong_code", room.actor, tries=room.tries)
            return None
        browser = secrets.token_urlsafe(32)
        room.code_sha256, room.browser_sha256, room.entered_at = "", digest(browser), timezone.now()
        room.save()
        _tell(room, "room.entered", room.actor)
        return room, browser


@transaction.atomic
def take(*, room: Room, what: str, sha256: str) -> None:
    """Log that the guest takes a file along, before it is handed out."""
    rules.check_is_open(_locked(room))
    _tell(room, "room.taken", room.actor, what=what, sha256=sha256, short=sha256[:12])


@transaction.atomic
def ask(*, room: Room, text: str) -> RoomQuestion:
    """Keep what the guest asks."""
    rules.check_is_open(_locked(room))
    if not text.strip():
        raise Refused(Problem("no-question", _("Write what you ask."), column="text"))
    made = RoomQuestion.objects.create(room=room, text=text.strip())
    _tell(room, "room.asked", room.actor, question=made.text)
    return made


def _code() -> str:
    return "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))


def _code_digest(token: str, code: str) -> str:
    # The link's secret is the salt, which is not kept: what is in the database alone lets nobody guess the code.
    plain = "".join(code.upper().split()).replace("-", "")
    return hashlib.scrypt(plain.encode(), salt=token.encode(), n=2**14, r=8, p=1, dklen=32).hex()


def _locked(room: Room) -> Room:
    return Room.objects.select_for_update(of=("self",), no_key=True).select_related("dossier").get(pk=room.pk)


def _tell(room: Room, verb: str, actor: dict[str, str], **data: Any) -> None:
    write(
        organisation_id=room.organisation_id,
        actor=actor,
        verb=verb,
        subject=room.subject,
        system_id=room.dossier.system_id,
        data={"dossier_id": str(room.dossier_id), **data},
    )
