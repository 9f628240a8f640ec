"""The places of an organisation, in the order of the work; a place shows as soon as its address exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from compliance.people.models import Membership
from compliance.web.reach import is_open

PLACES: list[tuple[str, str | tuple[str, ...], Any]] = [
    ("org_home", "org_home", _("Home")),
    ("systems_list", "systems_", _("Systems")),
    ("laws_list", ("laws_", "frameworks_"), _("Laws")),
    ("checklists_list", ("checklists_", "progress_", "workpapers_"), _("Checklists")),
    ("timeline", "timeline", _("Timeline")),
    ("findings_list", "findings_", _("Findings")),
    ("engagements_list", ("engagements_", "requests_"), _("Engagements")),
    ("evidence_list", "evidence_", _("Evidence")),
    ("bias_list", "bias_", _("Bias audits")),
    ("dossiers_list", "dossiers_", _("Dossiers")),
    ("publication_list", "publication_", _("Local Law 144")),
    ("checklists_queue", "checklists_queue", _("Review")),
    ("trail_list", "trail_", _("Trail")),
    ("people_list", ("people_", "tokens_", "webhooks_"), _("People")),
]


@dataclass(frozen=True, slots=True)
class Place:
    """A link; `here` is "page" on the page itself, "true" on a page below it, else empty (as for aria-current)."""

    url: str
    label: str
    here: str


def places(request: HttpRequest, by: Membership) -> list[Place]:
    """Return the navigation of the member's organisation."""
    match = getattr(request, "resolver_match", None)
    current = (match.url_name or "") if match else ""
    found = []
    for name, prefix, label in PLACES:
        if not is_open(by, name):
            continue
        try:
            url = reverse(name, kwargs={"org": by.organisation.slug})
        except NoReverseMatch:
            continue
        below = current.startswith(prefix) and not (current == "checklists_queue" and name == "checklists_list")
        found.append(Place(url, str(label), "page" if current == name else "true" if below else ""))
    return found
