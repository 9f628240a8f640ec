"""What a person says about a file of applicants: which columns matter, and what each of their values means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audits.bias.forms_choices import ChoicesForm, Offered
from audits.bias.locking import independence_stated
from audits.bias.models import BiasAudit
from audits.bias.plan import DELIMITERS, ENCODINGS, Plan
from audits.bias.profile import MOST_VALUES, Column, Profile
from audits.bias.vocabulary import NOT_SELECTED, SELECTED, Role, key, word
from audits.metrics.categories import RACES, SEXES
from audits.metrics.conduct import CONDITIONS
from compliance.people.models import Membership
from compliance.systems.models import AISystem
from compliance.systems.queries import systems
from compliance.uploads.forms import PiecesField

UNKNOWN: Final = "unknown"
CONFIRMED: Final = "confirmed on the mapping page"
KINDS: Final = [
    ("selected", gettext_lazy("Each person was selected or not: a column says so.")),
    ("score", gettext_lazy("Each person has a score: a rate counts who is above the median of all.")),
    ("number", gettext_lazy("Each line is a group: a column holds how many of its people were selected.")),
    ("class", gettext_lazy("Each person was put into a class, and the tool itself selects nobody.")),
]
MEANINGS: Final[Mapping[Role, list[tuple[str, Any]]]] = {
    "sex": [*((name, name) for name in SEXES), (UNKNOWN, gettext_lazy("unknown, or neither"))],
    "race_ethnicity": [*((name, name) for name in RACES), (UNKNOWN, gettext_lazy("unknown"))],
    "outcome": [(SELECTED, gettext_lazy("selected (favourable)")), (NOT_SELECTED, gettext_lazy("not selected"))],
    "truth": [
        (SELECTED, gettext_lazy("has the outcome (favourable)")),
        (NOT_SELECTED, gettext_lazy("does not have it")),
        (UNKNOWN, gettext_lazy("not known")),
    ],
    "decision": [(SELECTED, gettext_lazy("decided for (favourable)")), (NOT_SELECTED, gettext_lazy("decided against"))],
}
ROLE_NAMES: Final[Mapping[Role, Any]] = {
    "sex": gettext_lazy("Sex"),
    "race_ethnicity": gettext_lazy("Race/ethnicity"),
    "outcome": gettext_lazy("Outcome"),
    "truth": gettext_lazy("True outcome"),
    "decision": gettext_lazy("Decision"),
}


WORDS: Final = ("selected", "class")
"""What was decided that a column of few different words says."""


class NewForm(forms.Form):
    """A file of applicants for one AI system."""

    system = forms.ModelChoiceField(AISystem.objects.none(), label=gettext_lazy("AI system"), empty_label=None)
    title = forms.CharField(
        max_length=200,
        required=False,
        label=gettext_lazy("Title"),
        help_text=gettext_lazy("Such as “Screening, January to June 2026”. Left empty, it is made from the system."),
    )
    file = PiecesField(label=gettext_lazy("File of applicants"), allow_empty_file=True)
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
        help_text=gettext_lazy("Only for a spreadsheet with several sheets."),
    )

    def __init__(self, by: Membership, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choice = self.fields["system"]
        if isinstance(choice, forms.ModelChoiceField):
            choice.queryset = systems(by)
        self.fields["delimiter"].strip = False  # type: ignore[attr-defined]
        self.fields["file"].belongs_to(by, settings.MAX_APPLICANTS_BYTES)  # type: ignore[attr-defined]
        self.fields["file"].help_text = _(
            "A table with a header and one row a person, or one row a group with a count: text (CSV, also as "
            "gzip), a spreadsheet (XLSX), Parquet or Arrow. "
            "At most {size:,} MB. The exact bytes are kept under their digest; no row of them is shown to anyone."
        ).format(size=settings.MAX_APPLICANTS_BYTES // 2**20)


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
        if kind == "class" and data.get("truth"):
            self.add_error("truth", _("True outcomes are held against selections or scores; classes are neither."))
        if data.get("decision") and not (kind == "score" and data.get("truth")):
            self.add_error("decision", _("A column of decisions goes with scores and with a true outcome."))
        if kind == "number" and "count" in data and not data["count"]:
            self.add_error("count", _("Choose the column with the number of people in each group."))
        return data


def too_many(column: Column) -> str:
    """The sentence for a column of free text, names or numbers where a category is wanted."""
    return _(
        "The column “{column}” has more than {most} different values, so it is no column of categories; "
        "its values are not shown."
    ).format(column=column.name, most=MOST_VALUES)


@dataclass(frozen=True, slots=True)
class Line:
    """One value of the file beside the field that asks for its meaning."""

    raw: str
    lines: int
    field: BoundField
    proposed: bool


@dataclass(frozen=True, slots=True)
class Values:
    """All values of one chosen column."""

    role: Role
    name: str
    column: Column
    lines: list[Line]

    @property
    def open(self) -> int:
        """How many values have no meaning yet."""
        return sum(not line.field.value() for line in self.lines)


class MeaningForm(ChoicesForm):
    """What each value means, and the choices of method; :meth:`plan` makes the plan of it."""

    people_in_union = forms.ChoiceField(
        choices=[("no", gettext_lazy("No")), ("yes", gettext_lazy("Yes"))],
        widget=forms.RadioSelect,
        label=gettext_lazy("Are people in the European Union among those assessed?"),
        error_messages={"required": gettext_lazy("Say whether people in the Union are among those assessed.")},
        help_text=gettext_lazy(
            "Race and ethnic origin are special categories of personal data. For people in the Union, the six records "
            "of Article 4a(1) of the AI Act come before the run."
        ),
    )

    def __init__(
        self,
        profile: Profile,
        columns: Mapping[str, str],
        plan: Plan | None,
        *args: Any,
        offered: Offered | None = None,
        taken: Plan | None = None,
        **kwargs: Any,
    ):
        """Ask about a file; where `plan` is None, the meanings of values in `taken` are proposed, and no more of it."""
        super().__init__(*args, **kwargs)
        self.profile, self.columns = profile, columns
        self.offer(profile, columns, plan, offered or Offered())
        self._of: list[tuple[Role, Column, list[tuple[str, str, int, bool]]]] = []
        for letter, text in CONDITIONS.items():
            label = _("Article 4a(1)({letter})").format(letter=letter)
            area = forms.Textarea(attrs={"rows": 3})
            self.fields[f"condition_{letter}"] = forms.CharField(
                required=False, max_length=4000, widget=area, label=label, help_text=text
            )
        roles: list[tuple[Role, str]] = [("sex", "sex"), ("race_ethnicity", "race_ethnicity")]
        if columns["kind"] == "selected":
            roles.append(("outcome", "measure"))
        given: tuple[Role, ...] = ("truth", "decision")
        roles += [(role, role) for role in given if columns.get(role)]
        for role, name in roles:
            if column := profile.column(columns[name]):
                self._ask(role, column, plan or taken)

    def _ask(self, role: Role, column: Column, plan: Plan | None) -> None:
        known = plan.mapping.get(role) if plan and self.columns[_measure(role)] == _planned(plan, role) else None
        asked = []
        for place, proposal in enumerate(column.proposals(role)):
            name = f"{role}-{column.number}-{place}"
            proposed = known is None and proposal.known
            if known is not None:
                initial = known.get(proposal.raw, "") if proposal.raw in known else ""
                initial = UNKNOWN if proposal.raw in known and initial is None else initial
            else:
                initial = (proposal.category or UNKNOWN) if proposal.known else ""
            self.fields[name] = forms.ChoiceField(
                choices=[("", _("Not known yet: choose")), *MEANINGS[role]],
                required=False,
                initial=initial,
                label=_("What “{value}” means").format(value=proposal.raw or _("(blank)")),
            )
            asked.append((name, proposal.raw, proposal.lines, proposed))
        self._of.append((role, column, asked))

    def values(self) -> Iterator[Values]:
        """Yield the values of each chosen column, to be laid out as tables."""
        for role, column, asked in self._of:
            lines = [
                Line(
                    raw, count, self[name], proposed and str(self[name].value() or "") == str(self[name].initial or "")
                )
                for name, raw, count, proposed in asked
            ]
            yield Values(role, str(ROLE_NAMES[role]), column, lines)

    def conditions(self) -> list[BoundField]:
        """Return the fields for the six records of Article 4a(1), asked for only where people in the Union are met."""
        return [self[f"condition_{letter}"] for letter in CONDITIONS]

    def gate(self) -> dict[str, Any]:
        """Return what was said of people in the Union, the plan and the auditor, as a run is started with."""
        data = self.cleaned_data
        return {
            "people_in_union": data["people_in_union"] == "yes",
            "conditions": {letter: data[f"condition_{letter}"] for letter in CONDITIONS},
            **self.named(),
        }

    def clean(self) -> dict[str, Any]:
        """Values that the count reads as one have one meaning."""
        data = super().clean() or {}
        for _role, _column, asked in self._of:
            first: dict[str, tuple[str, str]] = {}
            for name, raw, _lines, _proposed in asked:
                meaning = data.get(name, "")
                other, before = first.setdefault(word(raw), (raw, meaning))
                if before != meaning:
                    sentence = _("“{one}” and “{other}” are read as one value; give both the same meaning.")
                    self.add_error(name, sentence.format(one=other, other=raw))
        return data

    def plan(self) -> Plan:
        """Return the plan that was confirmed; values without a meaning are left out, so that the run stops at them."""
        columns, data, method = self.columns, self.cleaned_data, self.chosen()
        mapping: dict[Role, dict[str, str | None]] = {}
        for role, _column, asked in self._of:
            chosen = {raw: data[name] for name, raw, _lines, _proposed in asked if data[name]}
            mapping[role] = {raw: None if meaning == UNKNOWN else meaning for raw, meaning in chosen.items()}
        scoring = columns["kind"] == "score"
        if columns["kind"] == "class":
            method |= {"output_class": columns["measure"], "class_reading": "put-into"}
        count = columns["count"] or None
        reading = {"selected": "outcome", "number": "number"}.get(columns["kind"]) if count else None
        delimiters = {name: mark for mark, name in DELIMITERS.items()}
        return Plan(
            sex=columns["sex"],
            race_ethnicity=columns["race_ethnicity"],
            selected=columns["measure"] if columns["kind"] in ("selected", "number") else None,
            score=columns["measure"] if scoring else None,
            count=count,
            count_reading=reading,  # type: ignore[arg-type]  # one of its two words
            mapping=mapping,
            mapping_source=CONFIRMED,
            vocabulary=False,
            encoding=self.profile.encoding if self.profile.encoding in ENCODINGS else None,
            delimiter=delimiters.get(self.profile.delimiter),
            sheet=self.profile.sheet,
            **method,
        )


def stated_before(bias_audit: BiasAudit, offered: Offered) -> dict[str, str]:
    """Return what a run that stopped named and what was said of people in the Union, so that nobody types it again."""
    conduct = bias_audit.conduct or {}
    named = conduct.get("independence")
    declared = next((one for one in offered.declarations if independence_stated(one) == named), None)
    found = {"under": str(bias_audit.under_id or ""), "declaration": str(declared.pk) if declared else ""}
    before = conduct.get("special_categories") or {}
    if before.get("people_in_union") is None:
        return found
    written = {f"condition_{letter}": text for letter, text in before["conditions"].items()}
    return {**found, "people_in_union": "yes" if before["people_in_union"] else "no", **written}


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


def _measure(role: Role) -> str:
    return "measure" if role == "outcome" else role


def _planned(plan: Plan, role: Role) -> str | None:
    return plan.selected if role == "outcome" else plan.columns().get(role)


def _told(column: Column) -> str:
    name = column.name or _("(no name)")
    if column.reference != column.name:
        name = f"{name} ({column.reference})"
    if column.many:
        return _("{column}: more than {most} different values").format(column=name, most=MOST_VALUES)
    count = len(column.values)
    told = ngettext("{column}: {count} different value", "{column}: {count} different values", count)
    return told.format(column=name, count=count)
