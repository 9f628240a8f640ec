"""What is asked when evidence is added or withdrawn; the actions decide whether it is taken."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from compliance.evidence import actions, queries
from compliance.evidence.models import Evidence, Kind
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.systems.models import AISystem
from compliance.systems.queries import systems
from compliance.uploads.forms import PiecesField, keeping
from compliance.web.forms import DayField, take_in
from compliance.web.uploads import check_upload


class EvidenceForm(forms.Form):
    """What every kind of evidence is asked; a subclass asks for the thing itself and keeps it."""

    kind: str
    title = forms.CharField(label=_("Title"), required=False)
    source = forms.CharField(
        label=_("Source"), required=False, max_length=300, help_text=_("Who made it, and where it comes from.")
    )
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
    system = forms.ModelChoiceField(
        AISystem.objects.none(), label=_("AI system"), required=False, empty_label=_("no system in particular")
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, by: Membership, of: AISystem | None = None, initial: Any = None
    ):
        super().__init__(data, files, auto_id=f"{self.kind}_%s", initial=initial)
        self.by, self.of = by, of
        if of is not None:
            del self.fields["system"]
        else:
            self.fields["system"].queryset = systems(by)  # type: ignore[attr-defined]
        thing = [name for name in ("file", "url", "note") if name in self.fields]
        self.order_fields([*(thing if self.kind == Kind.FILE else []), "title", *thing])

    def kept(self, request: HttpRequest, then: actions.Then | None = None) -> Evidence | None:
        """Keep what was sent, do `then` with it, and return it; None where the form now says why not."""
        try:
            check_upload(request)
            if not self.is_valid():
                return None
            given = dict(self.cleaned_data)
            system = given.pop("system", None) or self.of
            return self._add(by=self.by, systems=[system] if system else [], then=then, **given)
        except Refused as refused:
            take_in(self, refused)
            return None

    def _add(self, **given: Any) -> Evidence:
        raise NotImplementedError


class FileForm(EvidenceForm):
    """A file of any kind but a program."""

    kind = Kind.FILE
    file = PiecesField(
        label=_("File"),
        allow_empty_file=True,  # the action has its own sentence for an empty one
        max_length=None,
        help_text=_("After an error your browser forgets the file: choose it again."),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["title"].help_text = _("The name of the file, if you leave it empty.")
        self.fields["file"].belongs_to(self.by, settings.MAX_EVIDENCE_BYTES)  # type: ignore[attr-defined]

    def _add(self, **given: Any) -> Evidence:
        file = given.pop("file")
        with keeping(file):
            return actions.add_file(stream=file, file_name=file.name, **given)


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
        return actions.add_link(**given)


class NoteForm(EvidenceForm):
    """A text written here."""

    kind = Kind.NOTE
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 6}))

    def _add(self, **given: Any) -> Evidence:
        return actions.add_note(**given)


FORMS: dict[str, type[EvidenceForm]] = {Kind.FILE: FileForm, Kind.LINK: LinkForm, Kind.NOTE: NoteForm}


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
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("any")), *Kind.choices])
    state = forms.ChoiceField(
        label=_("Counts"),
        required=False,
        choices=[
            ("", _("any")),
            ("live", _("still counts")),
            ("expired", _("expired")),
            ("withdrawn", _("withdrawn")),
            ("unused", _("attached nowhere")),
        ],
    )

    def __init__(self, *args: Any, by: Membership, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["system"].queryset = systems(by)  # type: ignore[attr-defined]

    def narrow(self, pieces: QuerySet[Evidence]) -> QuerySet[Evidence]:
        """Apply the filters that hold a value which is offered."""
        self.is_valid()
        chosen = self.cleaned_data
        pieces = queries.containing(pieces, chosen.get("q") or "")
        if chosen.get("system"):
            pieces = pieces.filter(latest__speaks_of__system=chosen["system"])
        if chosen.get("kind"):
            pieces = pieces.filter(latest__kind=chosen["kind"])
        return queries.in_state(pieces, chosen.get("state") or "")
