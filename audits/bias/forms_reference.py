"""A reference population as a person gives it: its source, its day, and a figure for each category."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.metrics.categories import TABLES, Category, TableName, categories
from audits.metrics.display import TITLES
from audits.metrics.reference import checked_reference
from compliance.web.forms import DayField


@dataclass(frozen=True, slots=True)
class Figures:
    """The fields of one table."""

    name: TableName
    title: str
    fields: list[BoundField]

    @property
    def is_open(self) -> bool:
        """Whether something was written here, or has to be looked at."""
        return any(field.errors or field.value() for field in self.fields)


class ReferenceForm(forms.Form):
    """A table is given wholly or not at all; figures are counts or shares, of whatever sum."""

    source = forms.CharField(
        max_length=500,
        label=gettext_lazy("Source of the figures"),
        help_text=gettext_lazy(
            "Such as: American Community Survey 2024, 5-year estimates, table B03002, New York City."
        ),
    )
    date = DayField(label=gettext_lazy("Day that the figures are of"))
    population = forms.CharField(
        max_length=500,
        required=False,
        label=gettext_lazy("Whom they count, and why these people"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, before: Mapping[str, Any] | None, data: Mapping[str, Any] | None = None):
        initial = {name: (before or {}).get(name, "") for name in ("source", "date", "population")}
        super().__init__(data, initial=initial)
        known = {
            (one["table"], row["sex"], row["race_ethnicity"]): row["value"]
            for one in (before or {}).get("tables", ())
            for row in one["rows"]
        }
        for table in TABLES:
            for place, category in enumerate(categories(table)):
                self.fields[f"{table}-{place}"] = forms.CharField(
                    max_length=20,
                    required=False,
                    initial=known.get((table, *category), ""),
                    label=str(category),
                    widget=forms.TextInput(attrs={"inputmode": "decimal"}),
                )

    def tables(self) -> list[Figures]:
        """Return the fields of each table."""
        return [
            Figures(name, TITLES[name], [self[f"{name}-{place}"] for place, _one in enumerate(categories(name))])
            for name in TABLES
        ]

    def clean(self) -> dict[str, Any]:
        """Every category of a table that is given has its figure, and at least one table is given."""
        data = super().clean() or {}
        given = [name for name in TABLES if any(data.get(f"{name}-{at}") for at, _one in enumerate(categories(name)))]
        for name in given:
            for place, category in enumerate(categories(name)):
                if not data.get(f"{name}-{place}"):
                    sentence = _("Write a figure for {category}, 0 if nobody belongs there.").format(category=category)
                    self.add_error(f"{name}-{place}", sentence)
        if not given:
            self.add_error("sex-0", _("Give the figures of at least one table."))
        if not self.errors:
            try:
                self.given = checked_reference(self._reference(data, given))
            except ValueError as error:
                self.add_error(None, str(error))
        return data

    def _reference(self, data: Mapping[str, Any], given: list[TableName]) -> dict[str, Any]:
        return {
            "source": data["source"],
            "date": data["date"].isoformat(),
            "population": data["population"],
            "tables": [
                {"table": name, "rows": [self._row(data, name, *one) for one in enumerate(categories(name))]}
                for name in given
            ],
        }

    @staticmethod
    def _row(data: Mapping[str, Any], name: TableName, place: int, category: Category) -> dict[str, Any]:
        return {**category._asdict(), "value": data[f"{name}-{place}"]}

    def reference(self) -> dict[str, Any]:
        """Return what was given, as :class:`audits.bias.plan.Plan` takes it."""
        return self.given
