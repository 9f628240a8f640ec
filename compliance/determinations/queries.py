"""What is known of a system and what was determined, always of one organisation."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from compliance.catalogue import loader
from compliance.catalogue.applicability import version_at
from compliance.catalogue.known import Known, read
from compliance.determinations import result
from compliance.determinations.models import Determination, FactSheet, Override
from compliance.determinations.result import Result
from compliance.frameworks import catalogues
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.people.reach import within
from compliance.systems.models import AISystem


def sheet_of(by: Membership, system: AISystem) -> FactSheet | None:
    """Return the answers given so far about a system, or None while nobody has answered anything."""
    sheets = FactSheet.objects.filter(within(by), system=system)
    return sheets.select_related("changed_by__user").first()


def known_of(system: AISystem) -> Known:
    """Return what is known of a system as the engine reads it; empty while nobody has answered anything."""
    sheet = FactSheet.objects.filter(system=system).first()
    return Known() if sheet is None else readable(sheet.answers)


def readable(answers: Mapping[str, Any]) -> Known:
    """Return the answers that the facts of today can hold.

    An answer to a fact, or with a value, that there is no more stays on the sheet and counts as not known.
    """
    facts = loader.facts()
    try:
        return read(answers, facts)
    except Refused:
        found: dict[str, Any] = {}
        for name, value in answers.items():
            try:
                found |= read({name: value}, facts).answers
            except Refused:
                continue
        return Known(found)


def determinations(by: Membership) -> QuerySet[Determination]:
    """Return the determinations that `by` may see, newest first, with `waiting`, the number of open overrides."""
    return (
        Determination.objects.filter(within(by, law="law"))
        .select_related("system", "organisation", "made_by__user", "signed_by__user", "replaces")
        .defer("result", "facts")
        .annotate(waiting=Count("overrides", filter=Q(overrides__decision=Override.Decision.OPEN)))
    )


def current(by: Membership, system: AISystem, law: str) -> Determination | None:
    """Return the newest signed determination of a system under a law, or None."""
    signed = determinations(by).filter(system=system, law=law, state=Determination.State.SIGNED)
    return signed.order_by(F("signed_at").desc()).first()


def result_of(determination: Determination) -> Result:
    """Return what a determination found, as typed values, the accepted overrides counted in."""
    return result.read(determination.result)


def overrides(by: Membership) -> QuerySet[Override]:
    """Return the overrides that `by` may see."""
    place = "determination__organisation_id", "determination__system_id", "determination__law"
    mine = Override.objects.filter(within(by, organisation=place[0], system=place[1], law=place[2]))
    return mine.select_related("determination__system", "proposed_by__user", "decided_by__user")


@dataclass(frozen=True, slots=True)
class FactChange:
    """One answer that is another now: as a file of facts has it, None where it is not known."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Since:
    """What changed since a determination was made; nothing where all lists are empty."""

    facts: tuple[FactChange, ...]
    newer_text: str
    text_changed: bool

    def __bool__(self) -> bool:
        return bool(self.facts or self.newer_text or self.text_changed)


def changed_since(determination: Determination, today: datetime.date, known: Known | None = None) -> Since:
    """Return what changed since: the facts of the system, a newer text of the law, or the catalogue's own rows."""
    now = (known_of(determination.system) if known is None else known).as_json()
    then = determination.facts
    names = [name for name in loader.facts() if then.get(name) != now.get(name)]
    newer = ""
    try:
        version = version_at(determination.law, today).text_version
        newer = version if version > determination.text_version else ""
        digest = catalogues.catalogue(determination.law, determination.text_version).digest
    except Refused:
        digest = ""
    changes = tuple(FactChange(name, then.get(name), now.get(name)) for name in names)
    return Since(changes, newer, digest != determination.catalogue_sha256)
