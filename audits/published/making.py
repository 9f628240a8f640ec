"""From what the pages carry to the report: at once for a page that waits, or by a worker."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from audits.published.columns import blocks
from audits.published.forms import ColumnsForm, PublishedForm, is_json
from audits.published.grid import of_text
from audits.published.intake import earlier_of, read, read_text
from audits.published.report import Checked, check
from audits.published.tables import Document
from compliance.lib.problems import Problem, Refused


def made(form: PublishedForm, columns: ColumnsForm | None) -> Checked:
    """Return the check of what valid forms hold; Refused where a text cannot be read."""
    text, about = form.cleaned_data["table"], form.about()
    document: Document
    if columns is None:
        document, earlier = read_text(text, about), earlier_of(text.encode())
    else:
        document, earlier = read(of_text(text), about, columns.chosen()), None
    if form.cleaned_data["earlier"].strip():
        try:
            earlier = read_text(form.cleaned_data["earlier"])
        except Refused as refused:
            raise EarlierRefused(*refused.problems) from refused
    return check(document, earlier)


class EarlierRefused(Refused):
    """What is wrong is in the tables of the audit before."""


def again(given: Mapping[str, str]) -> Checked:
    """Return the check of fields as the pages carried them; Refused where they no longer say one thing."""
    form = PublishedForm(given)
    if not form.is_valid():
        raise Refused(Problem("published-unreadable", _("What was given cannot be read any more.")))
    columns = None
    if not is_json(form.cleaned_data["table"]):
        columns = ColumnsForm(blocks(of_text(form.cleaned_data["table"])), given)
        if not columns.is_valid():
            raise Refused(Problem("published-unreadable", _("What was said of the columns cannot be read any more.")))
    return made(form, columns)
