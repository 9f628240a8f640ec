"""Forms that take in what an action refused."""

from __future__ import annotations

from typing import Any

from django import forms

from compliance.lib.problems import Forbidden, Refused


class DateInput(forms.DateInput):
    """A date as the browser's own control takes and shows it (2026-11-22)."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__(attrs, format="%Y-%m-%d")


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
