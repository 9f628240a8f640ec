"""What the answer to a row stands on. Each row that counts stands in exactly one place; nothing here is a verdict.

The order is that in which a place is looked for: what speaks against an answer is never hidden by what speaks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from compliance.checklists.models import Progress, Verdict


class Footing(models.TextChoices):
    """The places, in the order in which a picture shows them."""

    EVIDENCED = "evidenced", _("evidenced")
    ASSERTED = "asserted", _("asserted only")
    UNDER_REVIEW = "under_review", _("under review")
    STALE = "stale", _("stale")
    CONTRADICTED = "contradicted", _("contradicted by a measurement")
    NOT_APPLICABLE = "not_applicable", _("not applicable, with a reason")
    NOT_ASSESSED = "not_assessed", _("not assessed")


MEANING: Final[Mapping[str, Any]] = {
    Footing.EVIDENCED: _(
        "Something was found, and a file, a link or a result that still counts is attached. Whether that is enough is "
        "for the reviewer to say."
    ),
    Footing.ASSERTED: _("Something was found, and nothing but notes is attached, or nothing at all."),
    Footing.UNDER_REVIEW: _("It is submitted, and nobody has decided on it yet."),
    Footing.STALE: _(
        "Something was found, and what it stands on has moved on: evidence expired, a result is of another version of "
        "the system, what was approved changed since, or the answer is to be confirmed again."
    ),
    Footing.CONTRADICTED: _(
        "A person said “met”, and a result is attached that crosses a threshold that its own plan set before the run."
    ),
    Footing.NOT_APPLICABLE: _("A person said that it is not applicable, and why."),
    Footing.NOT_ASSESSED: _("Nobody has said what was found, or it was said that it cannot be told yet."),
}
SAID: Final = (Verdict.MET, Verdict.PARTLY_MET, Verdict.NOT_MET)


def footing(
    verdict: str, progress: str = "", *, again: bool = False, documents: int = 0, stale: bool = False, crossed: bool
) -> Footing:
    """Return where a row stands, of its verdict, its progress, and whether it is to be confirmed `again`.

    `documents` counts its evidence that still counts and is more than a note.

    >>> footing("met", "done", documents=1, crossed=False).value
    'evidenced'
    >>> footing("met", "done", documents=1, stale=True, crossed=True).value
    'contradicted'
    >>> footing("undetermined", documents=3, crossed=False).value
    'not_assessed'
    """
    if crossed and verdict == Verdict.MET:
        return Footing.CONTRADICTED
    if verdict and (stale or again):
        return Footing.STALE
    if progress in (Progress.SUBMITTED, Progress.IN_REVIEW):
        return Footing.UNDER_REVIEW
    if verdict == Verdict.NOT_APPLICABLE:
        return Footing.NOT_APPLICABLE
    if verdict not in SAID:
        return Footing.NOT_ASSESSED
    return Footing.EVIDENCED if documents else Footing.ASSERTED
