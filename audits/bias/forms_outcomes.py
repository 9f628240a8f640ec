"""The questions about true outcomes, on the page that confirms a mapping and in a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.bias.outcome_choices import TENTHS, is_plain, outcome_of
from audits.bias.outcome_options import edges
from audits.bias.plan import Plan
from audits.metrics.categories import RACES, SEXES
from audits.metrics.outcome_counts import checked_edges

PREDICTIONS: Final = [
    ("above-median", gettext_lazy("Above the median of the full sample, as the scoring rate counts.")),
    ("cut-off", gettext_lazy("A score at the cut-off below, or better.")),
    ("decisions", gettext_lazy("What the column of decisions says.")),
]
BASES: Final = [
    ("largest", gettext_lazy("The group with the most people of known outcome (the default).")),
    ("overall", gettext_lazy("Everybody of known outcome; there is no test then, as each group is part of it.")),
    ("group", gettext_lazy("The group named here:")),
]
OPEN: Final = ("", gettext_lazy("Left open: the plan promises nothing here."))
FAVOURABLE: Final[Mapping[str, str]] = {"truth": "outcome_favourable", "decision": "outcome_decision_favourable"}
_OF_SCORES: Final = ("outcome_prediction", "outcome_cutoff", "outcome_chance", "outcome_edges")
NAMES: Final = (*FAVOURABLE.values(), *_OF_SCORES, "outcome_base", "outcome_sex", "outcome_race")
CHANCES: Final = [
    OPEN,
    ("yes", gettext_lazy("Yes: the scores are estimated chances of the true outcome, from 0 to 1.")),
    ("no", gettext_lazy("No: they are scores of another kind.")),
]


def _radio(choices: Sequence[tuple[str, Any]], label: Any, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, label=label, required=False, **more)


def _words(label: Any, help_text: Any = "", most: int = 300) -> forms.CharField:
    return forms.CharField(max_length=most, required=False, label=label, help_text=help_text)


def _groups(label: Any, names: Sequence[str]) -> forms.ChoiceField:
    none = ("", gettext_lazy("None"))
    return forms.ChoiceField(choices=[none, *((one, one) for one in names)], required=False, label=label)


class OutcomeForm(forms.Form):
    """What a score predicts, bins of scores, and what groups are held against; asked where outcomes are in the file."""

    outcome_favourable = forms.ChoiceField(
        required=False,
        label=gettext_lazy("The one value that means having the outcome"),
        help_text=gettext_lazy(
            "Every other value means not having it then, also one that a later file brings; but not a blank, nor what "
            "is said above to be not known."
        ),
    )
    outcome_decision_favourable = forms.ChoiceField(
        required=False, label=gettext_lazy("The one value of the decisions that means decided for")
    )
    outcome_prediction = _radio(
        PREDICTIONS,
        gettext_lazy("What does a score predict?"),
        help_text=gettext_lazy("This is held against the true outcome. No rule chooses it, so it is stated."),
    )
    outcome_cutoff = _words(gettext_lazy("Cut-off"), gettext_lazy("Such as 0.5; the score itself counts."), 30)
    outcome_chance = forms.BooleanField(
        required=False, label=gettext_lazy("The scores are estimated chances of the true outcome, from 0 to 1.")
    )
    outcome_edges = _words(
        gettext_lazy("Edges of the bins of scores, for calibration"),
        gettext_lazy("Such as 0.25 0.5 0.75. Left empty, chances are divided into tenths and other scores not at all."),
    )
    outcome_base = _radio(BASES, gettext_lazy("What is each group held against?"))
    outcome_sex = _groups(gettext_lazy("Group to hold others against: sex"), SEXES)
    outcome_race = _groups(gettext_lazy("Group to hold others against: race/ethnicity"), RACES)

    def offer_outcomes(self, columns: Mapping[str, str]) -> None:
        """Ask only what goes with the columns that were chosen."""
        gone: Sequence[str] = () if columns.get("truth") else NAMES
        unasked = {*gone, *(() if columns["kind"] == "score" else _OF_SCORES)}
        unasked |= set() if columns.get("decision") else {FAVOURABLE["decision"]}
        for name in unasked:
            del self.fields[name]

    def offer_favourable(self, values: Mapping[str, Sequence[str]]) -> None:
        """Offer the values of the columns of true outcomes and of decisions, of all sources."""
        for role, name in FAVOURABLE.items():
            field = self.fields.get(name)
            if isinstance(field, forms.ChoiceField):
                words = dict.fromkeys(one for one in values.get(role, ()) if one.strip())
                none = ("", _("None: what each value means is said above"))
                field.choices = [none, *((one, one) for one in words)]

    def outcome_fields(self) -> list[BoundField]:
        """Return the questions that are asked."""
        return [self[name] for name in NAMES if name in self.fields]

    def check_outcomes(self, data: dict[str, Any], columns: Mapping[str, str]) -> None:
        """What one answer makes necessary is asked for beside it."""
        if "outcome_base" not in self.fields:
            return
        if "outcome_prediction" in self.fields:
            prediction, cutoff = data.get("outcome_prediction"), data.get("outcome_cutoff")
            if not prediction:
                self.add_error("outcome_prediction", _("Say what a score predicts."))
            if (prediction == "decisions") != bool(columns.get("decision")):
                self.add_error("outcome_prediction", _("Decisions go with a column of decisions, chosen in step 1."))
            if prediction == "cut-off" and not is_plain(cutoff):
                self.add_error("outcome_cutoff", _("Write the cut-off in digits, such as 0.5 or 5."))
            if cutoff and prediction != "cut-off":
                self.add_error("outcome_cutoff", _("A cut-off goes with the answer above that names it."))
            if data.get("outcome_chance") and data.get("direction") == "lower":
                self.add_error("outcome_chance", _("A chance of the outcome is better the higher it is."))
            try:
                checked_edges(edges(data.get("outcome_edges") or ""))
            except ValueError as error:
                self.add_error("outcome_edges", str(error))
        named = bool(data.get("outcome_sex")) and bool(data.get("outcome_race"))
        if data.get("outcome_base") == "group" and not named:
            self.add_error("outcome_base", _("Name the group by its sex and its race/ethnicity."))

    def outcome_chosen(self, columns: Mapping[str, str]) -> dict[str, Any]:
        """Return the choices as :class:`audits.bias.plan.Plan` takes them."""
        if "outcome_base" not in self.fields:
            return {}
        data = self.cleaned_data
        chance = bool(data.get("outcome_chance"))
        bins = edges(data.get("outcome_edges") or "") or (list(TENTHS) if chance else [])
        base = data.get("outcome_base") or "largest"
        group = {"sex": data["outcome_sex"], "race_ethnicity": data["outcome_race"]}
        said = {
            "favourable": data.get("outcome_favourable"),
            "prediction": data.get("outcome_prediction"),
            "cutoff": data.get("outcome_cutoff"),
            "decision_favourable": data.get("outcome_decision_favourable"),
            "edges": bins,
            "chance": chance,
            "base": base,
            "reference": group if base == "group" else None,
        }
        outcome = {name: value for name, value in said.items() if value}
        return {"truth": columns["truth"], "decision": columns.get("decision") or None, "outcome": outcome}


def stated_outcomes(plan: Plan | None) -> dict[str, Any]:
    """Return the choices of a plan as the form shows them; without one, the defaults."""
    found = outcome_of(plan) if plan else None
    if found is None:
        return {"outcome_base": "largest"}
    group = found.reference or {}
    return {
        "outcome_favourable": found.favourable or "",
        "outcome_decision_favourable": found.decision_favourable or "",
        "outcome_prediction": found.prediction,
        "outcome_cutoff": found.cutoff or "",
        "outcome_chance": found.chance,
        "outcome_edges": " ".join(found.edges),
        "outcome_base": found.base,
        "outcome_sex": group.get("sex", ""),
        "outcome_race": group.get("race_ethnicity", ""),
    }


class PlannedOutcomes(forms.Form):
    """What a plan can promise of outcomes before there is a file."""

    outcome_favourable = _words(
        gettext_lazy("The one value that means having the outcome"),
        gettext_lazy("As it will stand in the data. A run keeps to it where it names the same one value."),
        200,
    )
    outcome_prediction = _radio(
        [OPEN, ("selected", gettext_lazy("Who is selected.")), *PREDICTIONS],
        gettext_lazy("What is held against the true outcome"),
    )
    outcome_cutoff = _words(gettext_lazy("Cut-off of the scores"), most=30)
    outcome_decision_favourable = _words(
        gettext_lazy("The one value of the decisions that means decided for"), most=200
    )
    outcome_chance = _radio(CHANCES, gettext_lazy("Scores are estimated chances of the true outcome"))
    outcome_edges = _words(gettext_lazy("Edges of the bins of scores, for calibration"))
    outcome_base = _radio([OPEN, *BASES], gettext_lazy("What each group is held against"))
    outcome_sex = _groups(gettext_lazy("Group to hold others against: sex"), SEXES)
    outcome_race = _groups(gettext_lazy("Group to hold others against: race/ethnicity"), RACES)

    def outcome_fields(self) -> list[BoundField]:
        """Return the questions in their order."""
        names = (*_PLANNED, "chance", "edges", "base", "sex", "race")
        return [self[f"outcome_{name}"] for name in names]

    def check_planned(self, data: Mapping[str, Any]) -> None:
        """A promise that no run could keep is told beside its field."""
        prediction, cutoff = data.get("outcome_prediction"), data.get("outcome_cutoff")
        if cutoff and not is_plain(cutoff):
            self.add_error("outcome_cutoff", _("Write the cut-off in digits, such as 0.5 or 5."))
        if cutoff and prediction not in ("", "cut-off"):
            self.add_error("outcome_cutoff", _("A cut-off goes with the answer above that names it."))
        if data.get("outcome_decision_favourable") and prediction not in ("", "decisions"):
            self.add_error("outcome_decision_favourable", _("Decisions go with the answer above that names them."))
        try:
            checked_edges(edges(data.get("outcome_edges") or ""))
        except ValueError as error:
            self.add_error("outcome_edges", str(error))
        if data.get("outcome_chance") == "yes" and data.get("higher_is_better") == "no":
            self.add_error("outcome_chance", _("A chance of the outcome is better the higher it is."))
        named = bool(data.get("outcome_sex")), bool(data.get("outcome_race"))
        if data.get("outcome_base") == "group" and not all(named):
            self.add_error("outcome_base", _("Name the group by its sex and its race/ethnicity."))
        if data.get("outcome_base") != "group" and any(named):
            self.add_error("outcome_base", _("A group is named with the answer that speaks of it."))

    def planned_outcome(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is promised; what this form does not know stays as it was."""
        data = self.cleaned_data
        asked: dict[str, Any] = {name: data[f"outcome_{name}"] for name in (*_PLANNED, "base")}
        asked |= {"edges": edges(data["outcome_edges"]), "chance": _CHANCE.get(data["outcome_chance"])}
        group = {"sex": data["outcome_sex"], "race_ethnicity": data["outcome_race"]}
        asked["reference"] = group if data["outcome_base"] == "group" else None
        kept = {name: value for name, value in before.items() if name not in asked}
        return {**kept, **{name: value for name, value in asked.items() if value or value is False}}


_PLANNED: Final = ("favourable", "prediction", "cutoff", "decision_favourable")
_CHANCE: Final = {"yes": True, "no": False}


def written_outcome(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a plan promises of outcomes as :class:`PlannedOutcomes` takes it."""
    group = outcome.get("reference") or {}
    return {
        **{f"outcome_{name}": outcome.get(name) or "" for name in (*_PLANNED, "base")},
        "outcome_chance": next((said for said, value in _CHANCE.items() if value is outcome.get("chance")), ""),
        "outcome_edges": " ".join(outcome.get("edges") or ()),
        "outcome_sex": group.get("sex", ""),
        "outcome_race": group.get("race_ethnicity", ""),
    }
