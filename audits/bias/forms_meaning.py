"""What a person says about a file of applicants: what each value of its columns means, and every choice of method."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audits.bias.forms_choices import ChoicesForm, Offered
from audits.bias.forms_outcomes import FAVOURABLE
from audits.bias.locking import independence_stated
from audits.bias.models import BiasAudit, BiasSource
from audits.bias.plan import Plan
from audits.bias.profile import Column
from audits.bias.shapes import Shape, form_of, own_of
from audits.bias.vocabulary import NOT_SELECTED, SELECTED, Role, word
from audits.metrics.categories import RACES, SEXES
from audits.metrics.conduct import CONDITIONS

UNKNOWN: Final = "unknown"
CONFIRMED: Final = "confirmed on the mapping page"
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


@dataclass(frozen=True, slots=True)
class Line:
    """One value of the file beside the field that asks for its meaning."""

    raw: str
    lines: int
    field: BoundField
    proposed: bool


@dataclass(frozen=True, slots=True)
class Values:
    """All values of one chosen column; `favourable` asks for the one that means selected, of a column of outcomes."""

    role: Role
    name: str
    column: Column
    lines: list[Line]
    labels: Sequence[str] = ()
    favourable: BoundField | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """Sources of one shape, which of their columns is which, and the plan by which they were read before."""

    shape: Shape
    columns: Mapping[str, str]
    before: Plan | None = None
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A field that asks what one value of one role means; `proposal` is what the built-in list makes of it."""

    name: str
    raw: str
    lines: int
    proposal: str | None


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
        sources: Sequence[BiasSource],
        read: Sequence[Read],
        plan: Plan | None,
        *args: Any,
        offered: Offered | None = None,
        typed: QueryDict | None = None,
        **kwargs: Any,
    ):
        """Ask about sources, shape by shape.

        `plan` has the choices of method to begin from; meanings of values are taken from what each shape was read by
        before. `typed` is what stands in the page already: nothing of it is lost, and nothing is found fault with.
        """
        super().__init__(*args, **kwargs)
        self.sources, self.read = sources, read
        self.offer([(one.shape.profile, one.columns) for one in read], plan, offered or Offered(), len(sources))
        self._of: list[tuple[Read, Role, Column, list[_Asked]]] = []
        for letter, text in CONDITIONS.items():
            label = _("Article 4a(1)({letter})").format(letter=letter)
            area = forms.Textarea(attrs={"rows": 3})
            self.fields[f"condition_{letter}"] = forms.CharField(
                required=False, max_length=4000, widget=area, label=label, help_text=text
            )
        for one in read:
            roles: list[tuple[Role, str]] = [("sex", "sex"), ("race_ethnicity", "race_ethnicity")]
            if one.columns["kind"] == "selected":
                roles.append(("outcome", "measure"))
            given: tuple[Role, ...] = ("truth", "decision")
            roles += [(role, role) for role in given if one.columns.get(role)]
            for role, name in roles:
                if column := one.shape.profile.column(one.columns[name]):
                    self._ask(one, role, column)
        given_values: dict[str, list[str]] = {}
        for _one, role, column, _asked in self._of:
            given_values.setdefault(role, []).extend(value.raw for value in column.values)
        self.offer_favourable(given_values)
        if typed is not None:
            self._keep(typed)

    def _ask(self, of: Read, role: Role, column: Column) -> None:
        plan = of.before
        same = plan is not None and of.columns[_measure(role)] == _planned(plan, role)
        known = plan.mapping.get(role) if plan is not None and same else None
        favourable = plan.favourable if plan is not None and same and role == "outcome" else None
        asked = []
        for place, proposal in enumerate(column.proposals(role)):
            name = f"{of.prefix}{role}-{column.number}-{place}"
            proposed = ((proposal.category or UNKNOWN) if proposal.known else "") if known is None else None
            if favourable is not None:
                proposed = None
                initial = SELECTED if word(proposal.raw) == word(favourable) else NOT_SELECTED
            elif known is not None:
                initial = (known[proposal.raw] or UNKNOWN) if proposal.raw in known else ""
            else:
                initial = proposed or ""
            self.fields[name] = forms.ChoiceField(
                choices=[("", _("Not known yet: choose")), *MEANINGS[role]],
                required=False,
                initial=initial,
                label=_("What “{value}” means").format(value=proposal.raw or _("(blank)")),
            )
            asked.append(_Asked(name, proposal.raw, proposal.lines, proposed or None))
        if role == "outcome":
            words = [(value.raw, value.raw) for value in column.values if value.raw.strip()]
            self.fields[f"{of.prefix}favourable"] = forms.ChoiceField(
                choices=[("", _("None: what each value means is said above")), *words],
                required=False,
                initial=favourable or "",
                label=_("Or the one favourable value"),
                help_text=_("Every other value is unfavourable then, also one that a later file brings."),
            )
        self._of.append((of, role, column, asked))

    def _keep(self, typed: QueryDict) -> None:
        """Show what was typed: in its field, or unseen where the columns that are chosen now do not ask for it."""
        for name, asked in self.fields.items():
            if isinstance(asked, forms.MultipleChoiceField):
                self.initial[name] = typed.getlist(name)
            elif isinstance(asked, forms.BooleanField):
                self.initial[name] = name in typed
            elif name in typed:
                self.initial[name] = typed[name]

    def carried(self, data: QueryDict) -> list[tuple[str, str]]:
        """Return what was typed for columns that are not chosen just now, for the page to carry unseen."""
        shown = {*self.fields, "csrfmiddlewaretoken", "show"}
        columns = {f"{one.prefix}{name}" for one in self.read for name in one.columns}
        lists = ((name, data.getlist(name)) for name in data if name not in shown | columns)
        return [(name, value) for name, values in lists for value in values if value]

    def values(self) -> Iterator[Values]:
        """Yield the values of each chosen column, to be laid out as tables."""
        for of, role, column, asked in self._of:
            lines = [
                Line(one.raw, one.lines, self[one.name], one.proposal is not None and self._says(one) == one.proposal)
                for one in asked
            ]
            labels = of.shape.labels if len(self.read) > 1 else ()
            favourable = self[f"{of.prefix}favourable"] if role == "outcome" else None
            yield Values(role, str(ROLE_NAMES[role]), column, lines, labels, favourable)

    def _says(self, one: _Asked) -> str:
        return str(self[one.name].value() or "")

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
        """Values that the count reads as one have one meaning, and the favourable one is the one that is selected."""
        data = super().clean() or {}
        for of, role, _column, asked in self._of:
            first: dict[str, tuple[str, str]] = {}
            for one in asked:
                meaning = data.get(one.name, "")
                other, before = first.setdefault(word(one.raw), (one.raw, meaning))
                if before != meaning:
                    sentence = _("“{one}” and “{other}” are read as one value; give both the same meaning.")
                    self.add_error(one.name, sentence.format(one=other, other=one.raw))
            favourable = self._favourable(of, role)
            for one in asked if favourable else ():
                meant = SELECTED if word(one.raw) == word(favourable) else NOT_SELECTED
                apart = {UNKNOWN} if role == "truth" and meant == NOT_SELECTED else set()
                if data.get(one.name) not in ("", None, meant, *apart):
                    sentence = _("“{favourable}” is said to be the one favourable value, which does not go with this.")
                    self.add_error(one.name, sentence.format(favourable=favourable))
        if self.errors and self.open:
            self.add_error(None, self.told_open())
        return data

    @property
    def open(self) -> int:
        """How many values have no meaning yet; only a blank where the one favourable value of its column is named."""
        return sum(
            not self._says(one) and not (one.raw.strip() and self._favourable(of, role))
            for of, role, _column, asked in self._of
            for one in asked
        )

    def _favourable(self, of: Read, role: Role) -> str:
        """Return the one value of a column that was named as the favourable one, or nothing."""
        name = f"{of.prefix}favourable" if role == "outcome" else FAVOURABLE.get(role, "")
        return str(self[name].value() or "") if name in self.fields else ""

    def told_open(self) -> str:
        """Say how many values have no meaning yet, and what that leads to."""
        sentence = ngettext(
            "{count} value has no meaning yet; the run would stop at it.",
            "{count} values have no meaning yet; the run would stop at them.",
            self.open,
        )
        return sentence.format(count=self.open)

    def plan(self) -> Plan:
        """Return the plan that was confirmed; values without a meaning are left out, so that the run stops at them."""
        method = self.chosen()
        for name in ("output_class", "truth", "decision"):  # each shape says it for itself
            method.pop(name, None)
        if self.read[0].columns["kind"] == "class":
            method["class_reading"] = "put-into"
        readings = [self._reading(one) for one in self.read]
        own = own_of(self.sources, readings, [one.shape for one in self.read])
        whole = {**readings[0], **form_of(self.sources[0]), **method}
        return Plan(**whole, mapping_source=CONFIRMED, vocabulary=False, sources=own)

    def _reading(self, of: Read) -> dict[str, Any]:
        """Return the columns of one shape and the meanings of their values, as a plan takes them."""
        columns, data = of.columns, self.cleaned_data
        favourable = data.get(f"{of.prefix}favourable") or None
        mapping: dict[Role, dict[str, str | None]] = {}
        for one, role, _column, asked in self._of:
            if one is of and not (role == "outcome" and favourable):
                chosen = {each.raw: data[each.name] for each in asked if data[each.name]}
                mapping[role] = {raw: None if meaning == UNKNOWN else meaning for raw, meaning in chosen.items()}
        kind, count = columns["kind"], columns["count"] or None
        classes = columns["measure"] if kind == "class" else data.get("output_class") or None
        return {
            "sex": columns["sex"],
            "race_ethnicity": columns["race_ethnicity"],
            "selected": columns["measure"] if kind in ("selected", "number") else None,
            "favourable": favourable,
            "score": columns["measure"] if kind == "score" else None,
            "count": count,
            "count_reading": {"selected": "outcome", "number": "number"}.get(kind) if count else None,
            "output_class": classes,
            "truth": columns.get("truth") or None,
            "decision": columns.get("decision") or None,
            "mapping": mapping,
        }


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


def _measure(role: Role) -> str:
    return "measure" if role == "outcome" else role


def _planned(plan: Plan, role: Role) -> str | None:
    return plan.selected if role == "outcome" else plan.columns().get(role)
