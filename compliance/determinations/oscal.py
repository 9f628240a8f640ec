"""A determination as an OSCAL profile of its law."""

from __future__ import annotations

from typing import Any

from compliance.catalogue.oscal import Selected, profile
from compliance.determinations.models import Determination
from compliance.determinations.queries import result_of
from compliance.frameworks import catalogues


def as_profile(determination: Determination) -> dict[str, Any]:
    """Return the profile: every row but those that do not apply, with its state, day and ground.

    What counts is the determination with its accepted overrides, as everywhere. The time is that of the signature, or
    for a draft that of its making.
    """
    law = catalogues.catalogue(determination.law, determination.text_version)
    rows = [
        Selected(one.id, one.state, one.since, one.ground)
        for one in result_of(determination).rows.values()
        if one.id in law
    ]
    return profile(
        law,
        rows,
        id=str(determination.pk),
        title=str(determination),
        at=determination.signed_at or determination.made_at,
        sha256=determination.sha256,
    )
