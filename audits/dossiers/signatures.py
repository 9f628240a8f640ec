"""Sign a dossier: each person separately, in the order that was frozen, with a key that is used once and not kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.dossiers import apart, making
from audits.dossiers.apart import Key, Signed, Task
from audits.dossiers.models import PARTS_IN_PRINT, Dossier, Level, Part, Signature, Way
from audits.dossiers.rules import check_turn
from audits.work.models import State
from audits.work.records import MACHINE, record
from compliance import env
from compliance.evidence import blobs
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership

STATEMENT_MOST = 600
UPLOAD_MOST = 256 * 1024 * 1024


def sign(*, by: Membership, dossier: Dossier, way: str, key: Key, statement: str) -> Signature:
    """Sign with a key that is here: a file (`key.data`), the operator's file, or the operator's token.

    Nothing of the key outlives the process of its own in which it signs. A process that dies on the way has kept
    nothing: the file and the row that names it are written in one transaction, over the very file that was signed.
    """
    mine = check_turn(by, dossier)
    said = _statement(statement)
    task = _task(mine, said)
    proof = making.proof(dossier.level)
    return _keep(by, mine, way, lambda pdf: apart.sign(pdf, task, key, proof))


def take_in(*, by: Membership, dossier: Dossier, pdf: bytes) -> Signature:
    """Take the file that was signed on the signer's own machine: the same dossier, with their signature and no more."""
    mine = check_turn(by, dossier)
    task, proof = _task(mine, ""), making.proof(dossier.level)
    return _keep(by, mine, Way.OWN, lambda base: apart.take_in(base, pdf, task, proof))


def ways() -> list[Way]:
    """Return where keys can be, with what the operator has set."""
    found = [Way.FILE]
    if settings.SIGNING_PKCS12:
        found.append(Way.HOUSE)
    if settings.SIGNING_PKCS11 and settings.SIGNING_PKCS11_TOKEN:
        found.append(Way.TOKEN)
    return [*found, Way.OWN]


def key_for(way: str, *, data: bytes = b"", name: str = "", secret: str = "") -> Key:
    """Return the key of a way: what the signer gave, or what the operator set."""
    if way == Way.HOUSE:
        return Key(path=settings.SIGNING_PKCS12, secret=secret or env.text(settings.SIGNING_PASSWORD_NAME))
    if way == Way.TOKEN:
        return Key(library=settings.SIGNING_PKCS11, token=settings.SIGNING_PKCS11_TOKEN, secret=secret)
    return Key(data=data, name=name, secret=secret)


def _statement(statement: str) -> str:
    said = " ".join(statement.split())
    if not said:
        sentence = _("The statement is empty: say in your own words what you sign for.")
        raise Refused(Problem("statement-missing", sentence, column="statement"))
    if len(said) > STATEMENT_MOST:
        sentence = _("The statement has {count} characters; its block in the PDF holds {most}.")
        told = sentence.format(count=len(said), most=STATEMENT_MOST)
        raise Refused(Problem("statement-long", told, column="statement"))
    return said


def _task(mine: Signature, statement: str) -> Task:
    count = mine.dossier.signatures.count()
    permits = None if mine.position > 1 else 1 if count == 1 else 2
    return Task(
        field=mine.field,
        name=mine.member.name,
        role=PARTS_IN_PRINT[Part(mine.part)],
        names=(mine.member.name, mine.member.user.email),
        statement=statement,
        permits=permits,
        at=timezone.now(),
    )


def _keep(by: Membership, mine: Signature, way: str, work: Callable[[bytes], Signed]) -> Signature:
    dossier = mine.dossier
    base = dossier.file_sha256
    made = work(blobs.read(dossier.organisation_id, base))
    kept = blobs.put_bytes(dossier.organisation_id, made.pdf)
    with transaction.atomic():
        dossier = Dossier.objects.select_for_update().get(pk=dossier.pk, organisation_id=by.organisation_id)
        mine = check_turn(by, dossier)
        if dossier.file_sha256 != base:
            sentence = _("Somebody else signed this dossier in the meantime.")
            raise Refused(Problem("signed-meanwhile", sentence, _("Look at it again, then sign what it is now.")))
        mine.signed_at, mine.way, mine.statement = timezone.now(), way, made.statement
        mine.certificate, mine.fingerprint, mine.sha256 = made.certificate[:300], made.fingerprint, kept.sha256
        mine.save()
        dossier.signed_sha256, dossier.signed_size = kept.sha256, kept.size
        dossier.stamp_ends_at = made.stamp_ends_at
        signed = dossier.signatures.exclude(signed_at=None).order_by("position")
        dossier.signer = ", ".join(signed.values_list("certificate", flat=True))[:300]
        dossier.save()
        record(
            by.actor,
            dossier,
            "dossier.signed_by",
            sha256=kept.sha256,
            short=kept.sha256[:12],
            before=base,
            part=PARTS_IN_PRINT[Part(mine.part)],
            fingerprint=made.fingerprint,
            key=made.fingerprint[:12],  # and no name: what the trail says of people can be removed
            way=way,
        )
    return mine


def aging(days: int | None = None) -> QuerySet[Dossier]:
    """Return the dossiers of all organisations whose last time stamp ends within so many days."""
    until = timezone.now() + timedelta(days=settings.RENEW_DAYS if days is None else days)
    missing = Signature.objects.filter(dossier=OuterRef("pk"), signed_at=None)
    stamped = Dossier.objects.filter(level=Level.BLTA, state=State.FINISHED, stamp_ends_at__lte=until)
    return stamped.filter(~Exists(missing)).order_by("stamp_ends_at")


def renew(dossier: Dossier) -> bool:
    """Add a fresh time stamp over the whole dossier, unless it would end no later; say whether it was added."""
    base, ends = dossier.signed_sha256, dossier.stamp_ends_at
    made = apart.renew(blobs.read(dossier.organisation_id, base), making.proof(dossier.level))
    if made.stamp_ends_at is None or (ends is not None and made.stamp_ends_at <= ends):
        return False
    kept = blobs.put_bytes(dossier.organisation_id, made.pdf)
    with transaction.atomic():
        locked = Dossier.objects.select_for_update().get(pk=dossier.pk)
        if locked.signed_sha256 != base:
            return False
        locked.signed_sha256, locked.signed_size, locked.stamp_ends_at = kept.sha256, kept.size, made.stamp_ends_at
        locked.save()
        record(MACHINE, locked, "dossier.renewed", sha256=kept.sha256, short=kept.sha256[:12], before=base)
    return True
