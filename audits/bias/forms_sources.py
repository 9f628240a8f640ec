"""What is asked about the sources of an audit: the files, their labels, which sheet, which table of a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.bias.models import BiasAudit, BiasSource
from audits.bias.plan import DELIMITERS, ENCODINGS
from compliance.people.models import Membership
from compliance.systems.models import AISystem
from compliance.systems.queries import systems
from compliance.uploads.forms import SeveralField


class OfSystem(forms.Form):
    """What is asked of a new audit: its AI system and title; of one that there is, both are known (`into`)."""

    system = forms.ModelChoiceField(AISystem.objects.none(), label=gettext_lazy("AI system"), empty_label=None)
    title = forms.CharField(
        max_length=200,
        required=False,
        label=gettext_lazy("Title"),
        help_text=gettext_lazy("Such as “Screening, January to June 2026”. Left empty, it is made from the system."),
    )

    def __init__(self, by: Membership, *args: Any, into: BiasAudit | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choice = self.fields["system"]
        if isinstance(choice, forms.ModelChoiceField):
            choice.queryset = systems(by)
        if into is not None:
            del self.fields["system"], self.fields["title"]


class NewForm(OfSystem):
    """Files of applicants for one AI system."""

    file = SeveralField(label=gettext_lazy("Files of applicants"), allow_empty_file=True)
    encoding = forms.ChoiceField(
        choices=[("", gettext_lazy("UTF-8, or as the file itself marks it")), *((name, name) for name in ENCODINGS)],
        required=False,
        label=gettext_lazy("Encoding"),
    )
    delimiter = forms.ChoiceField(
        choices=[("", gettext_lazy("the one that the header shows")), *DELIMITERS.items()],
        required=False,
        label=gettext_lazy("What separates the columns"),
        widget=forms.Select,
    )
    sheet = forms.CharField(
        max_length=100,
        required=False,
        label=gettext_lazy("Name of the sheet"),
        help_text=gettext_lazy("Left empty, a spreadsheet with several sheets asks which one is meant."),
    )

    def __init__(self, by: Membership, *args: Any, **kwargs: Any):
        super().__init__(by, *args, **kwargs)
        self.fields["delimiter"].strip = False  # type: ignore[attr-defined]
        self.fields["file"].belongs_to(by, settings.MAX_APPLICANTS_BYTES)  # type: ignore[attr-defined]
        self.fields["file"].help_text = _(
            "A table with a header and one row a person, or one row a group with a count: text (CSV, also as "
            "gzip), a spreadsheet (XLSX), Parquet or Arrow. Choose several, such as one an employer or a year, where "
            "they may be counted as one. "
            "At most {size:,} MB each. The exact bytes are kept under their digest; no row of them is shown to anyone."
        ).format(size=settings.MAX_APPLICANTS_BYTES // 2**20)

    def reading(self) -> dict[str, str | None]:
        """Return what was declared of the files."""
        return {name: self.cleaned_data[name] or None for name in ("encoding", "delimiter", "sheet")}


@dataclass(frozen=True, slots=True)
class Named:
    """A source beside the fields of its label and of taking it away."""

    source: BiasSource
    label: BoundField
    without: BoundField


class SourcesForm(forms.Form):
    """A label for each source, by which the result names it."""

    def __init__(self, sources: Sequence[BiasSource], *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.sources = sources
        for one in sources:
            self.fields[f"label_{one.pk}"] = forms.CharField(
                max_length=100,
                required=False,
                initial=one.label,
                label=_("Label of {name}").format(name=one.name),
            )
            self.fields[f"without_{one.pk}"] = forms.BooleanField(
                required=False, label=_("Take {name} away").format(name=one.name)
            )

    def named(self) -> list[Named]:
        """Return the sources to be laid out as a table."""
        return [Named(one, self[f"label_{one.pk}"], self[f"without_{one.pk}"]) for one in self.sources]

    def labels(self) -> dict[UUID, str]:
        """Return the labels that were given."""
        return {one.pk: self.cleaned_data[f"label_{one.pk}"] for one in self.sources}

    def without(self) -> set[UUID]:
        """Return the sources that are to be taken away."""
        return {one.pk for one in self.sources if self.cleaned_data[f"without_{one.pk}"]}


class SheetsForm(forms.Form):
    """Which sheet is meant of each spreadsheet that has several; none is chosen for the person."""

    def __init__(self, sources: Sequence[BiasSource], *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.asked = [one for one in sources if one.sheets]
        for one in self.asked:
            hidden = _("{name} (hidden in the spreadsheet)")
            self.fields[f"sheet_{one.pk}"] = forms.ChoiceField(
                choices=[(name, name if seen else hidden.format(name=name)) for name, seen in one.sheets],
                widget=forms.RadioSelect,
                label=_("Which sheet of {name} holds the applicants?").format(name=one.file_name),
                error_messages={"required": _("Choose one of the sheets of {name}.").format(name=one.file_name)},
            )

    def sheets(self) -> dict[UUID, str]:
        """Return the sheets that were chosen."""
        return {one.pk: self.cleaned_data[f"sheet_{one.pk}"] for one in self.asked}


class TableForm(OfSystem):
    """A table of the database that was chosen, for an AI system."""

    table = forms.ChoiceField(label=gettext_lazy("Table or view"))
    label = forms.CharField(
        max_length=100,
        required=False,
        label=gettext_lazy("Label"),
        help_text=gettext_lazy("By which the result names it where several sources are counted as one."),
    )

    def __init__(
        self, by: Membership, tables: Sequence[tuple[str, str]], *args: Any, queries: bool = False, **kwargs: Any
    ):
        """Ask for one of the tables, or of the operator's queries."""
        super().__init__(by, *args, **kwargs)
        table = self.fields["table"]
        if isinstance(table, forms.ChoiceField):
            table.choices = list(tables)
        if queries:
            table.label = _("Query")
