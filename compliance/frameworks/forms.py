"""What is asked when a framework is written in the browser, imported or published."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, get_args

from django import forms
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.catalogue.crosswalk import RELATIONS
from compliance.catalogue.document import Document, DocumentKind, DocumentRow, DocumentSection, DocumentTie
from compliance.catalogue.loader import facts
from compliance.frameworks.yaml_file import plain
from compliance.lib.problems import Refused
from compliance.web.forms import DayField

KINDS = get_args(DocumentKind)


class HeadForm(forms.Form):
    """What the framework is called."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=300)
    short_title = forms.CharField(
        label=gettext_lazy("Short title"), max_length=60, help_text=gettext_lazy("Citations start with it.")
    )
    row_prefix = forms.CharField(
        label=gettext_lazy("Row prefix"),
        max_length=20,
        help_text=gettext_lazy("How every row id starts: capital letters and a hyphen at the end, such as HOUSE-."),
    )
    about = forms.CharField(
        label=gettext_lazy("What it is for"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    published_by = forms.CharField(label=gettext_lazy("Who wrote it"), required=False, max_length=300)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def given(self) -> dict[str, Any]:
        """Return the head as a document holds it."""
        return {name: _lines(value) for name, value in self.cleaned_data.items() if name != "seen"}


class SectionForm(forms.Form):
    """A heading."""

    title = forms.CharField(label=gettext_lazy("Heading"), max_length=300)
    id = forms.CharField(
        label=gettext_lazy("Id"),
        max_length=60,
        help_text=gettext_lazy("Small letters, digits and hyphens; files name the section by it."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    @staticmethod
    def initial_of(section: DocumentSection) -> dict[str, Any]:
        return {"id": section.id, "title": section.title}

    def given(self) -> dict[str, Any]:
        """Return the section as a document holds it."""
        return {name: self.cleaned_data[name] for name in ("id", "title")}


class RowForm(forms.Form):
    """One question."""

    id = forms.CharField(label=gettext_lazy("Id"), max_length=60)
    section = forms.ChoiceField(label=gettext_lazy("Section"))
    title = forms.CharField(label=gettext_lazy("Title"), max_length=300, help_text=gettext_lazy("A short noun phrase."))
    question = forms.CharField(
        label=gettext_lazy("Question"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("What a person answers; it ends with a question mark."),
    )
    why = forms.CharField(
        label=gettext_lazy("Why it is asked"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[(one, gettext_lazy(one)) for one in KINDS],
        help_text=gettext_lazy("Controls, duties, prohibitions and conditions count in the checklist's bars."),
    )
    evidence = forms.CharField(
        label=gettext_lazy("Evidence that is expected"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line."),
    )
    reference = forms.CharField(
        label=gettext_lazy("Reference"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 1}),
        help_text=gettext_lazy("Where the framework says it, in its own numbering; one a line. Empty: the row's id."),
    )
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Who it is for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: anyone."),
    )
    timing = forms.CharField(label=gettext_lazy("When it is done"), required=False, max_length=300)
    in_force_from = DayField(label=gettext_lazy("In force from"), required=False)
    applies_when = forms.CharField(
        label=gettext_lazy("Applies when, in words"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    condition = forms.CharField(
        label=gettext_lazy("The same as a condition over the facts"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=gettext_lazy("Such as {fact: tool_scores, is: true}, or all, any and not around such tests."),
    )
    crosswalk = forms.CharField(
        label=gettext_lazy("Rows of other laws and frameworks"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One a line: the law, the row there, how this row relates to it, and after a bar who says so. Such as: "
            "nist-ai-rmf RMF-MEASURE-2.11 subset_of | our own reading"
        ),
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, document: Document, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["section"].choices = [(one.id, one.title) for one in document.sections]  # type: ignore[attr-defined]
        roles = facts()["roles"].values.items()
        self.fields["roles"].choices = list(roles)  # type: ignore[attr-defined]
        self.fields["id"].help_text = _("It lasts, and starts with {prefix}.").format(
            prefix=document.framework.row_prefix
        )

    @staticmethod
    def initial_of(row: DocumentRow, document: Document) -> dict[str, Any]:
        """Return what the form shows of a row that is there."""
        condition = row.condition.model_dump(mode="json") if row.condition else None
        return {
            **row.model_dump(exclude={"condition", "more"}),
            "evidence": "\n".join(row.evidence),
            "reference": "\n".join(row.reference),
            "condition": json.dumps(condition, ensure_ascii=False) if condition else "",
            "crosswalk": "\n".join(_tie_in_words(one) for one in document.ties_of(row.id)),
        }

    def clean_condition(self) -> Any:
        """Read the condition as the files write it."""
        text = self.cleaned_data["condition"].strip()
        if not text:
            return None
        try:
            return plain(text)
        except Refused as refused:
            raise forms.ValidationError(str(refused.problems[0]).replace("file", "condition")) from None

    def clean_crosswalk(self) -> list[dict[str, str]]:
        """Read a tie from each line."""
        found = []
        for line in _lines(self.cleaned_data["crosswalk"]).split("\n"):
            if not line.strip():
                continue
            said, _bar, note = line.partition("|")
            words = said.split()
            if len(words) not in (2, 3) or (len(words) == 3 and words[2] not in RELATIONS):
                sentence = _("“{line}” cannot be read: write a law, a row, and one of {relations}.")
                raise forms.ValidationError(sentence.format(line=line[:80], relations=", ".join(RELATIONS)))
            tie = {"law": words[0], "to": words[1], "relation": words[2] if len(words) == 3 else "related"}
            found.append({**tie, **({"note": note.strip()} if note.strip() else {})})
        return found

    def given(self) -> dict[str, Any]:
        """Return the row as a document holds it, without its ties."""
        data = {name: value for name, value in self.cleaned_data.items() if name not in ("seen", "crosswalk")}
        for name in ("evidence", "reference"):
            data[name] = [line.strip() for line in _lines(data[name]).split("\n") if line.strip()]
        data["in_force_from"] = data["in_force_from"].isoformat() if data["in_force_from"] else None
        plain_text = {name: _lines(value) for name, value in data.items()}
        return {name: value for name, value in plain_text.items() if value not in ("", None, [])}

    def ties(self) -> list[dict[str, Any]]:
        """Return what the row's crosswalk states."""
        return [{"row": self.cleaned_data["id"].strip(), **one} for one in self.cleaned_data["crosswalk"]]


class ImportForm(forms.Form):
    """A file that holds a framework."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "A workbook (.xlsx) or YAML (.yaml) of at most 5 MiB, or an OSCAL catalog (.json) of at most 16 MiB."
        ),
    )
    into = forms.ChoiceField(
        label=gettext_lazy("What it becomes"),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Nothing is kept before you have seen what would be."),
    )

    def __init__(self, *args: Any, offered: Mapping[str, str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["into"].choices = [("", _("a new framework")), *offered.items()]  # type: ignore[attr-defined]
        self.fields["into"].required = False


class PublishForm(forms.Form):
    """The day of the version."""

    on = DayField(
        label=gettext_lazy("Version of"),
        help_text=gettext_lazy("The day from which it reads so. It cannot be changed afterwards."),
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("on", now().date())


def _tie_in_words(tie: DocumentTie) -> str:
    said = f"{tie.law} {tie.to} {tie.relation}"
    return f"{said} | {tie.note}" if tie.note else said


def _lines(value: Any) -> Any:
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value
