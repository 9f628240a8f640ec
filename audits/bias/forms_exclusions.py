"""Which categories below 2 % are left out of the ratios: a decision for each, with its justification and approver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """One category of one table that may be left out, with its numbers and the fields of its decision."""

    name: str
    applicants: int
    selected: int
    share: str
    ratio: str
    leave: BoundField
    why: BoundField
    who: BoundField


class ExclusionsForm(forms.Form):
    """One decision a category; only those that are below 2 % on the counts are offered (6 RCNY § 5-301(d))."""

    def __init__(self, result: Mapping[str, Any], members: Sequence[str], *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.found = below(result)
        before = {(one["table"], one["sex"], one["race_ethnicity"]): one for one in result["method"]["exclusions"]}
        for place, one in enumerate(self.found):
            decided = before.get(self._key(one), {})
            name = self._name(one)
            self.fields[f"leave_{place}"] = forms.BooleanField(
                required=False, initial=bool(decided), label=_("Leave out {category}").format(category=name)
            )
            self.fields[f"why_{place}"] = forms.CharField(
                max_length=1000,
                required=False,
                initial=decided.get("justification", ""),
                widget=forms.Textarea(attrs={"rows": 2}),
                label=_("Justification for {category}").format(category=name),
            )
            self.fields[f"who_{place}"] = forms.ChoiceField(
                choices=[("", _("Choose a member")), *((one, one) for one in members)],
                required=False,
                initial=decided.get("approver", ""),
                label=_("Who approved it for {category}").format(category=name),
            )

    @staticmethod
    def _key(one: Mapping[str, Any]) -> tuple[Any, ...]:
        return one["table"], one["row"]["sex"], one["row"]["race_ethnicity"]

    @staticmethod
    def _name(one: Mapping[str, Any]) -> str:
        return named({**one["row"], "table": one["table"]})

    def candidates(self) -> list[Candidate]:
        """Return the categories to decide about."""
        return [
            Candidate(
                name=self._name(one),
                applicants=one["row"]["applicants"],
                selected=one["row"]["selected"],
                share=rounding.percent(Fraction(one["row"]["share"]), 2),
                ratio=_("left out") if one["row"]["excluded"] else shown(one["row"]["impact_ratio"]),
                leave=self[f"leave_{place}"],
                why=self[f"why_{place}"],
                who=self[f"who_{place}"],
            )
            for place, one in enumerate(self.found)
        ]

    def clean(self) -> dict[str, Any]:
        """A decision has both its justification and its approver, and both belong to a decision."""
        data = super().clean() or {}
        for place in range(len(self.found)):
            if data.get(f"leave_{place}"):
                if not data.get(f"why_{place}"):
                    self.add_error(f"why_{place}", _("Write down why it is left out (6 RCNY § 5-301(d))."))
                if not data.get(f"who_{place}"):
                    self.add_error(f"who_{place}", _("Name who approved it."))
        return data

    def exclusions(self) -> list[dict[str, Any]]:
        """Return what was decided, as :class:`audits.bias.plan.Plan` takes it."""
        data = self.cleaned_data
        return [
            {
                "table": one["table"],
                "sex": one["row"]["sex"],
                "race_ethnicity": one["row"]["race_ethnicity"],
                "justification": data[f"why_{place}"],
                "approver": data[f"who_{place}"],
            }
            for place, one in enumerate(self.found)
            if data[f"leave_{place}"]
        ]
