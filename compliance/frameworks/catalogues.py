"""Every law and framework that a checklist can be opened from, by its name and version, wherever it is kept."""

from __future__ import annotations

from compliance.catalogue import loader
from compliance.catalogue.loader import LawVersionRef
from compliance.catalogue.schema import Catalogue
from compliance.people.models import Organisation

__all__ = ["LawVersionRef", "catalogue", "offered"]


def catalogue(law: str, text_version: str | None = None) -> Catalogue:
    """Return a law or framework in one version, the newest when none is named; refused when there is none."""
    return loader.load(law, text_version)


def offered(organisation: Organisation) -> list[LawVersionRef]:
    """Return what an organisation may open a checklist from: frameworks, then laws, each from its oldest version on."""
    return sorted(loader.laws(), key=lambda ref: not catalogue(ref.law, ref.text_version).framework)
