"""Which categories below 2 % are to be left out of the ratios: a proposal for each, with its justification."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _

from audits.bias.again import below
from audits.bias.compared import named, shown
from audits.metrics import rounding


@dataclass(frozen=True, slots=True)
class Candidate:
    """One category of one table that may be left out, with its numbers and the fields of its proposal."""

    name: str
    applicants: int
    selected: int
    share: str
    ratio: str
    leave: BoundField
    why: BoundField


class ExclusionsForm(forms.Form):
    """One proposal a class, table and category; only those below 2 % on the counts are offered (6 RCNY § 5-301(d)).

    Those in `held`, named as :func:`audits.bias.compared.named` does, are proposed or left out already.
    """

    def __init__(self, result: Mapping[str, Any], held: Collection[str], *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.found = [one for one in below(result) if self._name(one) not in held and not one["row"]["excluded"]]
        for place, one in enumerate(self.found):
            name = self._name(one)
            self.fields[f"leave_{place}"] = forms.BooleanField(
                required=False, label=_("Propose to leave out {category}").format(category=name)
            )
            self.fields[f"why_{place}"] = forms.CharField(
                max_length=1000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
                label=_("Justification for {category}").format(category=name),
            )

    @staticmethod
    def _name(one: Mapping[str, Any]) -> str:
        return named({**one["row"], "table": one["table"], "class": one["class"]})

    def candidates(self) -> list[Candidate]:
        """Return the categories to decide about."""
        return [
            Candidate(
                name=self._name(one),
                applicants=one["row"]["applicants"],
                selected=one["row"]["selected"],
                share=rounding.percent(Fraction(one["row"]["share"]), 2),
                ratio=shown(one["row"]["impact_ratio"]),
                leave=self[f"leave_{place}"],
                why=self[f"why_{place}"],
            )
            for place, one in enumerate(self.found)
        ]

    def clean(self) -> dict[str, Any]:
        """A proposal has its justification."""
        data = super().clean() or {}
        for place in range(len(self.found)):
            if data.get(f"leave_{place}") and not data.get(f"why_{place}"):
                self.add_error(f"why_{place}", _("Write down why it is left out (6 RCNY § 5-301(d))."))
        return data

    def exclusions(self) -> list[dict[str, Any]]:
        """Return what was proposed, as :func:`audits.bias.leaving_out.propose` takes it."""
        data = self.cleaned_data
        return [
            {
                "class": one["class"],
                "table": one["table"],
                "sex": one["row"]["sex"],
                "race_ethnicity": one["row"]["race_ethnicity"],
                "justification": data[f"why_{place}"],
            }
            for place, one in enumerate(self.found)
            if data[f"leave_{place}"]
        ]
