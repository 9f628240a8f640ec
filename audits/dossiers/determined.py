"""What a determination says, as the manifest of a dossier tells it; the whole of it is embedded as a file.

Freezing makes it from the kept determination, and verifying makes it again from the embedded file and compares.
"""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any

from compliance.determinations.result import OverrideFound, Result

FILE = "determination.json"
_STATES = ("applies", "later", "undetermined", "no")


def told(result: Result) -> dict[str, Any]:
    """Return what a determination says, but for its rows, which are counted by the state that counts."""
    states = Counter(one.state for one in result.rows.values())
    return {
        "law": result.law,
        "title": result.law_title,
        "text_version": result.text_version,
        "catalogue_sha256": result.catalogue_sha256,
        "as_of": result.as_of.isoformat(),
        "outcomes": [
            {
                "title": one.title,
                "state": one.state,
                "since": _day(one.since),
                "citation": one.citation,
                "overridden": one.override is not None,
            }
            for one in result.outcomes
        ],
        "steps": [
            {
                "number": one.number,
                "question": one.question,
                "state": one.state,
                "answer": one.answer,
                "may_be": list(one.may_be),
                "citation": one.citation,
                "reasons": [reason.sentence for reason in one.reasons],
            }
            for one in result.steps
        ],
        "answers": [{"question": one.question, "words": one.words, "remark": one.remark} for one in result.answers],
        "overrides": [_override(one) for one in result.overrides],
        "tally": {state: states[state] for state in _STATES},  # type: ignore[index]  # a state is one of these words
    }


def _override(one: OverrideFound) -> dict[str, Any]:
    return {
        "name": one.row or one.outcome,
        "title": one.title,
        "found_state": one.found_state,
        "found_since": _day(one.found_since),
        "state": one.state,
        "since": _day(one.since),
        "reason": one.reason,
        "proposed_by": one.proposed_by,
        "proposed_at": one.proposed_at,
        "decision": one.decision,
        "decided_by": one.decided_by,
        "decided_at": one.decided_at,
        "decided_reason": one.decided_reason,
    }


def _day(day: datetime.date | None) -> str | None:
    return day.isoformat() if day else None
