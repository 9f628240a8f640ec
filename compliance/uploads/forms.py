"""The field for a file that may come with the form itself, or by pieces before it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from django import forms
from django.core.files import File
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from compliance.evidence.blobs import too_large
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.uploads.actions import PIECE, find_whole, forget, release, take_over
from compliance.uploads.models import Upload

FROM: Final = 2 * PIECE
"""Smaller files come with the form: a second request would not make them safer."""


class Uploaded(File):  # type: ignore[type-arg]  # it takes no parameter when it runs
    """A file that came by pieces. It is opened where it is read, inside :func:`keeping`."""

    def __init__(self, upload: Upload):
        super().__init__(None, upload.file_name)
        self.upload, self.size = upload, upload.size
        self.taken_over = False


@contextmanager
def keeping(file: Any) -> Iterator[Any]:
    """Give a file of a form for reading. Its pieces are forgotten once the block kept it, and stay where it did not,
    or where somebody else took them over. Refused where the same upload is in another's hands already."""
    if not isinstance(file, Uploaded):
        yield file
        return
    take_over(file.upload)
    try:
        with file.upload.path.open("rb") as stream:
            file.file = stream
            yield file
    except BaseException:
        release(file.upload)
        raise
    if not file.taken_over:
        forget(file.upload)


class PiecesInput(forms.FileInput):
    """An ordinary file input, and beside it what the script needs to send a large file by pieces."""

    url = ""
    limit = 0
    refused = False

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """Return the file that came with the form, or else the name of the upload."""
        return super().value_from_datadict(data, files, name) or data.get(f"{name}_uploaded") or None

    def kept(self, value: Any) -> list[str]:
        """Return the uploads that are here already, for a form with an error gives them back."""
        return [value] if isinstance(value, str) and value else []

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in files and f"{name}_uploaded" not in data

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the input, and the place where the script tells how far it is."""
        plain = super().render(name, None, attrs, renderer)
        here: SafeString = mark_safe("")
        for one in () if self.refused else self.kept(value):
            here += format_html(
                '<p class="muted">{} <input type="hidden" name="{}_uploaded" value="{}"></p>',
                _("The file that you sent is here already; choose one only to send another."),
                name,
                one,
            )
        return format_html(
            '{}{}<div class="upload" hidden data-url="{}" data-field="{}" data-piece="{}" data-from="{}"'
            ' data-limit="{}" data-said="{}"><p class="upload-now"></p><progress max="1000" value="0"'
            ' aria-label="{}"></progress><p class="upload-told" role="status"></p><div class="actions">'
            '<button type="button" class="upload-again" hidden>{}</button>'
            '<button type="button" class="quiet upload-stop">{}</button></div></div>',
            plain,
            here,
            self.url,
            name,
            PIECE,
            FROM,
            self.limit,
            json.dumps(_said(self.limit)),
            _("Upload"),
            _("Try now"),
            _("Stop the upload"),
        )


def _said(limit: int) -> dict[str, str]:
    """Return every sentence that the script may say."""
    return {
        "now": _("{done} of {size} sent, {rate} a second. Time left: about {left}."),
        "early": _("{done} of {size} sent. Time left: not known yet."),
        "begun": _(
            "The file is being sent. Leave this page open; if it is closed, choose the same file again within a day."
        ),
        "comparing": _("Some of this file is here already. It is being compared."),
        "going_on": _("The upload goes on where it stopped. Leave this page open."),
        "broken": _("The connection is broken. What was sent is kept, and it goes on by itself when it can."),
        "resumed": _("The connection is back; the upload goes on where it stopped."),
        "signed_out": _("You are no longer signed in. Sign in again in another window, then press “Try now”."),
        "gone": _("What was sent is no longer here, so the upload begins anew."),
        "changed": _("The file was changed or moved while it was sent. Choose it again."),
        "stopped": _("The upload was stopped, and nothing of it is kept."),
        "checking": _("All of it is here. It is being looked at."),
        "too_large": str(Refused(too_large(limit))) if limit else "",
        "empty": "",
        "seconds": _("{n} s"),
        "minutes": _("{n} min"),
        "hours": _("{n} h"),
    }


class PiecesField(forms.FileField):
    """A file that comes with the form or by pieces; the form says whose and how large by :meth:`belongs_to`.

    What it cleans is a file with `name` and `file`; whoever reads it does so inside :func:`keeping`.
    """

    widget = PiecesInput
    by: Membership | None = None

    def belongs_to(self, by: Membership, limit: int) -> None:
        """Say who sends it, and how many bytes are taken."""
        self.by = by
        self.widget.url = reverse("uploads_begin", kwargs={"org": by.organisation.slug})
        self.widget.limit = limit

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return the name of the upload, which a form with an error gives back; a file itself cannot be given back."""
        return data if isinstance(data, str) else initial

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the file; one that came by pieces is checked against its length and digest."""
        if not isinstance(data, str) or not data or self.by is None:
            return super().clean(data, initial)
        try:
            return Uploaded(find_whole(by=self.by, named=data))
        except Refused as refused:
            self.widget.refused = True
            raise forms.ValidationError(str(refused), code=refused.code) from refused


class SeveralInput(PiecesInput):
    """An input for several files at once, each of which may have come by pieces."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the files that came with the form, and the names of the uploads."""
        chosen = files.getlist(name) if hasattr(files, "getlist") else [one for one in (files.get(name),) if one]
        named = data.getlist(f"{name}_uploaded") if hasattr(data, "getlist") else [data.get(f"{name}_uploaded")]
        return [one for one in (*chosen, *named) if one] or None

    def kept(self, value: Any) -> list[str]:
        """Return the uploads that are here already."""
        return [one for one in value or () if isinstance(one, str)]


class SeveralField(PiecesField):
    """Several files; what it cleans is a list of them, in the order in which they were chosen."""

    widget = SeveralInput

    def bound_data(self, data: Any, initial: Any) -> Any:
        return [one for one in data or () if isinstance(one, str)] or initial

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the files; an upload that is named twice is one file."""
        if not data:
            return [super().clean(None, initial)]
        return [super(SeveralField, self).clean(one, initial) for one in dict.fromkeys(data)]
