"""The impact ratios of an AI system over its last runs, for the page of a result."""

from __future__ import annotations

from datetime import UTC
from typing import Any, Final

from audits.bias import actions, drift_shown, queries
from audits.bias.models import BiasAudit
from audits.metrics.display import TITLES
from audits.metrics.plots.drift import Run
from audits.metrics.plots.of_result import SHORTENED
from audits.metrics.plots.of_runs import CAUTION, Past, drift_pictures
from audits.metrics.result import SCHEMA
from audits.metrics.run_drift import drifted
from compliance.lib.problems import Refused
from compliance.people.models import Membership
from compliance.web.templatetags.probanda import day

MOST: Final = 8


def over_time(by: Membership, bias_audit: BiasAudit, kind: str) -> dict[str, Any] | None:
    """Return the pictures over the runs up to this one, and which these are; None where there is no other.

    Runs of another kind of rate lie on no common axis and are left out. A run whose result cannot be read is named.
    """
    past: list[Past] = []
    runs: list[tuple[str, BiasAudit]] = []
    unread: list[BiasAudit] = []
    for one in queries.runs_up_to(by, bias_audit, MOST):
        try:
            result = actions.result_of(one)
        except Refused:
            unread.append(one)
            continue
        if result["schema"] == SCHEMA and result["method"]["rate_kind"] == kind and one.ended_at:
            name = day(one.ended_at)
            again = sum(known == name or known.startswith(f"{name} (") for known, _ in runs)
            runs.append((f"{name} ({again + 1})" if again else name, one))
            past.append(Past(Run(runs[-1][0], one.ended_at.astimezone(UTC).date()), result))
    pictures = list(drift_pictures(past).values())
    if not pictures and not unread:
        return None
    notes = [CAUTION, SHORTENED]
    tested = _tested(past) if len(past) > 1 else None
    drawn = {"pictures": pictures, "figures": [one.figures for one in pictures], "notes": notes}
    return {"drawn": drawn, "runs": runs, "unread": unread, "tested": tested}


def _tested(past: list[Past]) -> dict[str, Any]:
    """Return the test of each impact ratio between the last two runs, for below the pictures."""
    found = drifted(past[-2].result, past[-1].result, ratios_only=True)
    tables = [{"title": TITLES[one["table"]], "ratios": drift_shown.ratios(one)} for one in found["tables"]]
    return {"tables": tables, "notes": found["notes"], "earlier": past[-2].run.name, "later": past[-1].run.name}
