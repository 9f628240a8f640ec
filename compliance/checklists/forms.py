"""What is asked on the pages of checklists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from compliance.checklists.models import Binding, ChecklistItem, Verdict
from compliance.evidence.models import Evidence, EvidenceVersion
from compliance.frameworks import catalogues
from compliance.frameworks.words import day_in_words
from compliance.people.models import Membership
from compliance.people.queries import active_members, members
from compliance.systems.models import AISystem
from compliance.systems.queries import systems
from compliance.web.forms import DayField


class OpenForm(forms.Form):
    """Which law is asked of which system; or, from a determination, nothing but whether to."""

    system = forms.ModelChoiceField(AISystem.objects.none(), label=_("AI system"), empty_label=_("choose one"))
    law = forms.ChoiceField(
        label=_("Law and version of its text"),
        widget=forms.RadioSelect,
        help_text=_("A checklist keeps the text that it was opened with; it can be moved to a newer one later."),
    )

    def __init__(self, *args: Any, by: Membership, **kwargs: Any):
        super().__init__(*args, **kwargs)
        mine = systems(by)
        self.fields["system"].queryset = mine  # type: ignore[attr-defined]
        if len(mine) == 1:  # nothing to choose
            self.initial["system"] = mine[0]
        newest_first = reversed(catalogues.offered(by.organisation))
        self.fields["law"].choices = [_choice(ref) for ref in newest_first]  # type: ignore[attr-defined]


def _choice(ref: catalogues.LawVersionRef) -> tuple[str, str]:
    catalogue = catalogues.catalogue(ref.law, ref.text_version)
    told = _("{title}, text of {version}: {rows} rows")
    return f"{ref.law}/{ref.text_version}", told.format(
        title=catalogue.title, version=day_in_words(ref.text_version), rows=len(catalogue.rows)
    )


class AnswerForm(forms.Form):
    """What is said on a row. `revision` is the state of the row that the person read."""

    verdict = forms.ChoiceField(
        label=_("What you found"),
        required=False,
        widget=forms.RadioSelect,
        choices=[*Verdict.choices, ("", _("no verdict yet"))],
    )
    despite = forms.BooleanField(
        label=_("The determination says that this row does not apply. I answer it all the same."), required=False
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed for every verdict but “met”. It is printed in the dossier."),
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For those who work on the row: what is still open, whom to ask."),
    )
    owner = forms.ModelChoiceField(Membership.objects.none(), label=_("Owner"), required=False, empty_label=_("nobody"))
    due_on = DayField(label=_("Due"), required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        by: Membership,
        item: ChecklistItem,
        draft: dict[str, str] | None = None,
        auto_id: str = "id_%s",
    ):
        said = {name: getattr(item, name) for name in self.base_fields if name != "despite"}
        super().__init__(data, initial={**said, **(draft or {})}, auto_id=auto_id)
        if item.binding != Binding.NO:
            del self.fields["despite"]
        self.is_draft = draft is not None
        self.is_overtaken = False
        self.item = item
        people = members(by).filter(Q(pk__in=active_members(by).values("pk")) | Q(pk=item.owner_id))
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]

    def answer(self) -> dict[str, Any]:
        """Return what the action takes. An owner who left and stays is not named again: they cannot be chosen anew."""
        found = {**self.cleaned_data}
        if found["owner"] == self.item.owner:
            del found["owner"]
        return {name: value.replace("\r\n", "\n") if isinstance(value, str) else value for name, value in found.items()}

    def overtaken(self) -> None:
        """Somebody else was quicker: the page shows what the row says now, and saving again replaces it knowingly."""
        self.is_overtaken = True
        self.data = {**dict(self.data.items()), "revision": str(self.item.revision)}


class QuickForm(AnswerForm):
    """What is changed on a row without opening it: who answers it, by when, and the note."""

    field_order = ("owner", "due_on", "note")

    def __init__(self, *args: Any, by: Membership, item: ChecklistItem, **kwargs: Any):
        # Several rows may be open in one list, beside its filters: no two fields share an id.
        super().__init__(*args, by=by, item=item, auto_id=f"quick_{item.pk}_%s", **kwargs)
        for name in ("verdict", "despite", "reason"):
            self.fields.pop(name, None)


class BulkForm(forms.Form):
    """The rows that were chosen, each with the revision that was read, such as `A-1@3`."""

    row = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.marks: list[str] = self.data.getlist("row") if hasattr(self.data, "getlist") else []
        self.fields["row"].choices = [(mark, mark) for mark in self.marks]  # type: ignore[attr-defined]


class AssignForm(BulkForm):
    """Who answers the chosen rows, and by when; what is left open stays as it is on each row."""

    owner = forms.ChoiceField(label=_("Owner"), required=False)
    due_on = DayField(label=_("Due"), required=False)
    no_date = forms.BooleanField(label=_("Take the date away"), required=False)

    def __init__(self, *args: Any, by: Membership, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in active_members(by)}
        named = [(pk, one.name) for pk, one in self.people.items()]
        self.fields["owner"].choices = [("", _("leave as it is")), *named, ("nobody", _("nobody"))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("due_on") and data.get("no_date"):
            self.add_error("no_date", _("There is a date, and it is ticked that the date is taken away."))
        return data

    def given(self) -> dict[str, Any]:
        """Return what the action takes."""
        data, found = self.cleaned_data, {}
        if data["owner"]:
            found["owner"] = self.people.get(data["owner"])
        if data["due_on"] or data["no_date"]:
            found["due_on"] = data["due_on"]
        return found


class NotApplicableForm(BulkForm):
    """Why the chosen rows are not applicable."""

    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why these rows do not bind this system.")},
        help_text=_("It is kept on each of the rows, and printed in the dossier."),
    )


class ViewForm(forms.Form):
    """The name under which filters are kept."""

    name = forms.CharField(label=_("Name"), max_length=60)
    shared = forms.BooleanField(label=_("Share it with everybody here"), required=False)


class ReasonForm(forms.Form):
    """Why a row is reopened."""

    reason = forms.CharField(label=_("Why it is reopened"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class StillHoldsForm(forms.Form):
    """Why what was accepted still holds after the change."""

    reason = forms.CharField(
        label=_("Why it still holds"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It is shown to the second person, who then accepts or returns the row."),
    )


class DecisionForm(forms.Form):
    """What the reviewer says, on what they saw, and in whose place where somebody handed their decisions over."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    in_place_of = forms.ModelChoiceField(
        Membership.objects.none(), label=_("You decide"), required=False, empty_label=_("for yourself")
    )
    reason = forms.CharField(
        label=_("Remark"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when you return the row: say what is missing. It stays in the row's history."),
    )


class BindForm(forms.Form):
    """In which version a piece speaks for a row; none is whatever is the newest."""

    version = forms.ModelChoiceField(
        EvidenceVersion.objects.none(),
        label=_("Version"),
        required=False,
        to_field_name="number",
        empty_label=_("always the newest"),
        error_messages={"invalid_choice": _("The piece has no such version.")},
    )

    def __init__(self, *args: Any, piece: Evidence, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["version"].queryset = piece.versions.all()  # type: ignore[attr-defined]


class AttachForm(forms.Form):
    """Pieces of the library to attach."""

    evidence = forms.ModelMultipleChoiceField(
        Evidence.objects.none(), error_messages={"required": _("Choose at least one piece of evidence.")}
    )

    def __init__(self, *args: Any, pieces: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["evidence"].queryset = pieces  # type: ignore[attr-defined]
