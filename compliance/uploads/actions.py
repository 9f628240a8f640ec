"""Begin an upload, take in its pieces, hand it to a form, forget it."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.evidence.actions import clean_file_name
from compliance.evidence.blobs import disk_full, too_large
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.people.rules import check_can
from compliance.uploads.models import EXPIRES, Upload

PIECE: Final = 4 * 1024 * 1024
"""So many bytes a browser sends at a time; the digest of the whole is made from those of such pieces."""
MOST_AT_ONCE: Final = 4
"""An organisation may have so many times the largest file under way."""
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def begin(*, by: Membership, file_name: str, size: int, stamp: str = "") -> Upload:
    """Make room for a file of `size` bytes. Refused where it is too large, or there is no room for it.

    With a `stamp`, the same file of the same person goes on where it stopped, whatever page or sign-in it began under;
    that its first pieces are the same is for the sender to compare (:func:`pieces_digest`).
    """
    check_can(by, "add_evidence")
    expire()
    if stamp and (
        before := unfinished(by).filter(file_name=clean_file_name(file_name), size=size, stamp=stamp).first()
    ):
        return before
    most = max(settings.MAX_EVIDENCE_BYTES, settings.MAX_APPLICANTS_BYTES)
    if size > most:
        raise Refused(too_large(most))
    if size < 1:
        raise Refused(Problem("empty-file", _("The file is empty."), column="file"))
    under_way = Upload.objects.filter(organisation_id=by.organisation_id).aggregate(sum=Sum("size"))["sum"] or 0
    if under_way + size > MOST_AT_ONCE * most:
        sentence = _("Too many large files of your organisation are on their way already.")
        hint = _("Wait until they are used, or until those that were given up are forgotten after a day.")
        raise Refused(Problem("too-many-uploads", sentence, hint, column="file"))
    if size > shutil.disk_usage(settings.FILE_UPLOAD_TEMP_DIR).free:
        raise Refused(disk_full())
    return Upload.objects.create(
        organisation_id=by.organisation_id, by=by, file_name=clean_file_name(file_name), size=size, stamp=stamp[:40]
    )


def unfinished(by: Membership) -> QuerySet[Upload]:
    """Return what `by` began to send and nobody took over yet, the newest first."""
    return Upload.objects.filter(by=by, held=False).order_by("-touched_at")


def adopt(*, by: Membership, stream: IO[bytes], file_name: str, size: int) -> Upload:
    """Keep a large file that came whole with its form where files by pieces are, for a worker to look at."""
    upload = begin(by=by, file_name=file_name, size=size)
    try:
        take_piece(by=by, upload=upload, offset=0, stream=stream)
    except BaseException:
        forget(upload)
        raise
    take_over(upload)
    return upload


def take_piece(*, by: Membership, upload: Upload, offset: int, stream: IO[bytes], sha256: str = "") -> int:
    """Append what `stream` holds at `offset`, and return how many bytes are here now.

    With `sha256` the piece counts only if that is its digest; without, whatever arrived before a connection broke is
    kept. Refused where the piece does not follow what is here (`upload-offset`), is longer than what is missing, is
    not what was sent, or finds no room. What is here already stays as it was.
    """
    check_can(by, "add_evidence")
    with _only_writer(upload) as file:
        here = os.fstat(file.fileno()).st_size
        if offset != here:
            sentence = _("The piece does not follow what is here already.")
            raise Refused(Problem("upload-offset", sentence, found=str(offset), expected=str(here)))
        try:
            _append(file, stream, upload.size - here, sha256)
        except OSError as error:
            if error.errno in _FULL:
                file.truncate(here)
                raise Refused(disk_full()) from error
            if sha256:
                file.truncate(here)
            raise
        except Refused:
            file.truncate(here)
            raise
        now_here = file.tell()
    Upload.objects.filter(pk=upload.pk).update(touched_at=timezone.now())
    return now_here


def _append(file: IO[bytes], stream: IO[bytes], missing: int, sha256: str) -> None:
    file.seek(0, os.SEEK_END)
    digest, size = hashlib.sha256(), 0
    while data := stream.read(64 * 1024):
        size += len(data)
        if size > missing:
            raise Refused(Problem("upload-too-long", _("More bytes came than the file was said to have.")))
        digest.update(data)
        file.write(data)
    file.flush()
    if sha256 and digest.hexdigest() != sha256.lower():
        sentence = _("A piece arrived damaged, so it was not kept.")
        raise Refused(Problem("upload-damaged", sentence, _("It can be sent again."), found=digest.hexdigest()))


@contextmanager
def _only_writer(upload: Upload) -> Iterator[IO[Any]]:
    handle = os.open(upload.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "r+b", buffering=0) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sentence = _("Another piece of this file is being taken in just now.")
            raise Refused(Problem("upload-busy", sentence, _("Try it again in a moment."))) from None
        yield file


def find_whole(*, by: Membership, named: str) -> Upload:
    """Return the upload of `by` that a form names as `ID` or `ID:DIGEST`, after its length and digest were checked.

    The digest is the SHA-256 of the digests of all pieces of 4 MiB, which a browser can make as it sends them. Refused
    where the upload expired, is not whole, or is not what was sent.
    """
    text, _colon, digest = named.partition(":")
    try:
        upload = Upload.objects.filter(pk=UUID(text), by=by).first()
    except ValueError:
        upload = None
    if upload is None:
        sentence = _("The file that was uploaded is no longer here.")
        raise Refused(Problem("upload-gone", sentence, _("Choose it again."), column="file"))
    if not upload.is_whole:
        sentence = _("The file did not arrive whole.")
        found, size = str(upload.received), str(upload.size)
        hint = _("Choose it again; only what is missing has to be sent.")
        raise Refused(Problem("upload-cut-short", sentence, hint, column="file", found=found, expected=size))
    if digest and digest.lower() != pieces_digest(upload):
        forget(upload)
        sentence = _("The file that arrived is not the one that was sent, so it was not kept.")
        raise Refused(Problem("upload-damaged", sentence, _("Choose it again."), column="file"))
    return upload


def pieces_digest(upload: Upload, *, full: bool = False) -> str:
    """Return the SHA-256 of the digests, as bytes, of all pieces of 4 MiB that are here; of `full` ones only."""
    whole = hashlib.sha256()
    with suppress(FileNotFoundError), upload.path.open("rb") as file:
        while piece := file.read(PIECE):
            if not full or len(piece) == PIECE:
                whole.update(hashlib.sha256(piece).digest())
    return whole.hexdigest()


def take_over(upload: Upload) -> None:
    """Take a whole upload out of its sender's hands: it is used once, and does not expire while it is used.

    Refused where a form took it over already, such as when it was sent twice.
    """
    if not Upload.objects.filter(pk=upload.pk, held=False).update(held=True, touched_at=timezone.now()):
        sentence = _("This file was sent already and is being taken in.")
        raise Refused(Problem("upload-taken", sentence, _("There is no need to send it again."), column="file"))


def release(upload: Upload) -> None:
    """Give an upload back: it expires a day from now, unless a form takes it over again."""
    Upload.objects.filter(pk=upload.pk).update(held=False, touched_at=timezone.now())


def forget(upload: Upload) -> None:
    """Take away an upload and its bytes."""
    upload.path.unlink(missing_ok=True)
    upload.delete()


def expire() -> int:
    """Forget the uploads that nothing came for within a day, and bytes that nobody knows any more; returns how many.

    What was taken over stays until whoever took it over is done with it.
    """
    day_ago = timezone.now() - EXPIRES
    old = list(Upload.objects.filter(touched_at__lt=day_ago, held=False))
    for upload in old:
        forget(upload)
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.part"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < day_ago.timestamp() and not Upload.objects.filter(pk=path.stem).exists():
                path.unlink()
    return len(old)
