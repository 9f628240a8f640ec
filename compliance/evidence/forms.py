"""What is asked when evidence is added, renewed, handled or withdrawn; the actions decide whether it is taken."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from compliance.evidence import actions, queries
from compliance.evidence.models import Confidentiality, Evidence, Kind
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.systems.models import AISystem
from compliance.systems.queries import systems
from compliance.uploads.forms import PiecesField, keeping
from compliance.web.forms import DayField, take_in
from compliance.web.uploads import check_upload

NEW = ("title", "confidentiality", "tags")
ANY = ("", _("any"))


class FilesInput(forms.ClearableFileInput):
    """An ordinary input for several files."""

    allow_multiple_selected = True

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in files


class FilesField(forms.FileField):
    """Several files that come with the form; what it cleans is a list."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        return [super(FilesField, self).clean(one, initial) for one in data or []]


class TagsField(forms.CharField):
    """Words between commas; what it cleans is a list."""

    def to_python(self, value: Any) -> Any:
        return [one for one in str(value or "").split(",") if one.strip()]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


class EvidenceForm(forms.Form):
    """What every kind of evidence is asked; a subclass asks for the thing itself and keeps it.

    With `piece` it asks for a newer version of that piece; with `of` for a piece about that AI system, in short.
    """

    kind: str
    title = forms.CharField(label=_("Title"), required=False)
    reason = forms.CharField(label=_("What is new"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    source = forms.CharField(label=_("Source"), required=False, max_length=300, help_text=_("Where it comes from."))
    author = forms.CharField(label=_("Author"), required=False, max_length=200, help_text=_("Who made it."))
    effective_on = DayField(
        label=_("Effective date"),
        required=False,
        help_text=_("The day when what it shows was so; it need not be today."),
    )
    valid_until = DayField(
        label=_("Valid until"),
        required=False,
        help_text=_("The last day on which it still counts. Leave it empty if it does not age."),
    )
    systems = forms.ModelMultipleChoiceField(
        AISystem.objects.none(),
        label=_("AI systems"),
        required=False,
        help_text=_("Those that it speaks of, each in its present version. None means no system in particular."),
        widget=forms.SelectMultiple(attrs={"size": 5}),
    )
    confidentiality = forms.ChoiceField(
        label=_("Confidentiality"),
        choices=Confidentiality.choices,
        required=False,
        help_text=_("What is privileged is read by administrators, auditors, legal reviewers and you."),
    )
    tags = TagsField(label=_("Tags"), required=False, help_text=_("Words to find it by, with commas between them."))

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        by: Membership,
        of: AISystem | None = None,
        piece: Evidence | None = None,
        initial: Any = None,
    ):
        super().__init__(data, files, auto_id=f"{self.kind}_%s", initial=initial)
        self.by, self.of, self.piece = by, of, piece
        left_out = {"reason"} if piece is None else {*NEW}
        if of is not None:
            left_out |= {"systems", "author", "tags", "more"}
        for name in left_out & self.fields.keys():
            del self.fields[name]
        if "systems" in self.fields:
            self.fields["systems"].queryset = systems(by)  # type: ignore[attr-defined]
        thing = [name for name in ("file", "more", "url", "note") if name in self.fields]
        self.order_fields([*(thing if self.kind == Kind.FILE else []), "title", *thing])

    def kept(self, request: HttpRequest, then: actions.Then | None = None) -> Evidence | None:
        """Keep what was sent, do `then` with it, and return the piece; None where the form now says why not."""
        try:
            check_upload(request)
            if not self.is_valid():
                return None
            given = {"then": then, "systems": [self.of] if self.of else [], **self.cleaned_data}
            if not given.get("confidentiality"):
                given.pop("confidentiality", None)
            return self._add(by=self.by, **given)
        except Refused as refused:
            take_in(self, refused)
            return None

    def _add(self, **given: Any) -> Evidence:
        raise NotImplementedError

    def _keep(self, new: Callable[..., Evidence], newer: Callable[..., Any], **given: Any) -> Evidence:
        if self.piece is None:
            return new(**given)
        newer(evidence=self.piece, **given)
        return self.piece


class FileForm(EvidenceForm):
    """One file or several, of any kind but a program."""

    kind = Kind.FILE
    file = PiecesField(
        label=_("File"),
        allow_empty_file=True,  # the action has its own sentence for an empty one
        max_length=None,
        help_text=_("After an error your browser forgets the file: choose it again."),
    )
    more = FilesField(
        label=_("More files"),
        required=False,
        allow_empty_file=True,
        max_length=None,
        help_text=_("Files that belong to the first one. Each keeps its own digest."),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "title" in self.fields:
            self.fields["title"].help_text = _("The name of the file, if you leave it empty.")
        self.fields["file"].belongs_to(self.by, settings.MAX_EVIDENCE_BYTES)  # type: ignore[attr-defined]

    def _add(self, **given: Any) -> Evidence:
        first, more = given.pop("file"), given.pop("more", [])
        with ExitStack() as open_files:
            files = [open_files.enter_context(keeping(one)) for one in (first, *more)]
            given["files"] = [actions.Incoming(_stream(one), one.name) for one in files]
            return self._keep(actions.add_files, actions.add_version_of_files, **given)


def _stream(one: Any) -> Any:
    return one.file if isinstance(one, UploadedFile) and one.file is not None else one


class LinkForm(EvidenceForm):
    """An address."""

    kind = Kind.LINK
    url = forms.CharField(
        label=_("Address"),
        max_length=1000,
        widget=forms.URLInput,
        help_text=_("What is kept and hashed is the address and the title, not the page behind it."),
    )

    def _add(self, **given: Any) -> Evidence:
        return self._keep(actions.add_link, actions.add_version_of_link, **given)


class NoteForm(EvidenceForm):
    """A text written here."""

    kind = Kind.NOTE
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 6}))

    def _add(self, **given: Any) -> Evidence:
        return self._keep(actions.add_note, actions.add_version_of_note, **given)


FORMS: dict[str, type[EvidenceForm]] = {Kind.FILE: FileForm, Kind.LINK: LinkForm, Kind.NOTE: NoteForm}


class HandleForm(forms.Form):
    """What a piece is called and how it is handled."""

    title = forms.CharField(label=_("Title"), required=False)
    confidentiality = forms.ChoiceField(label=_("Confidentiality"), choices=Confidentiality.choices)
    tags = TagsField(label=_("Tags"), required=False, help_text=_("Words to find it by, with commas between them."))


class HoldForm(forms.Form):
    """Why a hold is placed or lifted."""

    reason = forms.CharField(label=_("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 3}))


class WithdrawForm(forms.Form):
    """Why a piece no longer counts."""

    reason = forms.CharField(
        label=_("Why it no longer counts"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Its bytes are kept, and the rows it is attached to show that it was withdrawn."),
    )


class LibraryFilter(forms.Form):
    """Which pieces the library shows."""

    q = forms.CharField(
        label=_("Words or digest"), required=False, max_length=200, widget=forms.TextInput({"type": "search"})
    )
    system = forms.ModelChoiceField(AISystem.objects.none(), label=_("AI system"), required=False, empty_label=_("any"))
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ANY, *Kind.choices])
    state = forms.ChoiceField(
        label=_("Counts"),
        required=False,
        choices=[
            ANY,
            ("live", _("still counts")),
            ("expiring", _("expires within 60 days")),
            ("expired", _("expired")),
            ("withdrawn", _("withdrawn")),
            ("unused", _("attached nowhere")),
            ("held", _("under a legal hold")),
        ],
    )
    confidentiality = forms.ChoiceField(
        label=_("Confidentiality"), required=False, choices=[ANY, *Confidentiality.choices]
    )
    tag = forms.ChoiceField(label=_("Tag"), required=False)

    def __init__(self, *args: Any, by: Membership, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.by = by
        self.fields["system"].queryset = systems(by)  # type: ignore[attr-defined]
        self.fields["tag"].choices = [ANY, *((tag, tag) for tag in queries.tags(by))]  # type: ignore[attr-defined]

    def narrow(self, pieces: QuerySet[Evidence]) -> QuerySet[Evidence]:
        """Apply the filters that hold a value which is offered."""
        self.is_valid()
        chosen = self.cleaned_data
        pieces = queries.containing(self.by, pieces, chosen.get("q") or "")
        named = {"latest__speaks_of__system": "system", "latest__kind": "kind", "confidentiality": "confidentiality",
                 "tags__tag": "tag"}  # fmt: skip
        for column, name in named.items():
            if chosen.get(name):
                pieces = pieces.filter(**{column: chosen[name]})
        return queries.in_state(pieces, chosen.get("state") or "")
