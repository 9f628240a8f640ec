"""Which results lie below a threshold that their own locked plan set for the impact ratio.

A threshold for a rate does not say which side of it the planner wants, so it is shown beside the result and nothing
follows from it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from audits.bias.actions import result_of
from audits.bias.compared import named, shown
from audits.bias.models import BiasAudit


def crossed(result: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each impact ratio of a result below a threshold of its own plan.

    >>> row = {"class": None, "table": "sex", "sex": "Female", "race_ethnicity": None, "measured": "0.75"}
    >>> one = {"metric": "impact ratio", "value": "0.8", "held": [row | {"side": "below"}, row | {"side": "at"}]}
    >>> crossed({"conduct": {"thresholds": [one, one | {"metric": "selection rate"}]}})
    ['The impact ratio of Female (sex) is 0.750, below 0.8. The plan of this measurement set that threshold.']
    """
    found = []
    for threshold in result["conduct"]["thresholds"]:
        below = [one for one in threshold["held"] if one["side"] == "below"]
        for one in below if threshold["metric"] == "impact ratio" else ():
            told = _("The impact ratio of {category} is {ratio}, below {value}.")
            if one["class"] is not None:
                told = _("The impact ratio of {category} in the class {name} is {ratio}, below {value}.")
            told = told.format(
                category=named(one), name=one["class"], ratio=shown(one["measured"]), value=threshold["value"]
            )
            found.append(f"{told} {_plan()}")
    return found


def _plan() -> str:
    return _("The plan of this measurement set that threshold.")


def crossed_evidence(organisation_id: UUID, pieces: Collection[UUID]) -> dict[UUID, list[str]]:
    """Return, of these pieces, the results of bias audits that lie below thresholds of their plans, and where."""
    language = get_language() or ""
    under = BiasAudit.objects.filter(organisation_id=organisation_id, evidence_id__in=pieces, under__isnull=False)
    found = {one.evidence_id: _crossed(_Finished(one), language) for one in under if one.result_sha256}
    return {piece: list(sentences) for piece, sentences in found.items() if piece and sentences}


class _Finished:
    """A finished result as a key: its bytes never change, so what lies below is worked out once a process."""

    def __init__(self, of: BiasAudit):
        self.of, self.key = of, (of.organisation_id, of.result_sha256)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Finished) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=512)
def _crossed(finished: _Finished, language: str) -> tuple[str, ...]:
    return tuple(crossed(result_of(finished.of)))
