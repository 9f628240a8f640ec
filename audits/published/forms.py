"""What a person gives to have a published audit checked: the text, what the page says beside it, what columns mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.published.columns import ROLES, Block, Role
from audits.published.grid import MOST_BYTES, as_text, of_bytes
from audits.published.tables import About
from compliance.lib.problems import Problem, Refused
from compliance.people.models import Membership
from compliance.systems.models import AISystem
from compliance.systems.queries import systems
from compliance.web.forms import DayField

MOST_TEXT = MOST_BYTES  # one limit for what is pasted, what is in a file, and what the pages carry on
_NAMES: Mapping[Role, Any] = {
    "category": gettext_lazy("category: sex, race/ethnicity or both"),
    "sex": gettext_lazy("sex"),
    "race_ethnicity": gettext_lazy("race/ethnicity"),
    "people": gettext_lazy("number of people"),
    "selected": gettext_lazy("number selected, or above the median"),
    "rate": gettext_lazy("selection or scoring rate"),
    "ratio": gettext_lazy("impact ratio"),
    "table": gettext_lazy("name of the table"),
    "audit": gettext_lazy("name of the audit"),
    "measure": gettext_lazy("kind of rate, or class"),
    "ignored": gettext_lazy("not read"),
}


class PublishedForm(forms.Form):
    """The published tables, and what stands beside them."""

    table = forms.CharField(
        required=False,
        strip=False,
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "pasted"}),
        label=gettext_lazy("Published tables"),
        help_text=gettext_lazy("Copy all tables with their headers from the page or the PDF, one below the other."),
    )
    file = forms.FileField(
        required=False,
        allow_empty_file=True,
        label=gettext_lazy("Or a file"),
        help_text=gettext_lazy(
            "CSV, XLSX, or the JSON of a result or of a check. It is read instead of the text above."
        ),
    )
    audit_date = DayField(required=False, label=gettext_lazy("Date of the bias audit"))
    distribution_date = DayField(
        required=False,
        label=gettext_lazy("Distribution date"),
        help_text=gettext_lazy("The day on which the employer began using the tool, as the page says."),
    )
    as_of = DayField(
        required=False,
        label=gettext_lazy("Day on which the audit is to be current"),
        help_text=gettext_lazy("Left empty, the age of the audit is not looked at."),
    )
    unknown = forms.IntegerField(
        required=False, min_value=0, max_value=2**53 - 1, label=gettext_lazy("People of unknown category")
    )
    data_source = forms.CharField(
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=gettext_lazy("Source and explanation of the data"),
    )
    exclusion_reason = forms.CharField(
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=gettext_lazy("Reason given for leaving categories out"),
    )
    earlier = forms.CharField(
        required=False,
        strip=False,
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "pasted"}),
        label=gettext_lazy("Tables of the audit before"),
        help_text=gettext_lazy("To see whether last year's figures were carried over."),
    )

    said = ("audit_date", "distribution_date", "as_of", "unknown", "data_source", "exclusion_reason")

    def clean(self) -> dict[str, Any]:
        """Turn a file into the text that the next pages carry, so that nothing needs to be kept meanwhile."""
        data = super().clean() or {}
        upload = data.get("file")
        if upload is None:
            if not (data.get("table") or "").strip() and "table" not in self.errors:
                self.add_error("table", _("Paste the published tables, or choose a file."))
            return data
        try:
            if upload.size > MOST_BYTES:
                sentence = _("The file is larger than {size} MB.").format(size=MOST_BYTES // 2**20)
                raise Refused(Problem("table-too-large", sentence))
            content = upload.read()
            is_json = content.lstrip()[:1] == b"{"
            data["table"] = content.decode() if is_json else as_text(of_bytes(content))
        except UnicodeError:
            self.add_error("file", _("The file begins like JSON and is not in UTF-8."))
        except Refused as refused:
            for problem in refused.problems:
                self.add_error("file", str(problem))
        return data

    def about(self) -> About:
        """Return what the page says beside its tables."""
        data = self.cleaned_data
        return About(
            audit_date=data["audit_date"],
            distribution_date=data["distribution_date"],
            unknown=data["unknown"],
            data_source=data["data_source"],
            exclusion_reason=data["exclusion_reason"],
            as_of=data["as_of"],
        )

    def carried(self) -> list[tuple[str, str]]:
        """Return what the next page must send again, as names and values of hidden fields."""
        data = self.cleaned_data
        values = {name: data.get(name) for name in ("table", *self.said, "earlier")}
        return [(name, "" if value is None else str(value)) for name, value in values.items()]


@dataclass(frozen=True, slots=True)
class Asked:
    """One column beside the field that asks for its meaning."""

    name: str
    sample: list[str]
    field: BoundField


@dataclass(frozen=True, slots=True)
class AskedBlock:
    """One table of the text with its columns."""

    title: str
    line: int
    rows: int
    columns: list[Asked]


class ColumnsForm(forms.Form):
    """What each column of each table holds."""

    def __init__(self, blocks: tuple[Block, ...], *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.blocks = blocks
        for place, block in enumerate(blocks):
            for column, name in enumerate(block.names):
                self.fields[self.name(place, column)] = forms.ChoiceField(
                    choices=[(role, _NAMES[role]) for role in ROLES],
                    initial=block.roles[column],
                    label=_("What the column “{column}” holds").format(column=name),
                )

    @staticmethod
    def name(place: int, column: int) -> str:
        return f"column-{place}-{column}"

    def asked(self) -> Iterator[AskedBlock]:
        """Yield the tables with their columns, to be laid out."""
        for place, block in enumerate(self.blocks):
            columns = [
                Asked(name, block.sample(column), self[self.name(place, column)])
                for column, name in enumerate(block.names)
            ]
            line = block.header.number if block.header else block.lines[0].number
            yield AskedBlock(block.title, line, len(block.lines), columns)

    def chosen(self) -> dict[tuple[int, int], Role]:
        """Return what was confirmed, by table and column."""
        return {
            (place, column): self.cleaned_data[self.name(place, column)]
            for place, block in enumerate(self.blocks)
            for column in range(len(block.names))
        }

    def carried(self) -> list[tuple[str, str]]:
        return [(name, str(self.cleaned_data[name])) for name in self.fields]


def is_json(text: str) -> bool:
    """Say whether the text is a result or a report, whose columns need no question."""
    return text.lstrip()[:1] == "{"


class KeepForm(forms.Form):
    """Under which title a report is kept as evidence, and for which AI system."""

    title = forms.CharField(
        max_length=200, label=gettext_lazy("Title"), initial=gettext_lazy("Check of a published bias audit")
    )
    system = forms.ModelChoiceField(
        AISystem.objects.none(),
        required=False,
        label=gettext_lazy("AI system"),
        empty_label=gettext_lazy("no system in particular"),
    )

    def __init__(self, by: Membership, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choice = self.fields["system"]
        if isinstance(choice, forms.ModelChoiceField):
            choice.queryset = systems(by)
