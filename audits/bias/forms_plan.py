"""What is decided before an audit runs, and who declares to be independent: the forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.bias import referencefile
from audits.bias.forms_outcomes import PlannedOutcomes, written_outcome
from audits.bias.locking import planned
from audits.metrics.conduct import CONDITIONS
from audits.metrics.readings import SENTENCES
from audits.metrics.result import EVERY_METRIC
from audits.metrics.thresholds import MEASURED
from compliance.lib.independence import LIMBS
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.systems.models import AISystem
from compliance.systems.queries import systems
from compliance.web.forms import DayField

OPEN: Final = ("", gettext_lazy("Left open: the plan promises nothing here."))
RATE_KINDS: Final = [
    OPEN,
    ("selection", gettext_lazy("Selection rates: who was selected.")),
    ("scoring", gettext_lazy("Scoring rates: who scored above the median.")),
]
DIRECTIONS: Final = [
    OPEN,
    ("yes", gettext_lazy("Higher scores are better.")),
    ("no", gettext_lazy("Lower scores are better.")),
]
EXCLUSIONS: Final = [OPEN, ("none", gettext_lazy("No category is left out of the ratios."))]
CLASS_READINGS: Final = [
    OPEN,
    ("put-into", gettext_lazy("The part of all assessed people whom the tool put into the class.")),
    ("outcome-within", gettext_lazy("The part of those in the class that were selected.")),
]
DATA: Final = [
    OPEN,
    ("historical", gettext_lazy("Historical data, from the use of the tool (6 RCNY § 5-302(a)).")),
    ("test", gettext_lazy("Test data (6 RCNY § 5-302(b)).")),
]
THRESHOLDS: Final = [("", gettext_lazy("None")), *((one, one) for one in MEASURED)]
ROWS: Final = 3
_PLAIN: Final = ("rate_kind", "unknowns", "median_basis", "exclusion_base", "unit_of_analysis")
_TEST: Final = ("why_not_historical", "how_obtained")
_ORIGIN: Final = ("origin", *_TEST)
UNION: Final = [
    OPEN,
    ("no", gettext_lazy("No: nobody in the Union is among them.")),
    ("yes", gettext_lazy("Yes: the six records of Article 4a(1) come before the run.")),
]
_WORDS: Final = ("favourable", "pooled")


def readings(choice: str) -> list[tuple[str, Any]]:
    """Return the options of a question that the rule leaves open, and that it may be left open here too."""
    return [OPEN, *((option, gettext_lazy(sentence)) for option, sentence in SENTENCES[choice].items())]


class SystemChoice(forms.Form):
    """A form about one of the systems that a member may see."""

    system = forms.ModelChoiceField(AISystem.objects.none(), label=gettext_lazy("AI system"), empty_label=None)

    def __init__(self, by: Membership, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        choice = self.fields["system"]
        if isinstance(choice, forms.ModelChoiceField):
            choice.queryset = systems(by)


def _radio(choices: Sequence[tuple[str, Any]], label: Any, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=choices, required=False, widget=forms.RadioSelect, label=label, **more)


def _area(label: Any, *, most: int, rows: int = 2, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(max_length=most, required=False, widget=widget, label=label, **more)


class PlanForm(SystemChoice, PlannedOutcomes):
    """A plan as a person writes it; :meth:`document` makes the document of it, :func:`written` reads one back."""

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(
        max_length=200,
        required=False,
        label=gettext_lazy("Title"),
        help_text=gettext_lazy("Such as “Audit of 2026”."),
    )
    metrics = forms.MultipleChoiceField(
        choices=[(one, one) for one in EVERY_METRIC],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Metrics"),
    )
    rate_kind = _radio(RATE_KINDS, gettext_lazy("What is measured"))
    higher_is_better = _radio(DIRECTIONS, gettext_lazy("Direction of the scores"))
    unknowns = _radio(
        readings("unknowns"), gettext_lazy("Does a person of unknown sex count by race, and the other way round?")
    )
    median_basis = _radio(readings("median"), gettext_lazy("Which people are the full sample of the median?"))
    exclusion_base = _radio(
        readings("base"), gettext_lazy("With what is a category compared when it is said to be less than 2 %?")
    )
    exclusions = _radio(EXCLUSIONS, gettext_lazy("Categories below 2 %"))
    unit_of_analysis = forms.CharField(
        max_length=200,
        required=False,
        label=gettext_lazy("What one row stands for"),
        help_text=gettext_lazy("Such as: person, or application."),
    )
    favourable = forms.CharField(
        max_length=200,
        required=False,
        label=gettext_lazy("Favourable value"),
        help_text=gettext_lazy(
            "The one value that means selected, as it will stand in the data; every other does not."
        ),
    )
    strata = forms.CharField(
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=gettext_lazy("Columns that split the people, one a line"),
        help_text=gettext_lazy(
            "Such as the posting, the year or the employer. Write #source for the source itself, by its label."
        ),
    )
    pooled = forms.CharField(
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=gettext_lazy("Why several files, postings or employers may be counted as one"),
    )
    class_reading = _radio(CLASS_READINGS, gettext_lazy("Rate of a class, of a tool that classifies"))
    data_kind = _radio(DATA, gettext_lazy("Data"))
    data_from = DayField(required=False, label=gettext_lazy("First day of the data"))
    data_to = DayField(required=False, label=gettext_lazy("Last day of the data"))
    data_origin = forms.CharField(max_length=500, required=False, label=gettext_lazy("Where the data comes from"))
    data_why_not_historical = _area(gettext_lazy("Test data: why historical data was not used"), most=2000)
    data_how_obtained = _area(gettext_lazy("Test data: how it was generated and obtained"), most=2000)
    reference = _area(
        gettext_lazy("Reference population that the people are compared with"),
        most=20_000,
        rows=4,
        help_text=gettext_lazy(
            "Written as the file of the option --reference: source, date, population, and sex, race_ethnicity or "
            "intersectional with a figure for each category, such as sex: {Male: 48.2, Female: 51.8}."
        ),
    )
    people_in_union = _radio(UNION, gettext_lazy("Are people in the European Union among those assessed?"))
    notes = forms.CharField(
        max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4}), label=gettext_lazy("Notes")
    )

    def __init__(self, by: Membership, *args: Any, thresholds: int = 0, **kwargs: Any):
        super().__init__(by, *args, **kwargs)
        self._rows = range(1, max(ROWS, thresholds + 1) + 1)
        for row in self._rows:
            for name, label, most in (
                ("value", _("Value, a plain number"), 50),
                ("reason", _("Reason"), 500),
            ):
                self.fields[f"threshold_{row}_{name}"] = forms.CharField(max_length=most, required=False, label=label)
            metric = forms.ChoiceField(choices=THRESHOLDS, required=False, label=_("Metric"))
            self.fields[f"threshold_{row}_metric"] = metric
        for letter, words in CONDITIONS.items():
            label = _("Article 4a(1)({letter})").format(letter=letter)
            self.fields[f"condition_{letter}"] = _area(label, most=4000, help_text=words)

    def conditions(self) -> list[BoundField]:
        """Return the fields for the six records of Article 4a(1)."""
        return [self[f"condition_{letter}"] for letter in CONDITIONS]

    def of_data(self) -> list[BoundField]:
        """Return what is asked of the data beside its kind and its window."""
        return [self[f"data_{name}"] for name in _ORIGIN]

    def thresholds(self) -> list[tuple[int, list[BoundField]]]:
        """Return the fields of each threshold."""
        return [
            (row, [self[f"threshold_{row}_{name}"] for name in ("metric", "value", "reason")]) for row in self._rows
        ]

    def choices(self) -> list[BoundField]:
        """Return the fields of the choices of method, in the order of the rule."""
        names = ("rate_kind", "higher_is_better", "unknowns", "median_basis", "exclusion_base")
        return [self[name] for name in (*names, "exclusions", "unit_of_analysis", *_WORDS, "strata", "class_reading")]

    def clean(self) -> dict[str, Any]:
        """The window of the data belongs to its kind, and does not end before it begins."""
        data = super().clean() or {}
        if (data.get("strata") or "").strip() and not data.get("pooled"):
            self.add_error("pooled", _("Say why these may be counted as one, or plan to audit them one by one."))
        first, last = data.get("data_from"), data.get("data_to")
        if first and last and last < first:
            self.add_error("data_to", _("The last day lies before the first."))
        if not data.get("data_kind") and any(data.get(f"data_{name}") for name in ("from", "to", *_ORIGIN)):
            self.add_error("data_kind", _("Say whether the data is historical or test data."))
        for name in _TEST if data.get("data_kind") == "historical" else ():
            if data.get(f"data_{name}"):
                self.add_error(f"data_{name}", _("This is said of test data (6 RCNY § 5-302(b))."))
        self.check_planned(data)
        if data.get("people_in_union") != "yes" and any(data.get(f"condition_{letter}") for letter in CONDITIONS):
            sentence = _("The records of Article 4a(1) are about people in the Union; say that they are among those.")
            self.add_error("people_in_union", sentence)
        self._read_reference(data)
        return data

    def _read_reference(self, data: dict[str, Any]) -> None:
        self.population: dict[str, Any] | None = None
        if (data.get("reference") or "").strip():
            try:
                self.population = referencefile.parse(data["reference"])
            except Refused as refused:
                for problem in refused.problems:
                    self.add_error("reference", str(problem))

    def document(self, system: AISystem, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the plan's document: what was left open is not in it, so that nothing is promised by silence.

        Categories that a draft leaves out by name stay as they were `before`: none is known before the counts.
        """
        data, kept = self.cleaned_data, (before or {}).get("choices", {})
        choices: dict[str, Any] = {name: data[name] for name in (*_PLAIN, *_WORDS) if data[name]}
        if strata := [line.strip() for line in data["strata"].splitlines() if line.strip()]:
            choices["strata"] = strata
        if data["higher_is_better"]:
            choices["higher_is_better"] = data["higher_is_better"] == "yes"
        if data["exclusions"]:
            choices["exclusions"] = []
        elif kept.get("exclusions"):
            choices["exclusions"] = kept["exclusions"]
        if data["class_reading"]:
            choices["class_reading"] = data["class_reading"]
        if outcome := self.planned_outcome(kept.get("outcome") or {}):
            choices["outcome"] = outcome
        if data["data_kind"]:
            choices["data"] = {
                "kind": data["data_kind"],
                **{
                    name: data[f"data_{name}"].isoformat()
                    for name in ("from", "to")
                    if data[f"data_{name}"] is not None
                },
                **{name: data[f"data_{name}"] for name in _ORIGIN if data[f"data_{name}"]},
            }
        if self.population is not None:
            choices["reference"] = self.population
        rows = [{name: data[f"threshold_{row}_{name}"] for name in ("metric", "value", "reason")} for row in self._rows]
        return planned(
            system=system,
            choices=choices,
            metrics=data["metrics"],
            thresholds=[row for row in rows if any(row.values())],
            notes=data["notes"],
            special_categories=self._special_categories(),
        )

    def _special_categories(self) -> dict[str, Any] | None:
        data = self.cleaned_data
        if not data["people_in_union"]:
            return None
        records = {letter: data[f"condition_{letter}"] for letter in CONDITIONS if data[f"condition_{letter}"]}
        return {"people_in_union": data["people_in_union"] == "yes", **({"conditions": records} if records else {})}


def written(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plan's document as :class:`PlanForm` takes it."""
    choices = document["choices"]
    found: dict[str, Any] = {name: choices.get(name) or "" for name in (*_PLAIN, *_WORDS, "class_reading")}
    found["strata"] = "\n".join(choices.get("strata") or ())
    found |= {"metrics": document["metrics"], "notes": document["notes"]}
    if choices.get("higher_is_better") is not None:
        found["higher_is_better"] = "yes" if choices["higher_is_better"] else "no"
    if choices.get("exclusions") == []:
        found["exclusions"] = "none"
    found |= written_outcome(choices.get("outcome") or {})
    data = choices.get("data") or {}
    found |= {f"data_{name}": data[name] for name in ("kind", "from", "to", *_ORIGIN) if name in data}
    if choices.get("reference"):
        found["reference"] = referencefile.written(choices["reference"])
    if said := document.get("special_categories"):
        found["people_in_union"] = "yes" if said["people_in_union"] else "no"
        found |= {f"condition_{letter}": text for letter, text in said.get("conditions", {}).items()}
    for place, row in enumerate(document["thresholds"], start=1):
        found |= {f"threshold_{place}_{name}": text for name, text in row.items()}
    return found


class DeclarationForm(SystemChoice):
    """The three limbs of 6 RCNY § 5-300, each ticked by whoever declares."""

    auditor = forms.CharField(
        max_length=200,
        label=gettext_lazy("Auditor"),
        error_messages={"required": gettext_lazy("Name the auditor who declares.")},
        help_text=gettext_lazy("The person or firm whose independence is declared."),
    )
    note = forms.CharField(
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("Such as where the engagement letter is kept."),
    )
    field_order = ("system", "auditor", *(f"limb_{name}" for name in LIMBS), "note")

    def __init__(self, by: Membership, *args: Any, **kwargs: Any):
        super().__init__(by, *args, **kwargs)
        for name, words in LIMBS.items():
            self.fields[f"limb_{name}"] = forms.BooleanField(required=False, label=f"({name}) {words}")
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """All three limbs, or no declaration."""
        data = super().clean() or {}
        sentence = _("Not ticked. Without all three the result is a self-assessment, which needs no declaration.")
        for name in LIMBS:
            if not data.get(f"limb_{name}"):
                self.add_error(f"limb_{name}", sentence)
        return data

    def limbs(self) -> dict[str, bool]:
        """Return what was ticked."""
        return {name: self.cleaned_data[f"limb_{name}"] for name in LIMBS}
