"""Every choice that is made before a file is counted, as a question; each default is stated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms
from django.forms import BoundField
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.bias.compared import TABLE_NAMES
from audits.bias.forms_outcomes import OutcomeForm, stated_outcomes
from audits.bias.models import BiasAudit, BiasPlan, IndependenceDeclaration
from audits.bias.plan import SOURCE, Plan
from audits.bias.profile import Profile
from audits.bias.rules import check_historical
from audits.metrics.categories import Category
from audits.metrics.readings import SENTENCES
from compliance.lib.problems import Refused
from compliance.web.forms import DayField

DIRECTIONS: Final = [
    ("higher", gettext_lazy("Higher scores are better.")),
    ("lower", gettext_lazy("Lower scores are better.")),
]
UNKNOWNS: Final = [
    ("per-table", gettext_lazy("Count a person in every table whose category is known: unknown race, but known sex.")),
    ("complete-case", gettext_lazy("Count only people whose sex and race/ethnicity are both known, in every table.")),
]
MEDIANS: Final = [
    ("", gettext_lazy("The people whom the tables may count, as answered above (the default).")),
    *((option, gettext_lazy(sentence)) for option, sentence in SENTENCES["median"].items()),
]
UNITS: Final = [
    ("", gettext_lazy("Not stated; the result says nothing of it.")),
    ("person", gettext_lazy("A person.")),
    ("application", gettext_lazy("An application; a person may stand in several rows.")),
    ("other", gettext_lazy("Something else:")),
]
CLASS_READINGS: Final = [
    ("put-into", gettext_lazy("The part of all assessed people whom the tool put into the class (the default).")),
    ("outcome-within", gettext_lazy("The part of those in the class who were selected, or above the median.")),
]
DATA: Final = [
    ("", gettext_lazy("Not stated; the result says nothing of it.")),
    ("historical", gettext_lazy("Historical data, from the use of the tool (6 RCNY § 5-302(a)).")),
    ("test", gettext_lazy("Test data: it needs the explanations and the analysis below (6 RCNY § 5-302(b)).")),
]
REASONED: Final = {"unknowns": "unknowns", "median_basis": "median", "exclusion_base": "base"}
_TEST: Final = ("why_not_historical", "how_obtained")
_METHOD: Final = (
    *("direction", "unknowns", "reason_unknowns", "median_basis", "reason_median_basis"),
    *("exclusion_base", "reason_exclusion_base", "keep_exclusions", "unit", "unit_other"),
)
_DATA: Final = (
    *("data_kind", "data_from", "data_to", "data_origin", *_TEST),
    *("sufficiency_of", "sufficiency_conclusion", "sufficiency_reason", "sufficiency_by"),
)


@dataclass(frozen=True, slots=True)
class Offered:
    """What a run may be held against: locked plans, declarations and finished audits of the same AI system."""

    plans: Sequence[BiasPlan] = ()
    declarations: Sequence[IndependenceDeclaration] = ()
    earlier: Sequence[BiasAudit] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Some questions under one heading; `folded` where most audits do without them."""

    heading: str
    about: str
    fields: list[BoundField]
    folded: bool = False

    @property
    def is_open(self) -> bool:
        """Whether something in it was said, or has to be looked at."""
        quiet: tuple[Any, ...] = ("", "put-into", None, [])
        return any(field.errors or field.value() not in quiet for field in self.fields)


def _radio(choices: Sequence[tuple[str, Any]], label: Any, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, label=label, **{"required": False, **more})


def _words(label: Any, *, rows: int = 0, most: int = 500, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(max_length=most, required=False, widget=widget, label=label, **more)


class ChoicesForm(OutcomeForm):
    """The questions of method, of the data, and of the plan and the auditor that a run names."""

    direction = _radio(DIRECTIONS, gettext_lazy("Direction"), required=True)
    unknowns = _radio(UNKNOWNS, gettext_lazy("People of unknown sex or race/ethnicity"), required=True)
    reason_unknowns = _words(gettext_lazy("Why people of unknown category count so"))
    median_basis = _radio(MEDIANS, gettext_lazy("Which people are the full sample of the median?"))
    reason_median_basis = _words(gettext_lazy("Why this sample"))
    exclusion_base = _radio(
        [(option, gettext_lazy(sentence)) for option, sentence in SENTENCES["base"].items()],
        gettext_lazy("With what is a category compared when it is said to be less than 2 %?"),
        help_text=gettext_lazy(
            "6 RCNY § 5-301(d) lets a category below 2 % be left out of the ratios. The page of the result offers "
            "those that are, one by one, each with its justification and its approver; nothing is left out by itself."
        ),
    )
    reason_exclusion_base = _words(gettext_lazy("Why it is compared with these"))
    keep_exclusions = forms.BooleanField(required=False)
    unit = _radio(UNITS, gettext_lazy("What does one row stand for?"))
    unit_other = _words(gettext_lazy("Something else, in words"), most=200)

    output_class = forms.ChoiceField(required=False, label=gettext_lazy("Column of the classes"))
    class_reading = _radio(CLASS_READINGS, gettext_lazy("Rate of a class"))
    known_classes = _words(
        gettext_lazy("All classes that the tool knows, one a line"),
        rows=3,
        most=4000,
        help_text=gettext_lazy(
            "A class into which nobody was put has its tables then too, and one of the file that is not named stops "
            "the run. Left empty, the classes are those in the file."
        ),
    )

    strata = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Columns that split the people"),
        help_text=gettext_lazy("Such as the posting, the year or the employer."),
    )
    pooled = _words(
        gettext_lazy("Why they may be counted as one"),
        rows=2,
        help_text=gettext_lazy("Such as: one tool, one scale and the same qualification for all postings."),
    )

    data_kind = _radio(DATA, gettext_lazy("Data"))
    data_from = DayField(required=False, label=gettext_lazy("First day of the data"))
    data_to = DayField(required=False, label=gettext_lazy("Last day of the data"))
    data_origin = _words(gettext_lazy("Where the data comes from"))
    why_not_historical = _words(gettext_lazy("Test data: why historical data was not used"), rows=2, most=2000)
    how_obtained = _words(gettext_lazy("Test data: how it was generated and obtained"), rows=2, most=2000)
    sufficiency_of = forms.ChoiceField(
        required=False, label=gettext_lazy("Test data: the audit of the historical data that was insufficient")
    )
    sufficiency_conclusion = _words(gettext_lazy("Test data: what that analysis concludes"), rows=2, most=2000)
    sufficiency_reason = _words(gettext_lazy("Test data: why it concludes so"), rows=2, most=2000)
    sufficiency_by = _words(gettext_lazy("Test data: who concluded it"), most=200)

    under = forms.ChoiceField(required=False, label=gettext_lazy("Locked plan"))
    declaration = forms.ChoiceField(required=False, label=gettext_lazy("Auditor's declaration of independence"))

    def offer(
        self,
        read: Sequence[tuple[Profile, Mapping[str, str]]],
        plan: Plan | None,
        offered: Offered,
        sources: int = 1,
    ) -> None:
        """Fill in what there is to choose from, and what was chosen before.

        `read` are the profile and the chosen columns of each shape of the sources. A column splits the people, or names
        their class, only where all of them have it.
        """
        self.offered, self.before, self.several = offered, plan, sources > 1
        self.chosen_columns = columns = read[0][1]
        free = [_free(*one) for one in read]
        few = [one for one in free[0].items() if all(one[0] in other for other in free)]
        self._choose("output_class", [("", _("None: the tool does not classify")), *few])
        split = [(SOURCE, _("The source itself, by its label"))] if self.several else []
        self._choose("strata", [*split, *few])
        if self.several:
            self.fields["pooled"].label = _("Why the sources may be counted as one")
        self._choose("under", [("", _("None: the result says that it ran without a plan")), *_pairs(offered.plans)])
        none = ("", _("None: the result is a self-assessment"))
        self._choose("declaration", [none, *_pairs(offered.declarations)])
        self._choose("sufficiency_of", [("", _("None chosen")), *_pairs(offered.earlier)])
        if columns["kind"] != "score":
            for name in ("direction", "median_basis", "reason_median_basis"):
                del self.fields[name]
        self.offer_outcomes(columns)
        if columns["kind"] == "class":
            del self.fields["output_class"], self.fields["class_reading"]
        if plan and plan.exclusions:
            told = "; ".join(_excluded(one) for one in plan.exclusions)
            label = _("Leave out again what was decided before: {categories}").format(categories=told)
            self.fields["keep_exclusions"].label = label
        else:
            del self.fields["keep_exclusions"]
        for name, value in stated_choices(plan).items():
            self.initial.setdefault(name, value)

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def groups(self) -> Iterator[Group]:
        """Yield the questions in the order in which they are asked."""
        yield Group(_("Method"), "", self._fields(_METHOD))
        if classes := self._fields(("output_class", "class_reading", "known_classes")):
            about = _("6 RCNY § 5-301(b)(4): one set of tables for each class.")
            beside = "output_class" in self.fields
            heading = _("The tool also sorts people into classes") if beside else _("Classes of the tool")
            yield Group(heading, about, classes, folded=beside)
        if outcomes := self.outcome_fields():
            about = _("Group metrics are computed from the true outcomes; the AI Act sets no threshold for any.")
            yield Group(_("True outcomes"), about, outcomes)
        about = _("The tables count all of them as one, knowingly; tests over the strata are computed beside.")
        heading = _("Several postings, years or employers in this file")
        if self.several:
            heading = _("Several sources counted as one")
        yield Group(heading, about, self._fields(("strata", "pooled")), not self.several)
        about = _("Test data may stand in only where historical data is insufficient, with the explanations here.")
        yield Group(_("Historical or test data"), about, self._fields(_DATA), folded=True)
        about = _("Both are about this AI system; what is named here stands in the result.")
        yield Group(_("Plan and auditor"), about, self._fields(("under", "declaration")))

    def _fields(self, names: Sequence[str]) -> list[BoundField]:
        return [self[name] for name in names if name in self.fields]

    def clean(self) -> dict[str, Any]:
        """What one answer makes necessary is asked for beside it."""
        data = super().clean() or {}
        if data.get("unit") == "other" and not data.get("unit_other"):
            self.add_error("unit_other", _("Say what one row stands for."))
        if data.get("strata") and not data.get("pooled") and not self.several:
            self.add_error("pooled", _("Say why these may be counted as one, or audit them one by one."))
        if self.several and not data.get("pooled"):
            self.add_error("pooled", _("Say why these sources may be counted as one, or audit them one by one."))
        if data.get("pooled") and not data.get("strata") and not self.several:
            self.add_error("strata", _("Choose the columns that split the people, or leave the reason empty."))
        if data.get("known_classes") and not data.get("output_class") and "output_class" in self.fields:
            self.add_error("output_class", _("Choose the column of the classes that are named, or name none."))
        if data.get("output_class") and data["output_class"] in data.get("strata", []):
            self.add_error("strata", _("The column of the classes serves another purpose already."))
        self.check_outcomes(data, self.chosen_columns)
        first, last = data.get("data_from"), data.get("data_to")
        if first and last and last < first:
            self.add_error("data_to", _("The last day lies before the first."))
        said = [name for name in ("data_from", "data_to", "data_origin") if data.get(name)]
        if said and not data.get("data_kind"):
            self.add_error("data_kind", _("Say whether the data is historical or test data."))
        if data.get("data_kind") == "test":
            wanted = (*_TEST, "sufficiency_of", "sufficiency_conclusion", "sufficiency_reason", "sufficiency_by")
            for name in wanted:
                if not data.get(name):
                    self.add_error(name, _("Test data is allowed only with this (6 RCNY § 5-302(b))."))
            self._check_earlier(data.get("sufficiency_of"))
        return data

    def _check_earlier(self, chosen: str | None) -> None:
        earlier = next((one for one in self.offered.earlier if str(one.pk) == chosen), None)
        if earlier is not None:
            try:
                check_historical(Plan.from_json(earlier.plan or {}))
            except Refused as refused:
                self.add_error("sufficiency_of", str(refused))

    def chosen(self) -> dict[str, Any]:
        """Return the choices as :class:`audits.bias.plan.Plan` takes them."""
        data = self.cleaned_data
        output_class = data.get("output_class") or None
        reasons = {key: data[f"reason_{name}"] for name, key in REASONED.items() if data.get(f"reason_{name}")}
        kept = self.before.exclusions if self.before and data.get("keep_exclusions") else ()
        return {
            "higher_is_better": data.get("direction") != "lower",
            "unknowns": data["unknowns"],
            "median_basis": data.get("median_basis") or None,
            "exclusion_base": data["exclusion_base"] or "table",
            "exclusions": kept,
            "reasons": reasons,
            "unit_of_analysis": (data["unit_other"] if data["unit"] == "other" else data["unit"]) or None,
            "strata": tuple(data["strata"]),
            "pooled": data["pooled"] or None,
            "data": self._data(),
            "output_class": output_class,
            "classes": tuple(dict.fromkeys(one.strip() for one in data["known_classes"].splitlines() if one.strip())),
            "class_reading": (data.get("class_reading") or "put-into") if output_class else None,
            **self.outcome_chosen(self.chosen_columns),
        }

    def _data(self) -> dict[str, Any] | None:
        from audits.bias.actions import result_of

        data = self.cleaned_data
        if not data["data_kind"]:
            return None
        found: dict[str, Any] = {"kind": data["data_kind"]}
        found |= {name: data[f"data_{name}"].isoformat() for name in ("from", "to") if data[f"data_{name}"]}
        if data["data_origin"]:
            found["origin"] = data["data_origin"]
        if data["data_kind"] == "test":
            earlier = next(one for one in self.offered.earlier if str(one.pk) == data["sufficiency_of"])
            found |= {name: data[name] for name in _TEST}
            found["sufficiency"] = {
                "of": str(earlier.pk),
                "counts": list(result_of(earlier)["counts"]),
                **{name: data[f"sufficiency_{name}"] for name in ("conclusion", "reason", "by")},
            }
        return found

    def named(self) -> dict[str, Any]:
        """Return the plan and the declaration that the run names, as :func:`audits.bias.actions.start` takes them."""
        data = self.cleaned_data
        return {
            "under": next((one for one in self.offered.plans if str(one.pk) == data["under"]), None),
            "declaration": next((one for one in self.offered.declarations if str(one.pk) == data["declaration"]), None),
        }


def _free(profile: Profile, columns: Mapping[str, str]) -> dict[str, str]:
    """Return the columns of few values that serve no purpose yet: reference and name."""
    taken = set(columns.values())
    few = (one for one in profile.columns if not one.many and one.reference not in taken)
    return {one.reference: one.name or one.reference for one in few}


def stated_choices(plan: Plan | None) -> dict[str, Any]:
    """Return the choices of a plan as the form shows them; without a plan, the defaults."""
    if plan is None:
        return (
            {"unknowns": "per-table", "exclusion_base": "table", "class_reading": "put-into"}
            | dict.fromkeys(("median_basis", "unit", "data_kind"), "")
            | stated_outcomes(None)
        )
    data = plan.data or {}
    unit = plan.unit_of_analysis or ""
    known = unit in dict(UNITS) and unit != "other"
    found: dict[str, Any] = {
        "unknowns": plan.unknowns,
        "median_basis": plan.median_basis or "",
        "exclusion_base": plan.exclusion_base,
        "keep_exclusions": bool(plan.exclusions),
        "unit": unit if known else "other",
        "unit_other": "" if known else unit,
        "output_class": plan.output_class or "",
        "class_reading": plan.class_reading or "put-into",
        "known_classes": "\n".join(plan.classes),
        "strata": list(plan.strata),
        "pooled": plan.pooled or "",
        "data_kind": data.get("kind", ""),
        **{f"data_{name}": date.fromisoformat(data[name]) for name in ("from", "to") if data.get(name)},
        "data_origin": data.get("origin", ""),
        **{name: data.get(name, "") for name in _TEST},
        **{f"sufficiency_{name}": text for name, text in (data.get("sufficiency") or {}).items() if name != "counts"},
        **{f"reason_{name}": plan.reasons.get(key, "") for name, key in REASONED.items()},
    }
    found |= stated_outcomes(plan)
    if plan.score:
        found["direction"] = "higher" if plan.higher_is_better else "lower"
    return found


def _pairs(found: Sequence[Any]) -> list[tuple[str, str]]:
    return [(str(one.pk), _told(one)) for one in found]


def _told(one: Any) -> str:
    if isinstance(one, BiasPlan):
        return _("{title} (SHA-256 {short})").format(title=one.title, short=one.sha256[:12])
    if isinstance(one, IndependenceDeclaration):
        day = date_format(one.declared_at.date(), "DATE_FORMAT")
        return _("{auditor}, declared {day}").format(auditor=one.auditor, day=day)
    return str(one)


def _excluded(one: Mapping[str, Any]) -> str:
    return f"{Category(one['sex'], one['race_ethnicity'])} ({TABLE_NAMES[one['table']]})"
