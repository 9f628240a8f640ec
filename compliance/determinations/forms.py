"""What is asked on the pages of the guided classification and of a determination."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.catalogue.conditions import Fact
from compliance.catalogue.loader import laws, load
from compliance.web.forms import DayField

NOT_KNOWN = "not_known"
NONE = "none"


class AnswerForm(forms.Form):
    """One question. The answer is yes, no, a value, several values, a number or a day, or "not known yet"."""

    remark = forms.CharField(
        label=gettext_lazy("What the answer rests on"),
        help_text=gettext_lazy("A document, a person, a page: whoever checks the answer later starts there."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, fact: Fact, value: Any = None, asked: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fact = fact
        self.fields = {**_fields(fact), **self.fields}
        self.initial = {**self.initial, **_initial(fact, value, asked)}

    @property
    def several(self) -> bool:
        """Whether each of several values is answered on its own."""
        return self.fact.type == "choices"

    def options(self) -> list[dict[str, Any]]:
        """Return each value of a question with several, with what is ticked."""
        chosen = self["answer"].value() or []
        open_ones = self[NOT_KNOWN].value() or []
        values = [{"value": value, "words": words} for value, words in self.fields["answer"].choices]  # type: ignore[attr-defined]
        for one in values:
            one |= {
                "chosen": one["value"] in chosen,
                "open": one["value"] in open_ones,
                "may_be_open": one["value"] != NONE,
            }
        return values

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "answer" in self.errors:
            return data
        answer: Any = data.get("answer")
        unknown: Any = data.get(NOT_KNOWN)
        if self.several:
            both = [words for value, words in self.fact.values.items() if value in answer and value in unknown]
            if both:
                told = _("This is ticked both as fitting and as not known yet: {words}.")
                self.add_error("answer", told.format(words="; ".join(both)))
            elif NONE in answer and (len(answer) > 1 or unknown):
                self.add_error("answer", _("None of these is ticked, and something besides."))
        elif self.fact.type in ("date", "number"):
            if answer is None and not unknown:
                self.add_error("answer", _("Give an answer, or tick that it is not known yet."))
            elif answer is not None and unknown:
                self.add_error("answer", _("There is an answer, and it is ticked that it is not known yet."))
        return data

    def value(self) -> Any:
        """Return the answer as a file of facts has it; None where it is not known yet."""
        answer, unknown = self.cleaned_data["answer"], self.cleaned_data.get(NOT_KNOWN)
        match self.fact.type:
            case "yes_no":
                return {"yes": True, "no": False}.get(answer)
            case "choice":
                return None if answer == NOT_KNOWN else answer
            case "choices":
                if not answer and not unknown:
                    return None
                if answer == [NONE] and NONE not in self.fact.values:
                    return []
                return {"chosen": answer, "not_known": unknown} if unknown else answer
            case "date":
                return answer.isoformat() if answer else None
            case _:
                return answer


def _fields(fact: Fact) -> dict[str, forms.Field]:
    missing = {"required": _("Choose an answer; “not known yet” is one.")}
    unknown = (NOT_KNOWN, _("Not known yet"))
    label = fact.question
    match fact.type:
        case "yes_no":
            choices = [("yes", _("Yes")), ("no", _("No")), unknown]
            return {
                "answer": forms.ChoiceField(
                    label=label, choices=choices, widget=forms.RadioSelect, error_messages=missing
                )
            }
        case "choice":
            choices = [*fact.values.items(), unknown]
            return {
                "answer": forms.ChoiceField(
                    label=label, choices=choices, widget=forms.RadioSelect, error_messages=missing
                )
            }
        case "choices":
            values = list(fact.values.items())
            if NONE not in fact.values:
                values.append((NONE, _("None of these")))
            some: Any = forms.CheckboxSelectMultiple
            return {
                "answer": forms.MultipleChoiceField(label=label, choices=values, required=False, widget=some),
                NOT_KNOWN: forms.MultipleChoiceField(choices=values, required=False, widget=some),
            }
    tick = forms.BooleanField(label=_("Not known yet"), required=False)
    if fact.type == "date":
        return {"answer": DayField(label=label, required=False), NOT_KNOWN: tick}
    return {"answer": forms.IntegerField(label=label, required=False), NOT_KNOWN: tick}


def _initial(fact: Fact, value: Any, asked: bool) -> dict[str, Any]:
    """Return the answer that is kept as the fields take it; nothing is chosen where nobody answered."""
    if value is None:
        if not asked or fact.type == "choices":
            return {}
        return {NOT_KNOWN: True} if fact.type in ("date", "number") else {"answer": NOT_KNOWN}
    if fact.type == "yes_no":
        return {"answer": "yes" if value else "no"}
    if fact.type == "choices":
        if isinstance(value, dict):
            return {"answer": value["chosen"], NOT_KNOWN: value["not_known"]}
        return {"answer": value or [NONE]}
    return {"answer": value}


class AskForm(forms.Form):
    """Which law is asked, and as of which day."""

    law = forms.ChoiceField(label=gettext_lazy("Law"), required=False)
    as_of = DayField(label=gettext_lazy("As of"), required=False)

    def __init__(self, data: Any):
        super().__init__(data or {})
        self.fields["law"].choices = law_choices()  # type: ignore[attr-defined]

    def asked(self) -> tuple[str, datetime.date]:
        """Return the law and the day; what is not given or makes no sense is the first law and today."""
        self.is_valid()
        today = timezone.now().date()
        return self.cleaned_data.get("law") or law_choices()[0][0], self.cleaned_data.get("as_of") or today


def law_choices() -> list[tuple[str, str]]:
    """Return the laws whose rows depend on facts, in the words of their newest text."""
    newest = {ref.law: load(ref.law) for ref in laws()}
    return [
        (law, catalogue.short_title)
        for law, catalogue in newest.items()
        if any(row.condition is not None for row in catalogue.rows)
    ]


class OverrideForm(forms.Form):
    """What a person says otherwise than the engine."""

    state = forms.ChoiceField(
        label=gettext_lazy("What you say in its place"),
        widget=forms.RadioSelect,
        choices=[
            ("applies", gettext_lazy("applies")),
            ("later", gettext_lazy("will apply from a day on")),
            ("no", gettext_lazy("does not apply")),
        ],
    )
    since = DayField(
        label=gettext_lazy("From which day"),
        required=False,
        help_text=gettext_lazy("Leave it empty where it does not apply."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("An override needs a reason.")},
        help_text=gettext_lazy("What was not seen, and on which text or fact you rest. The dossier prints it."),
    )


class DecideForm(forms.Form):
    """The second person's decision."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Needed when you refuse. The dossier prints it."),
    )


class SignForm(forms.Form):
    """The statement with which a person signs; `sha256` is the digest of what they read."""

    statement = forms.CharField(
        label=gettext_lazy("Your statement"),
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("A signature needs your statement.")},
        help_text=gettext_lazy("In your own words: what you checked, with whom, and on what you rest."),
    )
    sha256 = forms.CharField(widget=forms.HiddenInput, required=False, empty_value=None)
