"""The words of the pages: the groups of questions, the states of a row, the answers to a question."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.catalogue.conditions import Fact
from compliance.catalogue.known import Known
from compliance.determinations.queries import readable

GROUPS = {
    "scope": gettext_lazy("Is the Act about this at all"),
    "prohibited": gettext_lazy("Prohibited practices"),
    "product": gettext_lazy("Products"),
    "uses": gettext_lazy("The uses of Annex III"),
    "exception": gettext_lazy("The exception of Article 6(3)"),
    "transparency": gettext_lazy("Transparency"),
    "models": gettext_lazy("General-purpose AI models"),
    "roles": gettext_lazy("Roles"),
    "organisation": gettext_lazy("The organisation"),
    "data": gettext_lazy("Data and use"),
    "conformity": gettext_lazy("Conformity"),
    "dates": gettext_lazy("Dates"),
    "testing": gettext_lazy("Testing"),
    "nyc": gettext_lazy("New York City: the tool and its audit"),
}
STATES = {
    "applies": gettext_lazy("applies"),
    "later": gettext_lazy("will apply"),
    "undetermined": gettext_lazy("undetermined"),
    "no": gettext_lazy("does not apply"),
}


def shown(name: str, fact: Fact, value: Any) -> str:
    """Return an answer as a file of facts has it in words, such as "yes" or "not known yet"."""
    known = readable({name: value}) if value is not None else Known()
    words = known.shown(name, fact)
    return {"yes": _("yes"), "no": _("no"), "not known yet": _("not known yet")}.get(words, words)
