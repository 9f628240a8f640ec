"""Take in files over HTTP: to disk in pieces, and no further than anything here would accept."""

from __future__ import annotations

import errno
from dataclasses import replace
from typing import NoReturn

from django.conf import settings
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.forms import BaseForm
from django.http import HttpRequest

from compliance.evidence.blobs import disk_full, too_large
from compliance.lib.problems import Problem, Refused

STRANGERS_LIMIT = 64 * 1024 * 1024  # more than the largest dossier that the page for everybody checks


class UploadHandler(TemporaryFileUploadHandler):
    """Write an upload to a temporary file. One that is too long, or finds no room, is skipped and remembered.

    Skipping one file rather than ending the request keeps everything else that the person typed.
    """

    received = 0  # in all files of one request

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.received += len(raw_data)
        if self.received > (limit := self._limit()):
            self._skip(too_large(limit))
        try:
            return super().receive_data_chunk(raw_data, start)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise
            self._skip(disk_full())

    def _limit(self) -> int:
        # Django takes in a form before any view can ask who sends it, so a stranger's is cut short here.
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return STRANGERS_LIMIT
        return max(settings.MAX_EVIDENCE_BYTES, settings.MAX_APPLICANTS_BYTES)

    def _skip(self, problem: Problem) -> NoReturn:
        self.request.upload_problem = problem  # type: ignore[union-attr]
        raise SkipFile


def check_upload(request: HttpRequest) -> None:
    """Raise Refused with the sentence where a file that was sent could not be taken in."""
    request.POST  # noqa: B018 - reading the form is what takes the files in
    problem: Problem | None = getattr(request, "upload_problem", None)
    if problem is not None:
        raise Refused(replace(problem, column="file"))


def show_upload_problem(form: BaseForm, request: HttpRequest) -> None:
    """Say in a form with a required `file` why the file that was sent is not there, instead of asking for it."""
    problem: Problem | None = getattr(request, "upload_problem", None)
    if problem is not None:
        form.errors["file"] = form.error_class([str(problem)])
