"""Bring a checklist's sheet back: what it would change is shown first, and taken in once a person says so."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compliance.checklists import queries as checklist_queries
from compliance.checklists.models import Checklist
from compliance.checklists.rules import why_closed
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.queries import active_members
from compliance.sheets import actions, reading
from compliance.sheets.reading import Change
from compliance.web.forms import take_in
from compliance.web.member import find, member_page

SALT = "compliance.sheets"
HOURS = 12
FIELDS = {"owner": _("Owner"), "due_on": _("Due"), "note": _("Note"), "reason": _("Reason"), "verdict": _("Verdict")}


class SheetForm(forms.Form):
    """The workbook."""

    file = forms.FileField(
        label=_("Workbook (XLSX)"),
        help_text=_("Rows taken along as XLSX, with owner, due, note, verdict or reason changed."),
        widget=forms.FileInput({"accept": ".xlsx"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > reading.MOST_BYTES:
            raise forms.ValidationError(gettext("A workbook has at most 10 MB."))
        return file


@member_page("view", writing="answer_items")
def sheets_import(request: HttpRequest, by: Membership, pk: UUID) -> HttpResponse:
    """Choose the workbook, see the difference, take it in."""
    checklist = find(checklist_queries.checklists(by), pk)
    if request.method == "POST" and "changes" in request.POST:
        return _taken(request, by, checklist)
    form = SheetForm(request.POST, request.FILES) if request.method == "POST" else SheetForm()
    told: dict[str, Any] = {"checklist": checklist, "form": form, "why": why_closed(checklist)}
    if request.method == "POST" and form.is_valid():
        try:
            lines = reading.read(form.cleaned_data["file"])
        except Refused as refused:
            take_in(form, refused)
        else:
            found, refusals = reading.compare(lines, actions.current(by, checklist), active_members(by))
            kept = signing.dumps([str(checklist.pk), [asdict(one) for one in found]], salt=SALT, compress=True)
            told |= {"changes": [(one, _cells(one)) for one in found], "refused": refusals, "kept": kept}
            return render(request, "sheets/preview.html", {**told, "lines": len(lines)})
    return render(request, "sheets/import.html", told, status=400 if form.errors else 200)


def _cells(change: Change) -> list[tuple[Any, str, str]]:
    return [(FIELDS[name], change.before[name], change.after[name]) for name in change.after]


def _taken(request: HttpRequest, by: Membership, checklist: Checklist) -> HttpResponse:
    try:
        of, kept = signing.loads(request.POST["changes"], salt=SALT, max_age=HOURS * 3600)
    except signing.BadSignature:
        of, kept = "", []
    if of != str(checklist.pk):
        messages.error(request, gettext("What was shown is no longer valid; choose the workbook again."))
        return redirect("sheets_import", org=by.organisation.slug, pk=checklist.pk)
    done, refused = actions.apply(by=by, checklist=checklist, changes=[Change(**one) for one in kept])
    told = {"checklist": checklist, "done": done, "refused": refused}
    return render(request, "sheets/done.html", told)
