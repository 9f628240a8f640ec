"""Which column of a file of applicants holds what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audits.bias.plan import Plan
from audits.bias.profile import MOST_VALUES, Column, Profile
from audits.bias.vocabulary import key

KINDS: Final = [
    ("selected", gettext_lazy("Each person was selected or not: a column says so.")),
    ("score", gettext_lazy("Each person has a score: a rate counts who is above the median of all.")),
    ("number", gettext_lazy("Each line is a group: a column holds how many of its people were selected.")),
    ("class", gettext_lazy("Each person was put into a class, and the tool itself selects nobody.")),
]
WORDS: Final = ("selected", "class")
"""What was decided that a column of few different words says."""


class ColumnsForm(forms.Form):
    """Which column holds what."""

    sex = forms.ChoiceField(label=gettext_lazy("Sex"))
    race_ethnicity = forms.ChoiceField(label=gettext_lazy("Race/ethnicity"))
    kind = forms.ChoiceField(choices=KINDS, widget=forms.RadioSelect, label=gettext_lazy("What was decided"))
    measure = forms.ChoiceField(label=gettext_lazy("Outcome, score, number selected or class"))
    count = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Number of people"),
        help_text=gettext_lazy("Only where one line stands for several people."),
    )
    truth = forms.ChoiceField(
        required=False,
        label=gettext_lazy("True outcome"),
        help_text=gettext_lazy("What became of each person, such as whether they did well. Group metrics need it."),
    )
    decision = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Decision beside the score"),
        help_text=gettext_lazy("Only with scores, where a column says what was decided."),
    )

    def __init__(self, profile: Profile, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.profile = profile
        named = [(column.reference, _told(column)) for column in profile.columns]
        for name in ("sex", "race_ethnicity", "measure"):
            self._choice(name, [("", _("Choose a column")), *named])
        self._choice("count", [("", _("None: one line is one person")), *named])
        self._choice("truth", [("", _("None: true outcomes are not known")), *named])
        self._choice("decision", [("", _("None")), *named])

    def _choice(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        """A column serves one purpose, and a category has few values."""
        data = super().clean() or {}
        taken: dict[str, str] = {}
        for name in ("sex", "race_ethnicity", "measure", "count", "truth", "decision"):
            reference = data.get(name)
            if reference and reference in taken:
                self.add_error(
                    name, _("The column “{column}” serves another purpose already.").format(column=reference)
                )
            elif reference:
                taken[reference] = name
        kind = data.get("kind")
        for name in ("sex", "race_ethnicity", "truth", "decision", *(["measure"] if kind in WORDS else [])):
            column = self.profile.column(data.get(name) or "")
            if column and column.many:
                self.add_error(name, too_many(column))
        measure = self.profile.column(data.get("measure") or "")
        if measure and kind in ("score", "number") and not measure.numeric:
            self.add_error("measure", _("The column “{column}” holds no numbers.").format(column=measure.name))
        if data.get("decision") and not (kind == "score" and data.get("truth")):
            self.add_error("decision", _("A column of decisions goes with scores and with a true outcome."))
        if kind == "number" and "count" in data and not data["count"]:
            self.add_error("count", _("Choose the column with the number of people in each group."))
        return data


def check_alike(forms_of: Sequence[ColumnsForm]) -> bool:
    """Say whether all shapes measure the same; whatever differs from the first is told beside its field."""
    first = forms_of[0].cleaned_data
    alike = {"selected", "number"} if first["kind"] in ("selected", "number") else {first["kind"]}
    sound = True
    for form in forms_of[1:]:
        if form.cleaned_data["kind"] not in alike:
            sentence = _("The first sources measure something else, so these cannot be counted as one with them.")
            form.add_error("kind", sentence)
            sound = False
        for name in ("truth", "decision"):
            if bool(form.cleaned_data.get(name)) != bool(first.get(name)):
                form.add_error(name, _("It is known of all sources, or of none."))
                sound = False
    return sound


def too_many(column: Column) -> str:
    """The sentence for a column of free text, names or numbers where a category is wanted."""
    return _(
        "The column “{column}” has more than {most} different values, so it is no column of categories; "
        "its values are not shown."
    ).format(column=column.name, most=MOST_VALUES)


def columns_of(plan: Plan) -> dict[str, str]:
    """Return the choice of columns that a plan stands for, as :class:`ColumnsForm` takes it."""
    kind = "score" if plan.score else "number" if plan.count_reading == "number" else "selected"
    kind = "class" if plan.selected is None and plan.score is None else kind
    return {
        "sex": plan.sex,
        "race_ethnicity": plan.race_ethnicity,
        "kind": kind,
        "measure": plan.score or plan.selected or plan.output_class or "",
        "count": plan.count or "",
        "truth": plan.truth or "",
        "decision": plan.decision or "",
    }


def proposed_columns(profile: Profile) -> dict[str, str]:
    """Return the columns that their names propose; what is not proposed is left out."""
    found = {role: profile.proposed(role) for role in ("sex", "race_ethnicity", "selected", "score", "count")}
    columns = {role: column.reference for role, column in found.items() if column}
    measure = columns.pop("selected", "")
    score = columns.pop("score", "")
    if measure:
        number = bool(columns.get("count")) and _holds_numbers(found["selected"])
        columns |= {"kind": "number" if number else "selected", "measure": measure}
    elif score:
        columns |= {"kind": "score", "measure": score}
    return columns


def _holds_numbers(column: Column | None) -> bool:
    known = {key(value.raw) for value in column.values} if column else set()
    return bool(column and column.numeric and not known <= {"0", "1"})


def _told(column: Column) -> str:
    name = column.name or _("(no name)")
    if column.reference != column.name:
        name = f"{name} ({column.reference})"
    if column.many:
        return _("{column}: more than {most} different values").format(column=name, most=MOST_VALUES)
    count = len(column.values)
    told = ngettext("{column}: {count} different value", "{column}: {count} different values", count)
    return told.format(column=name, count=count)
