"""Forms that take in what an action refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from compliance.lib.clocks import EARLIEST, LATEST
from compliance.lib.problems import Forbidden, Refused

T = TypeVar("T")


class DateInput(forms.DateInput):
    """A date as the browser's own control takes and shows it (2026-11-22)."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__(attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day within the years that a law can mean, so that a year typed wrongly is told at once.

    >>> DayField().clean("9999-12-31")
    Traceback (most recent call last):
    django.core.exceptions.ValidationError: ['Give a day between the years 1900 and 2999.']
    """

    widget = DateInput

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        sentence = _("Give a day between the years 1900 and 2999.")
        self.validators += [MinValueValidator(EARLIEST, sentence), MaxValueValidator(LATEST, sentence)]


def acted(form: forms.BaseForm, act: Callable[..., T], **more: Any) -> T | None:
    """Do what a sent form asks, if it is in order; return what was done, or None where the form now says what is wrong.

    `act` takes the cleaned fields by their names, and `more`.
    """
    if not form.is_valid():
        return None
    try:
        return act(**form.cleaned_data, **more)
    except Refused as refused:
        take_in(form, refused)
        return None


def take_in(form: forms.BaseForm, refused: Refused) -> None:
    """Put each problem beside the field that its column names, or above all fields; what was typed stays.

    A Forbidden is raised again: that a person may not do this at all is no fault in what they typed.

    >>> from compliance.lib.problems import Problem
    >>> class Form(forms.Form):
    ...     title = forms.CharField(required=False)
    >>> form = Form({"title": ""})
    >>> take_in(form, Refused(Problem("no-title", "The evidence needs a title.", column="title")))
    >>> form.errors["title"][0]
    'The evidence needs a title.'
    """
    if isinstance(refused, Forbidden) and not any(problem.column for problem in refused.problems):
        raise refused
    form.is_valid()  # an unchecked form would forget what is added
    for problem in refused.problems:
        place = problem.column if problem.column in form.fields else None
        form.add_error(place, forms.ValidationError(str(problem), code=problem.code))
